"""The formula language: names, missing values, aggregates, and all that it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.formulas import check, condition, refused
from tests.support import says
from tongjian.problems import RuleError
from tongjian.rules import _ir as ir

# -- missing values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "opt",
        "opt + mass",
        "-opt",
        "abs(opt)",
        "max(opt, 0)",
        "none",
        "coalesce(opt, none)",
        "coalesce(opt, opt_kg)",
        "opt if ratio > 1 else 0",
        "0 if given(opt) else opt",
        "opt if not given(opt) else 0",
        "opt if given(opt) or given(opt_kg) else 0",
        "opt if given(opt_kg) else 0",
        "mass if opt > 0 * t else 0",
        "mass if ratio > 1 and opt > 0 * t else 0",
        "mass if given(opt) or opt > 0 * t else 0",
        "mass if opt > 0 * t and given(opt) else 0",
        "(opt if given(opt) else 0) + opt",
    ],
)
def test_a_value_that_may_be_missing_has_to_be_dealt_with(text: str) -> None:
    says(refused(text, "may_be_missing"), "coalesce")


@pytest.mark.parametrize(
    "text",
    [
        "coalesce(opt, 0)",
        "coalesce(opt, opt_kg, mass)",
        "required(opt)",
        "opt if given(opt) else 0",
        "0 if not given(opt) else opt",
        "opt + opt_kg if given(opt) and given(opt_kg) else 0",
        "0 if not given(opt) or not given(opt_kg) else opt + opt_kg",
        "opt if given(opt) and opt > 1 * t else 0",
        "0 if not given(opt) or opt > 1 * t else opt",
        "opt if (given(opt) and ratio > 1) and opt > 1 * t else mass",
        "opt if not (not given(opt)) else 0",
        "0 if not (given(opt) and given(opt_kg)) else opt + opt_kg",
        "opt if given(opt) else opt_kg if given(opt_kg) else mass",
        "(opt_kg if given(opt_kg) else opt) if given(opt) else 0",
    ],
)
def test_ways_to_deal_with_it(text: str) -> None:
    assert not check(text).kind.nullable


@pytest.mark.parametrize("text", ["opt", "none", "opt if ratio > 1 else 0", "coalesce(opt, none)"])
def test_an_optional_formula_may_be_missing(text: str) -> None:
    assert check(text, nullable=True).kind.nullable


@pytest.mark.parametrize("text", ["coalesce(mass, 0)", "required(mass)", "coalesce(0, mass)"])
def test_what_is_never_missing_needs_no_substitute(text: str) -> None:
    refused(text, "never_missing")


def test_a_look_up_may_be_followed_by_a_substitute() -> None:
    assert check("mass * coalesce(fuel.share, 0.5)")
    # Known to be there in this branch, so a substitute is a mistake.
    refused("coalesce(opt, 0) if given(opt) else 0", "never_missing")


def test_missing_values_of_a_finer_sheet() -> None:
    refused("sum(s.opt)", "may_be_missing", sheet="facility")
    check("sum(coalesce(s.opt, 0))", sheet="facility")
    check("sum(s.opt if given(s.opt) else 0)", sheet="facility")
    # The year's own `maybe` says nothing about the rows.
    refused("sum(s.opt if given(s.opt_kg) else 0)", "may_be_missing", sheet="facility")
    refused("maybe if given(total) else 0", "may_be_missing", sheet="facility")


# -- aggregates ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("s.mass", "outside_aggregate"),
        ("sum(s.mass) + s.mass", "outside_aggregate"),
        ("sum(total)", "one_sheet"),
        ("sum(1)", "one_sheet"),
        ("sum(s.mass + other.mass)", "one_sheet"),
        ("sum(s.mass, s.mass)", "argument_count"),
        ("sum()", "argument_count"),
        ("weighted_mean(s.mass)", "argument_count"),
        ("sum(sum(s.mass))", "nested_aggregate"),
        ("sum(s.mass * count(s))", "nested_aggregate"),
        ("sum(s.mass + total)", "unknown_name"),
        ("sum(s.masss)", "unknown_name"),
        ("sum(t.mass)", "one_sheet"),
        ("sum(facility.total)", "not_finer"),
        ("count(facility) * t", "not_finer"),
        ("count(total) * t", "count_sheet"),
        ("count(s.mass) * t", "not_a_condition"),
        ("count(s, s, s) * t", "argument_count"),
        ("s", "needs_column"),
        ("sum(s)", "one_sheet"),
        ("share(s.mass, s.mass)", "not_a_condition"),
        ("sum(s.mass if s.stream > 'a' else 0)", "not_a_number"),
    ],
)
def test_aggregates_that_make_no_sense(text: str, code: str) -> None:
    refused(text, code, sheet="facility")


def test_rows_of_a_finer_sheet_need_an_aggregate_at_leaf_level_too() -> None:
    refused("sum(s.mass)", "not_finer")
    refused("sum(facility.total)", "not_finer")
    # A sheet by facility, period and stream belongs to no single process unit.
    refused("sum(other.mass)", "not_finer")
    refused("sum(s.mass)", "not_finer", sheet="s")
    check("sum(s.mass)", sheet="other")


def test_the_aggregates() -> None:
    check("sum(s.mass if within(s.stream_class, 'fuel.solid') else 0)", sheet="facility")
    check("sum(s.power * grid.ef)", "tCO2", sheet="facility")
    check("count(s)", "1", sheet="facility")
    check("minimum(s.ncv) + maximum(s.ncv)", "GJ/t", sheet="facility")


# -- names, tables ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("masss", "unknown_name", ["masss", "mass"]),
        ("mas * ncv", "unknown_name", ["mas", "mass"]),
        ("mass * fule.ncv", "unknown_owner", ["fule", "fuel"]),
        ("mass * fuel.nvc", "unknown_name", ["nvc", "ncv"]),
        ("mass * fuel", "needs_column", ["fuel"]),
        ("mass * fuel.share['coke', 'tar']", "key_count", ["2", "stream"]),
        ("mass * fuel.share[1]", "key_kind", ["fuel.share[1]"]),
        ("mass * fuel.share[mass]", "key_kind", ["fuel.share[mass]"]),
        ("mass * s.mass[0]", "unknown_owner", ["fuel"]),
        ("summe(mass)", "unknown_function", ["summe", "sum"]),
        ("mass()", "unknown_function", ["mass"]),
        ("fuel.ncv()", "unknown_function", ["fuel.ncv"]),
        ("abs(mass, mass)", "argument_count", ["1", "2"]),
        ("min(mass)", "argument_count", ["2", "1"]),
        ("coalesce(opt)", "argument_count", ["1"]),
        ("given(mass + mass)", "needs_input", ["mass + mass"]),
        ("evidenced(stream)", "needs_input", ["stream"]),
        ("mass * unit(ratio)", "unit_text", ["ratio"]),
        ("mass * unit('furlong')", "unit", ["furlong"]),
        ("mass * unit(1)", "unit_text", ["1"]),
        ("stream", "result_kind", ["stream"]),
        ("mass + stream", "not_a_number", ["stream"]),
        ("mass + 'a'", "not_a_number", ["a"]),
        ("mass > 1 * t", "result_kind", ["bool"]),
        ("mass if stream else 0", "not_a_condition", ["stream"]),
        ("mass if mass else 0", "not_a_condition", ["mass"]),
        ("mass if ratio > 1 and mass else 0", "not_a_condition", ["mass"]),
        ("mass if ratio > 1 else 'a'", "mixed", ["number", "text"]),
        ("mass if stream == 1 else 0", "not_a_number", ["stream"]),
        ("mass if stream < 'a' else 0", "not_a_number", ["stream"]),
        ("mass if within(mass, 'a') else 0", "within", ["mass"]),
        ("mass if within(stream, stream) else 0", "within", ["stream"]),
        ("-stream", "not_a_number", ["stream"]),
        ("not mass", "not_a_condition", ["mass"]),
    ],
)
def test_mistakes_are_named(text: str, code: str, said: list[str]) -> None:
    says(refused(text, code), *said)


def test_keys_of_a_look_up() -> None:
    node = check("mass * fuel.share['coke']")
    (look,) = [part for part in node.walk() if isinstance(part, ir.Lookup)]
    assert [type(key) for key in look.keys] == [ir.Text]
    check("power * grid.ef['Jiangsu', 'boiler']", "tCO2")
    check("power * grid.ef[province, 'boiler']", "tCO2")
    says(refused("total * fuel.ncv", "no_key", "GJ", sheet="facility"), "stream")


@pytest.mark.parametrize(
    "text",
    [
        "mass + nothing",
        "(mass + 1*t) * (nothing)",
        "coalesce(opt, nothing)",
        "mass * fuel.share['煤炭'] + nothing",
        "0 if stream == '燃料煤' else nothing",
        "0 if stream == '#' else nothing",
    ],
)
def test_the_column_counts_characters(text: str) -> None:
    problem = refused(text, "unknown_name")
    assert problem.place.column == 11 + text.index("nothing")


def test_a_syntax_error_has_a_column() -> None:
    problem = refused("mass + * 2", "syntax")
    # What Python's own parser gives up on is a fault of the formula and not of the program.
    refused("(" * 1900 + "mass" + ")" * 1900, "syntax")
    refused("-" * 3900 + "mass", "syntax")
    assert problem.place.column == 11 + 7
    assert refused("煤炭 + * 2", "syntax").place.column == 11 + 5


# -- what is not in the language -------------------------------------------------------------

HOSTILE = [
    '__import__("os").system("x")',
    "__import__('os')",
    "().__class__.__bases__[0].__subclasses__()",
    "mass.__class__",
    "mass.real",
    "fuel.__class__",
    "fuel.ncv.__class__",
    "'a'.join",
    "'{0}'.format(mass)",
    "__class__",
    "__builtins__",
    "eval('1')",
    "exec('1')",
    "getattr(mass, 'real')",
    "open('/etc/passwd')",
    "print(mass)",
    "lambda: mass",
    "(lambda x: x)(mass)",
    "[mass for x in (1, 2)]",
    "{mass for x in (1, 2)}",
    "{1: mass}",
    "(mass for x in (1, 2))",
    "sum(x for x in (1, 2))",
    "[mass][0]",
    "(mass, mass)",
    "mass[0]",
    "mass[0:1]",
    "fuel.ncv[0:1]",
    "fuel.ncv[*stream]",
    "fuel['ncv']",
    "f'{mass}'",
    "f'{mass!r:>{10}}'",
    "(x := mass)",
    "mass ** 2",
    "mass // 2",
    "mass % 2",
    "mass @ mass",
    "mass << 1",
    "mass | 1",
    "mass & 1",
    "~mass",
    "+mass",
    "mass is none",
    "mass in (1, 2)",
    "mass not in stream",
    "mass if mass is not none else 0",
    "await mass",
    "yield mass",
    "*mass",
    "abs(*mass)",
    "abs(x=mass)",
    "abs(**mass)",
    "max(mass, mass, key=abs)",
    "True",
    "None",
    "...",
    "1j",
    "b'a'",
    "mass; mass",
    "mass\nmass",
    "import os",
    "mass = 1",
    "x: int = 1",
    "mass # comment",
    "mass # + nothing",
    "mass # comment\n+ nothing",
    "(mass # comment\n)",
    "mass * fuel.share['a\\'']",
    "mass * fuel.share['\\n']",
    'mass * fuel.share["it\'s"]',
    "0 if stream == 'back\\\\slash' else mass",
    "",
    " ",
    "mass if ratio > 1",
    "s.mass.mass",
    "s.mass()",
    "sum(s.mass.real)",
    "_numbers(mass)",
    "_call_min(mass)",
    "node(mass)",
    "mass\u200b",
    "mass\u00a0+ mass",
    "mass\u2212mass",
    "\u202emass",
    "mass\x00",
    "mass \\\n + mass",
    "'''a''' + mass",
    "none()",
    "given",
    "sum",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_the_language_does_not_have(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        check(text)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].code.startswith("rules.")
    assert caught.value.problems[0].message("zh") and caught.value.problems[0].message("en")


def test_look_alike_letters_are_the_same_name_or_none() -> None:
    # Python folds full-width letters; other scripts stay other names.
    assert isinstance(check("ｍass"), ir.Column)
    refused("m\u0430ss", "unknown_name")  # a Cyrillic a
    # Folding must not open a way around the check for missing values.
    refused("opt if given(ｏpt) and false_ else 0", "unknown_name")
    text = "ｏpt if given(opt) else 0"
    assert not check(text).kind.nullable


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "mass" + ")" * 5000,
        " + ".join(["mass"] * 500),
        " + ".join(["mass"] * 20_000),
        "-" * 500 + "mass",
        "-" * 50_000 + "mass",
        "not " * 500 + "given(opt)",
        "abs(" * 90 + "mass" + ")" * 90,
        "mass if given(opt) else " * 500 + "0",
        "mass" + "[0]" * 1000,
        "fuel" + ".ncv" * 1000,
        "given(opt) and (" * 90 + "given(opt)" + ")" * 90,
        "9" * 10_000,
        "'" + "a" * 100_000 + "'",
        "mass * " + "1" * 5000,
    ],
    ids=range(14),
)
def test_huge_formulas_are_refused_cleanly(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        check(text)
    (problem,) = caught.value.problems
    assert len(problem.text("en")) < 2000, "the message does not repeat the whole formula"


def test_nesting_that_people_write_is_fine() -> None:
    check(" + ".join(["mass"] * 40))
    check("(" * 150 + "mass" + ")" * 150)
    check("mass if given(opt) else " * 30 + "0")


@pytest.mark.parametrize(
    "text", ["(1 if {} < 1 else 0)", "min({}, 2)", "clip({}, 0, 1)", "max(1, {})"]
)
def test_what_would_grow_without_bounds_is_refused_at_once(text: str) -> None:
    nested = "ratio"
    for _ in range(25):
        nested = text.format(nested)
    refused(nested, "too_large", "1")


def test_nesting_within_bounds() -> None:
    check("max(0, mass, wet, mass, wet, mass, wet)")
    check("clip(clip(clip(ratio, 0, 1), 0, 1), 0, 1)", "1")
    check("(1 if (1 if ratio < 1 else 0) < 1 else 0)", "1")


@settings(max_examples=300)
@given(st.text(alphabet="mass opt()+-*/<>=.,[]'\"0129e_if elsandotgivenr:{}\n煤", max_size=40))
def test_any_text_is_a_formula_or_a_rule_error(text: str) -> None:
    for check_it in (check, condition):
        try:
            check_it(text)
        except RuleError as error:
            assert error.problems[0].message("zh")
