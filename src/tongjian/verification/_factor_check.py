"""Does a printed total follow from its printed factor, and is it the right one (因子一致性检查)?

Three questions to each row of a statement: whether activity datum times factor gives the printed
result; whether the factor is the one that the named source prints; and, for a total or a factor
that is not in order, which value of the rulebook's tables would explain it: a grid factor of
another year or region, or a slip by a power of ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from tongjian.problems import Problem, TongjianError
from tongjian.rules import Rulebook, Table, Value
from tongjian.units import Unit
from tongjian.verification._printed import Claim, PrintedRow

Verdict = Literal["follows", "follows_by_rounding", "does_not_follow"]
_SLIPS = (1, 2, 3, 4, 6)
# More explanations than this explain nothing.
_MOST = 8


@dataclass(frozen=True, slots=True)
class Known:
    """A value of the rulebook that a factor may be (可能的因子), in the unit of the statement."""

    table: Table
    value: Value
    number: Fraction

    def words(self, lang: str) -> str:
        """Table, column, key and years, with the status of the value."""
        column = self.table.columns[self.value.column].title[lang]
        key = " ".join(self.value.key)
        years = self.years
        name = f"{self.table.title[lang]} · {column}"
        detail = ", ".join(part for part in (key, years, self.value.status) if part)
        return f"{name}（{detail}）" if lang == "zh" else f"{name} ({detail})"

    @property
    def years(self) -> str:
        """The years in force, ``2012`` or ``2021–2022``."""
        first, last = self.value.validity.first, self.value.validity.last
        if first is None and last is None:
            return ""
        ends = [str(day.year) if day else "…" for day in (first, last)]
        return ends[0] if ends[0] == ends[1] else "–".join(ends)

    def as_dict(self) -> dict[str, Any]:
        """The value as plain data, for JSON."""
        return {
            "table": self.table.id,
            "column": self.value.column,
            "key": list(self.value.key),
            "years": self.years,
            "number": float(self.number),
            "status": self.value.status,
            "source": self.value.source or self.table.basis.document,
        }


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """What the check says of a row (检查结果).

    `computed` is the result of the printed figures, `tolerance` how far the printed one may be from
    it; `printed_as` are the values of the rulebook that equal the factor, `explained_by` those by
    which the printed total would follow; `due` is what the claimed source prints and `due_total`
    the result with it. All in the units of the statement. `findings` are in words.
    """

    row: PrintedRow
    verdict: Verdict
    computed: Fraction
    tolerance: Fraction
    printed_as: tuple[Known, ...]
    explained_by: tuple[Known, ...]
    due: Known | None
    findings: tuple[Problem, ...]

    @property
    def due_total(self) -> Fraction | None:
        """The result with the factor that the claimed source prints."""
        return None if self.due is None else self.row.total(self.due.number)

    @property
    def effect(self) -> Fraction:
        """By how much the printed result is too high, in its unit: against the factor that is due
        where the source is claimed, otherwise against the printed factor."""
        right = self.due_total if self.due_total is not None else self.computed
        off = self.row.printed.value - right
        return off if abs(off) > self.tolerance else Fraction(0)

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data, for JSON."""
        total = self.due_total
        return {
            "row": self.row.name,
            "verdict": self.verdict,
            "printed": float(self.row.printed.value),
            "computed": float(self.computed),
            "tolerance": float(self.tolerance),
            "unit": self.row.unit.text,
            "printed_as": [one.as_dict() for one in self.printed_as],
            "explained_by": [one.as_dict() for one in self.explained_by],
            "due": None if self.due is None else self.due.as_dict(),
            "due_total": None if total is None else float(total),
            "effect": float(self.effect),
            "findings": [one.as_dict() for one in self.findings],
        }


def check_factors(rows: Iterable[PrintedRow], rulebook: Rulebook) -> list[CheckedRow]:
    """Check every row of a statement against its own figures and the tables of the rulebook.

    Raises `TongjianError` for a claimed table or key that the rulebook does not have.
    """
    listed = list(rows)
    values: dict[tuple[Any, ...], list[Known]] = {}
    problems = [p for row in listed for p in _claim_problems(row, rulebook)]
    if problems:
        raise TongjianError(problems)
    found = []
    for row in listed:
        mark = (row.factor_unit.dimension, row.factor_unit.scale)
        if mark not in values:
            values[mark] = list(_known(rulebook, row.factor_unit))
        found.append(_check(row, values[mark], rulebook))
    return found


def _check(row: PrintedRow, values: list[Known], rulebook: Rulebook) -> CheckedRow:
    computed = row.total(row.factor.value)
    off = abs(row.printed.value - computed)
    rounded = row.printed.half + row.other.half * bool(row.other.value)
    # What the figures were before they were rounded for print may lie half a place away.
    behind = abs(row.scale) * (
        abs(row.factor.value) * row.activity.half + abs(row.activity.value) * row.factor.half
    )
    if off <= rounded:
        verdict: Verdict = "follows"
    elif off <= rounded + behind:
        verdict = "follows_by_rounding"
    else:
        verdict = "does_not_follow"
    printed_as = [one for one in values if one.number == row.factor.value]
    due = None if row.claim is None else _due(row.claim, row.factor_unit, rulebook)
    explained: list[Known] = []
    if verdict == "does_not_follow":
        explained = [
            one for one in values if abs(row.total(one.number) - row.printed.value) <= rounded
        ]
    checked = CheckedRow(
        row=row,
        verdict=verdict,
        computed=computed,
        tolerance=rounded,
        printed_as=tuple(printed_as[:_MOST]),
        explained_by=tuple(explained[:_MOST]),
        due=due,
        findings=(),
    )
    findings = tuple(_findings(checked, bool(values)))
    return CheckedRow(
        *(row, verdict, computed, rounded),
        *(checked.printed_as, checked.explained_by, due, findings),
    )


def _findings(checked: CheckedRow, knows: bool) -> Iterator[Problem]:
    row = checked.row
    if checked.verdict == "does_not_follow":
        values = {**_figures(checked), **_explanation(checked)}
        yield Problem("verification.total_not_from_factor", row.place, values)
    elif checked.verdict == "follows_by_rounding":
        problem = Problem("verification.total_by_rounding", row.place, _figures(checked), "note")
        yield problem
    due = checked.due
    if due is not None and not _same(due.number, row):
        listed = checked.printed_as
        values = {
            **_figures(checked),
            "due": _plain(due.number),
            "due_zh": due.words("zh"),
            "due_en": due.words("en"),
            "due_total": _rounded(row.total(due.number), row),
            "effect": _rounded(checked.effect, row),
            "is_zh": f"；{row.factor.text} 是{_names(listed, 'zh')}" if listed else "",
            "is_en": f"; {row.factor.text} is {_names(listed, 'en')}" if listed else "",
        }
        yield Problem("verification.factor_not_as_claimed", row.place, values)
    elif due is None and not checked.printed_as and knows:
        yield Problem("verification.factor_unknown", row.place, _figures(checked), "warning")


def _figures(checked: CheckedRow) -> dict[str, object]:
    row = checked.row
    return {
        "row": row.name,
        "activity": f"{row.activity.text} {row.activity_unit.text}",
        "factor": f"{row.factor.text} {row.factor_unit.text}",
        "computed": _rounded(checked.computed, row),
        "printed": row.printed.text,
        "unit": row.unit.text,
        "off": _rounded(row.printed.value - checked.computed, row),
    }


def _explanation(checked: CheckedRow) -> dict[str, object]:
    """What would explain the printed total: a factor, a slip of ten, or nothing that is known."""
    row = checked.row
    if checked.explained_by:
        numbers = sorted({one.number for one in checked.explained_by})
        which = ", ".join(_plain(number) for number in numbers)
        zh = f"用因子 {which} 可得：{_names(checked.explained_by, 'zh')}"
        en = f"It follows from {which}: {_names(checked.explained_by, 'en')}"
        return {"why_zh": zh, "why_en": en}
    for power in _SLIPS:
        for factor in (Fraction(10) ** power, Fraction(1, 10**power)):
            if abs(row.total(row.factor.value * factor) - row.printed.value) <= checked.tolerance:
                times = f"10^{power}" if factor > 1 else f"10^-{power}"
                zh = f"相差正好 {times} 倍，多半是单位用错"
                en = f"It is off by exactly {times}: most likely a unit was mistaken"
                return {"why_zh": zh, "why_en": en}
    needed = (row.printed.value - row.other.value) / (row.activity.value * row.scale or 1)
    return {
        "why_zh": f"需要因子 {float(needed):.6g}，规则库中没有这样的取值",
        "why_en": f"A factor of {float(needed):.6g} would be needed; the rulebook has none such",
    }


def _names(values: Iterable[Known], lang: str) -> str:
    return ("；" if lang == "zh" else "; ").join(one.words(lang) for one in values)


def _known(rulebook: Rulebook, unit: Unit) -> Iterator[Known]:
    """Every value of the rulebook that has the dimension of a factor, in the factor's unit."""
    for table in sorted(rulebook.tables.values(), key=lambda one: one.id):
        for value in table.values:
            theirs = table.columns[value.column].unit
            if value.number and theirs.same_dimension(unit):
                yield Known(table, value, value.number * theirs.scale / unit.scale)


def _due(claim: Claim, unit: Unit, rulebook: Rulebook) -> Known | None:
    """What the claimed source prints in this unit; the first column with the right dimension."""
    table = rulebook.tables[claim.table]
    for name, column in table.columns.items():
        if column.unit.same_dimension(unit):
            for value in table.values:
                at = (value.column, value.key) == (name, claim.key)
                if at and value.validity.covers(claim.day) and value.number is not None:
                    return Known(table, value, value.number * column.unit.scale / unit.scale)
    return None


def _claim_problems(row: PrintedRow, rulebook: Rulebook) -> Iterator[Problem]:
    claim = row.claim
    if claim is None:
        return
    if claim.table not in rulebook.tables:
        values: Mapping[str, object] = {"table": claim.table}
        yield Problem("verification.claims_no_table", row.place, values)
    elif _due(claim, row.factor_unit, rulebook) is None:
        keys = sorted({"/".join(one.key) for one in rulebook.tables[claim.table].values})
        values = {
            "table": claim.table,
            "key": "/".join(claim.key) or "-",
            "year": claim.year,
            "unit": row.factor_unit.text,
            "known": ", ".join(keys) or "-",
        }
        yield Problem("verification.claims_no_value", row.place, values)


def _same(number: Fraction, row: PrintedRow) -> bool:
    """Whether the printed factor is this number, as far as it is printed."""
    return abs(number - row.factor.value) <= row.factor.half and (
        number == row.factor.value or row.factor.place > _place_of(number)
    )


def _place_of(number: Fraction) -> Fraction:
    """The place of the last decimal of a number, or of the tenth."""
    for decimals in range(11):
        if (number * 10**decimals).denominator == 1:
            return Fraction(1, 10**decimals)
    return Fraction(1, 10**10)


def _plain(number: Fraction) -> str:
    return f"{float(number):.10g}"


def _rounded(number: Fraction, row: PrintedRow) -> str:
    """As the statement would print it."""
    decimals = len(row.printed.text.partition(".")[2])
    return f"{float(round(number, decimals)):.{decimals}f}"


__all__ = ["CheckedRow", "Known", "check_factors"]
