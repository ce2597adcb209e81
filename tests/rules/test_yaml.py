"""The reader of YAML: places, plain values, and what a rule document must not contain."""

from __future__ import annotations

import pytest

from tests.support import only, says
from tongjian.problems import RuleError
from tongjian.rules import read_yaml

TEXT = """\
method: a
title: {zh: "甲", en: 'b'}
list:
  - 1
  - -2.5
  - true
  - ~
date: 2013-10-15
text: "1"
long: >-
  one
  two
"""


def test_plain_values_keep_their_type_and_dates_stay_text() -> None:
    assert read_yaml(TEXT, "a.yaml").data == {
        "method": "a",
        "title": {"zh": "甲", "en": "b"},
        "list": [1, -2.5, True, None],
        "date": "2013-10-15",
        "text": "1",
        "long": "one two",
    }


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 1, 1),
        (("method",), 1, 9),
        (("title", "zh"), 2, 14),  # behind the quotation mark
        (("title", "en", "<key>"), 2, 18),
        (("list", 1), 5, 5),
        (("date",), 8, 7),
        (("text", "nothing below"), 9, 8),  # the nearest known place
    ],
)
def test_places(path: tuple[str | int, ...], line: int, column: int) -> None:
    place = read_yaml(TEXT, "a.yaml").place(path)
    assert (place.file, place.line, place.column) == ("a.yaml", line, column)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: [1, 2", 2, 1),
        ("a: 1\n  b: 2", 2, 4),
        ("a: 'open", 1, 9),
        ("\ta: 1", 1, 1),
        ("a: 1\n---\nb: 2", 2, 1),
        ("a: @x", 1, 4),
    ],
)
def test_a_syntax_error_has_a_place(text: str, line: int, column: int) -> None:
    with pytest.raises(RuleError) as caught:
        read_yaml(text, "a.yaml")
    problem = only(caught.value.problems, "rules.yaml")
    assert problem.place.file == "a.yaml"
    assert (problem.place.line, problem.place.column) == (line, column)


def test_a_control_character_is_a_problem_and_no_crash() -> None:
    with pytest.raises(RuleError) as caught:
        read_yaml("a: \x07", "a.yaml")
    assert only(caught.value.problems, "rules.yaml").place.file == "a.yaml"


def test_every_repeated_key_is_reported() -> None:
    with pytest.raises(RuleError) as caught:
        read_yaml("a: 1\nb: {c: 1, c: 2}\na: 3\n", "a.yaml")
    places = [(p.code, p.place.line, p.place.column) for p in caught.value.problems]
    assert places == [("rules.repeated_key", 2, 11), ("rules.repeated_key", 3, 1)]
    says(caught.value.problems[0], "c")


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x",
        "a: &x 1\nb: *x",
        "a: &a [*a]",
        "x: &x {a: 1}\ny:\n  <<: *x",
        "a: !python/name:os.system x",
        "a: !!python/object/apply:os.system [echo]",
        "a: !own 1",
        "a: !!binary aGVsbG8=",
        "a: !!set {b}",
    ],
)
def test_aliases_and_tags_are_refused(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        read_yaml(text, "a.yaml")
    assert {problem.code for problem in caught.value.problems} == {"rules.yaml"}


def test_aliases_cannot_blow_up_the_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(RuleError):
        read_yaml("\n".join(lines), "a.yaml")


def test_deep_nesting_is_a_problem_and_no_crash() -> None:
    with pytest.raises(RuleError) as caught:
        read_yaml("a: " + "[" * 3000 + "]" * 3000, "a.yaml")
    only(caught.value.problems, "rules.yaml")
