"""Which data are looked at (抽样计划): everything that matters, and a draw by risk of the rest.

The draw can be repeated by anybody: each datum gets a number from the SHA-256 of seed and id, and
in each stratum those with the smallest ``-ln(u) / risk`` are taken (an exponential race, which
draws without replacement with chances in proportion to the risk).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from tongjian.control_plan import Link
from tongjian.verification._engagement import Datum, Engagement
from tongjian.verification._settings import OTHER, Settings, default_settings

Reason = Literal["material", "high_risk", "drawn"]


@dataclass(frozen=True, slots=True)
class Planned:
    """What the control plan adds to a datum: agreement, its meters and the worst state of them."""

    agreement: str = "unknown"
    meters: tuple[str, ...] = ()
    state: str = "none"


@dataclass(frozen=True, slots=True)
class Sampled:
    """A datum that has to be looked at (样本): why, at which risk, and what evidence is wanted."""

    datum: Datum
    reason: Reason
    stratum: str
    risk: int
    planned: Planned
    wanted_zh: str
    wanted_en: str

    def as_dict(self) -> dict[str, Any]:
        """The sampled datum as plain data, for JSON and the log."""
        return {
            **self.datum.as_dict(),
            "reason": self.reason,
            "stratum": self.stratum,
            "risk": self.risk,
            "agreement": self.planned.agreement,
            "meters": list(self.planned.meters),
            "meter_state": self.planned.state,
            "wanted_zh": self.wanted_zh,
            "wanted_en": self.wanted_en,
        }


@dataclass(frozen=True, slots=True)
class Stratum:
    """A group of like data (层): how many there are, how many were taken."""

    id: str
    population: int
    material: int
    high_risk: int
    drawn: int


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """A sampling plan (抽样计划), with everything by which it can be drawn again."""

    report: str
    ruleset: str
    result: str
    records: str
    total: float
    unit: str
    share: float
    threshold: float
    assurance: str
    seed: str
    strata: tuple[Stratum, ...]
    sampled: tuple[Sampled, ...]

    @property
    def covered(self) -> float:
        """The share of all effects that the sampled data have."""
        everything = self.effects
        taken = sum(abs(one.datum.effect) for one in self.sampled)
        return taken / everything if everything else 0.0

    effects: float = 0.0
    """The sum of the absolute effects of all data."""

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain data, for JSON and the log."""
        return {
            "report": self.report,
            "ruleset": self.ruleset,
            "result": self.result,
            "records": self.records,
            "total": self.total,
            "unit": self.unit,
            "share": self.share,
            "threshold": self.threshold,
            "assurance": self.assurance,
            "seed": self.seed,
            "covered": self.covered,
            "strata": [{name: getattr(one, name) for name in one.__slots__} for one in self.strata],
            "sampled": [one.as_dict() for one in self.sampled],
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the plan: the same run, seed and settings give the same."""
        text = json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def sampling_plan(
    engagement: Engagement,
    seed: str,
    links: Iterable[Link] = (),
    settings: Settings | None = None,
) -> SamplingPlan:
    """The data to be looked at (编制抽样计划).

    Data whose effect reaches the materiality threshold are all taken, and so are those at high
    risk; of the others each stratum (class of stream, amount or property, tier, state of the meter)
    gives as many as the settings say. `links` is what the control plan knows of the records.
    """
    chosen = settings or default_settings()
    data, threshold, total = engagement.data, engagement.threshold, engagement.total
    known = _planned(links)
    strata: dict[str, list[Sampled]] = {}
    for datum in data:
        planned = known.get(_key(datum), Planned())
        risk = _risk(datum, planned, chosen)
        reason: Reason = "drawn"
        if abs(datum.effect) >= threshold:
            reason = "material"
        elif risk >= chosen.always:
            reason = "high_risk"
        wanted = chosen.evidence.get(datum.tier, chosen.evidence[OTHER])
        stratum = "/".join([datum.stream_class.partition(".")[0], datum.tier or "-", planned.state])
        one = Sampled(datum, reason, stratum, risk, planned, wanted.zh, wanted.en)
        strata.setdefault(stratum, []).append(one)
    sampled: list[Sampled] = []
    told: list[Stratum] = []
    size = chosen.sizes[engagement.assurance]
    for name, members in sorted(strata.items()):
        sure = [one for one in members if one.reason != "drawn"]
        rest = [one for one in members if one.reason == "drawn"]
        number = min(len(rest), max(size.least, math.ceil(size.root * math.sqrt(len(rest)))))
        drawn = sorted(rest, key=lambda one: (_race(seed, one), one.datum.id))[:number]
        sampled += sure + drawn
        material = sum(one.reason == "material" for one in sure)
        told.append(Stratum(name, len(members), material, len(sure) - material, len(drawn)))
    sampled.sort(key=lambda one: (_ORDER[one.reason], -abs(one.datum.effect), one.datum.id))
    return SamplingPlan(
        report=engagement.subject,
        ruleset=engagement.ruleset,
        result=engagement.result,
        records=engagement.records,
        total=total,
        unit=engagement.unit,
        share=float(engagement.materiality.share),
        threshold=threshold,
        assurance=engagement.assurance,
        seed=seed,
        strata=tuple(told),
        sampled=tuple(sampled),
        effects=sum(abs(one.effect) for one in data),
    )


_ORDER = {"material": 0, "high_risk": 1, "drawn": 2}
_Key = tuple[str, str, str, str]


def _key(datum: Datum) -> _Key:
    return datum.period, datum.process_unit, datum.stream, datum.item


def _planned(links: Iterable[Link]) -> dict[_Key, Planned]:
    found = {}
    for link in links:
        row = link.row
        unit, stream, item = str(row["process_unit"] or ""), str(row["stream"]), str(row["item"])
        states = [one.state for one in link.meters]
        worst = max(states, key=_BADNESS.index) if states else "none"
        names = tuple(one.meter for one in link.meters)
        found[str(row["period"]), unit, stream, item] = Planned(link.agreement, names, worst)
    return found


_BADNESS = ("none", "valid", "unknown", "overdue", "failed")


def _risk(datum: Datum, planned: Planned, settings: Settings) -> int:
    evidence = "named" if datum.evidence else "none"
    scores = settings.risk
    return (
        scores["tier"].get(datum.tier, 1)
        * scores["evidence"].get(evidence, 1)
        * scores["agreement"].get(planned.agreement, 1)
        * scores["meter"].get(planned.state, 1)
    )


def _race(seed: str, one: Sampled) -> float:
    digest = hashlib.sha256(f"{seed}|{one.datum.id}".encode()).digest()
    # 53 bits and a half: never zero, never one.
    share = (int.from_bytes(digest[:8], "big") >> 11) + 0.5
    return -math.log(share / 2**53) / one.risk


__all__ = [
    "Planned",
    "Sampled",
    "SamplingPlan",
    "Stratum",
    "sampling_plan",
]
