"""Tags that every template has (模板标签)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tongjian.charts import figure
from tongjian.problems import Problem
from tongjian.reports import Words as ReportWords
from tongjian.rules import Words
from tongjian.site.ui.assets import address, assets
from tongjian.site.ui.charts import TYPES, Drawn
from tongjian.site.ui.repairs import repair_of
from tongjian.site.ui.texts import lang, text

register = template.Library()


@register.simple_tag(name="t")
def tag_t(key: str, **values: Any) -> str:
    """``{% t "mrv.submit" %}``: a phrase of ``texts.toml``."""
    return text(key, **values)


@register.filter
def word(value: Words | Mapping[str, str] | Any) -> str:
    """Of something in two languages, the one of the page."""
    if isinstance(value, Words):
        return value[lang()]
    if isinstance(value, Mapping):
        return str(value.get(lang()) or value.get("zh") or "")
    return str(value)


@register.filter
def named(row: Any) -> str:
    """The name of an enterprise, plant, park or division in the language of the page."""
    first, second = (row.name_en, row.name_zh) if lang() == "en" else (row.name_zh, row.name_en)
    return first or second or str(getattr(row, "code", ""))


@register.simple_tag
def term(key: str, code: str) -> str:
    """The name of a coded term of the catalogue: ``{% term "sector" plant.sector %}``."""
    return ReportWords.of(lang()).term(key, code) if code else ""


@register.simple_tag
def kind_title(kind: str) -> str:
    """The name of a kind of rule document."""
    return text(f"rulebooks.kind_{kind}")


@register.simple_tag
def status_title(status: str) -> str:
    """How well a value or text was seen, in words."""
    return text(f"ui.status_{status}")


@register.simple_tag
def sourced(said: str) -> str:
    """A document or clause as the language of the page writes it."""
    return ReportWords.of(lang()).clause(said) if said else ""


@register.simple_tag
def unit(text_of_unit: str) -> str:
    """A unit as pages write it."""
    return ReportWords.of(lang()).unit(text_of_unit) if text_of_unit else ""


@register.filter
def number(value: float | int | None, digits: int = 2) -> str:
    """A number with separators of thousands; nothing where there is none."""
    if value is None:
        return "–"
    shown = f"{value:,.{digits}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


@register.filter
def day(value: date | datetime | None) -> str:
    """A day, ``2026-11-26``, as the calendar in China has it."""
    if not value:
        return "–"
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return value.isoformat()


@register.filter
def moment(value: datetime | None) -> str:
    """A day and time as clocks in China show it."""
    return "–" if not value else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


@register.filter
def china(time: str) -> str:
    """A time of a log (UTC, ISO 8601) as clocks in China show it."""
    return moment(datetime.fromisoformat(time)) if time else "–"


@register.filter
def message(problem: Problem | Mapping[str, Any]) -> str:
    """What a problem says."""
    if isinstance(problem, Problem):
        return problem.message(lang())
    return str(problem.get(lang(), ""))


@register.filter
def repair(problem: Problem | Mapping[str, Any]) -> str:
    """What to do about a problem."""
    return repair_of(problem, lang())


@register.filter
def where(problem: Problem | Mapping[str, Any]) -> str:
    """The place of a problem in words."""
    from tongjian.problems import Place

    place = problem.place if isinstance(problem, Problem) else Place(**problem.get("place", {}))
    return place.text(lang())


@register.simple_tag(takes_context=True)
def allowed(context: Mapping[str, Any], action: str) -> bool:
    """Whether the actor may do an action: ``{% allowed "mrv.submit" as can %}``."""
    return bool(context["request"].actor.may(action))


@register.simple_tag
def data(element: str, value: Any) -> SafeString:
    """Plain data for a script, in an element that the policy of scripts lets pass."""
    escapes = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
    body = json.dumps(value, ensure_ascii=False).translate(escapes)
    # No "<", ">" or "&" is left in it.
    safe = SafeString(body)  # nosec B703
    return format_html('<script type="application/json" id="{}">{}</script>', element, safe)


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built static file; empty where it is not there."""
    return address(name)


@register.inclusion_tag("ui/chart_files.html")
def chart_files() -> dict[str, Any]:
    """What a page with charts needs in its head."""
    return {}


@register.inclusion_tag("ui/chart.html")
def chart(drawn: Drawn, level: int = 3) -> dict[str, Any]:
    """A chart with its data table and what it can be had as; its title is a heading of `level`."""
    image = "" if drawn.chart.empty else drawn.address("svg")
    shown = figure(drawn.chart, lang(), image=image, level=level)
    if assets() is None:  # nothing draws in the browser: the drawing is made by the server
        shown = shown.replace("<noscript>", "").replace("</noscript>", "")
    exports = [] if drawn.chart.empty else [(one, drawn.address(one)) for one in TYPES]
    # Every text in the figure was escaped where it was made.
    safe = SafeString(shown)  # nosec B703
    return {"figure": safe, "exports": exports}
