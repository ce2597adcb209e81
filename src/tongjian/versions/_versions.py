"""Versions of a report (报告版本): what was reported, on what it rests, and what changed since.

A version is an entry of the evidence log and is never changed. It pins kept runs, rule sets, the
state of the log and of the records, and what the report had from memory; a supplementary report
also says why it was made and what differs from the version before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args

from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.statutory import Authority
from tongjian.versions._diff import VersionDiff, diff_runs
from tongjian.versions._kept_run import KeptRun
from tongjian.versions._reproduce import Reproduction, reproduce, require_identical
from tongjian.versions._run_store import RunStore
from tongjian.versions._side import sides
from tongjian.versions._standing import as_document, require_returnable, standing
from tongjian.versions._totals import totals_diff

Kind = Literal["original", "supplementary"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MAKE = "version.make"
"""The act by which a version stands in the log."""


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """One version of a report (报告版本), as its entry in the evidence log has it.

    `runs` are the ids of the kept runs, `root` the number of entries of the evidence log before it
    and their Merkle root; `statement` and `diff` name attachments.
    """

    number: int
    facility: str
    year: int
    kind: Kind
    reason: str
    by: str
    time: str
    entry: int
    runs: tuple[str, ...]
    rulesets: tuple[dict[str, Any], ...]
    root: dict[str, Any]
    records: tuple[dict[str, Any], ...]
    statutory: bool
    open_doubts: int
    statement: str
    diff: str | None

    @classmethod
    def of(cls, entry: Entry) -> ReportVersion:
        """The version that an entry of the log says."""
        said = entry.content
        return cls(
            number=said["version"],
            facility=said["facility"],
            year=said["year"],
            kind=cast("Kind", said["kind"]),
            reason=said["reason"],
            by=entry.by,
            time=entry.time,
            entry=entry.number,
            runs=tuple(said["runs"]),
            rulesets=tuple(said["rulesets"]),
            root=said["root"],
            records=tuple(said["records"]),
            statutory=said["statutory"],
            open_doubts=said["open_doubts"],
            statement=said["statement"],
            diff=said["diff"],
        )

    @property
    def subject(self) -> str:
        """By what the log and others call it."""
        return f"{report_subject(self.facility, self.year)}/{self.number}"

    def as_dict(self) -> dict[str, Any]:
        """It as plain data."""
        found = {name: getattr(self, name) for name in ReportVersion.__slots__}
        listed = {name: list(found[name]) for name in ("runs", "rulesets", "records")}
        return {**found, **listed, "subject": self.subject}


def report_subject(facility: str, year: int) -> str:
    """By what the log calls a report."""
    return f"report:{facility}/{year}"


def report_versions(log: EvidenceLog, facility: str, year: int) -> list[ReportVersion]:
    """The versions of a report, oldest first; raises `TongjianError` for a log that was changed."""
    return versions_in(log.entries(MAKE), report_subject(facility, year))


def versions_in(entries: Iterable[Entry], report: str) -> list[ReportVersion]:
    """The versions of a report (``report:F1/2024``) that entries tell of, oldest first."""
    return [
        ReportVersion.of(entry)
        for entry in entries
        if entry.act == MAKE and entry.subject == report
    ]


def report_version(
    log: EvidenceLog, facility: str, year: int, number: int | None = None
) -> ReportVersion:
    """A version by number, the newest by default; raises `TongjianError` if there is none."""
    known = report_versions(log, facility, year)
    found = known[-1:] if number is None else [one for one in known if one.number == number]
    if not found:
        values = {"facility": facility, "year": year, "number": number or "-", "count": len(known)}
        raise TongjianError(Problem("versions.unknown_version", values=values))
    return found[0]


def make_version(
    store: RunStore,
    facility: str,
    year: int,
    runs: Sequence[str],
    by: str,
    kind: Kind = "original",
    reason: str = "",
    *,
    authority: Authority | None = None,
    statutory: bool = False,
) -> ReportVersion:
    """Make the next version of a report from kept runs.

    Each run has to give the same bytes again. With `statutory` a version that rests on anything
    unconfirmed is refused. Raises `TongjianError` with everything that speaks against it.
    """
    log = store.log
    known = report_versions(log, facility, year)
    kept = [store.open(mark) for mark in runs]
    problems = list(_refusals(known, kept, kind, reason, by))
    if problems:
        raise TongjianError(problems)
    found = [reproduce(store, one) for one in kept]
    for one in found:
        made = require_identical(one)
        if statutory:
            said = standing(made, facility, year, authority)
            require_returnable(made, facility, year, said)
    content = _content(store, found, facility, year, authority)
    content |= {"kind": kind, "reason": reason.strip(), "statutory": statutory, "diff": None}
    if known:
        content["diff"] = store.put(_diff_to(store, known[-1], found).as_dict())
    subject = report_subject(facility, year)
    files = tuple(name for name in (content["statement"], content["diff"]) if name)
    with log.locked():
        if len(log.entries(MAKE, subject=subject)) != len(known):
            values = {"facility": facility, "year": year}
            raise TongjianError(Problem("versions.meanwhile", values=values))
        tree = log.tree()
        content |= {
            "version": len(known) + 1,
            "root": {"size": len(tree), "hash": tree.root().hex()},
        }
        made_now = log.append_locked([Act(MAKE, by.strip(), subject, content, files)])
        return ReportVersion.of(made_now[0])


def _diff_to(store: RunStore, before: ReportVersion, found: Sequence[Reproduction]) -> VersionDiff:
    """What differs from the version before."""
    about = before.facility, before.year
    kept = [store.open(mark) for mark in before.runs]
    try:
        return diff_runs(store, [reproduce(store, one) for one in kept], found, *about)
    except TongjianError as error:
        # Rule documents of then that this program cannot read do not hold up a report.
        if error.problems[0].code != "versions.rulebook_unreadable":
            raise
        because = [replace(error.problems[0], severity="warning")]
        return totals_diff(kept, [one.kept for one in found], *about, because)


def version_diff(store: RunStore, version: ReportVersion) -> dict[str, Any] | None:
    """The difference to the version before, as it was entered with this one."""
    return None if version.diff is None else dict(store.get(version.diff))


def _content(
    store: RunStore,
    found: Sequence[Reproduction],
    facility: str,
    year: int,
    authority: Authority | None,
) -> dict[str, Any]:
    """What a version pins."""
    parts = sides([(one, store.records_of(one.kept)) for one in found], facility, year)
    said = [(one.kept.id, standing(one.run, facility, year, authority)) for one in found]
    return {
        "facility": facility,
        "year": year,
        "runs": [one.kept.id for one in found],
        "results": [one.kept.document["result"] for one in found],
        "rulebooks": [one.kept.rulebook for one in found],
        "records": [dict(one.kept.records) for one in found],
        "rulesets": [part.named() for part in parts],
        "open_doubts": len({one.id for _, its in said for one in its.open}),
        "statement": store.put(as_document(said)),
    }


def _refusals(
    known: Sequence[ReportVersion],
    kept: Sequence[KeptRun],
    kind: str,
    reason: str,
    by: str,
) -> list[Problem]:
    """What speaks against a version before anything is computed."""
    problems = []
    if not by.strip():
        problems.append(Problem("versions.nobody"))
    if not kept:
        problems.append(Problem("versions.no_runs"))
    if kind not in KINDS:
        values = {"kind": kind, "known": ", ".join(KINDS)}
        problems.append(Problem("versions.kind", values=values))
    if kind == "original" and known:
        problems.append(Problem("versions.original_again", values={"count": len(known)}))
    if kind == "supplementary" and not known:
        problems.append(Problem("versions.nothing_to_supplement"))
    if kind == "supplementary" and not reason.strip():
        problems.append(Problem("versions.reason"))
    if known and {one.id for one in kept} == set(known[-1].runs):
        problems.append(Problem("versions.same_runs", values={"number": known[-1].number}))
    return problems


__all__ = [
    "KINDS",
    "MAKE",
    "Kind",
    "ReportVersion",
    "make_version",
    "report_subject",
    "report_version",
    "report_versions",
    "version_diff",
    "versions_in",
]
