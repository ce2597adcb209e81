"""``tongjian document``: the run, or the kept run of a version, laid out and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._plan_options import day_of
from tongjian.cli._workspace import do_run, open_log, open_store
from tongjian.evidence import EvidenceLog, workspace_files
from tongjian.papers import kept_run_of, papers_of
from tongjian.problems import Problem, TongjianError
from tongjian.reports import write_whole
from tongjian.reports.documents import (
    FORMATS,
    Enterprise,
    Kind,
    Material,
    document,
    kind_of,
    packed,
    read_enterprises,
    write_document,
)
from tongjian.verification import opinion_of, sample_of
from tongjian.versions import ReportVersion, RunStore, report_subject

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
    files = workspace_files(workspace, log)
    runs = RunStore(files, open_store(workspace))
    version: ReportVersion | None = None
    if number is None:
        run = do_run(out, workspace, rulebook, (), (), binds)
    else:
        run, version = kept_run_of(runs, wanted.facility, wanted.year, kind, ruleset, number)
    material = Material.of(
        run, wanted.facility, wanted.year, kind.boundary, None, ruleset, kind.substance
    )
    papers = papers_of(
        material,
        kind,
        runs,
        version,
        enterprise=_enterprise(workspace, wanted.enterprise, wanted.facility),
        uncertainty=wanted.uncertainty,
        made=made_on,
    )
    material = material.beside(papers)
    made = document(material, wanted.kind, out.lang)
    written = []
    for form in wanted.forms:
        path = _path(workspace, wanted, out.lang, form)
        path.parent.mkdir(parents=True, exist_ok=True)
        if form == _ARCHIVE:
            write_whole(path, packed(made, material, log, files))
        else:
            write_document(made, path, form)
        written.append(path)
    out.data(
        {
            "files": [str(path) for path in written],
            "ruleset": material.ruleset,
            "result": run.manifest["result"],
            "version": None if version is None else version.number,
        }
    )
    for path in written:
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


def _enterprise(workspace: Path, named: Path | None, facility: str) -> Enterprise:
    """The enterprise by the file that was named, or by ``enterprise.yaml`` if it is there."""
    path = named or workspace / "enterprise.yaml"
    if named is None and not path.is_file():
        return Enterprise()
    return read_enterprises(path).get(facility, Enterprise())


__all__ = ["Wanted", "run_document"]
