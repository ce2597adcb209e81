"""Which plants a target is evaluated for (评估范围): a province, a city, or all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tongjian.records import Catalogue

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Region:
    """A region (地区): the nation where both names are empty."""

    province: str = ""
    city: str = ""

    @property
    def is_nation(self) -> bool:
        """Whether this is all plants on record."""
        return not self.province and not self.city

    @property
    def name(self) -> str:
        """How entries name it: ``nation``, ``Jiangsu`` or ``Jiangsu/南京市``."""
        return "/".join(part for part in (self.province, self.city) if part) or "nation"

    @property
    def words(self) -> dict[str, str]:
        """How people name it: 江苏, 江苏南京市, 全国; for messages in both languages."""
        if self.is_nation:
            return {"region": self.name, "region_zh": "全国", "region_en": "the nation"}
        found = Catalogue.load().resolve_term("province", self.province)
        zh, en = (found.zh, found.en) if found is not None else (self.province, self.province)
        spoken = ", ".join(part for part in (self.city, en) if part)
        return {"region": self.name, "region_zh": zh + self.city, "region_en": spoken}

    def holds(self, facility: Row) -> bool:
        """Whether a facility lies in the region."""
        return all(
            not wanted or facility.get(key) == wanted
            for key, wanted in (("province", self.province), ("city", self.city))
        )


def speakers(facilities: Iterable[Row]) -> list[str]:
    """Of reporters of statistics, those of the coarsest level: they speak for the whole region.

    A province's own entry comes before those of its cities, so that nothing counts twice.
    """
    listed = list(facilities)
    levels = [sum(bool(one.get(key)) for key in ("province", "city")) for one in listed]
    least = min(levels, default=0)
    pairs = zip(listed, levels, strict=True)
    return sorted(str(one["facility"]) for one, level in pairs if level == least)


__all__ = ["Region", "speakers"]
