"""Words of the control plan for the terminal: states, frequencies, rules, kinds of change."""

from __future__ import annotations

from tongjian.control_plan import ways

WORDS: dict[str, tuple[str, str]] = {
    "valid": ("有效", "valid"),
    "overdue": ("逾期", "overdue"),
    "failed": ("不合格", "failed"),
    "unknown": ("不明", "unknown"),
    "pass": ("合格", "passed"),
    "adjusted": ("调整后合格", "passed after adjustment"),
    "fail": ("不合格", "failed"),
    "continuous": ("连续", "continuous"),
    "shift": ("每班", "each shift"),
    "day": ("每日", "daily"),
    "batch": ("每批", "each batch"),
    "week": ("每周", "weekly"),
    "month": ("每月", "monthly"),
    "quarter": ("每季", "quarterly"),
    "year": ("每年", "yearly"),
    "once": ("一次", "once"),
    "conservative": ("保守值", "conservative value"),
    "neighbours": ("前后平均", "mean of neighbours"),
    "last_value": ("上一个值", "last value"),
    "default": ("缺省值", "default"),
    "none": ("不替代", "nothing"),
    "added": ("增加", "added"),
    "removed": ("删除", "removed"),
    "changed": ("改动", "changed"),
    "nonconformity": ("不符合", "nonconformity"),
    "clarification": ("待澄清", "clarification"),
    "observation": ("观察项", "observation"),
    "as planned": ("按计划", "as planned"),
    "better": ("优于计划", "better"),
    "worse": ("差于计划", "worse"),
    "absent": ("计划称不发生", "said not to occur"),
    "no plan": ("无计划", "no plan"),
    "running": ("未到月末", "running"),
    "due": ("待存证", "due"),
    "late missing": ("逾期未存", "late, missing"),
    "frozen": ("已存证", "frozen"),
    "frozen late": ("迟存", "frozen late"),
    "no duty": ("无要求", "no duty known"),
}


def words_of(way: str, lang: str) -> str:
    """A way of obtaining a parameter in words."""
    found = WAYS[way]
    return found[0 if lang == "zh" else 1]


WAYS = {
    "measured": ("计量", "metered"),
    "tested": ("化验", "tested"),
    "statement": ("结算凭证", "statement"),
    "calculated": ("计算", "calculated"),
    "default": ("缺省值", "default"),
    "absent": ("不发生", "does not occur"),
}
assert WAYS.keys() == ways().keys()

__all__ = ["WORDS", "words_of"]
