"""``tongjian document``: the run, or the kept run of a version, laid out and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tongjian.cli._document_papers import papers_of
from tongjian.cli._output import Output
from tongjian.cli._plan_options import day_of
from tongjian.cli._workspace import do_run, open_log, open_store
from tongjian.engine import Run
from tongjian.evidence import EvidenceLog, workspace_files
from tongjian.problems import Problem, TongjianError
from tongjian.reports import write_whole
from tongjian.reports.documents import (
    FORMATS,
    Kind,
    Material,
    document,
    kind_of,
    packed,
    write_document,
)
from tongjian.verification import opinion_of, sample_of
from tongjian.versions import (
    ReportVersion,
    RunStore,
    report_subject,
    report_versions,
    reproduce,
    require_identical,
)

_ARCHIVE = "zip"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: kind, plant, year, formats, where to, and from which run."""

    kind: str
    facility: str
    year: int
    forms: tuple[str, ...]
    out: Path | None
    ruleset: str | None
    version: int | None
    enterprise: Path | None
    uncertainty: bool
    date: str | None


def run_document(
    out: Output, workspace: Path, wanted: Wanted, binds: Sequence[str], rulebook: Path | None
) -> None:
    """Make a document and write it in every format that is asked for."""
    kind, made_on = kind_of(wanted.kind), day_of("--date", wanted.date)
    _require_forms(kind, wanted.forms)
    log = open_log(workspace)
    ruleset, number = wanted.ruleset, wanted.version
    if kind.verified:
        # What was verified is what the opinion (or the sample) says, unless told otherwise.
        ruleset, number = _verified(log, wanted, ruleset, number)
    if number is None:
        run, version = do_run(out, workspace, rulebook, (), (), binds), None
    else:
        run, version = _kept(log, workspace, wanted, kind, ruleset, number)
    material = Material.of(
        run, wanted.facility, wanted.year, kind.boundary, None, ruleset, kind.substance
    )
    papers = papers_of(
        material,
        kind,
        workspace,
        log,
        version,
        enterprise=wanted.enterprise,
        uncertainty=wanted.uncertainty,
        made=made_on,
    )
    material = material.beside(papers)
    made = document(material, wanted.kind, out.lang)
    files = []
    for form in wanted.forms:
        path = _path(workspace, wanted, out.lang, form)
        path.parent.mkdir(parents=True, exist_ok=True)
        if form == _ARCHIVE:
            write_whole(path, packed(made, material, log, workspace_files(workspace, log)))
        else:
            write_document(made, path, form)
        files.append(path)
    out.data(
        {
            "files": [str(path) for path in files],
            "ruleset": material.ruleset,
            "result": run.manifest["result"],
            "version": None if version is None else version.number,
        }
    )
    for path in files:
        out.say(f"已写：{path}", f"Wrote: {path}")


def _require_forms(kind: Kind, forms: Sequence[str]) -> None:
    known = [*FORMATS, _ARCHIVE] if kind.archive else list(FORMATS)
    problems = [
        Problem("reports.document_format", values={"format": one, "known": ", ".join(known)})
        for one in forms
        if one not in known
    ]
    if problems:
        raise TongjianError(problems)


def _path(workspace: Path, wanted: Wanted, lang: str, form: str) -> Path:
    """Where a format goes: into the file that was named, or by its kind into a folder."""
    if wanted.out is not None and wanted.out.suffix == f".{form}":
        return wanted.out
    folder = wanted.out or workspace / "documents"
    safe = "".join(one if one.isalnum() or one in "-_" else "-" for one in wanted.facility)
    return folder / f"{safe}-{wanted.year}-{wanted.kind}.{lang}.{form}"


def _verified(
    log: EvidenceLog, wanted: Wanted, ruleset: str | None, number: int | None
) -> tuple[str | None, int | None]:
    """Rule set and version that the newest opinion is on, or the newest sample."""
    entries, report = log.entries(), report_subject(wanted.facility, wanted.year)
    opinion, sample = opinion_of(entries, report), sample_of(entries, report)
    if opinion is not None:
        said = opinion.version.rpartition("/")[2]
        ruleset = ruleset or opinion.ground.ruleset
        number = number or (int(said) if said else None)
    elif sample is not None:
        ruleset = ruleset or str(sample.entry.content["ruleset"])
    return ruleset, number


def _kept(
    log: EvidenceLog,
    workspace: Path,
    wanted: Wanted,
    kind: Kind,
    ruleset: str | None,
    number: int,
) -> tuple[Run, ReportVersion]:
    """The run of a version computed again to the same bytes; raises `TongjianError`."""
    known = report_versions(log, wanted.facility, wanted.year)
    store = RunStore(workspace_files(workspace, log), open_store(workspace))
    for version in known:
        for mark in version.runs if version.number == number else ():
            run = require_identical(reproduce(store, store.open(mark)))
            if any(
                line.facility == wanted.facility
                and line.year == wanted.year
                and (line.ruleset == ruleset if ruleset else line.boundary == kind.boundary)
                for line in run.lines
            ):
                return run, version
    values = {
        "facility": wanted.facility,
        "year": wanted.year,
        "version": number,
        "ruleset": ruleset or kind.boundary,
        "known": ", ".join(f"V{one.number}" for one in known) or "-",
    }
    raise TongjianError(Problem("reports.no_version", values=values))


__all__ = ["Wanted", "run_document"]
