"""Tags and filters of `operations` (模板标签)."""

from __future__ import annotations

from django import template

from tongjian.site.operations.acts import act_title as title_of
from tongjian.site.operations.backups import KIND as BACKUP
from tongjian.site.operations.daily import KIND as DAILY
from tongjian.site.ui.texts import lang, text, texts

register = template.Library()
_OWN = {DAILY: "operations.kind_daily", BACKUP: "operations.kind_backup"}


@register.filter
def job_kind(kind: str) -> str:
    """What a kind of job is called: the phrase ``job_<name>`` of its package, else its code."""
    package, _, name = kind.partition(".")
    key = _OWN.get(kind, f"{package}.job_{name}")
    return text(key) if key in texts() else kind


@register.filter
def job_state(state: str) -> str:
    """What a state of a job is called."""
    return text(f"operations.state_{state}")


@register.filter
def act_title(act: str) -> str:
    """What an act of a log is called."""
    return title_of(act)[lang()]
