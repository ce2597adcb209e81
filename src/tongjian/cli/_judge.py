"""The judging commands: ``tongjian levels``, ``tariff``, ``allocate``, ``admit`` and so on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tongjian.cli._judged import print_judged
from tongjian.cli._output import Output
from tongjian.cli._tree import print_tree
from tongjian.cli._workspace import open_rulebook, open_store, read_binds
from tongjian.engine import explain
from tongjian.judging import JudgedTable, Judgement, Untold, judge
from tongjian.problems import Problem, TongjianError
from tongjian.reports import Words


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown: which rows, how many of them, and what is to be explained."""

    where: Mapping[str, object]
    rows: int
    explain: str | None
    depth: int
    columns: Sequence[str] = ()


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
    _check_columns(tables, asked.columns)
    _print_solved(out, found)
    last = ""
    for table in tables:
        if asked.columns and not {one.name for one in table.columns} & set(asked.columns):
            continue
        if table.ruleset != last and not out.as_json:
            _heading(out, table)
        last = table.ruleset
        if not out.as_json:
            print_judged(out, table, asked.rows, asked.columns)
    _print_untold(out, found.untold(**asked.where))
    if not tables:
        out.say(
            "没有符合条件的判定结果：检查筛选条件、年份，以及所需事项是否已填报。",
            "Nothing to show: check the filters, the year, and whether what is needed was entered.",
        )
    _print_awaited(out, found)
    out.problems([*found.unsolved, *found.run.problems])
    if tables:
        out.say(
            "逐项来历：加 --explain 列名（可用 --where facility=… 选行）；全部列：--json。",
            "Where a value comes from: --explain COLUMN (choose a row by --where facility=…); "
            "all columns: --json.",
        )


def _check_columns(tables: Sequence[JudgedTable], names: Sequence[str]) -> None:
    """Raises `TongjianError` for columns that no table has."""
    known = dict.fromkeys(one.name for table in tables for one in table.columns)
    unknown = [name for name in names if name not in known]
    if tables and unknown:
        expected = ", ".join(known)
        raise TongjianError(
            Problem(
                "cli.option", values={"option": "--columns", "value": one, "expected": expected}
            )
            for one in unknown
        )


def _print_solved(out: Output, found: Judgement) -> None:
    """Values solved for: a scenario over the plants at hand, and said to be one."""
    for one in found.solved:
        key = " ".join(_key(name, value, out.lang) for name, value in one.row.items())
        out.say(
            f"求解得 {key}：{one.sought.value:.10g} {one.sought.unit}（{one.ruleset}；"
            "仅按库中企业求得，是情景，不是公布值）",
            f"Solved for {key}: {one.sought.value:.10g} {one.sought.unit} ({one.ruleset}; over the "
            "plants at hand, a scenario and not the published value)",
        )


def _print_untold(out: Output, untold: Sequence[Untold]) -> None:
    """Rows that are of no interest, so that nobody takes them for missing."""
    for one in untold:
        out.say(
            f"  不列出：{one.title.zh} · {one.heading.zh}，{one.count:,} 行（{one.words.zh}）",
            f"  Not listed: {one.title.en} · {one.heading.en}, {one.count:,} rows ({one.words.en})",
        )


def _print_awaited(out: Output, found: Judgement) -> None:
    """Values that nobody has published yet, and how to go on without them."""
    for one in found.awaited:
        key = " ".join(_key(name, value, out.lang) for name, value in one.row.items())
        put_in = f'--bind "{one.bind}…"'
        out.say(
            f"尚未公布：{one.title.zh}（{key}；{one.ruleset}），用到它的结果空缺。"
            f"按库中企业求解（情景）：--solve；代入一个数：{put_in}",
            f"Not published yet: {one.title.en} ({key}; {one.ruleset}); what rests on it is empty. "
            f"Solve over the plants at hand (a scenario): --solve; put a number in: {put_in}",
        )


def _heading(out: Output, table: JudgedTable) -> None:
    """The rule set whose tables follow, and how well its text is known."""
    status = Words.of(out.lang).term("status", table.status)
    out.say(
        f"\n■ {table.title.zh}（{table.ruleset}，{status}）",
        f"\n■ {table.title.en} ({table.ruleset}, {status.lower()})",
    )


def _key(key: str, value: object, lang: str) -> str:
    """A key as people know it; a year has no thousands separator."""
    return str(value) if key in ("facility", "year") else Words.of(lang).key(key, str(value))


def _explain(out: Output, found: Judgement, asked: Asked) -> None:
    """The tree of the first row that has the column and fits."""
    if not found.tables(**asked.where):
        _print_untold(out, found.untold(**asked.where))
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
