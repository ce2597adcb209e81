"""What simulated stations say: consistent with itself, the same each time, wrong where asked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.monitoring.fleet import day, members, options, sent, values
from tongjian.monitoring.hj212 import (
    LONGEST_SEGMENT,
    Assembler,
    Telegram,
    build,
    parse,
    review,
    split,
)
from tongjian.monitoring.simulator import (
    Truth,
    profile_of,
    read_faults,
    read_scenario,
    scenario_names,
    station_of,
)
from tongjian.problems import RecordError

HOUR = timedelta(hours=1)
Sent = tuple[Decimal, str | None]
KILN = (
    '[plant]\nfacility = "F"\nprocess_unit = "U"\nmade.nox = { kg_h = 10 }\n'
    '[[station]]\nposition = "stack"\nname_zh = "窑"\nname_en = "kiln"\narea = 2.0\n'
    '[[station.channel]]\ncode = "a21002"\nquantity = "nox"\nunit = "mg/m3"\ndry = true\n'
    '[[station.channel]]\ncode = "a01011"\nquantity = "velocity"\nunit = "m/s"\nbase = 10\n'
    '[[station.channel]]\ncode = "a01014"\nquantity = "moisture"\nunit = "%"\nbase = 20\n'
    '[[station.channel]]\ncode = "a00000"\nquantity = "flow"\nunit = "m3/h"\n'
)


@pytest.fixture(scope="module")
def days() -> list[Telegram]:
    """The boiler's stack on a day with a calibration: hours, minutes and the day."""
    asked = options("2025-03-16", "2025-03-17", minutes=1)
    (stack,) = members("boiler", asked)
    return sent(stack, asked)


def test_telegrams_are_those_of_the_standard(days: list[Telegram]) -> None:
    assert [one for one in days if review(one, "2017")] == []
    assert {one.cn for one in days} == {"2051", "2061", "2031"}
    assert [one.value("DataTime") for one in days if one.cn == "2031"] == [
        f"202503{number:02d}000000" for number in (16,)
    ]
    assert len([one for one in days if one.cn == "2061"]) == 24
    assert len([one for one in days if one.cn == "2051"]) == 24 * 60
    names = [one.qn for one in days]
    assert names == sorted(set(names))  # every QN once, in order of time


def test_an_hour_is_the_mean_of_its_measured_minutes(days: list[Telegram]) -> None:
    for code, places in (("a21002", 2), ("a01012", 1), ("a00000", 0)):
        minutes, hours = values(days, "2051", code), values(days, "2061", code)
        assert len(hours) == 24
        checked = 0
        for start, hour in hours.items():
            within = [minutes[start + number * HOUR / 60] for number in range(60)]
            measured = [one.values["Avg"] for one in within if one.flag == "N"]
            if hour.flag != "N":
                assert hour.flag == "C" and len(measured) == 30
                continue
            assert len(measured) >= 45
            checked += 1
            mean = sum(measured) / len(measured)
            half = Decimal(5).scaleb(-places - 1) + Decimal("1e-9")
            assert abs(hour.values["Avg"] - mean) <= half
            assert hour.values["Min"] == min(one.values["Min"] for one in within if one.flag == "N")
            assert hour.values["Min"] <= hour.values["Avg"] <= hour.values["Max"]
        assert checked == (23 if code == "a21002" else 24)  # the calibration takes one


def test_amounts_and_converted_values_follow_from_the_averages(days: list[Telegram]) -> None:
    """m3 = m3/h x h; kg = mg/m3 x m3 x 1e-6; Zs by (28) of HJ 212-2017: dry, standard state."""
    hours = {
        code: values(days, "2061", code)
        for code in ("a21026", "a00000", "a01011", "a01012", "a01013", "a01014", "a19001")
    }
    for start, gas in hours["a21026"].items():
        average = {code: float(found[start].values["Avg"]) for code, found in hours.items()}
        volume = hours["a00000"][start].values["Cou"]
        assert float(volume) == pytest.approx(average["a00000"])
        mass = gas.values["Avg"] * volume / 1_000_000
        assert gas.values["Cou"] == pytest.approx(mass, abs=Decimal("6e-7"))
        converted = average["a21026"] * (21 - 6) / (21 - average["a19001"])
        assert float(gas.values["ZsAvg"]) == pytest.approx(converted, abs=6e-4)
        # (30), (31): the flow is that of the velocity in 4.2 m2, Kv 1.03, dry at standard state.
        normal = (1 + average["a01013"] * 1000 / 101325) * 273 / (273 + average["a01012"])
        flow = average["a01011"] * 4.2 * 1.03 * 3600 * normal * (1 - average["a01014"] / 100)
        assert average["a00000"] == pytest.approx(flow, rel=2e-3)
    # A day's amount is the sum of its hours, its average the mean of the measured ones.
    (first, *_), gases = sorted(values(days, "2031", "a21026").items()), hours["a21026"]
    within = [gases[first[0] + number * HOUR] for number in range(24)]
    total = sum(one.values["Cou"] for one in within)
    assert first[1].values["Cou"] == pytest.approx(total, abs=Decimal("2e-5"))
    measured = [one.values["Avg"] for one in within if one.flag == "N"]
    mean = sum(measured) / len(measured)
    assert first[1].values["Avg"] == pytest.approx(mean, abs=Decimal("0.006"))


def test_what_is_made_is_found_at_every_point() -> None:
    """The abatement lets 1.5 % through; what leaves it is what leaves the stack."""
    asked = options("2025-05-10", "2025-05-12")
    inlet, outlet, stack = (sent(one, asked) for one in members("adipic", asked))
    for start, before in values(inlet, "2061", "a99901").items():
        at_outlet = values(outlet, "2061", "a99901")[start]
        at_stack = values(stack, "2061", "a99901")[start]
        if {before.flag, at_outlet.flag, at_stack.flag} == {"N"}:
            share = at_outlet.values["Cou"] / before.values["Cou"]
            assert Decimal("0.008") < share < Decimal("0.024")
            assert at_stack.values["Cou"] / at_outlet.values["Cou"] == pytest.approx(
                1, abs=Decimal("0.04")
            )
    assert {float(one.values["Avg"]) for one in values(outlet, "2061", "p99902").values()} == {1.0}


def test_stops_and_trips_show() -> None:
    asked = options("2025-07-07", "2025-07-10")
    stopped = sent(members("adipic", asked)[2], asked)
    gas = values(stopped, "2061", "a99901")
    runs = values(stopped, "2061", "p99901")
    for start, hour in runs.items():
        stands = start >= day("2025-07-08")
        assert (hour.values["Avg"], hour.flag) == (0 if stands else 1, "N")
        assert (gas[start].flag == "F") == stands


def test_text_put_together_directly_is_that_of_the_codec(tmp_path: Path) -> None:
    """Forty channels do not fit into one telegram of 1024 bytes."""
    gas = '[[station.channel]]\ncode = "a99{0:03d}"\nquantity = "nox"\nunit = "mg/m3"\n'.format
    path = tmp_path / "many.toml"
    path.write_text(KILN + "".join(gas(number) for number in range(40)), encoding="utf-8")
    asked = options("2025-01-01", "2025-01-02", edition="2025")
    (kiln,) = members(str(path), asked)
    packets = sent(kiln, asked)
    assert {one.pnum for one in packets} == {5}
    assert {one.flag for one in packets} == {11}
    for one in packets:
        assert len(build(one)) <= LONGEST_SEGMENT
        assert review(one) == ()
    hours = [one for one in packets if one.value("DataTime") == "20250101050000"]
    groups = tuple(group for one in hours for group in one.groups[1:])
    whole = hours[0]._replace(pnum=None, pno=None, flag=9, groups=hours[0].groups[:1] + groups)
    names = iter([one.qn or "" for one in hours[1:]])
    # Room is left for RF=1 of what is sent again; the codec leaves it for numbers of four digits.
    again = split(whole, lambda: next(names), LONGEST_SEGMENT - len("RF=1;") + 6)
    assert [build(one) for one in again] == [build(one) for one in hours]
    assert Assembler().add(hours[0]) is None


def test_the_same_seed_says_the_same_and_the_past_can_be_asked_for() -> None:
    asked = options("2025-03-01", "2025-03-03")
    first, second = (sent(members("boiler", asked)[0], asked) for _ in range(2))
    assert first == second
    other = options("2025-03-01", "2025-03-03", seed=7)
    assert values(sent(members("boiler", other)[0], other), "2061", "a21026") != values(
        first, "2061", "a21026"
    )
    # A day alone is the same as in a row.
    late = options("2025-03-02", "2025-03-03")
    alone = sent(members("boiler", late)[0], late)
    assert values(alone, "2061", "a21026") == {
        start: one
        for start, one in values(first, "2061", "a21026").items()
        if start >= day("2025-03-02")
    }
    feed = station_of(members("boiler", asked)[0], asked, Truth()).feed
    list(feed.telegrams())
    begin, end = day("2025-03-01T22"), day("2025-03-02T02")
    asked_for = [parse(one.segment) for many in feed.history("2061", begin, end) for one in many]
    assert [one.value("DataTime") for one in asked_for] == [
        (begin + number * HOUR).strftime("%Y%m%d%H%M%S") for number in range(5)
    ]
    before = {one.value("DataTime"): one for one in first if one.cn == "2061"}
    for one in asked_for:
        same = before[one.value("DataTime")]
        assert one.groups == same.groups and one.qn != same.qn


def test_faults_of_values_are_there_and_written_down() -> None:
    """Each checked by itself in what is sent, and against the list of what was injected."""
    faults = (
        *("stuck=nox@2025-02-03T10/30h", "replay=2025-02-06", "clip=so2:24@2025-02-07T00/2d"),
        *("blank-when-high=pm:3@2025-02-09T00/2d", "scale=a01012:0.5@2025-02-11T00"),
        "cou=a00000:2@2025-02-12T03/2h",
    )
    asked = options("2025-02-03", "2025-02-13", *faults)
    plain = options("2025-02-03", "2025-02-13")
    truth = Truth()
    wrong, right = (
        sent(members("boiler", asked)[0], asked, truth),
        sent(members("boiler", plain)[0], plain),
    )
    rows = {(one["kind"], one.get("code")): one for one in truth.rows()}

    def hours(telegrams: list[Telegram], code: str, first: str, last: str) -> list[Sent]:
        found = values(telegrams, "2061", code)
        return [
            (one.values["Avg"], one.flag)
            for start, one in sorted(found.items())
            if day(first) <= start < day(last)
        ]

    stuck = hours(wrong, "a21002", "2025-02-03T10", "2025-02-04T16")
    assert len(stuck) == 30 and len({value for value, _ in stuck}) == 1
    assert rows["stuck", "a21002"]["detail"] == str(stuck[0][0])
    assert rows["stuck", "a21002"]["minutes"] == 30 * 60
    assert len(set(hours(right, "a21002", "2025-02-03T10", "2025-02-04T16"))) > 20

    for code in ("a21026", "a00000"):
        replayed = hours(wrong, code, "2025-02-06", "2025-02-07")
        assert replayed == hours(right, code, "2025-02-05", "2025-02-06")
        assert replayed != hours(right, code, "2025-02-06", "2025-02-07")
        assert rows["replay", code]["detail"] == "< 2025-02-05"

    clipped = hours(wrong, "a21026", "2025-02-07", "2025-02-09")
    assert max(value for value, flag in clipped if flag == "N") == 24
    assert max(v for v, _ in hours(right, "a21026", "2025-02-07", "2025-02-09")) > 24
    assert rows["clip", "a21026"]["minutes"] > 60

    blanked = hours(wrong, "a34013", "2025-02-09", "2025-02-11")
    kept = hours(right, "a34013", "2025-02-09", "2025-02-11")
    assert "D" in {flag for _, flag in blanked} and "D" not in {flag for _, flag in kept}
    assert all(value <= 3 for value, flag in blanked if flag == "N")

    scaled = hours(wrong, "a01012", "2025-02-11", "2025-02-13")
    for (half, _), (whole, _) in zip(
        scaled, hours(right, "a01012", "2025-02-11", "2025-02-13"), strict=True
    ):
        assert half == pytest.approx(whole / 2, abs=Decimal("0.06"))

    flow, plain_flow = values(wrong, "2061", "a00000"), values(right, "2061", "a00000")
    doubled = {
        start.hour
        for start, one in flow.items()
        if start >= day("2025-02-12") and one.values["Cou"] != plain_flow[start].values["Cou"]
    }
    assert doubled == {3, 4}
    assert (rows["cou", "a00000"]["first"], rows["cou", "a00000"]["minutes"]) == (
        day("2025-02-12T03"), 120,
    )  # fmt: skip
    # Nothing else has changed.
    assert hours(wrong, "a19001", "2025-02-07", "2025-02-13") == hours(
        right, "a19001", "2025-02-07", "2025-02-13"
    )


def test_faults_of_time() -> None:
    asked = options(
        *("2025-02-01", "2025-02-03", "late=2025-02-01T02/3h+5h,gap=2025-02-01T20/2h"),
        "clock=+3600@2025-02-02T10",
    )
    truth = Truth()
    found = [one for one in sent(members("boiler", asked)[0], asked, truth) if one.cn == "2061"]
    times = [(one.value("DataTime") or "")[6:10] for one in found]
    day_1 = [f"01{hour:02d}" for hour in (0, 1, 5, 6, 7, 8, 2, 3, 4, *range(9, 20), 22, 23)]
    day_2 = [f"02{hour:02d}" for hour in (*range(10), *range(11, 24))] + ["0300"]
    assert times == day_1 + day_2
    assert {one["kind"] for one in truth.rows()} == {"late", "gap", "clock"}
    ahead = found[-1]
    assert (ahead.qn or "")[:10] == "2025020301"  # its clock is an hour ahead


def test_what_is_no_fault_says_what_one_is() -> None:
    assert [one.kind for one in read_faults(["crc=0.1, cut=0", "late=2025-01-01T00/1d+2h"])] == [
        *("crc", "cut", "late"),
    ]
    wrong = "drift=1", "crc=2", "stuck=nox", "clip=nox", "late=2025-01-01T00/1d", "clock=x"
    wrong += ("gap=2025-01-01T00", "clip=nox:5@2025-01-01T00+08:00/1d")
    wrong += ("stuck=nox@2025-01-01T00/1w",)
    with pytest.raises(RecordError) as caught:
        read_faults(wrong)
    assert [one.values["found"] for one in caught.value.problems] == list(wrong)


def test_scenarios_and_their_profile() -> None:
    import tomllib

    assert scenario_names() == ["adipic", "boiler"]
    asked = options("2025-01-01", "2025-01-02", minutes=10, edition="2025", stations=4)
    found = tomllib.loads(profile_of(members("adipic", asked), 10))
    assert [one["channel"][0]["position"] for one in found["station"]] == [
        *("inlet", "outlet", "stack", "inlet"),
    ]
    assert {one["facility"] for one in found["point"]} == {"DEMO-ADIPIC", "DEMO-ADIPIC-2"}
    assert len({one["mn"] for one in found["station"]}) == 4
    assert all(len(bytes.fromhex(one["keys"][0])) == 16 for one in found["station"])
    assert found["station"][0]["min_interval"] == 10
    assert "password" not in repr(members("adipic", asked)[0].who)
    old = options("2025-01-01", "2025-01-02", edition="2005")
    (boiler,) = tomllib.loads(profile_of(members("boiler", old)))["station"]
    assert (boiler["flags"], boiler["channel"][0]["code"]) == ("2005", "02")


def test_a_scenario_of_ones_own(tmp_path: Path) -> None:
    """10 kg/h in 10 m/s x 2 m2 = 72000 m3/h, 20 % of it moisture, at 136.5 degC, said each way."""
    path = tmp_path / "kiln.toml"
    hot = (
        '[[station.channel]]\ncode = "a01012"\nquantity = "temperature"\nunit = "degC"\n'
        "base = 136.5\n"
    )
    more = '[[station.channel]]\ncode = "{0}"\nquantity = "nox"\nunit = "{1}"\ndry = {2}\n'.format
    texts = [
        KILN,
        hot,
        more("wet", "mg/m3", "false"),
        more("normal", "mg/Nm3", "false"),
        more("both", "mg/Nm3", "true"),
    ]
    path.write_text("".join(texts), encoding="utf-8")
    asked = options("2025-01-01", "2025-01-01T02")
    (kiln,) = members(str(path), asked)
    hours = sent(kiln, asked)
    flow = values(hours, "2061", "a00000")
    assert {one.values["Cou"] for one in flow.values()} == {72000}
    # 136.5 degC is half as much again as 273 K: 138.89 mg/m3 wet, 208.33 at standard state.
    for code, due in (
        *(("a21002", "173.61"), ("wet", "138.89")),
        *(("normal", "208.33"), ("both", "260.42")),
    ):
        for one in values(hours, "2061", code).values():
            assert one.values["Avg"] == Decimal(due)
            assert one.values["Cou"] == pytest.approx(Decimal(10), abs=Decimal("0.001"))

    path.write_text('[plant]\nfacility = "F"\n[[station]]\n', encoding="utf-8")
    for wrong in (str(path), "no-such"):
        with pytest.raises(RecordError) as caught:
            read_scenario(wrong)
        assert caught.value.problems[0].code == "monitoring.scenario_file"
