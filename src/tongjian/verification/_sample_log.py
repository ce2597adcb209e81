"""Sampling in the log: drawn, drawn again, each datum looked at (抽样的登记与重抽)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.control_plan import Link
from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.verification._engagement import Engagement
from tongjian.verification._enter import enter
from tongjian.verification._sample import SamplingPlan, sampling_plan
from tongjian.verification._settings import Settings, default_settings
from tongjian.workflow import History

DRAW, CHECK = "sampling.draw", "sampling.check"
OUTCOMES = ("agrees", "differs", "no_evidence")


@dataclass(frozen=True, slots=True)
class SampleState:
    """The newest sample of a report (样本核对情况) and what was found of each datum."""

    entry: Entry
    checked: Mapping[str, Mapping[str, Any]]

    @property
    def ids(self) -> tuple[str, ...]:
        """The data that have to be looked at."""
        return tuple(str(one["id"]) for one in self.entry.content["sampled"])

    @property
    def left(self) -> tuple[str, ...]:
        """Those that nobody has looked at."""
        return tuple(name for name in self.ids if name not in self.checked)


def draw_sample(
    log: EvidenceLog,
    engagement: Engagement,
    by: str,
    seed: str = "",
    links: Iterable[Link] = (),
    settings: Settings | None = None,
) -> tuple[SamplingPlan, Entry]:
    """Draw the sample of a report and enter it with seed and digest (抽取样本).

    Without a `seed` it is the hash of the entry by which verification was started, which neither
    the enterprise nor the verifier can choose.
    """
    chosen, listed = settings or default_settings(), list(links)
    made: list[SamplingPlan] = []

    def build(entries: Sequence[Entry], history: History, role: str) -> Act:
        start = history.last("start")
        used = seed or (start.entry.hash if start is not None else "")
        plan = sampling_plan(engagement, used, listed, chosen)
        made.append(plan)
        level = engagement.materiality
        content = {**plan.as_dict(), "digest": plan.digest, "role": role}
        content["materiality"] = {
            "share": str(level.share),
            "source": level.source,
            "status": level.status,
        }
        return Act(DRAW, by, engagement.subject, content)

    entry = enter(log, chosen, DRAW, by, engagement.subject, build)
    return made[0], entry


def redraw(
    entry: Entry,
    engagement: Engagement,
    links: Iterable[Link] = (),
    settings: Settings | None = None,
) -> tuple[SamplingPlan, list[Problem]]:
    """Draw a sample again from its entry (重抽), and what is not as it was then."""
    plan = sampling_plan(engagement, str(entry.content["seed"]), links, settings)
    if plan.digest == entry.content["digest"]:
        return plan, []
    names = ("result", "records", "ruleset", "threshold", "assurance")
    said = {name: entry.content[name] for name in names}
    off = [name for name in names if plan.as_dict()[name] != said[name]]
    values = {"number": entry.number, "what": ", ".join(off) or "sampled"}
    return plan, [Problem("verification.other_sample", values=values)]


def sample_of(entries: Iterable[Entry], report: str) -> SampleState | None:
    """The newest sample of a report and the checks since; None where none was drawn."""
    drawn: Entry | None = None
    checked: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        if entry.subject != report:
            continue
        if entry.act == DRAW:
            # A datum that is now another has to be looked at again.
            same = _recorded(entry) & (_recorded(drawn) if drawn is not None else set())
            unchanged = {one[0] for one in same}
            checked = {name: said for name, said in checked.items() if name in unchanged}
            drawn = entry
        elif entry.act == CHECK:
            said = {"by": entry.by, "number": entry.number, **entry.content}
            checked[str(entry.content["datum"])] = said
    return None if drawn is None else SampleState(drawn, checked)


def _recorded(entry: Entry) -> set[tuple[str, ...]]:
    names = ("id", "quantity", "unit", "entered", "tier", "evidence")
    return {tuple(str(one[name]) for name in names) for one in entry.content["sampled"]}


def check_datum(
    log: EvidenceLog,
    report: str,
    datum: str,
    outcome: str,
    by: str,
    note: str = "",
    files: Sequence[str] = (),
    settings: Settings | None = None,
) -> Entry:
    """Enter what was found of a sampled datum: agrees, differs, no_evidence (样本核对).

    What differs needs a note; raise a finding for it besides.
    """

    def build(entries: Sequence[Entry], history: History, role: str) -> Act:
        state = sample_of(entries, report)
        known = state.ids if state is not None else ()
        problems = []
        if datum not in known:
            values = {"datum": datum, "count": len(known)}
            problems.append(Problem("verification.not_sampled", values=values))
        if outcome not in OUTCOMES:
            values = {"value": outcome, "known": ", ".join(OUTCOMES)}
            problems.append(Problem("verification.outcome", values=values))
        if outcome != "agrees" and not note.strip():
            problems.append(Problem("verification.no_note", values={"datum": datum}))
        if problems:
            raise TongjianError(problems)
        content = {"datum": datum, "outcome": outcome, "note": note.strip(), "role": role}
        return Act(CHECK, by, report, content, tuple(files))

    return enter(log, settings or default_settings(), CHECK, by, report, build)


__all__ = ["OUTCOMES", "SampleState", "check_datum", "draw_sample", "redraw", "sample_of"]
