"""Weights, ranks and what they depend on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.support import (
    Records,
    codes,
    formulas,
    inputs,
    method,
    only,
    ruleset,
    says,
    sheet,
    table,
    values,
)
from tongjian.engine import explain, run
from tongjian.problems import TongjianError
from tongjian.rules import Rulebook
from tongjian.scores import (
    Indicator,
    Matrix,
    ahp_weights,
    bind_weights,
    entropy_weights,
    equal_weights,
    matrix_of,
    random_weights,
    rank_by_sum,
    topsis,
    user_weights,
    weight_sensitivity,
)

Book = Callable[..., Rulebook]


def matrix(*rows: tuple[float, ...], benefit: tuple[bool, ...] = ()) -> Matrix:
    """Units A, B, … with indicators x, y, …; more is better unless said otherwise."""
    names = "xyzuv"[: len(rows[0])]
    wanted = benefit or tuple(True for _ in names)
    indicators = tuple(Indicator(n, b) for n, b in zip(names, wanted, strict=True))
    return Matrix(tuple("ABCDE"[: len(rows)]), indicators, np.array(rows, dtype=float))


def test_entropy_weights_of_two_columns() -> None:
    """Columns (2, 4, 6) and (30, 20, 50): e 0.9206198, 0.9372306; w 0.5584269, 0.4415731."""
    found = entropy_weights(matrix((2, 30), (4, 20), (6, 50)))
    assert found.facts["entropies"] == pytest.approx({"x": 0.9206198, "y": 0.9372306}, abs=5e-8)
    assert found.by_column == pytest.approx({"x": 0.5584269, "y": 0.4415731}, abs=5e-8)


def test_what_is_alike_weighs_nothing() -> None:
    found = entropy_weights(matrix((2, 5, 0), (4, 5, 0), (6, 5, 0)))
    assert found.by_column == {"x": 1, "y": 0, "z": 0}
    with pytest.raises(TongjianError) as caught:
        entropy_weights(matrix((1, 2), (1, 2)))
    only(caught.value.problems, "scores.all_alike")


def test_entropy_of_zeros_of_shifts_and_of_negatives() -> None:
    # p = 0, 1/4, 3/4: e = (0.25 ln 4 + 0.75 ln(4/3)) / ln 3 = 0.5118 and 0 ln 0 counts nothing.
    expected = (0.25 * np.log(4) + 0.75 * np.log(4 / 3)) / np.log(3)
    found = entropy_weights(matrix((0,), (1,), (3,)))
    assert found.facts["entropies"]["x"] == pytest.approx(expected)
    with pytest.raises(TongjianError) as caught:
        entropy_weights(matrix((-1, 2), (1, 3)))
    says(only(caught.value.problems, "scores.negative"), "x", "-1.0")
    # Min-max makes it 0 and 1 with a shift of 1: p = 1/3, 2/3 for both columns, so equal weights.
    shifted = entropy_weights(matrix((-1, 2), (1, 3)), standardise=True, shift=1)
    assert shifted.by_column == pytest.approx({"x": 0.5, "y": 0.5})
    assert (shifted.facts["standardised"], shifted.facts["shift"]) == (True, 1)


def test_ahp_of_consistent_judgements_is_their_ratio() -> None:
    found = ahp_weights("abc", {("a", "b"): 2, ("b", "c"): 2, ("a", "c"): 4})
    assert found.by_column == pytest.approx({"a": 4 / 7, "b": 2 / 7, "c": 1 / 7})
    assert found.facts["ratio"] == pytest.approx(0, abs=1e-12)
    assert found.facts["consistent"]


def test_ahp_says_when_judgements_contradict_each_other() -> None:
    """a > b > c > a, each 3 times: λ = 1 + 3 + 1/3; CR = ((13/3 − 3)/2) / 0.58 = 1.149."""
    found = ahp_weights("abc", {("a", "b"): 3, ("b", "c"): 3, ("c", "a"): 3})
    assert found.by_column == pytest.approx(dict.fromkeys("abc", 1 / 3))
    assert found.facts["largest_eigenvalue"] == pytest.approx(13 / 3)
    assert found.facts["ratio"] == pytest.approx((13 / 3 - 3) / 2 / 0.58)
    assert not found.facts["consistent"]
    assert ahp_weights("ab", {("a", "b"): 9}).facts["ratio"] == 0  # two cannot contradict


@pytest.mark.parametrize(
    ("pairs", "code", "said"),
    [
        ({("a", "b"): 2}, "scores.pairs", "a, c; b, c"),
        ({("a", "d"): 2}, "scores.judgement", "a, d"),
        ({("a", "b"): 0}, "scores.judgement", "a, b"),
        ({("a", "b"): 2, ("b", "a"): 3}, "scores.judgement", "b, a"),
    ],
)
def test_ahp_names_what_is_wrong(pairs: dict[tuple[str, str], float], code: str, said: str) -> None:
    with pytest.raises(TongjianError) as caught:
        ahp_weights("abc", pairs)
    says(only(caught.value.problems, code), said)


def test_user_weights_are_scaled_and_checked() -> None:
    found = user_weights({"x": 3, "y": 1})
    assert (found.by_column, found.facts) == ({"x": 0.75, "y": 0.25}, {"given": {"x": 3, "y": 1}})
    for given, code in (
        ({"x": -1, "y": 2}, "scores.weight"),
        ({"x": 0, "y": 0}, "scores.no_weight"),
    ):
        with pytest.raises(TongjianError) as caught:
            user_weights(given)
        only(caught.value.problems, code)


def test_the_weighted_sum_prints_direction_and_weights() -> None:
    """x is better high, y better low: A (1, 0), B (0.5, 1), C (0, 0.5) after min-max."""
    ranking = rank_by_sum(
        matrix((10, 9), (5, 1), (0, 5), benefit=(True, False)), user_weights({"x": 3, "y": 1})
    )
    assert [(one.unit, one.rank, one.score) for one in ranking.scores] == [
        ("A", 1, 0.75), ("B", 2, 0.625), ("C", 3, 0.125),
    ]  # fmt: skip
    told = ranking.as_dict()
    assert told["directions"] == {"x": "more is better", "y": "less is better"}
    assert told["weights"]["weights"] == {"x": 0.75, "y": 0.25}
    assert told["scores"][0]["raw"] == {"x": 10, "y": 9}
    assert told["scores"][1]["parts"] == {"x": 0.375, "y": 0.25}


def test_equal_scores_share_the_better_rank() -> None:
    ranking = rank_by_sum(matrix((1, 0), (0, 1), (0, 0)), equal_weights("xy"))
    assert {one.unit: one.rank for one in ranking.scores} == {"A": 1, "B": 1, "C": 3}


def test_topsis_of_two_columns() -> None:
    """x = 3, 4 (length 5), y = 0, 0: A is the worst and B the ideal; between them a third."""
    ranking = topsis(matrix((3, 0), (4, 0)), equal_weights("xy"))
    assert [(one.unit, one.score) for one in ranking.scores] == [("B", 1), ("A", 0)]
    # x 1, 2, 3 and y 3, 2, 1: both lengths sqrt(14); every weighted place v = 0.5 x / sqrt(14).
    # A is (worst, best): D+ = D- , closeness 0.5; so are B and C.
    ranking = topsis(matrix((1, 3), (2, 2), (3, 1)), equal_weights("xy"))
    assert [one.score for one in ranking.scores] == pytest.approx([0.5] * 3)
    # Less is better in y: C has the best of both, B lies half way.
    ranking = topsis(matrix((1, 3), (2, 2), (3, 1), benefit=(True, False)), equal_weights("xy"))
    assert {one.unit: one.score for one in ranking.scores} == pytest.approx(
        {"A": 0, "B": 0.5, "C": 1}
    )
    flat = topsis(matrix((1, 1), (1, 1)), equal_weights("xy"))
    assert {one.score for one in flat.scores} == {0}


def test_weights_of_other_indicators_are_refused() -> None:
    with pytest.raises(TongjianError) as caught:
        topsis(matrix((1, 2), (2, 1)), equal_weights("xz"))
    says(only(caught.value.problems, "scores.other_weights"), "x, z", "x, y")


def test_a_weight_more_or_less_changes_ranks() -> None:
    """A (1, 0), B (0, 1) with 0.52 and 0.48: 20 % less of x turns them round."""
    weights = user_weights({"x": 0.52, "y": 0.48})
    shifts = {
        (one.column, one.share): one for one in weight_sensitivity(matrix((1, 0), (0, 1)), weights)
    }
    assert shifts["x", -0.2].moved == {"A": 1, "B": -1}
    assert shifts["x", -0.2].weights["x"] == pytest.approx(0.416 / 0.896)
    assert shifts["x", 0.2].moved == {}
    assert shifts["y", 0.2].ranks == {"A": 2, "B": 1}
    with pytest.raises(TongjianError) as caught:
        weight_sensitivity(matrix((1, 0), (0, 1)), weights, 0)
    only(caught.value.problems, "scores.share")


def test_a_weight_taken_away_altogether() -> None:
    shifts = weight_sensitivity(matrix((1,), (0,)), user_weights({"x": 1}), 1.0)
    assert [one.share for one in shifts] == [1.0]  # without its only weight there is no score


def test_random_weights_tell_how_sure_a_rank_is() -> None:
    """A is better than C in all; A (1, 0.2) is before B (0.6, 1) where 0.4 w > 0.8 (1 - w): 1/3."""
    found = matrix((1, 0.2), (0.6, 1), (0, 0))
    first = random_weights(found, equal_weights("xy"), draws=4_000, seed=7)
    again = random_weights(found, equal_weights("xy"), draws=4_000, seed=7)
    assert first == again
    standings = {one.unit: one for one in first.standings}
    # After min-max A is (1, 0.2), B (0.6, 1): the share of w above 2/3.
    assert standings["A"].first == pytest.approx(1 / 3, abs=0.03)
    assert standings["B"].keeps == pytest.approx(2 / 3, abs=0.03)
    assert (standings["B"].lowest, standings["B"].highest) == (1, 2)
    assert (standings["C"].rank, standings["C"].keeps, standings["C"].first) == (3, 1, 0)
    assert first.as_dict()["seed"] == 7
    with pytest.raises(TongjianError) as caught:
        random_weights(found, equal_weights("xy"), draws=10)
    only(caught.value.problems, "scores.draws")


def test_rows_become_a_matrix() -> None:
    rows = [
        {"city": "A", "year": 2025, "x": 1.0, "y": 2.0},
        {"city": "B", "year": 2025, "x": None, "y": 1.0},
        {"city": "C", "year": 2025, "x": 3.0, "y": 0.0},
    ]
    found = matrix_of(rows, ["city"], [Indicator("x"), Indicator("y", benefit=False)])
    assert (found.units, found.left_out) == (("A", "C"), ("B",))
    assert found.standardised().tolist() == [[0, 0], [1, 1]]
    for wrong, key, column, code in (
        (rows, "city", "q", "scores.no_column"),
        ([*rows, rows[0]], "city", "y", "scores.unit_twice"),
        (rows[:1], "city", "x", "scores.too_few"),
        ([], "city", "x", "scores.too_few"),
    ):
        with pytest.raises(TongjianError) as caught:
            matrix_of(wrong, [key], [Indicator(column)])
        assert codes(caught.value.problems) == [code]


# -- weights in the rulebook ---------------------------------------------------------------------


def book_of(book: Book) -> Rulebook:
    leaf = sheet(
        "facility period process_unit",
        inputs(x={"unit": "t", "stream": "s", "item": "x", "required": True}),
    )
    plant = sheet("facility year", formulas=formulas(score="1: w.a * 2 + w.b", x="t: sum(leaf.x)"))
    uses = {"w": {"keys": [], "columns": {"a": "1", "b": "1"}}}
    rules = ruleset(binds={"w": "w"})
    documents = [method(sheets={"leaf": leaf, "facility": plant}, uses=uses), rules]
    keyed = table("keyed", keys=["stream"], columns={"a": "1"})
    csvs = {
        "w.csv": values([], ["a", "0.5", "1"], ["b", "0.5", "1"]),
        "keyed.csv": values(["stream"], ["s", "a", "1", "1"]),
    }
    return book(*documents, table("w", columns={"a": "1", "b": "1"}), keyed, files=csvs)


def test_computed_weights_are_bound_and_stand_in_the_manifest(book: Book, records: Records) -> None:
    rulebook = book_of(book)
    snapshot = records.add("s", "x", 1, "t").snapshot()
    weights = user_weights({"x": 3, "y": 1})
    name = bind_weights(rulebook, "w", weights, named={"x": "a", "y": "b"})
    assert name == "w~a=0.75;b=0.25"
    plain = run(rulebook, snapshot)
    bound = run(rulebook, snapshot, binds={"w": name})
    assert [row["score"] for row in plain.sheet("test.rules", "facility")] == [1.5]
    assert [row["score"] for row in bound.sheet("test.rules", "facility")] == [1.75]
    assert bound.manifest["binds"] == {"w": name}
    node = explain(bound, "test.rules", "facility", {"facility": "F1", "year": 2025}, "score")
    assert [one.value for one in node.children] == [0.75, 0.25]


def test_only_tables_that_fit_take_weights(book: Book) -> None:
    rulebook = book_of(book)
    with pytest.raises(TongjianError) as caught:
        bind_weights(rulebook, "w", equal_weights("ac"))
    says(only(caught.value.problems, "scores.weight_table"), "a, b")
    with pytest.raises(TongjianError) as caught:
        bind_weights(rulebook, "nowhere", equal_weights("ac"))
    only(caught.value.problems, "scores.weight_table")
    with pytest.raises(TongjianError) as caught:
        bind_weights(rulebook, "keyed", equal_weights("a"))
    only(caught.value.problems, "scores.weight_table")
