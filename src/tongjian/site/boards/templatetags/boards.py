"""Tags of the boards (模板标签)."""

from __future__ import annotations

from django import template

from tongjian.site.boards import names
from tongjian.site.boards.sums import Measure
from tongjian.site.ui.texts import lang

register = template.Library()


@register.simple_tag
def measure_name(measure: Measure) -> str:
    """What a measure is, in the language of the page."""
    return names.of_measure(measure)[lang()]
