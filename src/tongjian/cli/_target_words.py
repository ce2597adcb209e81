"""Words and numbers of targets for the command line (目标的文字表达)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tongjian.problems import Problem, TongjianError
from tongjian.records import Catalogue
from tongjian.reports import Words
from tongjian.rules import ColumnOf, CountOf, LedgerOf
from tongjian.targets import Evaluation, Region

if TYPE_CHECKING:
    from tongjian.rules import FormulaDoc, Quantity, Rulebook

_NATION = ("", "nation", "全国", "CN")
STATUS_WORDS = {
    "met": ("达到", "met"),
    "missed": ("未达到", "missed"),
    "on_track": ("按期", "on track"),
    "at_risk": ("有风险", "at risk"),
    "off": ("偏离", "off"),
    "rule": ("条件", "condition"),
    "not_measurable": ("无法评估", "not measurable"),
}
_SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "==": "="}
_WORDS = {
    "trend_down": ("↓ 下降", "↓ falling"),
    "trend_up": ("↑ 上升", "↑ rising"),
    "rule": ("条件", "condition"),
    "controlled": ("严控增长", "controlled"),
    "at_benchmark": ("全部达到", "all reach it"),
}


def number(value: float) -> str:
    """A number with as many digits as say something."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def unit_text(one: Evaluation, lang: str) -> str:
    """The unit of a target; a bare number has none."""
    return unit_words(one.target.unit.text, lang)


def unit_words(text: str, lang: str) -> str:
    """A unit as people write it: 万t is 10⁴ t where the text is English."""
    if text == "count":
        return "个" if lang == "zh" else "count"
    if text == "1":
        return ""
    return Words.of(lang).unit(text if lang == "zh" else text.replace("万", "10⁴ "))


def agencies_text(codes: Iterable[str], lang: str) -> str:
    """Agencies by name; in English by the initials that they are known by, where they have such."""
    words = Words.of(lang)
    if lang == "zh":
        return "、".join(words.term("agency", code) for code in codes)
    return ", ".join(code if code.isupper() else words.term("agency", code) for code in codes)


def measure_text(one: Evaluation, rulebook: Rulebook, lang: str) -> str:
    """What is summed over the plants, and by what it is divided."""
    parts = (one.target.measure.of, one.target.measure.per)
    return " / ".join(_quantity(part, rulebook, lang) for part in parts if part is not None)


def _quantity(quantity: Quantity, rulebook: Rulebook, lang: str) -> str:
    words = Words.of(lang)
    match quantity:
        case ColumnOf():
            title = _column(quantity, rulebook).title
            return words.pick(title.zh, title.en)
        case CountOf(column=column, word=word):
            doc = _column(column, rulebook)
            label = doc.labels.get(word)
            said = word if label is None else words.pick(label.zh, label.en)
            return f"{words.pick(doc.title.zh, doc.title.en)} = {said}"
        case LedgerOf(boundary=boundary, measure=measure, categories=categories):
            listed = words.listed([words.term("category", one) for one in categories])
            name = " ".join((words.term("boundary", boundary), words.unit(measure)))
            return f"{name} [{listed}]" if listed else name


def _column(one: ColumnOf, rulebook: Rulebook) -> FormulaDoc:
    """The formula of a column, in the newest edition of its rule set."""
    sheet = rulebook.rulesets[one.ruleset][-1].program.sheets[one.sheet]
    return sheet.formulas[one.column].doc


def value_text(one: Evaluation) -> str:
    """The value, with its year where that is not the year of the evaluation."""
    if one.value is None:
        return "–"
    if one.target.measure.kind == "peak":
        return f"{one.value:.0f}"
    mark = "†" if one.entered is not None else ""
    year = f" ’{(one.value_year or 0) % 100:02d}" if one.value_year != one.year else ""
    return f"{number(one.value)}{mark}{year}"


def goal_text(one: Evaluation, lang: str) -> str:
    """What has to be reached."""
    target, goal = one.target, one.goal
    index = 0 if lang == "zh" else 1
    if target.measure.kind == "peak" and target.value is not None:
        return f"≤{target.value:.0f}"
    if goal is not None and goal.entry is not None:
        sign = "≥" if goal.way == "up" else "≤" if goal.way == "down" else "≈"
        return f"{sign}{number(goal.bound)}†"
    if target.value is None:
        words = _WORDS.get(target.comparator)
        return words[index] if words else f"{_SIGNS.get(target.comparator, '≈')} ?"
    if target.comparator == "range" and target.high is not None:
        return f"{number(target.value)}–{number(target.high)}"
    return f"{_SIGNS.get(target.comparator, '≈')}{number(target.value)}"


def distance_text(one: Evaluation, lang: str) -> str:
    """How far there is to go, or by how much it is passed."""
    short = one.short
    if short is None or one.target.measure.kind == "peak":
        return "–"
    if short > 0:
        return f"差 {number(short)}" if lang == "zh" else f"short {number(short)}"
    if short == 0:
        return "0"
    return f"余 {number(-short)}" if lang == "zh" else f"spare {number(-short)}"


def region_of(
    region: str, city: str, catalogue: Catalogue, facilities: Iterable[Mapping[str, Any]]
) -> Region:
    """The region that is meant; raises `TongjianError` for one that nobody knows."""
    if region in _NATION:
        if city:
            values = {"option": "--city", "value": city, "expected": "--region"}
            raise TongjianError(Problem("cli.option", values=values))
        return Region()
    term = catalogue.resolve_term("province", region)
    if term is None:
        known = ", ".join(one.code for one in catalogue.terms_of("province"))
        values = {"option": "--region", "value": region, "expected": f"nation, {known}"}
        raise TongjianError(Problem("cli.option", values=values))
    cities = sorted({str(one["city"]) for one in facilities if one["province"] == term.code})
    if city and city not in cities and f"{city}市" not in cities:
        values = {"option": "--city", "value": city, "expected": ", ".join(filter(None, cities))}
        raise TongjianError(Problem("cli.option", values=values))
    return Region(term.code, city if not city or city in cities else f"{city}市")


__all__ = [
    "STATUS_WORDS",
    "agencies_text",
    "distance_text",
    "goal_text",
    "measure_text",
    "number",
    "region_of",
    "unit_text",
    "unit_words",
    "value_text",
]
