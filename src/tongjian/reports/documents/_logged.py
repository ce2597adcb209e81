"""What the evidence log says of a plant's year (存证日志摘录), for documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tongjian.evidence import (
    Attachments,
    Entry,
    EvidenceLog,
    MerkleTree,
    Roots,
    SignedCheckpoint,
)
from tongjian.problems import Problem
from tongjian.verification import Finding, findings_of
from tongjian.versions import ReportVersion, report_subject, report_versions
from tongjian.workflow import History, report_flow

_STORE, _KEEP = "attachment.store", "run.keep"


@dataclass(frozen=True, slots=True)
class Logged:
    """The entries about a report and its plant (日志条目), and what they amount to.

    `size` and `root` are those of the whole log when it was read; `proven` is up to which entry a
    signed root covers it. `lost` are files of the entries that are not there or are damaged.
    """

    report: str
    size: int
    root: str
    entries: tuple[Entry, ...]
    versions: tuple[ReportVersion, ...]
    findings: tuple[Finding, ...]
    history: History
    signed: tuple[SignedCheckpoint, ...]
    attached: tuple[Mapping[str, Any], ...]
    lost: tuple[Problem, ...] = ()

    @classmethod
    def of(
        cls, log: EvidenceLog, facility: str, year: int, files: Attachments | None = None
    ) -> Logged:
        """The log's part of a facility's year.

        The whole chain is checked first; raises `TongjianError` with every place that was changed.
        """
        everything = log.entries()
        report = report_subject(facility, year)
        versions = tuple(report_versions(log, facility, year))
        runs = {mark for one in versions for mark in one.runs}
        about = [one for one in everything if _is_about(one, facility, year, runs)]
        named = {digest for one in about for digest in one.files}
        about = [
            one
            for one in everything
            if one in about or (one.act == _STORE and named.intersection(one.files))
        ]
        tree = MerkleTree(bytes.fromhex(one.hash) for one in everything)
        attached = {
            one.files[0]: {**one.content, "entry": one.number, "by": one.by}
            for one in about
            if one.act == _STORE
        }
        lost = () if files is None else tuple(_lost(files, attached))
        return cls(
            report=report,
            size=len(everything),
            root=tree.root().hex(),
            entries=tuple(about),
            versions=versions,
            findings=tuple(findings_of(everything, report)),
            history=History.of(report_flow(), report, everything),
            signed=tuple(Roots(log).signed()),
            attached=tuple(attached.values()),
            lost=lost,
        )

    @property
    def proven(self) -> int:
        """Up to which entry the newest signed root reaches; 0 without one."""
        return self.signed[-1].checkpoint.size if self.signed else 0


def _is_about(entry: Entry, facility: str, year: int, runs: set[str]) -> bool:
    """Whether an entry is about the report of the year, or the plant's plan, meters and months."""
    if entry.act == _KEEP:
        return entry.content.get("run") in runs
    kind, _, name = entry.subject.partition(":")
    if kind in ("report", "finding"):
        wanted = f"{facility}/{year}"
        return name == wanted or name.startswith(f"{wanted}/")
    if kind == "month":
        return name.startswith(f"{facility}/{year}-")
    return name == facility or name.startswith(f"{facility}/")


def _lost(files: Attachments, attached: Iterable[str]) -> Iterable[Problem]:
    from tongjian.problems import TongjianError

    for digest in attached:
        try:
            files.read(digest)
        except TongjianError as error:
            yield from error.problems


__all__ = ["Logged"]
