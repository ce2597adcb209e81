"""``tongjian import`` and ``tongjian template``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.problems import Problem, TongjianError
from tongjian.records import Catalogue, Store, import_files, write_template


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


def run_template(out: Output, path: Path, sector: str | None) -> None:
    """Write the workbook to fill in."""
    write_template(path, Catalogue.load(), out.lang, sector=sector)
    out.data({"file": str(path)})
    out.say(f"模板已写入 {path}", f"Template written to {path}")
