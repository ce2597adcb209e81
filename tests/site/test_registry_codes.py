"""Codes of the registry: unified social credit codes, codes of plants, divisions."""

from __future__ import annotations

import pytest

from tests.site.world import ENTERPRISES
from tongjian.site.registry.credit_code import ALPHABET, check_character, credit_code_problems
from tongjian.site.registry.divisions import beginning, level, shipped
from tongjian.site.registry.plant_codes import check_digit, is_given, new_plant_code

# Weights 3^(i-1) mod 31: 1 3 9 27 19 26 16 17 20 29 25 13 8 24 10 30 28, which add up to 305.
# Places of letters: A 10, B 11, C 12, D 13, E 14, F 15, G 16, H 17, J 18, K 19, L 20, M 21, N 22,
# P 23, Q 24, R 25, T 26, U 27, W 28, X 29, Y 30.
BY_HAND = (
    # 305 = 9 x 31 + 26, and 31 - 26 = 5
    ("1" * 17, "5"),
    # nothing remains
    ("0" * 17, "0"),
    # 9 1 3 5 0 1 0 0 21 0 0 0 1 0 0 30 4, weighted 9 + 3 + 27 + 135 + 26 + 420 + 8 + 900 + 112
    # = 1640 = 52 x 31 + 28, and 31 - 28 = 3; the code is one that is often printed as an example
    ("91350100M000100Y4", "3"),
    # 9 1 3 2 0 1 0 0 21 10 1 13 14 21 0 10 0, weighted 9 + 3 + 27 + 54 + 26 + 420 + 290 + 25 + 169
    # + 112 + 504 + 300 = 1939 = 62 x 31 + 17, and 31 - 17 = 14, which is E
    ("91320100MA1DEM0A0", "E"),
)


@pytest.mark.parametrize(("body", "check"), BY_HAND)
def test_the_check_character_by_hand(body: str, check: str) -> None:
    assert check_character(body) == check
    assert credit_code_problems(body + check) == []


def test_the_alphabet_leaves_out_what_looks_like_digits() -> None:
    assert len(ALPHABET) == 31 and not set(ALPHABET) & set("IOSVZ")


def test_each_fault_is_named_with_its_place_and_the_repair() -> None:
    (short,) = credit_code_problems("9132")
    assert short.code == "site.credit_code_length" and short.values["length"] == 4

    first, second = credit_code_problems("91320A00MA1DEMOA0E")
    assert (first.values["position"], first.values["character"]) == (6, "A")
    assert (second.values["position"], second.values["character"]) == (15, "O")
    assert "第 15 位“O”" in second.message("zh") and "Character 15" in second.message("en")

    (check,) = credit_code_problems("91320100MA1DEM0A0F")
    assert (check.values["position"], check.values["right"]) == (18, "E")
    assert "应为“E”" in check.message("zh") and "give 'E'" in check.message("en")


def test_any_single_slip_and_any_swap_of_neighbours_is_found() -> None:
    right = "91320100MA1DEM0A0E"
    for at in range(8, 17):
        for other in ALPHABET:
            if other != right[at]:
                assert credit_code_problems(right[:at] + other + right[at + 1 :]), (at, other)
        if right[at] != right[at + 1] and at < 16:
            swapped = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
            assert credit_code_problems(swapped), at


def test_the_world_of_the_tests_has_valid_codes() -> None:
    for uscc, *_ in ENTERPRISES.values():
        assert credit_code_problems(uscc) == []


def test_the_check_digit_of_a_plant_is_that_of_iso_7064() -> None:
    # The example of ISO/IEC 7064, MOD 11,10: 0794 has the check digit 5.
    # 10+0=10 -> 20 mod 11 = 9; 9+7=16-10=6 -> 12 mod 11 = 1; 1+9=10 -> 9; 9+4=13-10=3 -> 6; 11-6=5
    assert check_digit("0794") == "5"


def test_a_code_of_a_plant_is_given_and_tells_nothing() -> None:
    given = {new_plant_code("320100", lambda _: False) for _ in range(50)}

    assert len(given) == 50 and all(is_given(code) and code.startswith("P320100") for code in given)
    assert not is_given("P32010000001") and not is_given("DEMO-STEEL")
    refused: list[str] = []
    code = new_plant_code("320100", lambda one: len(refused) < 3 and not refused.append(one))
    assert len(refused) == 3 and code not in refused[:2]


def test_the_divisions_of_the_package() -> None:
    rows = list(shipped())
    codes = [one["code"] for one in rows]
    levels = [level(code) for code in codes]

    assert len(set(codes)) == len(codes) == 34 + 13 + 95
    assert (levels.count(1), levels.count(2), levels.count(3)) == (34, 13, 95)
    for one in rows:
        assert one["status"] == "recalled" and one["source"]
        if level(one["code"]) < 3:
            assert 73 < one["longitude"] < 136 and 18 < one["latitude"] < 54
        else:  # not known surely: nothing is made up
            assert one["longitude"] is None and one["latitude"] is None
    assert [beginning(code) for code in ("320000", "321000", "320583", "")] == [
        "32",
        "3210",
        "320583",
        "",
    ]
