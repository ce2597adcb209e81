"""How a set of rules wants a check to be done (检验做法): runs, levels, confidence."""

from __future__ import annotations

from tongjian.monitoring.quality._check import Subject
from tongjian.monitoring.quality._limits import CHECK_FORM, Limit, limit_of, limits_of, rows
from tongjian.rules import Rulebook


def form(subject: Subject, rulebook: Rulebook | None) -> dict[str, Limit]:
    """What the rules of `subject` ask for, its own quantity before any.

    Raises `RuleError` where the rulebook has no such rules.
    """
    asked = limits_of(CHECK_FORM, (subject.ruleset, "any"), rulebook)
    own = (subject.ruleset, subject.quantity)
    mine = {one.column: limit_of(one) for one in rows(CHECK_FORM, rulebook) if one.key == own}
    return {**asked, **mine}
