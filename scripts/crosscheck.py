"""Our tables against published factor sets (与公开因子的交叉核对): reads docs/crosscheck.yaml.

The YAML file cites single values of other publishers and names the value of ours that each is
compared with. Everything else is computed here from the rulebook: the conversion of units, the
difference, and whether that difference is within the rounding of what the two have printed. What
is not needs a written explanation. `crosscheck_page()` is docs/crosscheck.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tongjian.rules import Rulebook, Value
from tongjian.units import ONE, Unit, convert, parse_unit

FILE = Path(__file__).resolve().parent.parent / "docs" / "crosscheck.yaml"
# A value of ours: "table [key, key] column"; several joined by " * " are multiplied.
_REFERENCE = re.compile(r"(?P<table>\S+)(?: \[(?P<key>[^]]*)\])? (?P<column>\S+)")
COARSE = "coarse-print"  # the explanation that says: within what they print; checked
SAME = 1e-12  # two float64 that differ by less are the same number, converted differently


@dataclass(frozen=True)
class Step:
    """A convention applied to their value before comparing, such as gross to net heat (换算)."""

    times: Fraction
    unit: Unit


@dataclass(frozen=True)
class Comparison:
    """One value of ours beside one cited value of theirs (一项比较)."""

    group: str
    file: str
    row: Mapping[str, Any]
    column: str
    printed: str
    theirs_unit: Unit
    steps: tuple[Step, ...]
    expression: str
    values: tuple[Value, ...]
    unit: Unit  # of `ours`
    ours: float
    why: tuple[str, ...]
    margin: float

    @cached_property
    def theirs(self) -> float:
        """Their value in our unit, after the steps."""
        number, unit = Fraction(self.printed), self.theirs_unit
        for step in self.steps:
            number, unit = number * step.times, unit * step.unit
        return convert(float(number), unit, self.unit)

    @cached_property
    def difference(self) -> float:
        """Ours over theirs minus 1; zero when both are zero."""
        if self.ours == self.theirs:
            return 0.0
        return self.ours / self.theirs - 1 if self.theirs else float("inf")

    @property
    def verdict(self) -> str:
        """`equal`, `rounding` (half of the last digit of what was printed) or `different`."""
        if abs(self.difference) <= SAME:
            return "equal"
        within = self.within_print and abs(self.difference) <= self.margin
        return "rounding" if within else "different"

    @property
    def within_print(self) -> bool:
        """Whether the difference is within half of the last digit of what both have printed."""
        allowed = half_digit(self.printed) + sum(half_digit(one.printed) for one in self.values)
        return abs(self.difference) <= float(allowed) + SAME


def half_digit(printed: str) -> Fraction:
    """Half of the last printed digit, relative to the number; a fraction such as 44/56 is exact."""
    if "/" in printed or not Fraction(printed):
        return Fraction(0)
    mantissa, _, exponent = printed.lower().partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    return abs(Fraction(1, 2) * Fraction(10) ** -decimals / Fraction(printed))


def read(path: Path = FILE) -> dict[str, Any]:
    """The document as it is written."""
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def comparisons(document: Mapping[str, Any], book: Rulebook) -> Iterator[Comparison]:
    """Every comparison of the document, computed. A name that does not exist is an error."""
    steps = {
        name: Step(
            Fraction(str(one.get("times", 1))) / Fraction(one.get("divide", 1)),
            parse_unit(one["unit"]),
        )
        for name, one in document["steps"].items()
    }
    for group in document["groups"]:
        for line in group["lines"]:
            for expression, why in line["ours"].items():
                values, unit, number = _ours(expression, book)
                yield Comparison(
                    group=group["id"],
                    file=line.get("file", group.get("file")),
                    row=line["row"],
                    column=line.get("column", group.get("column")),
                    printed=line["printed"],
                    theirs_unit=parse_unit(line.get("unit", group.get("unit"))),
                    steps=tuple(steps[one] for one in line.get("steps", group.get("steps", []))),
                    expression=expression,
                    values=values,
                    unit=unit,
                    ours=float(number),
                    why=tuple([why] if isinstance(why, str) else why or ()),
                    margin=float(document["margin"]),
                )


def _ours(expression: str, book: Rulebook) -> tuple[tuple[Value, ...], Unit, Fraction]:
    values: list[Value] = []
    unit, number = ONE, Fraction(1)
    for reference in expression.split(" * "):
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise ValueError(f"not 'table [key] column': {reference!r}")
        table = book.tables[found["table"]]
        key = tuple(part.strip() for part in found["key"].split(",")) if found["key"] else ()
        matching = [v for v in table.values if (v.key, v.column) == (key, found["column"])]
        if len(matching) != 1 or matching[0].number is None:
            raise ValueError(f"{reference!r} names {len(matching)} values, not one with a number")
        values.append(matching[0])
        number *= matching[0].number
        column = table.columns[found["column"]].unit
        unit = unit * column if len(values) > 1 else column
    # A product is stated in base units: its text, unlike that of a column, names no scale.
    return (
        tuple(values),
        unit.base() if len(values) > 1 else unit,
        number * (unit.scale if len(values) > 1 else 1),
    )


def complaints(document: Mapping[str, Any], made: list[Comparison]) -> list[str]:
    """What is wrong with the document: a difference nobody explains, an explanation out of use."""
    explanations, found = document["explanations"], []
    for one in made:
        if one.verdict == "different" and not one.why:
            found.append(f"{one.expression} and {one.printed}: {one.difference:+.2%} unexplained")
        if set(one.why) - set(explanations):
            found.append(f"{one.expression}: no explanation called {', '.join(one.why)}")
        if COARSE in one.why and not one.within_print:
            found.append(f"{one.expression}: {one.difference:+.2%} is more than their last digit")
    used = {name for one in made for name in one.why}
    found += [f"explanation {name} is not used" for name in explanations if name not in used]
    for group in document["groups"]:
        steps = {name for part in (group, *group["lines"]) for name in part.get("steps", [])}
        found += [f"no step called {name}" for name in steps - set(document["steps"])]
        if group["source"] not in document["sources"]:
            found.append(f"no source called {group['source']}")
    return found


# ---- the page ----------------------------------------------------------------------------

_WORDS = {
    "equal": "相等<br>equal",
    "rounding": "取整之内<br>rounding",
    "different": "",
}


def crosscheck_page(book: Rulebook, note: str) -> str:
    """docs/crosscheck.md."""
    document = read()
    made = list(comparisons(document, book))
    parts = ["# 与公开因子的交叉核对 / Cross-check against published factors\n\n", note]
    parts += [_both(document["introduction"]), "\n", *_sources(document), *_counts(document, made)]
    parts += ["\n## 发现 / Findings\n\n", *map(_bullet, document["findings"])]
    parts += ["\n## 换算约定 / Conventions of conversion\n\n"]
    parts += [
        f"- {_factor(one)}：{one['zh']}\n  {one['en']}\n" for one in document["steps"].values()
    ]
    for group in document["groups"]:
        parts += _table(group, document, [one for one in made if one.group == group["id"]])
    parts += ["\n## 差异的解释 / Explanations\n\n"]
    for name, one in document["explanations"].items():
        parts.append(
            f'<a id="{name}"></a>**{one["short"]["zh"]} / {one["short"]["en"]}.** '
            f"{one['zh']}\n{one['en']}\n\n"
        )
    parts += ["## 没有可比取值的内容 / Nothing of ours to compare with\n\n"]
    parts += map(_bullet, document["not_compared"])
    return "".join(parts)


def _factor(step: Mapping[str, Any]) -> str:
    number = f"÷ {step['divide']}" if "divide" in step else f"× {step['times']}"
    return number if step["unit"] == "1" else f"{number} {step['unit']}"


def _both(words: Mapping[str, str]) -> str:
    return f"{words['zh'].strip()}\n\n{words['en'].strip()}\n"


def _bullet(words: Mapping[str, str]) -> str:
    return f"- {words['zh'].strip()}\n  {words['en'].strip()}\n"


def _sources(document: Mapping[str, Any]) -> Iterator[str]:
    yield "| 来源 source | 版本 edition | 原始出处 original publisher | 许可 licence |\n"
    yield "|---|---|---|---|\n"
    for one in document["sources"].values():
        yield f"| {one['title']} | {one['edition']} | {one['publisher']} | {one['licence']} |\n"


def _counts(document: Mapping[str, Any], made: list[Comparison]) -> Iterator[str]:
    counted = Counter(one.verdict for one in made)
    cells = len({(one.file, tuple(one.row.items()), one.column) for one in made})
    margin = f"{float(document['margin']):.0%}"
    yield (
        f"\n共 {len(made)} 项比较（对方 {cells} 个取值）：{counted['equal']} 项相等，"
        f"{counted['rounding']} 项之差在印刷取整之内（且不超过 {margin}），"
        f"{counted['different']} 项不同，逐项解释。\n\n"
        f"{len(made)} comparisons with {cells} values of theirs: {counted['equal']} are equal, "
        f"{counted['rounding']} within the rounding of what is printed (and within {margin}), "
        f"{counted['different']} differ, each explained.\n"
    )


def _table(
    group: Mapping[str, Any], document: Mapping[str, Any], made: list[Comparison]
) -> Iterator[str]:
    yield f"\n## {group['title']['zh']} / {group['title']['en']}\n\n"
    source = document["sources"][group["source"]]["short"]
    files = sorted({one.file for one in made})
    yield f"{source}：{'、'.join(f'`{name}`' for name in files)}"
    yield f"。{group['note']['zh']} {group['note']['en']}\n\n" if "note" in group else "\n\n"
    yield "| 我们的取值 ours | 对方 theirs | 对方换算后 converted | 差 difference | 解释 why |\n"
    yield "|---|---|---|---|---|\n"
    for one in made:
        yield _row(one, document)


def _row(one: Comparison, document: Mapping[str, Any]) -> str:
    statuses = "、".join(dict.fromkeys(value.status for value in one.values))
    ours = f"`{one.expression}`<br>{one.ours:.5g} {one.unit}（{statuses}）"
    where = "，".join(str(part).strip() for part in one.row.values())
    theirs = f"{where}<br>`{one.column}` {one.printed} {one.theirs_unit}"
    difference = "0" if one.verdict == "equal" else f"{one.difference:+.2%}"
    reasons = [_WORDS[one.verdict]] if _WORDS[one.verdict] else []
    for name in one.why:
        short = document["explanations"][name]["short"]
        reasons.append(f"[{short['zh']}<br>{short['en']}](#{name})")
    return f"| {ours} | {theirs} | {one.theirs:.5g} | {difference} | {'<br>'.join(reasons)} |\n"
