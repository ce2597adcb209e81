"""Weights and ranking of units by several indicators (多指标加权与排序), for any judging run.

Nothing here knows an indicator: rows of a run become a `Matrix`, weights come from the data
(`entropy_weights`), from judgement (`ahp_weights`) or from the user (`user_weights`), and
`rank_by_sum` or `topsis` gives scores. Direction and weights stand in every result.
`weight_sensitivity` and `random_weights` tell how much of a rank is a matter of weights.
`bind_weights` names a table with the weights put in, to which a run can be bound: they then stand
in its manifest.
"""

from tongjian.scores._bind import bind_weights
from tongjian.scores._matrix import Indicator, Matrix, matrix_of
from tongjian.scores._rank import Ranking, Score, rank_by_sum, topsis
from tongjian.scores._sensitivity import (
    RandomWeights,
    Shift,
    Standing,
    random_weights,
    weight_sensitivity,
)
from tongjian.scores._weights import (
    RANDOM_INDEX,
    Weights,
    ahp_weights,
    entropy_weights,
    equal_weights,
    user_weights,
)

__all__ = [
    "RANDOM_INDEX",
    "Indicator",
    "Matrix",
    "RandomWeights",
    "Ranking",
    "Score",
    "Shift",
    "Standing",
    "Weights",
    "ahp_weights",
    "bind_weights",
    "entropy_weights",
    "equal_weights",
    "matrix_of",
    "random_weights",
    "rank_by_sum",
    "topsis",
    "user_weights",
    "weight_sensitivity",
]
