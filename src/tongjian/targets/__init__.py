"""Targets (政策目标评估): every target of the rulebook held against the records of a region.

`gather` runs the rule sets that targets read, `evaluate_all` rolls plants up and judges. A share,
a base value or a reference that a document does not print is entered by the user with its source
(`read_entries`) and never invented. `Register` keeps the progress of tasks and the rounds in which
it is called in (调度). Nothing here knows a sector.
"""

from tongjian.targets._entries import KINDS, Entries, Entry, read_entries
from tongjian.targets._evaluate import TOLERANCE, Options, evaluate, evaluate_all
from tongjian.targets._evaluation import STATUSES, Coverage, Evaluation, Lever, Status
from tongjian.targets._figures import Datum, Figures, gather
from tongjian.targets._goal import Goal, goal_of
from tongjian.targets._outlook import Outlook, outlook, straight_line, trend
from tongjian.targets._region import Region
from tongjian.targets._register import STATES, Progress, Register, Round, State, Unanswered

__all__ = [
    "KINDS",
    "STATES",
    "STATUSES",
    "TOLERANCE",
    "Coverage",
    "Datum",
    "Entries",
    "Entry",
    "Evaluation",
    "Figures",
    "Goal",
    "Lever",
    "Options",
    "Outlook",
    "Progress",
    "Region",
    "Register",
    "Round",
    "State",
    "Status",
    "Unanswered",
    "evaluate",
    "evaluate_all",
    "gather",
    "goal_of",
    "outlook",
    "read_entries",
    "straight_line",
    "trend",
]
