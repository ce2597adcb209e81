"""Tags of the boards (模板标签)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tongjian.charts import number
from tongjian.reports import Words as ReportWords
from tongjian.site.boards import names
from tongjian.site.boards.charts_judged import TONES
from tongjian.site.boards.sums import Measure
from tongjian.site.ui.texts import lang, text

register = template.Library()
_MOVES = ("trend_down", "trend_up", "rule", "controlled")


@register.simple_tag
def measure_name(measure: Measure) -> str:
    """What a measure is, in the language of the page."""
    return names.of_measure(measure)[lang()]


@register.simple_tag
def status_words(status: str) -> str:
    """The status of a target in words."""
    return text(f"boards.status_{status}")


@register.simple_tag
def target_status(status: str) -> SafeString:
    """The status of a target as a badge: its words say it, the colour repeats it."""
    tone = {"good": "good", "warn": "warn", "bad": "bad"}.get(TONES.get(status, "none"), "")
    return format_html('<span class="badge {}">{}</span>', tone, status_words(status))


@register.simple_tag
def reading(value: float) -> str:
    """A value with as many digits as say something."""
    return number(value)


@register.simple_tag
def signed(share: float | None) -> str:
    """A change in per cent with its sign; a dash where there is none."""
    return "–" if share is None else f"{share:+,.1f}"


@register.simple_tag
def whole_share(share: float | None) -> str:
    """A share in per cent; a dash where there is none."""
    return "–" if share is None else f"{share:.1f}"


@register.simple_tag
def goal(one: Mapping[str, Any]) -> str:
    """What is to be reached, or how it is to move where there is no number."""
    found = one["goal"]
    unit = ReportWords.of(lang()).unit(one["unit"])
    if found is None:
        return text(f"boards.goal_{one['comparator']}") if one["comparator"] in _MOVES else "–"
    low, high = found["low"], found["high"]
    if low is not None and low == high:
        return f"= {number(low)} {unit}"
    if low is not None and high is not None:
        return f"{number(low)} … {number(high)} {unit}"
    return f"≥ {number(low)} {unit}" if low is not None else f"≤ {number(high)} {unit}"
