"""One target in full (一项目标的说明): basis, measure, outlook, the plants that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongjian.cli._output import Output
from tongjian.cli._target_words import (
    STATUS_WORDS,
    agencies_text,
    goal_text,
    measure_text,
    number,
    unit_text,
    unit_words,
    value_text,
)
from tongjian.reports import Words
from tongjian.targets import Evaluation

if TYPE_CHECKING:
    from tongjian.rules import Rulebook

# How a target is measured, in words.
_KINDS = {
    "level": ("水平", "level"),
    "cut": ("比基准年下降的比例", "cut since the base year"),
    "growth": ("比基准年增长的比例", "growth since the base year"),
    "rise": ("比基准年提高", "rise since the base year"),
    "cumulative": ("逐年累计", "sum over the years"),
    "peak": ("峰值年份", "year of the peak"),
}
_ENTERED = {
    "share": ("本地区份额", "share of the region"),
    "base": ("基准年水平", "level of the base year"),
    "reference": ("限值", "limit"),
    "value": ("公布的数值", "published value"),
}


def explain_target(out: Output, one: Evaluation, rulebook: Rulebook) -> None:
    """Print a target in full: basis, measure, outlook, plants, what is missing."""
    target, lang = one.target, out.lang
    basis = target.basis
    out.say(
        f"\n{target.id}  {target.title.zh}  {STATUS_WORDS[one.status][0]}",
        f"\n{target.id}  {target.title.en}  {STATUS_WORDS[one.status][1]}",
    )
    where = f"{basis.document} {Words.of(lang).clause(basis.clause)}"
    status, agencies = Words.of(lang).term("status", basis.status), target.agencies
    out.say(
        f"依据：{where}（{status}）；部门：{agencies_text(agencies, 'zh')}",
        f"Basis: {where} ({status.lower()}); agencies: {agencies_text(agencies, 'en')}",
    )
    read, measure = measure_text(one, rulebook, lang) or "–", target.measure
    unit = unit_text(one, lang)
    goal = f"{goal_text(one, lang)} {unit}"
    value = value_text(one) + (f" {unit}" if one.value is not None else "")
    kind = _KINDS.get(measure.kind, (measure.kind, measure.kind))
    out.say(
        f"度量（{kind[0]}）：{read}；目标 {goal.strip()}；数值 {value.strip()}",
        f"Measure ({kind[1]}): {read}; goal {goal.strip()}; value {value.strip()}",
    )
    for words in (target.criterion, target.note, target.policy.forwarded):
        if words is not None:
            out.say(words.zh, words.en)
    if target.governed_by:
        out.say(
            f"另有较晚、较严的目标 {target.governed_by}，以其为准",
            f"A later and stricter target, {target.governed_by}, governs",
        )
    _sources(out, one)
    _outlook(out, one)
    if one.levers:
        headers = ["企业", "水平", "贡献"] if lang == "zh" else ["plant", "level", "share of gap"]
        rows = [
            [
                lever.name_zh if lang == "zh" else lever.name_en,
                "–" if lever.value is None else number(lever.value),
                f"{number(lever.short)} {unit_words(lever.unit, lang)}",
            ]
            for lever in one.levers
        ]
        title = "最能缩小差距的企业" if lang == "zh" else "plants that would close the gap fastest"
        out.table(title, headers, rows)
    for problem in one.missing:
        out.say(problem.text("zh"), problem.text("en"))


def _sources(out: Output, one: Evaluation) -> None:
    entries = (one.entered, one.base_entry, one.goal.entry if one.goal else None)
    for entry in entries:
        if entry is not None:
            value = f"{number(entry.value)} {unit_words(entry.unit.text, out.lang)}"
            zh, en = _ENTERED.get(entry.kind, (entry.kind, entry.kind))
            out.say(
                f"用户录入（{zh}）：{value}，来源 {entry.source}",
                f"Entered by the user ({en}): {value}, source {entry.source}",
            )
    unit = unit_words(one.base_unit, out.lang)
    if one.base is not None and one.target.base_year is not None:
        out.say(
            f"{one.target.base_year} 年水平 {number(one.base)} {unit}",
            f"Level of {one.target.base_year}: {number(one.base)} {unit}",
        )
    if one.level is not None:
        out.say(
            f"{one.value_year} 年水平 {number(one.level)} {unit}",
            f"Level of {one.value_year}: {number(one.level)} {unit}",
        )


def _outlook(out: Output, one: Evaluation) -> None:
    seen = one.outlook
    if seen is None or one.target.year is None or one.target.year <= (one.value_year or 0):
        return
    if one.target.measure.kind == "peak":
        return  # years of peaks lie on no line
    unit = unit_text(one, out.lang)
    if seen.path is not None:
        out.say(
            f"直线路径（自 {seen.path_from} 年）在 {one.value_year} 年应为 {number(seen.path)}",
            f"Straight line (from {seen.path_from}): {number(seen.path)} in {one.value_year}",
        )
    if seen.forecast is not None:
        out.say(
            f"线性趋势（{seen.points} 年数据，最小二乘）到 {one.target.year} 年为 "
            f"{number(seen.forecast)} {unit}".rstrip(),
            f"Linear trend ({seen.points} years, least squares) gives "
            f"{number(seen.forecast)} {unit}".rstrip()
            + f" in {one.target.year}",
        )


__all__ = ["explain_target"]
