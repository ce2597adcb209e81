"""``tongjian import`` and ``tongjian template``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.problems import Problem, TongjianError
from tongjian.records import Catalogue, Store, import_files, write_template
from tongjian.rules import load_rulebook


def run_import(out: Output, files: Sequence[Path], workspace: Path, dry_run: bool) -> None:
    """Import files into a workspace and say what happened."""
    missing = [path for path in files if not path.is_file()]
    if missing:
        raise TongjianError([Problem("cli.no_file", values={"file": path}) for path in missing])
    store = Store.create(workspace)
    report = import_files(store, files, Catalogue.load(), dry_run=dry_run)
    out.data(report.as_dict())
    out.problems(report.problems)
    read, new, known = report.rows_read, report.rows_new, report.rows_known
    if not report.ok:
        errors = len(report.errors)
        out.say(
            f"读入 {read} 行，发现 {errors} 个错误，未写入任何数据。",
            f"Read {read} rows and found {errors} errors; nothing was written.",
        )
        raise SystemExit(1)
    if dry_run:
        out.say(
            f"检查通过：{read} 行，其中新增 {new} 行、已有 {known} 行；未写入（--dry-run）。",
            f"All good: {read} rows, {new} new, {known} already there; not written (--dry-run).",
        )
    else:
        out.say(
            f"已导入：{read} 行，其中新增 {new} 行、已有 {known} 行。",
            f"Imported {read} rows, {new} new, {known} already there.",
        )


def sector_classes(catalogue: Catalogue, sector: str) -> list[str]:
    """Classes of streams that the rule sets of a sector read."""
    programs = [
        edition.program
        for editions in load_rulebook().rulesets.values()
        for edition in editions
        if sector in edition.doc.sectors
    ]
    if not programs:
        known = sorted(
            {s for group in load_rulebook().rulesets.values() for e in group for s in e.doc.sectors}
        )
        values = {"option": "--sector", "value": sector, "expected": " | ".join(known)}
        raise TongjianError(Problem("cli.option", values=values))
    classes: dict[str, None] = {}
    for program in programs:
        for sheet in program.sheets.values():
            classes.update(dict.fromkeys(name for name in sheet.doc.streams if name != "any"))
            for item in sheet.inputs.values():
                stream = catalogue.resolve_stream(item.doc.stream) if item.doc.stream else None
                if stream is not None:
                    classes[stream.stream_class] = None
    return list(classes)


def run_template(out: Output, path: Path, sector: str | None) -> None:
    """Write the workbook to fill in; for a sector, with what its rule sets read."""
    catalogue = Catalogue.load()
    classes = sector_classes(catalogue, sector) if sector else None
    write_template(path, catalogue, out.lang, classes)
    out.data({"file": str(path)})
    out.say(f"模板已写入 {path}", f"Template written to {path}")
