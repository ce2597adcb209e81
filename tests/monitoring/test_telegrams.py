"""Data segments: building is the inverse of reading; what departs is read and told."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongjian.monitoring.hj212 import (
    EDITIONS,
    Assembler,
    Telegram,
    TelegramError,
    build,
    command,
    commands,
    flags,
    moment,
    parse,
    quantities,
    readings,
    review,
    split,
    systems,
)

HEADER = "QN=20240120130000000;ST=31;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"

names = st.from_regex(r"[a-zA-Z0-9]{1,8}(-[A-Za-z]{1,8})?", fullmatch=True)
values = st.text(st.characters(codec="utf-8", exclude_characters=";,=&/ "), max_size=12).map(
    lambda text: "".join(text.split())
)
groups = st.lists(
    st.lists(st.tuples(names, values), min_size=1, max_size=5).map(tuple), max_size=6
).map(tuple)
telegrams = st.builds(
    Telegram,
    st=st.none() | st.from_regex(r"[0-9A-Z]{2}", fullmatch=True),
    cn=st.from_regex(r"[0-9]{4}", fullmatch=True),
    mn=st.none() | st.from_regex(r"[0-9A-Za-z_-]{1,24}", fullmatch=True),
    qn=st.none() | st.from_regex(r"[0-9]{17}", fullmatch=True),
    pw=st.none() | st.from_regex(r"[0-9A-Za-z]{1,9}", fullmatch=True),
    flag=st.none() | st.integers(0, 255),
    pnum=st.none() | st.integers(1, 9999),
    pno=st.none() | st.integers(1, 9999),
    rf=st.none() | st.just(1),
    groups=groups,
    deviations=st.just(()),
)


@given(telegrams)
@settings(max_examples=150, deadline=None)
def test_reading_undoes_building(telegram: Telegram) -> None:
    assert parse(build(telegram))._replace(deviations=()) == telegram


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    for segment in (text, HEADER.encode() + b"CP=&&" + text + b"&&"):
        try:
            telegram = parse(segment)
        except TelegramError as error:
            assert error.problems
        else:
            review(telegram)
            list(readings(telegram))


def codes(segment: str) -> list[str]:
    return [one.code for one in parse(segment.encode()).deviations]


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        (HEADER + "CP=&&DataTime=20240120120000;a21026-Avg=1.5,a21026-Flag=N&&", []),
        (HEADER + "CP=&&DataTime=20240120120000;&&", ["item_trailing"]),
        (HEADER + "CP=&&DataTime=20240120120000;;a21026-Avg=1&&", ["item_empty"]),
        (HEADER + "CP=&&DataTime=20240120120000,a21026-Avg&&", ["item_bare"]),
        (HEADER + "CP=&&a=1=2&&", ["item_equals"]),
        (HEADER + "CP=&& a=1&&", ["blank"]),
        (HEADER + "CP=&&a=1", ["cp_end"]),
        (HEADER + "CP=a=1&&", ["cp_open"]),
        (HEADER.replace("Flag", "FLAG") + "CP=&&a=1&&", ["field_case"]),
        (HEADER.replace("Flag=5", "Flag=x") + "CP=&&a=1&&", ["field_number"]),
        (HEADER.replace("PW=123456", "PW=") + "CP=&&a=1&&", ["field_empty"]),
        (HEADER.replace("CN=2061", "CN=61") + "CP=&&a=1&&", ["cn_form"]),
        (HEADER.replace("ST=31", "ST=101") + "CP=&&a=1&&", ["st_form"]),
        (HEADER.replace("QN=2024", "QN=24") + "CP=&&a=1&&", ["qn_form"]),
        (HEADER + "XX=1;CP=&&a=1&&", ["field_unknown"]),
        (HEADER + "ST=31;CP=&&a=1&&", ["field_twice"]),
        ("ST=31;QN=20240120130000000;CN=2061;CP=&&a=1&&", ["field_order"]),
        (HEADER.replace(";ST", ",ST") + "CP=&&a=1&&", ["field_separator"]),
    ],
)
def test_each_departure_has_its_code(segment: str, expected: list[str]) -> None:
    assert codes(segment) == expected


def test_text_that_is_not_utf8_is_kept_byte_for_byte() -> None:
    segment = HEADER.encode() + b"CP=&&i11001-Info=//\xb9\xca\xd5\xcf//&&"
    telegram = parse(segment)

    assert [one.code for one in telegram.deviations] == ["text_encoding"]
    assert build(telegram) == segment


def test_a_log_text_may_hold_what_elsewhere_separates() -> None:
    text = "//调零;量程,通过=是//"
    telegram = parse(f"{HEADER}CP=&&DataTime=20240120120000;i11001-Info={text}&&".encode())

    assert telegram.value("i11001-Info") == text
    assert telegram.deviations == ()


@pytest.mark.parametrize(
    ("segment", "code"), [("QN=1;ST=31;CN=2011", "cp_missing"), ("ST=31;CP=&&a=1&&", "cn_missing")]
)
def test_what_cannot_be_understood_is_refused(segment: str, code: str) -> None:
    with pytest.raises(TelegramError) as caught:
        parse(segment.encode())

    assert code in [one.code for one in caught.value.deviations]
    assert caught.value.problems[0].repair("zh")


def test_the_password_is_never_shown() -> None:
    assert "123456" not in repr(parse((HEADER + "CP=&&a=1&&").encode()))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("20240120130000000", "20241320130000000"), "time_wrong"),
        (("MN=010000A8900016F000169DC0", "MN=88888880000001"), "mn_form"),
        (("PW=123456", "PW=1234567890"), "pw_long"),
        (("Flag=5", "Flag=7"), "packet_missing"),
        (("Flag=5", "Flag=5;PNUM=2;PNO=1"), "packet_unmarked"),
        (("Flag=5", "Flag=7;PNUM=2;PNO=3"), "packet_number"),
        (("Flag=5", "Flag=12"), "flag_edition"),
        (("Flag=5;", ""), None),  # without a Flag it is a telegram of 2005
        (("CN=2061", "CN=2111"), "cn_unknown"),  # a command of 2025
        (("ST=31", "ST=99"), "st_unknown"),
        (("20240120120000", "20240120126000"), "time_wrong"),
        (("20240120120000", "20240120120000123"), "time_form"),
        (("Avg=1.5", "Avg=1.5x"), "value_form"),
        (("QN=20240120130000000;", ""), "field_missing"),
    ],
)
def test_contents_are_held_against_the_edition(change: tuple[str, str], code: str | None) -> None:
    segment = HEADER + "CP=&&DataTime=20240120120000;a21026-Avg=1.5,a21026-Flag=N&&"
    assert review(parse(segment.encode())) == ()

    found = review(parse(segment.replace(*change).encode()))
    assert [one.code for one in found] == ([code] if code else [])


def test_readings_by_quantity() -> None:
    segment = (
        f"{HEADER}CP=&&DataTime=20240120120000;a00000-Avg=5.331,a00000-Cou=19191.973,a00000-Flag=N;"
        "a21026-Min=0.9,a21026-Avg=1.10,a21026-Max=x,a21026-flag=D;PolId=w01018&&"
    )
    flow, gas = readings(parse(segment.encode()))

    assert flow.time is not None
    assert flow.time.isoformat() == "2024-01-20T12:00:00"
    assert flow.values == {"Avg": Decimal("5.331"), "Cou": Decimal("19191.973")}
    assert (gas.code, gas.flag) == ("a21026", "D")
    assert gas.values == {"Min": Decimal("0.9"), "Avg": Decimal("1.10")}


@given(telegrams.filter(lambda one: len(one.groups) > 1), st.integers(300, 600), st.randoms())
@settings(max_examples=30, deadline=None)
def test_what_is_split_comes_together_in_any_order(
    telegram: Telegram, longest: int, dice: Random
) -> None:
    telegram = telegram._replace(
        flag=5,
        pnum=None,
        pno=None,
        qn="20240120130000000",
        mn="M",
        st="31",
        groups=((("DataTime", "20240120120000"),), *telegram.groups * 6),
    )
    numbers = iter(range(1, 10_000))
    parts = split(telegram, lambda: f"20240120130000{next(numbers):03d}", longest)
    assert all(len(build(part)) <= longest for part in parts)
    dice.shuffle(parts)
    assembler = Assembler()
    *first, whole = [assembler.add(part) for part in parts]

    assert first == [None] * (len(parts) - 1)
    assert whole is not None
    assert whole.groups == telegram.groups
    assert (whole.flag, whole.pnum, whole.qn) == (5, None, telegram.qn)
    assert assembler.unfinished == 0


def test_unfinished_telegrams_do_not_pile_up() -> None:
    assembler = Assembler(limit=3)
    for number in range(20):
        part = Telegram("31", "2051", f"M{number}", flag=7, pnum=2, pno=1)
        assert assembler.add(part) is None
    assert assembler.unfinished == 3


def test_tables_have_their_sources() -> None:
    assert len(quantities()) > 121
    assert quantities()["02"] is quantities()["a21026"]
    assert "31" in systems()
    rows = [(one.source, one.status) for one in commands()]
    rows += [(one.source, one.status) for one in quantities().values()]
    rows += [(one.source, one.status) for one in flags().values()]
    for source, status in rows:
        assert source
        assert status in {"seen", "seen-twice", "recalled"}
    assert {edition for one in commands() for edition in one.editions} == set(EDITIONS)


def test_a_command_means_what_its_edition_says() -> None:
    first, second = command("3014", "2005"), command("3014", "2017")
    assert first is not None
    assert second is not None
    assert first.zh != second.zh
    assert command("9015", "2017") is None


def test_the_letter_b_has_two_meanings() -> None:
    assert flags()["2017", "B"].zh != flags()["hj76-2017", "B"].zh
    # A furnace that starts, stops or is banked is measured all the same.
    measured = [one.flag for one in flags().values() if one.measured]
    assert measured == ["N", "N", "N", "St", "Sd", "B"]
    assert {one.state for one in flags().values()} == {"valid", "missing", "flagged", "stopped"}
    assert {one.state_status for one in flags().values()} <= {"derived", "recalled"}


@pytest.mark.parametrize("text", ["20240230000000", "2024", "2024012012000٣", "20240120240000"])
def test_what_is_no_time(text: str) -> None:
    assert moment(text) is None
