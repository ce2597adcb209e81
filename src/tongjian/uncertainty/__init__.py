"""How sure a number is (不确定性分析), for every rule, without a line of code per rule.

`sensitivity` of the engine says what a total rests on; here those quantities get their half widths
and the total its own: by error propagation (IPCC approach 1, 误差传播法), by drawing (approach 2,
蒙特卡罗法), and for the change between two years (趋势不确定性).

All half widths are halves of the 95 % interval, in per cent of the value.
"""

from tongjian.uncertainty._approach1 import Approach1, Contribution, approach1
from tongjian.uncertainty._approach2 import Approach2, approach2
from tongjian.uncertainty._assumptions import Assumption, Assumptions
from tongjian.uncertainty._propagate import Distribution, Propagated, propagate
from tongjian.uncertainty._trend import Trend, TrendPart, trend

__all__ = [
    "Approach1",
    "Approach2",
    "Assumption",
    "Assumptions",
    "Contribution",
    "Distribution",
    "Propagated",
    "Trend",
    "TrendPart",
    "approach1",
    "approach2",
    "propagate",
    "trend",
]
