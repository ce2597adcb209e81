"""A kept year of monitoring for the site's tests: as `tongjian.measured` keeps it, made by hand.

One stack of unit DA001 with N2O and NOx over 2024 (a leap year: 8784 hours). Of N2O the hours from
2024-03-05 06:00 to 12:00 are substituted (40 kg/h each), those of 2024-05-01 stopped, those of
2024-09-09 missing; every other hour has 10 kg/h and 300 mg/m3. NOx is 2 kg/h throughout.

Screening was done of February and March as sent by MN1: NOx stands still for 60 hours from
2024-03-11 00:00 while the flow moves. Its analyser was out of control on 2024-03-20,
08:00 to 15:00.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from tests.site.world import YEAR, A, World
from tongjian.measured import (
    Amounts,
    Measured,
    MeasuredChannel,
    MeasuredGas,
    MeasuredMonth,
    MeasuredUnit,
    Written,
    folder_of,
)
from tongjian.measured._core import HOURS_FILE
from tongjian.measured._rows import write
from tongjian.monitoring.hours import Hours, State
from tongjian.monitoring.profile import Channel
from tongjian.monitoring.screening import panel_of_hours, screen_series
from tongjian.problems import Place, Problem

UNIT, POINT = "DA001", "DA001.stack"
HOURS = 366 * 24
NOX, FLOW = "MN1/a21002", "MN1/a00000"
RULE = "cn.hj75-2017/invalid.a90-up-to-24h"
PUT = slice((31 + 29 + 4) * 24 + 6, (31 + 29 + 4) * 24 + 12)
STOPPED = slice((31 + 29 + 31 + 30) * 24, (31 + 29 + 31 + 30 + 1) * 24)
MISSING = slice((31 + 29 + 31 + 30 + 31 + 30 + 31 + 31 + 8) * 24,
                (31 + 29 + 31 + 30 + 31 + 30 + 31 + 31 + 9) * 24)  # fmt: skip


LOST = {
    **{"quantity_zh": "氧化亚氮", "quantity_en": "nitrous oxide"},
    **{"month": "2024-09", "hours": 24},
}


def keep_year(world: World, of: str = A) -> Path:
    """Keep it for the plant of an enterprise; returns the folder of the year."""
    plant = world.plant(of).code
    folder = folder_of(world.workspace(of).folder, plant, YEAR)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / HOURS_FILE, _hours(plant))
    year = Amounts(8730.0, 6.0, 24.0, 24.0, 8730 / 8760, 87.54, 87.3, 0.24, 310.0, 0.0)
    march = Amounts(738.0, 6.0, 0.0, 0.0, 738 / 744, 7.62, 7.38, 0.24, 310.0, 0.0)
    other = Amounts(8784.0, 0.0, 0.0, 0.0, 1.0, 17.568, 17.568, 0.0, 60.0, 0.0)
    states = {"valid": 8730, "missing": 24, "flagged": 6, "stopped": 24}
    mass = {"n2o_inlet": 1200.0, "n2o_outlet": 24.0, "efficiency": 0.98}
    hours = {"abatement_hours": 700.0, "running_hours": 744.0, "utilisation": 700 / 744}
    Measured(
        facility=plant,
        year=YEAR,
        rule="cn.hj75-2017",
        ruleset="cn.monitoring.stack",
        points=(
            MeasuredGas(UNIT, "stack", "n2o", "mon_n2o", "", "", year, states, {RULE: 6}),
            MeasuredGas(UNIT, "stack", "nox", "mon_nox", "air_nox", "monitored", other,
                        {"valid": HOURS}, {}),
        ),
        months=(MeasuredMonth(UNIT, "mon_n2o", "2024-03", march, True, "0" * 64),),
        units=(MeasuredUnit(UNIT, {}, {"2024-03": {**mass, **hours}}),),
        records=(
            Written(UNIT, "air_nox", "monitored", "2024-03", "1.488", "t", "monitoring:x", "new"),
        ),
        problems=(
            Problem("measured.month_open", Place(), LOST,
                    severity="warning"),
            Problem("measured.out_of_control", Place(file=NOX),
                    {"begin": "2024-03-20 08:00", "end": "2024-03-20 15:00", "checks": "drift-12"},
                    severity="warning"),
        ),
        folder=folder,
        screening=_screening(),
        channels=(
            MeasuredChannel(NOX, UNIT, "stack", "nox", "mg/m3", HOURS, "2024-12-31T23"),
            MeasuredChannel(FLOW, UNIT, "stack", "flow", "m3/s", 8000, "2024-11-29T07"),
            MeasuredChannel("MN1/a01014", UNIT, "stack", "moisture", "%", 0, ""),
        ),
    ).keep()  # fmt: skip
    return folder


@lru_cache(maxsize=1)
def _screening() -> dict[str, Any]:
    """Real findings of two made months: 1440 hours from 2024-02-01 (39 days before the fault)."""
    dice = np.random.default_rng(7)
    flow, nox = np.round(40 + dice.normal(0, 1, 1440), 2), np.round(60 + dice.normal(0, 3, 1440), 1)
    begin = 39 * 24
    nox[begin : begin + 60] = 61.7
    start, valid = np.datetime64("2024-02-01T00", "h"), np.zeros(1440, np.uint8)

    def series(code: str, quantity: str, unit: str, value: np.ndarray) -> tuple[Channel, Hours]:
        channel = Channel("MN1", code, quantity, unit, "X", UNIT)
        return channel, Hours(start, value, valid, np.full(1440, -1, np.int16))

    panel = panel_of_hours({
        NOX: series("a21002", "nox", "mg/m3", nox), FLOW: series("a00000", "flow", "m3/s", flow),
    })  # fmt: skip
    return screen_series(panel).as_dict()


def _hours(plant: str) -> dict[str, np.ndarray]:
    times = np.datetime64("2024-01-01T00", "h") + np.arange(HOURS).astype("timedelta64[h]")
    lost = np.zeros(HOURS, bool)
    state = np.full(HOURS, State.VALID, np.uint8)
    for part, why in ((PUT, State.FLAGGED), (STOPPED, State.STOPPED), (MISSING, State.MISSING)):
        state[part], lost[part] = why, True
    rule = np.full(HOURS, "", object)
    rule[PUT] = RULE
    reached = [np.full(HOURS, "", object), np.full(HOURS, "", object)]
    reached[0][PUT], reached[1][PUT] = "2024-02-26T18", "2024-03-05T05"
    put_in = np.full(HOURS, np.nan)
    put_in[PUT] = 40.0
    n2o = {
        "state": state, "rule": rule, "reached_from": reached[0], "reached_to": reached[1],
        "own_rate": np.where(lost, np.nan, 10.0), "concentration": np.where(lost, np.nan, 300.0),
        "emission_rate": put_in,
    }  # fmt: skip
    empty = np.full(HOURS, "", object)
    nox = {
        "state": np.zeros(HOURS, np.uint8), "rule": empty, "reached_from": empty,
        "reached_to": empty, "own_rate": np.full(HOURS, 2.0),
        "concentration": np.full(HOURS, 60.0), "emission_rate": np.full(HOURS, np.nan),
    }  # fmt: skip
    both = {name: np.concatenate([n2o[name], nox[name]]) for name in n2o}
    gases = np.repeat(np.array(["mon_n2o", "mon_nox"], object), HOURS)
    return {
        "facility": np.full(2 * HOURS, plant, object),
        "period": np.tile(np.datetime_as_string(times, unit="h").astype(object), 2),
        "year": np.full(2 * HOURS, YEAR),
        "process_unit": np.full(2 * HOURS, UNIT, object),
        "stream": gases,
        **both,
    }
