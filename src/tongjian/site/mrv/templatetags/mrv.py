"""Tags of the pages of reports (报告页标签)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tongjian.control_plan import Finding, word
from tongjian.records import Entered
from tongjian.reports import Words
from tongjian.site.ui.texts import lang
from tongjian.workflow import report_flow

register = template.Library()


_LOOKS = {"accepted": " good", "determined": " good", "returned": " warn", "findings_open": " warn"}


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """Where a report stands, as a badge."""
    found = report_flow().states.get(state)
    title = state if found is None else found.title[lang()]
    return format_html('<span class="badge{}">{}</span>', _LOOKS.get(state, ""), title)


@register.filter
def clause_text(said: str) -> str:
    """A document or clause, in the language of the page where it is given in both."""
    return Words.of(lang()).clause(said or "")


@register.simple_tag
def stream_item(stream: str, item: str) -> str:
    """What is recorded: the stream and the item by name."""
    words = Words.of(lang())
    return f"{words.key('stream', stream)} · {words.item(stream, item)}"


@register.simple_tag
def datum(one: Entered) -> str:
    """Which datum was entered: period, process unit, stream and item."""
    _, period, unit, stream, item, *_ = map(str, one.key)
    return " ".join(filter(None, (period, unit, stream_item(stream, item))))


@register.simple_tag
def quantity(row: Mapping[str, Any] | None) -> str:
    """A recorded quantity with its unit as it was entered; a dash where there is none."""
    if row is None:
        return "–"
    unit = str(row.get("entered_unit") or "")
    said = row.get("entered_quantity") or row.get("quantity")
    return f"{said} {Words.of(lang()).unit(unit) if unit else ''}".strip()


@register.simple_tag
def plan_word(group: str, code: str) -> str:
    """A coded word of a control plan."""
    return word(group, code, lang())


@register.simple_tag
def finding_title(one: Finding) -> str:
    """What kind of finding about a plan it is."""
    return one.title(lang())


@register.filter
def percent(share: float | None) -> str:
    """A share in per cent; a dash where there is none."""
    return "–" if share is None else f"{share:.1%}"
