"""Tags of the pages of monitoring (模板标签)."""

from __future__ import annotations

import numpy as np
from django import template

from tongjian.charts import number
from tongjian.monitoring.hours import State, minute_text
from tongjian.problems import Problem
from tongjian.reports import Words as ReportWords
from tongjian.site.monitoring.asked import Asked
from tongjian.site.monitoring.screened import Finding, Screening
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


@register.filter
def decimal(said: str) -> str:
    """A recorded number, which is kept as it was written."""
    return number(float(said))


@register.simple_tag
def datum_title(stream: str, item: str) -> str:
    """What is recorded: the stream and the item, as the catalogue calls them."""
    words = ReportWords.of(lang())
    return f"{words.key('stream', stream)} · {words.item(stream, item)}"


@register.simple_tag
def act_title(act: str) -> str:
    """What became of a record."""
    return text(f"monitoring.act_{act}")


@register.simple_tag
def state_title(state: State) -> str:
    """What was known of an hour, in words."""
    return text(f"monitoring.state_{state.name.lower()}")


@register.filter
def hour(time: np.datetime64) -> str:
    """A time of China to the hour, ``2025-03-09 14:00``."""
    return minute_text(time)


@register.filter
def iso(time: np.datetime64) -> str:
    """A time of China as machines read it."""
    return f"{time.astype('datetime64[s]')}+08:00"


@register.simple_tag
def day_of(asked: Asked, one: Stretch) -> str:
    """The query that shows the day on which a stretch begins."""
    return asked.query(range="day", day=one.first.astype("datetime64[D]").item())


@register.simple_tag
def day_at(asked: Asked, screening: Screening, one: Finding) -> str:
    """The query that shows the day on which a finding begins, empty where there is no chart."""
    if one.first is None or not screening.is_charted(one):
        return ""
    day = one.first.astype("datetime64[D]").item()
    return asked.query(point=one.channels[0].at, range="day", day=day)


@register.simple_tag
def place_title(screening: Screening, problem: Problem) -> str:
    """Where a problem is: a channel by its name, else as problems say it."""
    named = screening.place(problem)
    return named[lang()] if named else problem.place.text(lang())


@register.simple_tag
def last_of(screening: Screening, mn: str) -> np.datetime64 | None:
    """The last hour of which a station sent anything."""
    return screening.stations.get(mn)
