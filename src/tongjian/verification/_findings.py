"""Findings (核查发现): raised, answered, closed; what they are is what their entries say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.verification._enter import enter
from tongjian.verification._settings import Settings, default_settings
from tongjian.workflow import History

RAISE, RESPOND, CLOSE, REOPEN = (
    f"finding.{name}" for name in ("raise", "respond", "close", "reopen")
)
VERSION = "version.make"
"""The act by which a version of a report stands in the log (`tongjian.versions`)."""
State = Literal["open", "answered", "closed"]
ABOUT = ("record", "source", "factor", "meter", "boundary", "method", "report")


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding (发现): what it is about, how large, and how far it is settled.

    `about` names what is concerned, as ``record:…``, ``source:…`` (a process unit or outlet),
    ``factor:…``, ``meter:…``, ``boundary:…``, ``method:…`` or ``report:…``. `effect` is by how much
    the reported total is too high, in tCO2e, None where it is not known; `remaining` what of it
    stands after the finding was closed. `rests_on` are ids of sampled data and of questions of the
    check list that it follows from.
    """

    id: str
    report: str
    kind: str
    about: str
    text: str
    effect: float | None
    state: State
    by: str
    time: str
    response: str = ""
    outcome: str = ""
    remaining: float = 0.0
    rests_on: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    entries: tuple[int, ...] = field(default=())

    @property
    def misstatement(self) -> float | None:
        """What of the finding is a misstatement that stands (未更正偏差); None if not known."""
        return self.remaining if self.state == "closed" else self.effect

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data, for JSON and statements."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        listed = {name: list(getattr(self, name)) for name in ("rests_on", "files", "entries")}
        return {**plain, **listed}


def findings_of(entries: Iterable[Entry], report: str) -> list[Finding]:
    """The findings of a report as they stand, in the order in which they were raised."""
    found: dict[str, Finding] = {}
    for entry in entries:
        if entry.act not in (RAISE, RESPOND, CLOSE, REOPEN):
            continue
        if entry.content.get("report") != report:
            continue
        said, name = entry.content, entry.subject
        if entry.act == RAISE:
            effect = said["effect_tco2e"]
            found[name] = Finding(
                id=name,
                report=report,
                kind=str(said["kind"]),
                about=str(said["about"]),
                text=str(said["text"]),
                effect=None if effect is None else float(effect),
                state="open",
                by=entry.by,
                time=entry.time,
                rests_on=tuple(said.get("rests_on", ())),
                files=entry.files,
                entries=(entry.number,),
            )
        elif name in found:
            found[name] = _after(found[name], entry)
    return list(found.values())


def _after(one: Finding, entry: Entry) -> Finding:
    said = entry.content
    parts = {name: getattr(one, name) for name in Finding.__slots__}
    parts["entries"] = (*one.entries, entry.number)
    parts["files"] = (*one.files, *entry.files)
    if entry.act == RESPOND:
        parts |= {"state": "answered", "response": str(said["text"])}
    elif entry.act == CLOSE:
        remaining = float(said["remaining_tco2e"])
        parts |= {"state": "closed", "outcome": str(said["outcome"]), "remaining": remaining}
    else:
        parts |= {"state": "open", "outcome": "", "remaining": 0.0}
    return Finding(**parts)


def raise_finding(
    log: EvidenceLog,
    report: str,
    kind: str,
    about: str,
    text: str,
    by: str,
    *,
    effect: float | None = None,
    rests_on: Sequence[str] = (),
    files: Sequence[str] = (),
    settings: Settings | None = None,
) -> Entry:
    """Raise a finding (提出发现). `effect` in tCO2e, positive where the report has too much.

    Raises `TongjianError` for a kind or subject that does not exist, or without words.
    """
    chosen = settings or default_settings()

    def build(entries: Sequence[Entry], history: History, role: str) -> Act:
        problems = []
        if kind not in chosen.findings:
            values: dict[str, object] = {"kind": kind, "known": ", ".join(chosen.findings)}
            problems.append(Problem("verification.finding_kind", values=values))
        if about.partition(":")[0] not in ABOUT or not about.partition(":")[2].strip():
            values = {"about": about or "-", "known": ", ".join(f"{one}:…" for one in ABOUT)}
            problems.append(Problem("verification.finding_about", values=values))
        if not text.strip():
            problems.append(Problem("verification.finding_text"))
        if effect is not None and not math.isfinite(effect):
            problems.append(Problem("verification.finding_effect", values={"value": effect}))
        if problems:
            raise TongjianError(problems)
        number = len(findings_of(entries, report)) + 1
        content = {
            "report": report,
            "kind": kind,
            "about": about,
            "text": text.strip(),
            "effect_tco2e": effect,
            "rests_on": list(rests_on),
            "role": role,
        }
        subject = f"finding:{report.removeprefix('report:')}/{number}"
        return Act(RAISE, by, subject, content, tuple(files))

    return enter(log, chosen, RAISE, by, report, build)


def respond(
    log: EvidenceLog,
    finding: str,
    text: str,
    by: str,
    files: Sequence[str] = (),
    settings: Settings | None = None,
) -> Entry:
    """Answer a finding on behalf of the enterprise (回复), with evidence."""

    def content(one: Finding, entries: Sequence[Entry]) -> dict[str, Any]:
        if one.state == "closed":
            raise TongjianError(_wrong_state(one))
        if not text.strip():
            raise TongjianError(Problem("verification.finding_text"))
        return {"text": text.strip()}

    return _on(log, RESPOND, finding, by, content, files, settings)


def close_finding(
    log: EvidenceLog,
    finding: str,
    outcome: str,
    by: str,
    *,
    note: str = "",
    remaining: float = 0.0,
    files: Sequence[str] = (),
    settings: Settings | None = None,
) -> Entry:
    """Close a finding as the verifier (关闭): it was corrected, explained or withdrawn.

    `remaining` is what of its effect still stands in the report, in tCO2e. One that nobody has
    answered can only be withdrawn; one with an effect is corrected by a newer version.
    """
    chosen = settings or default_settings()

    def content(one: Finding, entries: Sequence[Entry]) -> dict[str, Any]:
        problems = []
        if outcome not in chosen.outcomes:
            values: dict[str, object] = {"value": outcome, "known": ", ".join(chosen.outcomes)}
            problems.append(Problem("verification.outcome", values=values))
        if one.state == "closed":
            problems.append(_wrong_state(one))
        if one.state == "open" and outcome != "withdrawn":
            problems.append(Problem("verification.not_answered", values={"finding": one.id}))
        if not math.isfinite(remaining):
            problems.append(Problem("verification.finding_effect", values={"value": remaining}))
        corrects = bool(one.effect) and one.effect != remaining
        if outcome == "corrected" and corrects and not _version_since(one, entries):
            values = {"finding": one.id, "effect": one.effect}
            problems.append(Problem("verification.not_corrected", values=values))
        if problems:
            raise TongjianError(problems)
        return {"outcome": outcome, "note": note.strip(), "remaining_tco2e": remaining}

    return _on(log, CLOSE, finding, by, content, files, chosen)


def reopen_finding(
    log: EvidenceLog, finding: str, text: str, by: str, settings: Settings | None = None
) -> Entry:
    """Open a finding again (重新打开): its answer does not suffice, or closing it was a mistake."""

    def content(one: Finding, entries: Sequence[Entry]) -> dict[str, Any]:
        if one.state == "open":
            raise TongjianError(_wrong_state(one))
        if not text.strip():
            raise TongjianError(Problem("verification.finding_text"))
        return {"text": text.strip()}

    return _on(log, REOPEN, finding, by, content, (), settings)


def report_of(finding: str) -> str:
    """The report that a finding belongs to: ``finding:F1/2024/3`` is of ``report:F1/2024``."""
    return "report:" + finding.removeprefix("finding:").rpartition("/")[0]


def _on(
    log: EvidenceLog,
    act: str,
    finding: str,
    by: str,
    content: Any,
    files: Sequence[str],
    settings: Settings | None,
) -> Entry:
    report = report_of(finding)

    def build(entries: Sequence[Entry], history: History, role: str) -> Act:
        known = {one.id: one for one in findings_of(entries, report)}
        if finding not in known:
            values = {"finding": finding, "known": ", ".join(known) or "-"}
            raise TongjianError(Problem("verification.no_finding", values=values))
        made = {"report": report, **content(known[finding], entries), "role": role}
        return Act(act, by, finding, made, tuple(files))

    return enter(log, settings or default_settings(), act, by, report, build)


def _version_since(one: Finding, entries: Sequence[Entry]) -> bool:
    return any(
        entry.act == VERSION and entry.subject == one.report and entry.number > one.entries[0]
        for entry in entries
    )


def _wrong_state(one: Finding) -> Problem:
    values = {"finding": one.id, "state": one.state}
    return Problem("verification.finding_state", values=values)


@dataclass(frozen=True, slots=True)
class Misstatements:
    """Uncorrected misstatements against materiality (未更正偏差与重要性), in tCO2e.

    `net` is their sum with signs, `gross` without; `largest` the largest single one; `unknown` are
    open nonconformities whose effect nobody has stated.
    """

    listed: tuple[Finding, ...]
    net: float
    gross: float
    threshold: float
    aggregate: str
    unknown: tuple[str, ...]

    @property
    def largest(self) -> float:
        """The largest single misstatement, without its sign."""
        return max((abs(one.misstatement or 0.0) for one in self.listed), default=0.0)

    @property
    def together(self) -> float:
        """What is held against the threshold, by the way of adding up that is agreed."""
        return self.gross if self.aggregate == "gross" else abs(self.net)

    @property
    def material(self) -> bool:
        """Whether one of them, or all together, reach the threshold."""
        return bool(self.listed) and max(self.largest, self.together) >= self.threshold

    def as_dict(self) -> dict[str, Any]:
        """The sums as plain data, for JSON and statements."""
        return {
            "net": self.net,
            "gross": self.gross,
            "largest": self.largest,
            "threshold": self.threshold,
            "aggregate": self.aggregate,
            "material": self.material,
            "unknown": list(self.unknown),
            "findings": [one.id for one in self.listed],
        }


def misstatements(
    findings: Iterable[Finding], threshold: float, settings: Settings | None = None
) -> Misstatements:
    """What nobody has corrected, against the materiality `threshold` in tCO2e."""
    chosen = settings or default_settings()
    listed, unknown = [], []
    for one in findings:
        if one.kind != "nonconformity":
            continue
        if one.misstatement is None:
            unknown.append(one.id)
        elif one.misstatement:
            listed.append(one)
    sums = [one.misstatement or 0.0 for one in listed]
    return Misstatements(
        tuple(listed), sum(sums), sum(map(abs, sums)), threshold, chosen.aggregate, tuple(unknown)
    )


__all__ = [
    "ABOUT",
    "VERSION",
    "Finding",
    "Misstatements",
    "close_finding",
    "findings_of",
    "misstatements",
    "raise_finding",
    "reopen_finding",
    "report_of",
    "respond",
]
