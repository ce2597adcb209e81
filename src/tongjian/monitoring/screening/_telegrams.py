"""A telegram held against itself (报文自洽): contradictions that no statistics are needed for.

Every number is an interval of its last digit, so that rounding never makes a finding; where an
average of products stands against a product of averages, a tolerance of the data is added. Values
with a flag other than normal are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from tongjian.monitoring.hj212 import Reading
from tongjian.monitoring.profile import measured_quantities
from tongjian.monitoring.screening._conventions import Conventions, read_conventions
from tongjian.monitoring.screening._finding import Finding
from tongjian.monitoring.screening._interval import Interval
from tongjian.problems import Problem

_NORMAL = frozenset((None, "", "N"))
_ZS = "Zs"
_MOMENT, _AVERAGE = "Rtd", "Avg"
_SECONDS_OF_HOUR = 3600
_KG_OF_MG = 1e-6
_ORDERED = (("Min", "Avg", "Max"), ("ZsMin", "ZsAvg", "ZsMax"))


@dataclass(frozen=True, slots=True)
class Setting:
    """What a telegram does not say of itself (站点设置).

    `interval_s` is its interval, 0 for values of a moment; `flow_s` the seconds in the unit of
    flow (1 for m3/s, 3600 for m3/h), None if unknown: then either will do. `reference_oxygen` in
    per cent, None if the standard of the plant has none or it is not known. `names` gives the
    quantity of codes that are no standard ones.
    """

    interval_s: int = 0
    flow_s: int | None = None
    reference_oxygen: float | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Telegram:
    """The usable readings by quantity, with what is needed to tell of them."""

    by_name: Mapping[str, Reading]
    setting: Setting
    known: Conventions

    def sent(self, name: str, kind: str) -> Interval | None:
        reading = self.by_name.get(name)
        value = None if reading is None else reading.values.get(kind)
        return None if value is None else Interval.sent(value, self.known["digit_width"])

    def codes(self, *names: str) -> tuple[str, ...]:
        return tuple(self.by_name[name].code for name in names if name in self.by_name)


def check_readings(
    listed: Iterable[Reading], setting: Setting | None = None, known: Conventions | None = None
) -> list[Finding]:
    """What the readings of one telegram contradict each other in."""
    setting = setting or Setting()
    names = _codes() | dict(setting.names)
    usable = [one for one in listed if one.flag in _NORMAL]
    by_name: dict[str, Reading] = {}
    for one in usable:
        by_name.setdefault(names.get(one.code, one.code), one)
    telegram = _Telegram(by_name, setting, known or read_conventions())
    checks = (_order, _bounds, _flow, _masses, _parts, _conversion)
    return [finding for check in checks for finding in check(telegram)]


def _order(it: _Telegram) -> Iterator[Finding]:
    """Min <= Avg <= Max."""
    for name, reading in it.by_name.items():
        for kinds in _ORDERED:
            there = [kind for kind in kinds if kind in reading.values]
            for lower, upper in pairwise(there):
                low, high = it.sent(name, lower), it.sent(name, upper)
                if low is None or high is None:
                    continue
                # Cutting digits keeps an order, if as many are cut from both.
                sent = [reading.values[kind] for kind in (lower, upper)]
                alike = sent[0].as_tuple().exponent == sent[1].as_tuple().exponent
                if sent[0] > sent[1] if alike else low.low > high.high:
                    yield contradiction(
                        "screen_order",
                        it,
                        (name,),
                        (low.low, high.high, "digit_width"),
                        {lower: reading.values[lower], upper: reading.values[upper]},
                        lower=lower,
                        upper=upper,
                        low=reading.values[lower],
                        high=reading.values[upper],
                    )


def _bounds(it: _Telegram) -> Iterator[Finding]:
    """Values that cannot be, where the telegram's unit is the one in which bounds are kept."""
    for name, reading in it.by_name.items():
        quantity = measured_quantities().get(name)
        if quantity is None or quantity.unit not in _SENT_AS_KEPT:
            continue
        low, high = it.known.physical.get(
            name, (0.0 if quantity.role == "gas" else -np.inf, np.inf)
        )
        for kind, value in reading.values.items():
            sent = it.sent(name, kind)
            # Masses and converted values have units and ranges of their own.
            if sent is None or kind == "Cou" or kind.startswith(_ZS):
                continue
            if sent.high < low or sent.low > high:
                bound = low if sent.high < low else high
                yield contradiction(
                    "screen_bounds",
                    it,
                    (name,),
                    (float(value), bound, "digit_width"),
                    {kind: value},
                    # The zero of an analyser drifts below zero in all honesty.
                    doubtful=quantity.role == "gas",
                    value=value,
                    low=f"{low:g}",
                    high=f"{high:g}",
                )


def _flow(it: _Telegram) -> Iterator[Finding]:
    """Cou of the flow is its average times the interval."""
    average, total = it.sent("flow", _AVERAGE), it.sent("flow", "Cou")
    if average is None or total is None or not it.setting.interval_s:
        return
    units = (it.setting.flow_s,) if it.setting.flow_s else (1, _SECONDS_OF_HOUR)
    due = [
        average.times(it.setting.interval_s / unit).widened(it.known["sum_data"]) for unit in units
    ]
    if not any(one.meets(total) for one in due):
        reading = it.by_name["flow"]
        values = reading.values
        yield contradiction(
            "screen_total",
            it,
            ("flow",),
            (float(values["Cou"]), due[0].high, "sum_data"),
            {"Avg": values[_AVERAGE], "Cou": values["Cou"], "interval_s": it.setting.interval_s},
            sent=values["Cou"],
            due=" / ".join(one.text() for one in due),
        )


def _masses(it: _Telegram) -> Iterator[Finding]:
    """Cou of a gas is its average times the Cou of the flow: mg/m3 x m3 = 1e-6 kg."""
    volume = it.sent("flow", "Cou")
    if volume is None:
        return
    for name, reading in it.by_name.items():
        quantity = measured_quantities().get(name)
        if quantity is None or quantity.role != "gas":
            continue
        average, mass = it.sent(name, _AVERAGE), it.sent(name, "Cou")
        if average is None or mass is None:
            continue
        due = (average * volume).times(_KG_OF_MG).widened(it.known["mass_data"])
        if not due.meets(mass):
            yield contradiction(
                "screen_mass",
                it,
                (name, "flow"),
                (float(reading.values["Cou"]), due.high, "mass_data"),
                {
                    "Avg": reading.values[_AVERAGE],
                    "Cou": reading.values["Cou"],
                    "flow_Cou": it.by_name["flow"].values["Cou"],
                },
                sent=reading.values["Cou"],
                due=due.text(),
            )


def _parts(it: _Telegram) -> Iterator[Finding]:
    """THC = NMHC + CH4; NO <= NOx; NOx = NO as NO2 + NO2."""
    room, no2 = it.known["part_data"], it.known["no_as_no2"]
    for kind in (_MOMENT, _AVERAGE, _ZS + _MOMENT, _ZS + _AVERAGE):
        whole, rest, methane = (it.sent(one, kind) for one in ("thc", "nmhc", "ch4"))
        if whole is not None and rest is not None and methane is not None:
            due = (rest + methane).widened(room)
            if not due.meets(whole):
                yield _part(it, kind, "thc", ("nmhc", "ch4"), due)
        oxides, nitric, dioxide = (it.sent(one, kind) for one in ("nox", "no", "no2"))
        if oxides is None or nitric is None:
            continue
        if dioxide is not None:
            due = (nitric.times(no2) + dioxide).widened(room)
            if not due.meets(oxides):
                yield _part(it, kind, "nox", ("no", "no2"), due)
        elif nitric.low > oxides.widened(room).high:
            yield _part(it, kind, "nox", ("no",), Interval(nitric.low, np.inf))


def _part(it: _Telegram, kind: str, whole: str, parts: Sequence[str], due: Interval) -> Finding:
    values = {name: it.by_name[name].values[kind] for name in (whole, *parts)}
    return contradiction(
        "screen_parts",
        it,
        (whole, *parts),
        (float(values[whole]), due.high, "part_data"),
        {"kind": kind, **values},
        kind=kind,
        whole=values[whole],
        due=due.text(),
        parts=" + ".join(str(values[name]) for name in parts),
    )


def _conversion(it: _Telegram) -> Iterator[Finding]:
    """Zs is the value times (21 - reference O2) / (21 - O2), by the same factor for every gas."""
    air, guard = 100 * it.known["oxygen_air"], 100 * it.known["oxygen_guard"]
    for kind, name_of_room in ((_MOMENT, "conversion_moment"), (_AVERAGE, "conversion_average")):
        oxygen = it.sent("oxygen", kind)
        if oxygen is None or oxygen.high > guard:
            continue
        room = it.known[name_of_room]
        factors = dict(_factors(it, kind))
        if it.setting.reference_oxygen is not None:
            up = air - it.setting.reference_oxygen
            due = Interval(up / (air - oxygen.low), up / (air - oxygen.high)).widened(room)
            for name, factor in factors.items():
                if not due.meets(factor):
                    yield _converted(it, kind, (name,), factor, due, name_of_room)
            continue
        # Without the reference: the factors of all gases have to be one.
        names = sorted(factors, key=lambda one: factors[one].low)
        if len(names) > 1:
            least, most = factors[names[0]].widened(room), factors[names[-1]]
            if not least.meets(most):
                yield _converted(it, kind, (names[0], names[-1]), most, least, name_of_room)


def _factors(it: _Telegram, kind: str) -> Iterator[tuple[str, Interval]]:
    for name in it.by_name:
        plain, converted = it.sent(name, kind), it.sent(name, _ZS + kind)
        # A value of a few units of its last digit has no factor to speak of.
        if plain is not None and converted is not None and plain.low > 0 and converted.low > 0:
            yield name, Interval(converted.low / plain.high, converted.high / plain.low)


def _converted(
    it: _Telegram, kind: str, names: tuple[str, ...], factor: Interval, due: Interval, room: str
) -> Finding:
    values: dict[str, Any] = {
        f"{name} {one}": it.by_name[name].values[one]
        for name in names
        for one in (kind, _ZS + kind)
    }
    values["oxygen"] = it.by_name["oxygen"].values[kind]
    return contradiction(
        "screen_conversion",
        it,
        names,
        (factor.low, due.high, room),
        values,
        kind=kind,
        factor=factor.text(),
        due=due.text(),
        oxygen=values["oxygen"],
    )


def contradiction(
    key: str,
    it: _Telegram,
    names: Sequence[str],
    measure: tuple[float, float, str],
    inputs: Mapping[str, object],
    *,
    doubtful: bool = False,
    **values: object,
) -> Finding:
    """A finding of one telegram, serious because no plant does it by itself, but for `doubtful`."""
    time = next((one.time for one in it.by_name.values() if one.time), None)
    moment = None if time is None else np.datetime64(time, "s")
    statistic, bound, convention = measure
    return Finding(
        test=key.removeprefix("screen_"),
        severity="notice" if doubtful else "serious",
        channels=it.codes(*names),
        first=0,
        last=0,
        rows=1,
        statistic=statistic,
        bound=bound,
        inputs={name: str(value) for name, value in inputs.items()},
        words=Problem(f"monitoring.{key}", values=values, severity="warning"),
        basis=it.known.basis(convention),
        begins=moment,
        ends=moment,
        periods=() if moment is None else (str(moment.astype("datetime64[M]")),),
    )


# Units in which HJ 212 sends what it keeps; pressure is sent in kPa and kept in Pa.
_SENT_AS_KEPT = frozenset(("%", "mg/m3", "m/s", "degC"))


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {code: one.name for one in measured_quantities().values() for code in one.hj212}


__all__ = ["Setting", "check_readings"]
