"""Rules on the substitution of monitored hours, as pages show them (监测数据替代规则)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tongjian.monitoring.profile import measured_quantities
from tongjian.monitoring.substitution import conditions, use_words
from tongjian.rules import Availability, Substitution, SubstitutionPart
from tongjian.site.ui.texts import lang, text

_ROLES = ("gas", "state", "mass")


def edition(one: Substitution) -> dict[str, Any]:
    """An edition: the parts with their bands in words, each with its clause and status."""
    return {
        "doc": one,
        "availability": _availability(one.availability),
        "parts": [_part(part) for part in one.parts],
    }


def bands_in_words(one: Substitution) -> dict[str, str]:
    """Every band of an edition by part and band: when it holds, what it puts, by which clause."""
    return {
        f"{part.id}.{band.id}": " · ".join(
            filter(
                None,
                (
                    conditions(band, lang()),
                    use_words(part, band, lang()),
                    band.basis.clause,
                    band.basis.status,
                ),
            )
        )
        for part in one.parts
        for band in part.bands
    }


def _part(part: SubstitutionPart) -> dict[str, Any]:
    return {
        "doc": part,
        "of": _named(part.of),
        "analogy": _named(part.analogy),
        "states": [text(f"monitoring.state_{one}") for one in part.states],
        "oldest": part.oldest,
        "bands": [
            {
                "doc": band,
                "when": conditions(band, lang()),
                "use": use_words(part, band, lang()),
            }
            for band in part.bands
        ],
    }


def _named(names: Iterable[str]) -> list[str]:
    """Roles and quantities in words: ``gas``, ``so2``, ``mass.so2``."""
    return [" ".join(_word(one) for one in reversed(name.split("."))) for name in names]


def _word(name: str) -> str:
    if name in _ROLES:
        return text(f"rulebooks.role_{name}")
    one = measured_quantities()[name]
    return one.zh if lang() == "zh" else one.en


def _availability(one: Availability | None) -> str:
    if one is None:
        return ""
    if one.window == "operating_hours":
        return text("rulebooks.window_operating_hours", hours=one.hours)
    return text(f"rulebooks.window_{one.window}")


__all__ = ["bands_in_words", "edition"]
