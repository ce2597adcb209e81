"""What rule sets that judge have to say (判定): levels, gates, price, allocation, synergy, checks.

`judge` runs the rule sets of a boundary; the result is read as tables by what each rule set shows.
Nothing is calculated here: every number and word is a cell of the run and can be explained.
"""

from tongjian.judging._judge import Judgement, Untold, judge
from tongjian.judging._solve import Awaited, Solved
from tongjian.judging._tables import JudgedColumn, JudgedTable, Tally

__all__ = [
    "Awaited",
    "JudgedColumn",
    "JudgedTable",
    "Judgement",
    "Solved",
    "Tally",
    "Untold",
    "judge",
]
