"""``tongjian import`` and ``tongjian template``; what was imported and corrected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.problems import Problem, TongjianError
from tongjian.records import (
    Catalogue,
    Correction,
    ImportReport,
    Store,
    import_files,
    write_template,
)
from tongjian.rules import load_rulebook


def run_import(
    out: Output,
    files: Sequence[Path],
    workspace: Path,
    dry_run: bool,
    correcting: tuple[bool, bool] = (False, False),
    words: tuple[str, str, str] = ("", "", ""),
) -> None:
    """Import files into a workspace and say what happened.

    `correcting` says whether they correct or withdraw what is stored; `words` are who, why and on
    what evidence.
    """
    missing = [path for path in files if not path.is_file()]
    if missing:
        raise TongjianError([Problem("cli.no_file", values={"file": path}) for path in missing])
    correction = _correction(correcting, words)
    store = Store.create(workspace)
    report = import_files(store, files, Catalogue.load(), dry_run=dry_run, correction=correction)
    out.data(report.as_dict())
    out.problems(report.problems)
    if not report.ok:
        read, errors = report.rows_read, len(report.errors)
        out.say(
            f"读入 {read} 行，发现 {errors} 个错误，未写入任何数据。",
            f"Read {read} rows and found {errors} errors; nothing was written.",
        )
        raise SystemExit(1)
    zh, en = _counts(report)
    if dry_run:
        out.say(
            f"检查通过：{zh}；未写入（--dry-run）。", f"All good: {en}; not written (--dry-run)."
        )
    else:
        out.say(f"已导入：{zh}。", f"Imported {en}.")


def _correction(correcting: tuple[bool, bool], words: tuple[str, str, str]) -> Correction | None:
    """What the options say of a correction; raises `TongjianError` for words without one."""
    correct, withdraw = correcting
    if correct and withdraw:
        values = {"option": "--correct", "value": "--withdraw"}
        values["expected"] = "--correct | --withdraw"
        raise TongjianError(Problem("cli.option", values=values))
    if correct or withdraw:
        return Correction(*words, withdraw=withdraw)
    given = [
        name for name, text in zip(("--by", "--reason", "--evidence"), words, strict=True) if text
    ]
    if given:
        raise TongjianError(Problem("cli.only_corrections", values={"options": ", ".join(given)}))
    return None


def _counts(report: ImportReport) -> tuple[str, str]:
    read, new, known = report.rows_read, report.rows_new, report.rows_known
    zh = f"{read} 行，其中新增 {new} 行、已有 {known} 行"
    en = f"{read} rows, {new} new, {known} already there"
    if report.rows_corrected or report.rows_withdrawn:
        zh += f"、更正 {report.rows_corrected} 行、撤回 {report.rows_withdrawn} 行"
        en += f", {report.rows_corrected} corrected, {report.rows_withdrawn} withdrawn"
    return zh, en


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
