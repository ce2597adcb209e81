"""In what a document counts (计量口径): CO2 equivalent, coal equivalent, or the mass of one gas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongjian.reports._views import Item
from tongjian.reports.documents._material import Material


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure (口径): its unit, the scale of its charts and the substance it is limited to."""

    unit: str
    scale: str
    substance: str | None = None
    by_mass: bool = False
    """Whether the lines' own amounts count, and not their CO2 equivalent."""

    @classmethod
    def of(cls, material: Material) -> Measured:
        """That of a document: mass of its gas, CO2 equivalent, or the rule set's own unit."""
        substance = material.substance
        lines = [
            line
            for line in material.run.select(**material.where)
            if substance in (None, line.substance)
        ]
        if substance is None and any(line.co2e_micro is not None for line in lines):
            return cls("tCO2e", "co2e")
        units = sorted({line.unit for line in lines})
        scale = "mass" if substance is not None else material.view.measure or "mass"
        return cls(units[0], scale, substance, by_mass=True)

    def key(self, name: str) -> str:
        """The phrase `name` in the words of this measure: energy is used and not emitted."""
        return f"{name}_energy" if self.unit == "tce" else name

    @property
    def where(self) -> dict[str, object]:
        return {} if self.substance is None else {"substance": self.substance}

    def items(self, material: Material, by: Sequence[str]) -> list[Item]:
        """Sums over the plant's lines by some columns and year, the largest of the year first."""
        rows = material.run.inventory([*by, "year"], **material.where, **self.where)
        found: dict[tuple[str, ...], Item] = {}
        name = "amount" if self.by_mass else "co2e"
        for row in rows:
            if row["year"] not in material.years:
                continue
            code = tuple(str(row[one]) for one in by)
            item = found.setdefault(code, Item(code, {}, {}))
            value = row.get(name)
            item.values[row["year"]] = None if value is None else float(value)
            item.missing[row["year"]] = row["missing"]
        last = material.years
        return sorted(found.values(), key=lambda one: (-(one.latest(last) or 0.0), one.code))

    def whole(self, material: Material) -> Item:
        """The plant's sums by year."""
        found = self.items(material, [])
        return found[0] if found else Item((), {}, {})


__all__ = ["Measured"]
