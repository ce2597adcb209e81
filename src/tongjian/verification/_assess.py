"""Which opinion the log allows (意见的一致性): every condition, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.evidence import Entry
from tongjian.problems import Problem
from tongjian.verification._checklist import ListState, list_state
from tongjian.verification._findings import (
    VERSION,
    Finding,
    Misstatements,
    findings_of,
    misstatements,
)
from tongjian.verification._recompute import MAKE
from tongjian.verification._sample_log import SampleState, sample_of
from tongjian.verification._settings import Settings, default_settings

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Ground:
    """What an opinion is given on (意见的对象), apart from the log.

    `result` is the digest of the result and `records` that of its data, `total` and `threshold`
    (the materiality level) are in `unit`, `share` is the level as a share of the total, and `items`
    are the questions of the check list. `pinned` are the digests of records and rulebook of the
    run, as a version of the report has them.
    """

    ruleset: str
    result: str
    records: str
    total: float
    unit: str
    share: float
    threshold: float
    assurance: str
    items: tuple[str, ...]
    pinned: tuple[str, str]

    def as_dict(self) -> dict[str, Any]:
        """It as plain data, for the log."""
        return {
            **{name: getattr(self, name) for name in self.__slots__},
            "items": list(self.items),
            "pinned": list(self.pinned),
        }

    @classmethod
    def of_content(cls, content: Mapping[str, Any]) -> Ground:
        """It as an entry of the log has it."""
        parts = {name: content[name] for name in cls.__slots__}
        parts |= {name: tuple(content[name]) for name in ("items", "pinned")}
        return cls(**parts)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Where verification stands (核查情况): findings, sample, check list, and each condition.

    `conditions` has for each condition what stands against it; nothing where it holds.
    """

    ground: Ground
    findings: tuple[Finding, ...]
    misstatements: Misstatements
    sample: SampleState | None
    checklist: ListState
    recomputed: Entry | None
    conditions: Mapping[str, tuple[Problem, ...]]
    settings: Settings

    def against(self, opinion: str) -> list[Problem]:
        """What stands against an opinion."""
        needs = self.settings.opinions[opinion].needs
        return [problem for name in needs for problem in self.conditions[name]]

    @property
    def possible(self) -> tuple[str, ...]:
        """The opinions against which nothing stands."""
        return tuple(name for name in self.settings.opinions if not self.against(name))

    def as_dict(self) -> dict[str, Any]:
        """The assessment as plain data, for JSON and statements."""
        sample = self.sample
        return {
            "ruleset": self.ground.ruleset,
            "total": self.ground.total,
            "unit": self.ground.unit,
            "share": self.ground.share,
            "threshold": self.ground.threshold,
            "assurance": self.ground.assurance,
            "findings": [one.as_dict() for one in self.findings],
            "misstatements": self.misstatements.as_dict(),
            "sample": None
            if sample is None
            else {
                "entry": sample.entry.number,
                "count": len(sample.ids),
                "left": list(sample.left),
                "covered": sample.entry.content["covered"],
            },
            "checklist": {
                "asked": self.checklist.asked,
                "left": list(self.checklist.left),
                "refused": list(self.checklist.refused),
            },
            "recomputed": None if self.recomputed is None else dict(self.recomputed.content),
            "possible": list(self.possible),
            "against": {
                name: [problem.as_dict() for problem in self.against(name)]
                for name in self.settings.opinions
            },
        }


def assess(
    entries: Iterable[Entry],
    report: str,
    ground: Ground,
    limitation: str = "",
    reasons: str = "",
    settings: Settings | None = None,
) -> Assessment:
    """What the entries of the log say of a report, held against every condition of an opinion.

    `limitation` says how the scope of verification was limited, `reasons` why the opinion is not
    unmodified; both as the verifier states them.
    """
    chosen, listed = settings or default_settings(), list(entries)
    findings = tuple(findings_of(listed, report))
    off = misstatements(findings, ground.threshold, chosen)
    sample, answered = sample_of(listed, report), list_state(listed, report, ground.items)
    made = [one for one in listed if one.act == MAKE and one.subject == report]
    recomputed = next((one for one in reversed(made) if one.content["of"] == ground.result), None)
    nonconformities = [one for one in findings if one.kind == "nonconformity"]
    standing = [one for one in nonconformities if one.state != "closed"]
    left = [one for one in nonconformities if one.state == "closed" and one.remaining]
    unclear = [one for one in findings if one.kind == "clarification" and one.state != "closed"]
    amounts: dict[str, object] = {
        "amount": f"{max(off.together, off.largest):.2f}",
        "threshold": f"{off.threshold:.2f}",
        "share": f"{ground.share:.3%}",
    }

    def problem(code: str, met: bool, **values: object) -> tuple[Problem, ...]:
        return () if met else (Problem(f"verification.{code}", values=values),)

    unknown = problem("effect_unknown", not off.unknown, findings=", ".join(off.unknown))
    limited, reasoned = bool(limitation.strip()), bool(reasons.strip())
    conditions = {
        "no_open_nonconformity": problem(
            "open_nonconformity", not standing, findings=_ids(standing)
        ),
        "no_open_clarification": problem("open_clarification", not unclear, findings=_ids(unclear)),
        "open_nonconformity_or_limitation": problem(
            "nothing_to_qualify", bool(standing or left or limited)
        ),
        "material": problem("not_material", off.material, **amounts),
        "not_material": (*problem("is_material", not off.material, **amounts), *unknown),
        "sample_checked": tuple(_sample_problems(sample, ground, findings)),
        "checklist_answered": tuple(_list_problems(answered, findings)),
        "recomputed_same": tuple(_recomputed_problems(recomputed)),
        "limitation": problem("no_limitation", limited),
        "no_limitation": problem("limited_scope", not limited),
        "reasons": problem("no_reasons", reasoned),
        "result_of_version": tuple(_version_problems(listed, report, ground)),
    }
    return Assessment(ground, findings, off, sample, answered, recomputed, conditions, chosen)


def _sample_problems(
    sample: SampleState | None, ground: Ground, findings: Sequence[Finding]
) -> Iterable[Problem]:
    if sample is None:
        yield Problem("verification.no_sample")
        return
    said = sample.entry.content
    if (said["result"], said["records"]) != (ground.result, ground.records):
        values: dict[str, object] = {"number": sample.entry.number}
        values |= {"was": f"{said['total']:.2f}", "now": f"{ground.total:.2f}"}
        yield Problem("verification.sample_of_other_data", values=values)
    terms = {name: getattr(ground, name) for name in ("ruleset", "assurance", "share")}
    if off_terms := [name for name, value in terms.items() if said[name] != value]:
        values = {
            "number": sample.entry.number,
            "was": ", ".join(f"{name}={said[name]}" for name in off_terms),
            "now": ", ".join(f"{name}={terms[name]}" for name in off_terms),
        }
        yield Problem("verification.sample_of_other_terms", values=values)
    if sample.left:
        values = {"count": len(sample.left), "data": _some(sample.left)}
        yield Problem("verification.sample_left", values=values)
    cited = _cited(findings)
    off = [
        name
        for name, one in sample.checked.items()
        if one["outcome"] != "agrees" and name in sample.ids and name not in cited
    ]
    if off:
        yield Problem("verification.checks_without_finding", values={"data": _some(off)})


def _list_problems(state: ListState, findings: Sequence[Finding]) -> Iterable[Problem]:
    if state.left:
        values = {"count": len(state.left), "items": _some(state.left)}
        yield Problem("verification.list_left", values=values)
    refused = [name for name in state.refused if name not in _cited(findings)]
    if refused:
        yield Problem("verification.list_refused", values={"items": _some(refused)})


def _version_problems(entries: Iterable[Entry], report: str, ground: Ground) -> Iterable[Problem]:
    """Whether the result is that of the newest version: from the same records and rulebook."""
    made = [one for one in entries if one.act == VERSION and one.subject == report]
    if not made:
        yield Problem("verification.no_version")
        return
    said = made[-1].content
    records = [one["digest"] for one in said["records"]]
    if ground.pinned not in zip(records, said["rulebooks"], strict=True):
        values = {"version": said["version"], "number": made[-1].number}
        yield Problem("verification.not_the_version", values=values)


def _recomputed_problems(entry: Entry | None) -> Iterable[Problem]:
    if entry is None:
        yield Problem("verification.not_recomputed")
    elif not entry.content["same"]:
        values = {"number": entry.number}
        yield Problem("verification.recomputed_otherwise", values=values)


def _cited(findings: Iterable[Finding]) -> set[str]:
    """Ids of data and questions that a finding follows from."""
    return {name for one in findings for name in (*one.rests_on, one.about.partition(":")[2])}


def _ids(findings: Iterable[Finding]) -> str:
    return ", ".join(one.id for one in findings)


def _some(names: Sequence[str]) -> str:
    more = f" … (+{len(names) - _NAMED})" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


__all__ = ["Assessment", "Ground", "assess"]
