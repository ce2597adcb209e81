"""The monitoring profile: who sends, what the codes mean, and all that is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongjian.monitoring.gateway import read_stations
from tongjian.monitoring.profile import (
    Channel,
    Point,
    conversion,
    factor_of,
    measured_quantities,
    read_profile,
)
from tongjian.problems import RecordError, UnitError

WHOLE = """
[[station]]
mn = "A1"
password = "123456"
plant = "P1"
outlet = "DA001"
codes = { a99901 = "N2O" }
units = { a99901 = "ppm", a01013 = "Pa" }

[[station]]
mn = "B2"
password = "1"
plant = "P2"
edition = "2005"
flags = "2005"
min_interval = 10

[[station]]
mn = "C3"
password = "1"
plant = "P1"
[[station.channel]]
code = "a99901"
quantity = "n2o"
unit = "ppm"
process_unit = "DA002"
position = "inlet"
dry = true
lowest = 0
highest = 500
limit = 100.5
[[station.channel]]
code = "a00000"
unit = "m3/s"
facility = "P3"
process_unit = "DA003"

[[source]]
name = "dcs"
kind = "opcua"
url = "opc.tcp://localhost:4840"
[[source.channel]]
code = "ns=2;s=Running"
quantity = "running"
facility = "P1"
process_unit = "DA002"

[[point]]
facility = "P1"
process_unit = "DA002"
position = "inlet"
area = 3.5
reference_oxygen = 0.06
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "monitoring.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path) -> list[tuple[int | None, object]]:
    with pytest.raises(RecordError) as caught:
        read_profile(path)
    for one in caught.value.problems:
        assert one.place.file == str(path)
        assert one.values["expected_zh"] and one.values["expected_en"]
    return [(one.place.row, one.values["field"]) for one in caught.value.problems]


def test_a_profile_says_what_every_code_is(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    profile = read_profile(path)

    assert [one.mn for one in profile.stations] == ["A1", "B2", "C3"]
    n2o = profile.channels["A1/a99901"]
    assert (n2o.quantity, n2o.unit, n2o.point) == ("n2o", "ppm", ("P1", "DA001", "stack"))
    assert profile.channels["A1/a01013"].unit == "Pa"
    assert profile.channels["A1/a00000"].unit == "m3/s"
    # The edition of a station decides which codes it has without being asked.
    assert profile.channels["B2/02"].quantity == "so2"
    assert profile.channels["B2/02"].flags == "2005"
    assert "B2/a21026" not in profile.channels
    assert "A1/02" not in profile.channels
    # Given channels are all the channels of a station; a range becomes the unit of use.
    assert [key for key in profile.channels if key.startswith("C3/")] == ["C3/a99901", "C3/a00000"]
    inlet = profile.channels["C3/a99901"]
    assert (inlet.position, inlet.dry, inlet.limit, inlet.lowest) == ("inlet", True, 100.5, 0)
    assert inlet.highest == pytest.approx(982.4, abs=0.05)  # 500 ppm of N2O
    (source,) = profile.sources
    assert (source.kind, source.settings) == ("opcua", {"url": "opc.tcp://localhost:4840"})
    assert profile.channels["dcs/ns=2;s=Running"].unit == "1"
    # Points that only channels name are points as well.
    assert profile.points["P1", "DA002", "inlet"].area == 3.5
    assert profile.points["P3", "DA003", "stack"] == Point("P3", "DA003")
    assert set(profile.of_point(profile.points["P1", "DA002", "inlet"])) == {"n2o"}
    # The gateway reads the same file.
    assert read_stations(path).admits(b"C3", b"1")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = """
[[station]]
mn = "A1"
password = 5
min_interval = 0
[[station]]
mn = "A2"
password = "x"
units = { a21026 = "m3/h" }
codes = { a99901 = "N20" }
[[station]]
mn = "A3"
password = "x"
[[station.channel]]
code = "a99901"
unit = "ppm"
[[station.channel]]
code = "a21026"
unit = "mgg/m3"
colour = 1
position = "roof"
[[station.channel]]
code = "a21026"
unit = "kPa"
lowest = 5
highest = 1
[[station.channel]]
code = "a21002"
[[station.channel]]
code = "a21002"
[[source]]
name = "A3"
kind = ""
[[point]]
facility = "P1"
process_unit = "U"
area = 0
reference_oxygen = 21
[[point]]
facility = "P1"
process_unit = "V"
[[point]]
facility = "P1"
process_unit = "V"
"""
    assert faults(written(tmp_path, text)) == [
        *((1, "password"), (1, "min_interval"), (2, "codes.a99901"), (2, "units.a21026")),
        *((3, "channel[1].quantity"), (3, "channel[2].colour"), (3, "channel[2].position")),
        *((3, "channel[3].unit"), (3, "channel[3].highest"), (3, "channel[5].code")),
        *((1, "source.kind"), (1, "source.name")),
        *((1, "point.area"), (1, "point.reference_oxygen"), (3, "point.process_unit")),
    ]


def test_a_code_that_the_station_names_needs_no_quantity_of_its_channel(tmp_path: Path) -> None:
    text = """
[[station]]
mn = "A1"
password = "x"
codes = { a99901 = "氧化亚氮" }
[[station.channel]]
code = "a99901"
unit = "ppm"
"""
    (channel,) = read_profile(written(tmp_path, text)).channels.values()
    assert (channel.quantity, channel.unit) == ("n2o", "ppm")


@pytest.mark.parametrize("text", ["station = 1", "[[station]", "[station]\nmn = 'A'"])
def test_a_file_of_another_shape(tmp_path: Path, text: str) -> None:
    assert faults(written(tmp_path, text)) == [(None, "station")]


def test_a_unit_that_does_not_fit_says_why(tmp_path: Path) -> None:
    text = '[[station]]\nmn="A"\npassword="1"\n[[station.channel]]\ncode="a21026"\nunit="m3/h"\n'
    with pytest.raises(RecordError) as caught:
        read_profile(written(tmp_path, text))
    (problem,) = caught.value.problems
    assert "mg/m3" in problem.message("zh")
    assert "m3/h" in problem.message("en")


# By hand: M/22.4 mg/m3 for each ppm (HJ 212-2017 Annex D (20)); 1 m3/s is 3600 m3/h.
@pytest.mark.parametrize(
    ("quantity", "unit", "factor"),
    [
        ("n2o", "ppm", 1.9649),
        ("co2", "ppm", 1.9647),
        ("co2", "%", 19647),
        ("ch4", "ppm", 0.7162),
        ("so2", "ppm", 2.8600),
        ("no", "ppm", 1.3396),
        ("no2", "ppm", 2.0538),
        ("co", "ppm", 1.2504),
        ("nh3", "ng/m3", 1e-6),
        ("ch4", "ug/m3", 1e-3),
        ("pm", "g/m3", 1000),
        ("flow", "m3/s", 3600),
        ("flow", "10^4m3/h", 10_000),
        ("pressure", "kPa", 1000),
        ("oxygen", "1", 100),
        ("moisture", "%", 1),
        ("temperature", "℃", 1),
        ("running", "%", 0.01),
    ],
)
def test_units_become_those_of_the_quantity(quantity: str, unit: str, factor: float) -> None:
    assert conversion(unit, quantity) == pytest.approx(factor, rel=5e-5)
    channel = Channel("A", "x", quantity, unit, "P", "U")
    assert factor_of(channel) == conversion(unit, quantity)


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [("pm", "ppm"), ("flow", "Nm3/h"), ("flow", "ppm"), ("so2", "kPa")],
)
def test_units_of_something_else_are_refused(quantity: str, unit: str) -> None:
    with pytest.raises(UnitError):
        conversion(unit, quantity)


@given(st.sampled_from(sorted(measured_quantities())))
def test_the_unit_of_a_quantity_stays_as_it_is(quantity: str) -> None:
    one = measured_quantities()[quantity]
    assert conversion(one.unit, quantity) == 1.0
    assert (one.molar_mass is None) == (one.status == "")
