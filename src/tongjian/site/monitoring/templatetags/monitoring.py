"""Tags of the pages of monitoring (模板标签)."""

from __future__ import annotations

import numpy as np
from django import template

from tongjian.charts import number
from tongjian.monitoring.hours import State
from tongjian.monitoring.profile import MeasuredQuantity
from tongjian.site.monitoring.asked import Asked
from tongjian.site.monitoring.stretches import Stretch
from tongjian.site.ui.texts import lang, text

register = template.Library()


@register.filter
def reading(value: float | None) -> str:
    """A number with four significant digits; a dash where there is none."""
    return number(value)


@register.filter
def percent(share: float | None) -> str:
    """A share in per cent."""
    return "–" if share is None else f"{100 * share:.1f} %"


@register.simple_tag
def gas(one: MeasuredQuantity) -> str:
    """The name of a gas in the language of the page."""
    return one.en if lang() == "en" else one.zh


@register.simple_tag
def state_title(state: State) -> str:
    """What was known of an hour, in words."""
    return text(f"monitoring.state_{state.name.lower()}")


@register.filter
def hour(time: np.datetime64) -> str:
    """A time of China to the hour, ``2025-03-09 14:00``."""
    return str(time.astype("datetime64[m]")).replace("T", " ")


@register.filter
def iso(time: np.datetime64) -> str:
    """A time of China as machines read it."""
    return f"{time.astype('datetime64[s]')}+08:00"


@register.simple_tag
def day_of(asked: Asked, one: Stretch) -> str:
    """The query that shows the day on which a stretch begins."""
    return asked.query(range="day", day=one.first.astype("datetime64[D]").item())
