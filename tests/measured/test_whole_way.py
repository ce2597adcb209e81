"""Stations → gateway → journal → store → validity, substitution, rules → records → the year."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.monitoring.fleet import QUICK, members, options, sent, values
from tongjian.cli import app
from tongjian.measured import read_measured
from tongjian.monitoring.gateway import Gateway
from tongjian.monitoring.profile import read_profile
from tongjian.monitoring.simulator import (
    Member,
    Options,
    Truth,
    profile_of,
    run_stations,
    station_of,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "adipic-line"


def call(*args: object) -> str:
    told = CliRunner().invoke(app, [*map(str, args), "--lang", "en"])
    assert told.exit_code == 0, told.output
    return told.output


def test_a_month_of_telegrams_becomes_tonnes_and_kilograms_per_tonne(tmp_path: Path) -> None:
    asked = options("2025-02-01", "2025-03-01", "duplicate=0.02", "split=0.05")
    who = members("adipic", asked)
    root = tmp_path / "monitoring"
    root.mkdir()
    (root / "monitoring.toml").write_text(profile_of(who), encoding="utf-8")
    call("import", *sorted(EXAMPLE.glob("*.csv")), "-w", tmp_path)

    async def stream() -> None:
        stations = read_profile(root / "monitoring.toml").stations
        gateway = Gateway(root / "journal", stations, QUICK)
        port = await gateway.start("127.0.0.1", 0)
        try:
            playing = [station_of(one, asked, Truth()) for one in who]
            await run_stations(playing, "127.0.0.1", port)
        finally:
            await gateway.stop()

    asyncio.run(stream())
    call("monitoring", "ingest", "-w", tmp_path)
    call("monitoring", "measure", "-w", tmp_path, "-y", 2025)

    found = read_measured(tmp_path, "DEMO-ADIPIC", 2025)
    stack = next(one for one in found.points if (one.position, one.quantity) == ("stack", "n2o"))
    hours, tonnes = by_hand(next(one for one in who if place(one) == "stack"), asked)
    assert stack.states["valid"] == hours > 660
    assert stack.amounts.measured_mass == pytest.approx(tonnes, rel=1e-4)
    assert stack.amounts.missing_hours == 0 and 0.98 < (stack.amounts.validity or 0) < 1
    (recorded,) = (one for one in found.records if one.item == "n2o_measured")
    assert (recorded.period, recorded.act) == ("2025-02", "new")
    assert float(recorded.quantity) == pytest.approx(stack.amounts.mass, abs=1e-6)

    told = call("monitoring", "show", "-w", tmp_path)
    assert f"{stack.amounts.validity:.2%}" in told
    (line,) = (one for one in told.splitlines() if "N2O per tonne of product" in one)
    # 8,600 t were made in February; other months follow the factor, so that the year lies between.
    assert stack.amounts.mass * 1000 / 8600 < float(line.split()[6]) < 300


def by_hand(member: Member, asked: Options) -> tuple[int, float]:
    """Valid hours, and the tonnes that the station totals itself: wet gas as it is, both times.

    That is another way than that of the rules, which dry and normalise concentration and flow.
    """
    hours = values(sent(member, asked), "2061", "a99901").values()
    valid = [one.values["Cou"] for one in hours if one.flag == "N"]
    return len(valid), float(sum(valid)) / 1000


def place(member: Member) -> str:
    return member.point.position if member.point else ""
