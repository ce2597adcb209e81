"""The books of one plant: its register of process units and its monthly rows (企业台账)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tongjian.sample.measures import Habits
from tongjian.sample.months import Month

Row = dict[str, Any]

# Where a value of each item usually comes from; what is not listed is metered.
_TIERS = {
    "purchased": "invoiced",
    "nonfossil_purchased": "invoiced",
    "ncv": "tested",
    "carbon_content": "tested",
    "sulphur": "tested",
    "ash": "tested",
    "cao": "tested",
    "mgo": "tested",
    "cao_noncarbonate": "calculated",
    "mgo_noncarbonate": "calculated",
    "purity": "tested",
    "kiln_dust": "estimated",
    "bypass_dust": "estimated",
    "n2o_generation": "tested",
    "destruction": "tested",
    "utilisation": "calculated",
    "co2_share": "tested",
    "purity_exported": "tested",
    "purity_feedstock": "tested",
    "fixed_output": "calculated",
    "nonfuel_carbon": "tested",
    "fossil_share": "tested",
    "enthalpy": "calculated",
    "emission_rate": "tested",
    "coefficient": "calculated",
    "removal": "tested",
    "running_rate": "calculated",
    "sulphur_retention": "tested",
    "balance_input": "calculated",
    "balance_output": "calculated",
    "used_for": "calculated",
    "price": "invoiced",
}


class EvidenceNumbers:
    """Hands out references of supporting documents (证据编号), all plainly marked as samples."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        self._last += 1
        return f"SAMPLE-EV-{self._last:06d}"


@dataclass(slots=True)
class Book:
    """What one plant reports."""

    facility: str
    habits: Habits
    numbers: EvidenceNumbers
    rows: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    _documents: dict[tuple[str, str], str] = field(default_factory=dict)

    def unit(
        self,
        code: str,
        name_zh: str,
        name_en: str,
        kind: str,
        *,
        technology: str = "",
        abatement: str = "",
        capacity: float | None = None,
        capacity_unit: str = "t/d",
    ) -> str:
        """Register a process unit; gives its code back."""
        self.units.append(
            {
                "facility": self.facility,
                "process_unit": code,
                "name_zh": name_zh,
                "name_en": name_en,
                "kind": kind,
                "technology": technology,
                "abatement": abatement,
                "capacity": None if capacity is None else float(round(capacity)),
                "capacity_unit": "" if capacity is None else capacity_unit,
            }
        )
        return code

    def put(
        self,
        month: Month,
        unit: str,
        stream: str,
        item: str,
        measure: str,
        value: float,
        *,
        written: str = "",
        tier: str = "",
    ) -> None:
        """Enter one datum; `value` is in the base unit of `measure`.

        `written` overrides the unit that the plant's accountant would use.
        """
        entered = self.habits[measure]
        tier = tier or _TIERS.get(item, "monitored")
        self.rows.append(
            {
                "facility": self.facility,
                "period": month.period,
                "process_unit": unit,
                "stream": stream,
                "item": item,
                "quantity": entered.number(value),
                "unit": written or entered.unit,
                "tier": tier,
                "evidence": "" if tier == "estimated" else self._document(month, tier),
            }
        )

    # -- what many plants enter ----------------------------------------------------------------

    def mass(self, month: Month, unit: str, stream: str, item: str, tonnes: float) -> None:
        self.put(month, unit, stream, item, "mass", tonnes)

    def share(self, month: Month, unit: str, stream: str, item: str, value: float) -> None:
        self.put(month, unit, stream, item, "share", value)

    def power(self, month: Month, unit: str, mwh: float, item: str = "purchased") -> None:
        self.put(month, unit, "electricity", item, "power", mwh)

    def solid_fuel(
        self,
        month: Month,
        unit: str,
        stream: str,
        tonnes: float,
        ncv: float | None = None,
        carbon: float | None = None,
    ) -> None:
        """A fuel by mass, with what the laboratory found."""
        self.mass(month, unit, stream, "consumed", tonnes)
        if ncv is not None:
            self.put(month, unit, stream, "ncv", "ncv_solid", ncv)
        if carbon is not None:
            self.put(month, unit, stream, "carbon_content", "carbon", carbon)

    def gas_fuel(
        self, month: Month, unit: str, stream: str, volume: float, ncv: float | None = None
    ) -> None:
        """A gas by volume (万Nm3) with its measured heating value (GJ/万Nm3).

        The coal-equivalent table prints only ranges for most gases, so the value is needed.
        """
        self.put(month, unit, stream, "consumed", "gas", volume)
        if ncv is not None:
            self.put(month, unit, stream, "ncv", "ncv_gas", ncv)

    def raw_material(
        self, month: Month, unit: str, stream: str, tonnes: float, factor: float
    ) -> None:
        """Scrap or an alloy with the factor (tCO2/t) that follows from its analysed carbon.

        Factors for these are not printed in every edition of the methods.
        """
        self.mass(month, unit, stream, "consumed", tonnes)
        self.put(month, unit, stream, "ef", "factor", factor, tier="tested")

    def fact(
        self,
        month: Month,
        unit: str,
        stream: str,
        item: str,
        value: float | str,
        written: str = "",
        *,
        proven: bool = True,
    ) -> None:
        """A fact of the year as entered: a number with its unit, a word of a list, or a day."""
        self.rows.append(
            {
                "facility": self.facility,
                "period": month.period,
                "process_unit": unit,
                "stream": stream,
                "item": item,
                "quantity": value,
                "unit": written,
                "tier": "calculated",
                "evidence": self._document(month, "calculated") if proven else "",
            }
        )

    def _document(self, month: Month, tier: str) -> str:
        # One statement, laboratory report or settlement sheet covers many rows of a month.
        found = self._documents.get((month.period, tier))
        if found is None:
            found = self._documents[month.period, tier] = self.numbers.next()
        return found
