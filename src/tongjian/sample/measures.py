"""The units in which an accountant enters things (填报单位)."""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.sample.dice import Dice


@dataclass(frozen=True, slots=True)
class Entered:
    """A unit as entered: how many of it make one base unit, and the decimals written."""

    unit: str
    per_base: float
    decimals: int

    def number(self, value: float) -> float:
        """`value` (in the base unit) as it would be typed."""
        return round(value * self.per_base, self.decimals)


# The first of each is the usual one. Base units: t, 万Nm3, MWh, GJ, 1, GJ/t, GJ/万Nm3, tC/t, tN2O.
_MEASURES: dict[str, tuple[Entered, ...]] = {
    "mass": (Entered("t", 1, 2), Entered("吨", 1, 1), Entered("万t", 1e-4, 6)),
    "gas": (Entered("万Nm3", 1, 4), Entered("Nm3", 10_000, 0), Entered("kNm3", 10, 2)),
    "power": (Entered("万kWh", 0.1, 4), Entered("MWh", 1, 3), Entered("kWh", 1000, 0)),
    "heat": (Entered("GJ", 1, 1), Entered("百万千焦", 1, 1)),
    "share": (Entered("%", 100, 2), Entered("1", 1, 4)),
    "ncv_solid": (Entered("GJ/t", 1, 3), Entered("MJ/kg", 1, 3), Entered("kJ/kg", 1000, 0)),
    "ncv_gas": (Entered("GJ/万Nm3", 1, 2), Entered("MJ/Nm3", 0.1, 3), Entered("kJ/Nm3", 100, 0)),
    "carbon": (Entered("tC/t", 1, 4),),
    "n2o": (Entered("tN2O", 1, 3), Entered("kgN2O", 1000, 0)),
}
_FIXED: dict[str, Entered] = {
    "per_product": Entered("", 1, 2),
    "factor": Entered("tCO2/t", 1, 4),
    "enthalpy": Entered("kJ/kg", 1, 0),
    "pressure": Entered("MPa", 1, 2),
    "temperature": Entered("℃", 1, 1),
    "min_per_pot_day": Entered("min/pot_d", 1, 3),
    "hours": Entered("h", 1, 1),
    "emission": Entered("kg", 1000, 1),
    "emission_t": Entered("t", 1, 1),
    "kg_per_hour": Entered("kg/h", 1, 4),
    "kg_per_tonne": Entered("kg/t", 1, 3),
    "fraction": Entered("1", 1, 4),
    "price": Entered("CNY/t", 1, 0),
    "carbon_gas": Entered("tC/万Nm3", 1, 3),
}


class Habits:
    """The units that one plant's accountant prefers; most take the usual ones."""

    __slots__ = ("_chosen",)

    def __init__(self, dice: Dice) -> None:
        self._chosen = dict(_FIXED)
        for name, choices in _MEASURES.items():
            usual = dice.chance(0.7)
            self._chosen[name] = choices[0] if usual else dice.pick(choices)

    def __getitem__(self, measure: str) -> Entered:
        return self._chosen[measure]
