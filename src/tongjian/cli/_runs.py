"""``tongjian run`` and ``tongjian explain``."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tongjian.cli._output import Output
from tongjian.cli._tree import print_tree
from tongjian.cli._workspace import do_run, open_log
from tongjian.engine import Run, explain, explain_total
from tongjian.problems import Problem, TongjianError
from tongjian.reports import Annexes, Words, annexes_of, views, write_html, write_xlsx
from tongjian.statutory import Authority, require_statutory, statement

_COLUMNS = {
    "year": ("年份", "year"),
    "sector": ("行业", "sector"),
    "city": ("城市", "city"),
    "province": ("省份", "province"),
    "division": ("区划代码", "division"),
    "facility": ("企业", "facility"),
    "category": ("排放源", "source"),
    "substance": ("物质或能源", "substance or energy"),
    "ruleset": ("规则集", "rule set"),
    "boundary": ("边界", "boundary"),
}


def run_run(
    out: Output,
    workspace: Path,
    rulesets: Sequence[str],
    years: Sequence[int],
    binds: Sequence[str],
    by: str,
    report: Path | None,
    statutory: bool,
    rulebook: Path | None,
    backend: str = "auto",
    as_of: str | None = None,
) -> None:
    """Run, print the inventory, store ledger and manifest, write reports if asked.

    A `statutory` run is refused before anything is written if it rests on recalled values that
    nobody has confirmed, replaces tables or leaves rows out.
    """
    run = do_run(out, workspace, rulebook, rulesets, years, binds, backend, as_of)
    authority = Authority(open_log(workspace))
    said = statement(run, authority) if statutory or authority.entries() else None
    if statutory and said is not None:
        require_statutory(run, said)
    folder = store_run(run, workspace)
    groups = [name.strip() for name in by.split(",") if name.strip()]
    # Rule sets of one boundary that were run side by side are kept apart.
    rows = [
        {"boundary": view.boundary, "ruleset": view.ruleset, **row}
        for view in views(run)
        for row in run.inventory(["year", *groups], **view.where)
    ]
    files = []
    if report:
        files = write_reports(run, report, annexes_of(run, said, statutory=statutory))
    out.data(
        {
            "manifest": run.manifest,
            "folder": str(folder),
            "reports": [str(path) for path in files],
            "inventory": rows,
            "problems": [problem.as_dict() for problem in run.problems],
        }
    )
    print_inventory(out, run, groups)
    print_problems(out, run)
    out.say(f"结果与清单：{folder}", f"Results and manifest: {folder}")
    for path in files:
        out.say(f"报告：{path}", f"Report: {path}")


def print_inventory(
    out: Output, run: Run, by: Sequence[str], *, apart: bool = True, **where: object
) -> None:
    """One table per boundary: boundaries, and rule sets of one boundary, are never added.

    `apart` False leaves out what can only be listed substance by substance.
    """
    words = Words.of(out.lang)
    zh = out.lang == "zh"
    for view in views(run):
        if not (view.measure or apart):
            continue
        # Substances without a common measure are listed one by one, each in its own mass.
        listed = by if view.measure or "substance" in by else [*by, "substance"]
        rows = run.inventory(["year", *listed], **view.where, **where)
        headers = [_COLUMNS.get(name, (name, name))[0 if zh else 1] for name in ("year", *listed)]
        headers.append(view.unit if view.measure else "质量" if zh else "mass")
        headers += [] if view.measure else ["单位" if zh else "unit"]
        headers.append("未计入行" if zh else "rows left out")
        cells = [
            [
                str(row["year"]),
                *(words.term(name, str(row[name])) for name in listed),
                *([view.value(row)] if view.measure else [row["amount"], row["unit"]]),
                row["missing"],
            ]
            for row in rows
        ]
        if cells:
            title = words.term("boundary", view.boundary)
            out.table(f"{title}  {view.ruleset}" if view.ruleset else title, headers, cells)


def print_problems(out: Output, run: Run) -> None:
    """How many rows were left out and why."""
    errors = sum(problem.severity == "error" for problem in run.problems)
    if run.problems:
        out.say(
            f"{errors} 处数据问题（所涉行未计入合计）：",
            f"{errors} problems in the data (their rows are left out of the totals):",
        )
        out.problems(run.problems)


def store_run(run: Run, workspace: Path) -> Path:
    """Write manifest, ledger and problems below the workspace; the name is the result's digest."""
    folder = workspace / "runs" / str(run.manifest["result"])[:16]
    folder.mkdir(parents=True, exist_ok=True)
    ledger = run.ledger
    with (folder / "ledger.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(ledger[0]) if ledger else ["facility"])
        writer.writeheader()
        writer.writerows(ledger)
    for name, value in (
        ("problems.json", [problem.as_dict() for problem in run.problems]),
        ("manifest.json", run.manifest),  # last: a folder with a manifest is complete
    ):
        text = json.dumps(value, ensure_ascii=False, indent=2)
        (folder / name).write_text(text + "\n", encoding="utf-8")
    return folder


def write_reports(run: Run, folder: Path, annexes: Annexes) -> list[Path]:
    """HTML in both languages and one workbook."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "report.zh.html", folder / "report.en.html", folder / "report.xlsx"]
    write_html(run, files[0], lang="zh", annexes=annexes)
    write_html(run, files[1], lang="en", annexes=annexes)
    write_xlsx(run, files[2], lang="zh", annexes=annexes)
    return files


def run_explain(
    out: Output,
    workspace: Path,
    where: Sequence[str],
    rulesets: Sequence[str],
    binds: Sequence[str],
    rows: int,
    depth: int,
    manifest: Path | None,
    rulebook: Path | None,
) -> None:
    """Explain one cell (with ``column=``) or one total of ledger lines."""
    conditions = read_conditions(where)
    years = [conditions["year"]] if "year" in conditions else []
    run = do_run(out, workspace, rulebook, rulesets, () if manifest else years, binds)
    if manifest is not None:
        hold_against(run, manifest)
    column = conditions.pop("column", None)
    if column is None:
        node = explain_total(run, rows=rows, **conditions)
    else:
        sheet, _, name = str(column).rpartition(".")
        ruleset = conditions.pop("ruleset", None) or _only_ruleset(run, conditions)
        node = explain(run, str(ruleset), sheet or "facility", conditions, name, rows=rows)
    out.data(node.as_dict())
    print_tree(out, node, depth)


def read_conditions(texts: Sequence[str]) -> dict[str, Any]:
    """Conditions such as ``year=2025`` as a mapping; raises `TongjianError`."""
    conditions: dict[str, Any] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name:
            values = {"option": "WHERE", "value": text, "expected": "name=value"}
            raise TongjianError(Problem("cli.option", values=values))
        conditions[name] = int(value) if name == "year" and value.isdigit() else value
    return conditions


def hold_against(run: Run, manifest: Path) -> None:
    """Refuse to explain a run other than the one that the manifest pins."""
    expected = json.loads(manifest.read_text(encoding="utf-8"))["result"]
    found = run.manifest["result"]
    if found != expected:
        values = {"found": found[:16], "expected": expected[:16]}
        raise TongjianError(Problem("cli.other_result", values=values))


def _only_ruleset(run: Run, conditions: dict[str, Any]) -> str:
    facility = conditions.get("facility")
    names = sorted({line.ruleset for line in run.lines if line.facility == facility})
    enterprise = [r.ruleset.id for r in run.results if r.ruleset.doc.boundary == "enterprise"]
    fitting = [name for name in names if name in enterprise] or names
    if not fitting:
        values = {"what": f"facility={facility}", "known": ", ".join(list(run.facilities)[:10])}
        raise TongjianError(Problem("engine.unknown_cell", values=values))
    return fitting[0]
