"""Tags of the pages of the registry (登记页标签)."""

from __future__ import annotations

from django import template

from tongjian.records import Catalogue
from tongjian.site.ui.texts import lang
from tongjian.workflow import report_flow

register = template.Library()


@register.simple_tag
def state_title(state: str) -> str:
    """What a state of a report is called; the state itself where the flow does not know it."""
    known = report_flow().states.get(state)
    return known.title[lang()] if known else state


@register.simple_tag
def stream_title(stream: str) -> str:
    """The name of a stream of the catalogue."""
    found = Catalogue.load().streams.get(stream)
    return getattr(found, lang()) if found else stream
