"""A flag means what its vocabulary says."""

import numpy as np
import pytest

from tongjian.monitoring.hours import State
from tongjian.monitoring.quality import flag_is_known, state_of, states

nan = float("nan")


@pytest.mark.parametrize(
    ("vocabulary", "flag", "state"),
    [
        ("2005", "F", State.STOPPED),  # 排放源停运
        ("2017", "F", State.FLAGGED),  # 在线监控仪器仪表停运
        ("hj76-2017", "F", State.STOPPED),  # 停运
        ("2017", "B", State.FLAGGED),  # 通讯异常
        ("hj76-2017", "B", State.VALID),  # 闷炉
        ("hj76-2017", "Md", State.MISSING),
        ("2017", "N", State.VALID),
        ("2017", "", State.VALID),
        ("2017", None, State.VALID),
        ("2017", "Md", State.FLAGGED),
    ],
)
def test_the_state_of_a_flag(vocabulary: str, flag: str | None, state: State) -> None:
    assert state_of(vocabulary, flag) is state
    assert flag_is_known(vocabulary, flag) == ((vocabulary, flag) != ("2017", "Md"))


def test_a_zero_is_a_measurement_only_where_its_flag_says_so() -> None:
    value = np.array([0.0, 0.0, 0.0, nan, nan, 3.0])
    sent = ["N", "B", "St", "N", "C", "B"]
    V, M, F = State.VALID, State.MISSING, State.FLAGGED
    assert states("hj76-2017", sent, value).tolist() == [V, M, V, M, F, V]
    assert states("2017", sent, value).tolist() == [V, F, F, M, F, F]
    assert states("2017", [], np.empty(0)).tolist() == []
