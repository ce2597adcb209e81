"""``tongjian monitoring collect | meter``: from a device into the store, from a file to months."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.ports import HERE, free_port
from tongjian.cli import app
from tongjian.monitoring.profile import read_profile
from tongjian.monitoring.series import SeriesStore, Value


@contextmanager
def device(port: int) -> Iterator[None]:
    """A Modbus device with 4125 in its holding register 100, in a thread of its own."""
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    async def serve() -> None:
        data = SimData(100, values=[4125], datatype=DataType.REGISTERS)
        server = ModbusTcpServer(SimDevice(1, [data]), address=(HERE, port))
        await server.serve_forever(background=True)
        ready.set()
        while not over.is_set():
            await asyncio.sleep(0.02)
        await server.shutdown()

    ready, over = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        over.set()
        thread.join(10)


def profile(folder: Path, port: int) -> Path:
    file = folder / "monitoring" / "monitoring.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"""
[[source]]
name = "dcs"
kind = "modbus"
host = "{HERE}"
port = {port}
poll_s = 0.05
[[source.channel]]
code = "holding:100"
scale = 0.1
quantity = "n2o"
unit = "mg/m3"
facility = "AA"
process_unit = "L1"
""",
        encoding="utf-8",
    )
    return file


def test_a_device_is_collected_into_the_store(tmp_path: Path) -> None:
    pytest.importorskip("pymodbus", reason="needs the extra modbus")
    port = free_port()
    file = profile(tmp_path, port)
    with device(port):
        arguments = ["monitoring", "collect", "-w", str(tmp_path), "--seconds", "0.6", "--json"]
        result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    counts = json.loads(result.stdout)
    assert counts["received"] >= 3 and counts["lost"] == counts["broken"] == 0

    channel = read_profile(file).channels["dcs/holding:100"]
    first, last = np.datetime64("2020-01-01"), np.datetime64("2100-01-01")
    with SeriesStore.open(tmp_path / "monitoring" / "series") as store:
        found = store.parsed(channel.key, 0, first, last)
    assert len(found.time) == counts["received"]
    assert set(found.rtd) == {412.5} and set(found.flag) == {"N"}


def test_what_is_wrong_with_a_profile_is_said(tmp_path: Path) -> None:
    file = profile(tmp_path, 502)
    file.write_text(
        file.read_text("utf-8").replace("holding:100", "40101").replace('"n2o"', '"dust"'),
        encoding="utf-8",
    )
    arguments = ["monitoring", "collect", "-w", str(tmp_path), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    codes = {one["code"] for one in json.loads(result.stdout)["problems"]}
    assert codes == {"monitoring.stations_file", "monitoring.source_setting"}
    file.write_text("", encoding="utf-8")
    result = CliRunner().invoke(app, arguments)
    assert "cli.no_sources" in result.output


def test_months_of_a_meter(tmp_path: Path) -> None:
    file = tmp_path / "meter.csv"
    # 100 in 62 days from 1 January, of which 31 lie in January: x 60 x 100 = 600 MWh in all.
    file.write_text("time,reading\n2024-01-01,99950\n2024-03-03,50\n", encoding="utf-8")
    options = ["--digits", "5", "--multiplier", "300/5", "--multiplier", "10000/100"]
    arguments = ["monitoring", "meter", str(file), *options, "--to", "MWh"]

    result = CliRunner().invoke(app, [*arguments, "--json"])

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [(one["period"], one["amount"]) for one in told["totals"]] == [
        ("2024-01", "300"), ("2024-02", "280.645161"), ("2024-03", "19.354839"),
    ]  # fmt: skip
    assert [one["complete"] for one in told["totals"]] == [True, True, False]
    assert [one["code"] for one in told["problems"]] == ["monitoring.meter_rollover"]
    shown = CliRunner().invoke(app, [*arguments, "--leave", "--lang", "en"])
    assert "Total 0.00 MWh (multiplier 6000), 600.00 left out" in shown.output
    wrong = CliRunner().invoke(app, ["monitoring", "meter", str(file), "--multiplier", "5/0"])
    assert wrong.exit_code == 1 and "cli.ratio" in wrong.output
    other = CliRunner().invoke(app, ["monitoring", "meter", str(file), "--to", "t"])
    assert other.exit_code == 1 and "units.other_dimension" in other.output


def test_months_of_a_register_that_was_collected(tmp_path: Path) -> None:
    """A register of four digits every 20 minutes, which rolls over: 3 in each step."""
    start = datetime(2024, 1, 31, 20)
    rows = [
        Value("dcs/holding:300", start + number * timedelta(minutes=20), 0, {"rtd": shown}, flag)
        for number in range(25)
        for shown, flag in [((9960 + 3 * number) % 10_000, "N")]
    ]
    spoilt = Value("dcs/holding:300", start + timedelta(minutes=50), 0, {"rtd": 5.0}, "D")
    with SeriesStore.open(tmp_path / "monitoring" / "series") as store:
        store.put([*rows, spoilt])
    arguments = ["monitoring", "meter", "--series", "dcs/holding:300", "-w", str(tmp_path)]

    result = CliRunner().invoke(app, [*arguments, "--digits", "4", "--by", "day", "--json"])

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    # 20:00 to 24:00 are 12 steps, and 12 more until 04:00.
    assert [(one["period"], one["amount"]) for one in told["totals"]] == [
        ("2024-01-31", "36"), ("2024-02-01", "36"),
    ]  # fmt: skip
    assert [one["code"] for one in told["problems"]] == ["monitoring.meter_rollover"]
    none = CliRunner().invoke(app, [*arguments, "--first", "2025-01-01"])
    assert none.exit_code == 1 and "cli.no_series" in none.output
    both = CliRunner().invoke(app, ["monitoring", "meter"])
    assert both.exit_code == 1 and "cli.meter_source" in both.output
