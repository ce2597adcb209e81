"""Settings of verification (核查设定): rights, sampling, evidence wanted and opinions are data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, TongjianError
from tongjian.rules import Rulebook, Words

_SECTIONS = (
    *("rights", "states", "materiality", "findings", "outcomes"),
    *("sampling", "recompute", "evidence", "assurance", "opinions"),
)
AGGREGATES = ("net", "gross")
CONDITIONS = (
    *("no_open_nonconformity", "no_open_clarification", "open_nonconformity_or_limitation"),
    *("material", "not_material", "sample_checked", "checklist_answered", "recomputed_same"),
    *("limitation", "no_limitation", "reasons", "result_of_version"),
)
"""What an opinion may need (意见的条件), see `tongjian.verification.assess`."""
OTHER = "other"
"""The evidence that is wanted where the settings name none for a tier."""
_RISKS = ("tier", "evidence", "agreement", "meter")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding (发现类型); an open one that `blocks` holds up flow and opinion."""

    id: str
    title: Words
    meaning: Words
    blocks: bool


@dataclass(frozen=True, slots=True)
class OpinionRule:
    """When an opinion may be given and what it says (意见的一致性规则).

    `needs` are conditions that all have to hold; `texts` is what the statement says, by assurance.
    """

    id: str
    title: Words
    favourable: bool
    needs: tuple[str, ...]
    texts: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Size:
    """How many data a stratum gives (层内样本量): max(`least`, `root` times the root of n)."""

    least: int
    root: float


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a verification body may decide otherwise."""

    rights: Mapping[str, tuple[str, ...]]
    verifying: tuple[str, ...]
    materiality_table: str
    scheme: str
    aggregate: str
    findings: Mapping[str, Kind]
    outcomes: Mapping[str, Words]
    always: int
    sizes: Mapping[str, Size]
    risk: Mapping[str, Mapping[str, int]]
    decimal_share: float
    evidence: Mapping[str, Words]
    assurance: Mapping[str, Words]
    opinions: Mapping[str, OpinionRule]


@lru_cache(maxsize=1)
def default_settings() -> Settings:
    """The settings that come with the package."""
    return read_settings(Path(str(files("tongjian.verification") / "settings.toml")))


def read_settings(path: Path) -> Settings:
    """The settings in a TOML file; raises `TongjianError` with everything that it lacks."""
    place = Place(file=str(path))
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        values = {"detail": str(error)}
        raise TongjianError(Problem("verification.settings_file", place, values)) from error
    problems = list(_missing(data, place)) or list(_unknown(data, place))
    if problems:
        raise TongjianError(problems)
    return Settings(
        rights={act: tuple(roles) for act, roles in data["rights"].items()},
        verifying=tuple(data["states"]["verifying"]),
        materiality_table=data["materiality"]["table"],
        scheme=data["materiality"]["scheme"],
        aggregate=data["materiality"].get("aggregate", "net"),
        findings={
            name: Kind(
                name,
                _words(one),
                Words(one.get("meaning_zh", ""), one.get("meaning_en", "")),
                bool(one.get("blocks", True)),
            )
            for name, one in data["findings"].items()
        },
        outcomes={name: _words(one) for name, one in data["outcomes"].items()},
        always=int(data["sampling"]["always"]),
        sizes={
            name: Size(int(one["least"]), float(one["root"]))
            for name, one in data["sampling"]["size"].items()
        },
        risk={name: dict(data["sampling"]["risk"][name]) for name in _RISKS},
        decimal_share=float(data["recompute"]["decimal_share"]),
        evidence={name: _words(one) for name, one in data["evidence"].items()},
        assurance={name: _words(one) for name, one in data["assurance"].items()},
        opinions={
            name: OpinionRule(
                id=name,
                title=_words(one),
                favourable=bool(one["favourable"]),
                needs=tuple(one["needs"]),
                texts={
                    level: Words(one[f"{level}_zh"], one[f"{level}_en"])
                    for level in data["assurance"]
                },
            )
            for name, one in data["opinions"].items()
        },
    )


def _words(one: Mapping[str, Any]) -> Words:
    return Words(one["zh"], one["en"])


def _missing(data: Mapping[str, Any], place: Place) -> Iterator[Problem]:
    def lacks(field: str) -> Problem:
        return Problem("verification.settings_lack", place, {"field": field})

    yield from (lacks(name) for name in _SECTIONS if not data.get(name))
    sampling = data.get("sampling", {})
    yield from (lacks(f"sampling.{name}") for name in ("always", "size") if name not in sampling)
    risks = sampling.get("risk", {})
    yield from (lacks(f"sampling.risk.{name}") for name in _RISKS if not risks.get(name))
    levels = data.get("assurance", {})
    yield from (
        lacks(f"sampling.size.{name}") for name in levels if name not in sampling.get("size", {})
    )
    if "verifying" not in data.get("states", {}):
        yield lacks("states.verifying")
    for name in ("table", "scheme"):
        if name not in data.get("materiality", {}):
            yield lacks(f"materiality.{name}")
    if "decimal_share" not in data.get("recompute", {}):
        yield lacks("recompute.decimal_share")
    if OTHER not in data.get("evidence", {}):
        yield lacks(f"evidence.{OTHER}")
    for section in ("findings", "outcomes", "evidence", "assurance", "opinions"):
        for name, one in data.get(section, {}).items():
            yield from (
                lacks(f"{section}.{name}.{lang}") for lang in ("zh", "en") if not one.get(lang)
            )
    for name, one in data.get("opinions", {}).items():
        texts = [f"{level}_{lang}" for level in levels for lang in ("zh", "en")]
        for field in ("favourable", "needs", *texts):
            if field not in one:
                yield lacks(f"opinions.{name}.{field}")


def _unknown(data: Mapping[str, Any], place: Place) -> Iterator[Problem]:
    """Names that nobody knows: of conditions, and of the way in which misstatements add up."""
    used = {f"opinions.{name}.needs": one["needs"] for name, one in data["opinions"].items()}
    known: dict[str, tuple[str, ...]] = dict.fromkeys(used, CONDITIONS)
    used["materiality.aggregate"] = [data["materiality"].get("aggregate", "net")]
    known["materiality.aggregate"] = AGGREGATES
    for field, names in used.items():
        for name in names:
            if name not in known[field]:
                values = {"field": field, "value": name, "known": ", ".join(known[field])}
                yield Problem("verification.settings_unknown", place, values)


@dataclass(frozen=True, slots=True)
class Materiality:
    """The materiality level (重要性水平): a share of the total, and where it comes from."""

    share: Fraction
    source: str
    status: str

    @classmethod
    def of(cls, rulebook: Rulebook, settings: Settings | None = None) -> Materiality:
        """The level of the scheme that the settings name, from the rulebook.

        Raises `TongjianError` where the rulebook gives none.
        """
        chosen = settings or default_settings()
        table = rulebook.table(chosen.materiality_table)
        for value in table.values if table is not None else ():
            if value.key == (chosen.scheme,) and value.number is not None and table is not None:
                share = value.number * table.columns[value.column].unit.scale
                return cls(share, value.source or table.basis.document, value.status)
        values = {"table": chosen.materiality_table, "scheme": chosen.scheme}
        raise TongjianError(Problem("verification.no_materiality", values=values))

    @classmethod
    def of_content(cls, content: Mapping[str, Any]) -> Materiality:
        """The level as a sampling plan in the log has it."""
        said = content["materiality"]
        return cls(Fraction(said["share"]), str(said["source"]), str(said["status"]))

    @classmethod
    def agreed(cls, percent: str, source: str) -> Materiality:
        """A level agreed in the engagement, in per cent of the total (约定的重要性水平)."""
        try:
            share = Fraction(percent.strip()) / 100
        except (ValueError, ZeroDivisionError):
            share = Fraction(0)
        if not 0 < share < 1:
            raise TongjianError(
                Problem("verification.materiality_level", values={"value": percent})
            )
        return cls(share, source, "agreed")


__all__ = [
    "AGGREGATES",
    "CONDITIONS",
    "OTHER",
    "Kind",
    "Materiality",
    "OpinionRule",
    "Settings",
    "Size",
    "default_settings",
    "read_settings",
]
