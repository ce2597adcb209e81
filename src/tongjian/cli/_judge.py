"""The judging commands: ``tongjian levels``, ``tariff``, ``allocate``, ``admit`` and so on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tongjian.cli._output import Figure, Output
from tongjian.cli._tree import print_tree
from tongjian.cli._workspace import open_rulebook, open_store, read_binds
from tongjian.engine import explain
from tongjian.judging import JudgedTable, Judgement, judge
from tongjian.problems import Problem, TongjianError
from tongjian.reports import Words
from tongjian.rules import KEY_TITLES

# Tables with more columns than a terminal has room for show their judgements only.
_WIDEST = 7
# So few rows are told line by line, with everything there is to say.
_FEW = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown: which rows, how many of them, and what is to be explained."""

    where: Mapping[str, object]
    rows: int
    explain: str | None
    depth: int


def run_judge(
    out: Output,
    workspace: Path,
    boundary: str,
    rulesets: Sequence[str],
    years: Sequence[int],
    binds: Sequence[str],
    rules: Sequence[Path],
    rulebook: Path | None,
    asked: Asked,
    *,
    solve: bool = False,
) -> None:
    """Judge, print tables and how often each word is said, or explain one cell."""
    store, book = open_store(workspace), open_rulebook(rulebook, rules)
    found = judge(
        book,
        store,
        boundary,
        list(years) or None,
        rulesets=list(rulesets) or None,
        binds=read_binds(binds),
        solve=solve,
    )
    if asked.explain is not None:
        _explain(out, found, asked)
        return
    out.data(found.as_dict(**asked.where))
    tables = found.tables(**asked.where)
    _print_solved(out, found)
    for table in tables:
        _print(out, table, asked.rows)
    if not tables:
        out.say(
            "没有符合条件的判定结果：检查筛选条件、年份，以及所需事项是否已填报。",
            "Nothing to show: check the filters, the year, and whether what is needed was entered.",
        )
    out.problems([*found.unsolved, *found.run.problems])
    if tables:
        out.say(
            "逐项来历：加 --explain 列名（可用 --where facility=… 选行）；全部列：--json。",
            "Where a value comes from: --explain COLUMN (choose a row by --where facility=…); "
            "all columns: --json.",
        )


def _print_solved(out: Output, found: Judgement) -> None:
    """Values solved for: a scenario over the plants at hand, and said to be one."""
    for one in found.solved:
        key = " ".join(str(_key(name, value, out.lang)) for name, value in one.row.items())
        out.say(
            f"求解得 {key}：{one.sought.value:.10g} {one.sought.unit}（{one.ruleset}；"
            "仅按库中企业求得，是情景，不是公布值）",
            f"Solved for {key}: {one.sought.value:.10g} {one.sought.unit} ({one.ruleset}; over the "
            "plants at hand, a scenario and not the published value)",
        )


def _print(out: Output, table: JudgedTable, most: int) -> None:
    lang = out.lang
    status = Words.of(lang).term("status", table.status)
    title = f"{table.title[lang]} · {table.heading[lang]}  〔{table.ruleset}，{status}〕"
    if len(table.rows) <= _FEW:
        _print_rows(out, table, title)
        return
    told = [one for one in table.columns if one.says_words]
    columns = table.columns if len(table.columns) <= _WIDEST or not told else tuple(told)
    columns = columns[:_WIDEST]
    headers = [KEY_TITLES[key][lang] for key in table.keys]
    headers += [_heading(one.title[lang], one.unit) for one in columns]
    rows = [
        [
            *(_key(key, row[key], lang) for key in table.keys),
            *(_figure(one.text(row[one.name], lang)) for one in columns),
        ]
        for row in table.rows[:most]
    ]
    out.table(title, headers, rows, keys=1)
    if len(table.rows) > most:
        left = len(table.rows) - most
        out.say(f"…… 另有 {left} 行（--rows）", f"… {left} more rows (--rows)")
    for tally in table.tallies():
        said = tally.column.labels
        separator = "，" if lang == "zh" else ", "
        counts = separator.join(
            f"{said[code][lang]} {count:,}" for code, count in tally.counts.items() if count
        )
        if counts:
            colon = "：" if lang == "zh" else ": "
            out.say(*(f"  {tally.column.title[lang]}{colon}{counts}",) * 2)


def _print_rows(out: Output, table: JudgedTable, title: str) -> None:
    """A few rows, each as a list of everything it says."""
    lang = out.lang
    headers = (
        ["判定项", "结果", "单位", "条款"] if lang == "zh" else ["item", "result", "unit", "clause"]
    )
    for row in table.rows:
        key = " ".join(str(_key(one, row[one], lang)) for one in table.keys)
        rows = [
            [
                one.title[lang],
                _text(one.text(row[one.name], lang)),
                _unit(one.unit),
                one.clause,
            ]
            for one in table.columns
        ]
        out.table(f"{title}\n{key}", headers, rows)


def _heading(title: str, unit: str) -> str:
    return f"{title} ({_unit(unit)})" if _unit(unit) else title


def _unit(unit: str) -> str:
    """A unit as it is printed; a number of things needs none."""
    return "" if unit in ("1", "count") else unit


def _figure(value: object) -> object:
    """A number with as many digits as tell something: 0.0123 and not 0.01."""
    if isinstance(value, float) and abs(value) < 100:
        return Figure(value)
    return value


def _text(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)


def _key(key: str, value: object, lang: str) -> object:
    """A key as people know it; a year has no thousands separator."""
    return str(value) if key in ("facility", "year") else Words.of(lang).key(key, str(value))


def _explain(out: Output, found: Judgement, asked: Asked) -> None:
    """The tree of the first row that has the column and fits."""
    for table in found.tables(**asked.where):
        if asked.explain in {one.name for one in table.columns}:
            row = table.rows[0]
            key = {name: row[name] for name in table.keys}
            node = explain(found.run, table.ruleset, table.sheet, key, str(asked.explain))
            out.data(node.as_dict())
            print_tree(out, node, asked.depth)
            return
    known = dict.fromkeys(
        one.name for table in found.tables(**asked.where) for one in table.columns
    )
    values = {"option": "--explain", "value": asked.explain, "expected": ", ".join(known) or "-"}
    raise TongjianError(Problem("cli.option", values=values))


def read_where(texts: Sequence[str]) -> dict[str, object]:
    """Conditions such as ``level=below_baseline`` or ``year=2025``."""
    found: dict[str, object] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name or not value:
            values = {"option": "--where", "value": text, "expected": "name=value"}
            raise TongjianError(Problem("cli.option", values=values))
        found[name] = int(value) if name == "year" and value.isdigit() else value
    return found
