"""The data quality control plan (数据质量控制计划) as data.

A plan says what is measured with which meter, how each parameter of each stream is obtained, how
often, by whom, and what is done when it is missing. Its revisions, the calibrations of its meters
and the months that were frozen are entries of the evidence log, and the state of a plan is what
those entries say (`history`). `link` holds the records against the plan, `findings` tells what is
wrong. Nothing here knows a sector, a database or the web.
"""

from tongjian.control_plan._calibration import MeterState, State, meter_state
from tongjian.control_plan._diff import PlanChange, changes
from tongjian.control_plan._draft import draft
from tongjian.control_plan._enter import calibrate, not_next, revise
from tongjian.control_plan._finding import Finding
from tongjian.control_plan._findings import findings
from tongjian.control_plan._freeze import (
    Change,
    MonthState,
    freeze,
    key_parameters,
    month_states,
)
from tongjian.control_plan._guide import Clause, Guide, Kind, Level, kinds, read_guide, ways
from tongjian.control_plan._half_widths import HalfWidth, half_widths
from tongjian.control_plan._history import (
    Calibration,
    Freeze,
    FrozenValue,
    History,
    Outcome,
    Revision,
    facilities,
    history,
    plan_at,
)
from tongjian.control_plan._link import Coverage, Link, Links, Reads, Row, link
from tongjian.control_plan._outline import outline
from tongjian.control_plan._periods import shown
from tongjian.control_plan._plan import (
    Boundary,
    EmissionSource,
    Laboratory,
    Meter,
    Missing,
    Parameter,
    Plan,
    ProcessUnit,
    Range,
    Role,
    Spread,
)
from tongjian.control_plan._read import plan_of, read_plan
from tongjian.control_plan._reads import Need, accounts_of, needs, reads
from tongjian.control_plan._wanted import Wanted, uncovered, wanted
from tongjian.control_plan._words import word
from tongjian.control_plan._workbook import read_plan_workbook, write_plan_workbook

__all__ = [
    "Boundary",
    "Calibration",
    "Change",
    "Clause",
    "Coverage",
    "EmissionSource",
    "Finding",
    "Freeze",
    "FrozenValue",
    "Guide",
    "HalfWidth",
    "History",
    "Kind",
    "Laboratory",
    "Level",
    "Link",
    "Links",
    "Meter",
    "MeterState",
    "Missing",
    "MonthState",
    "Need",
    "Outcome",
    "Parameter",
    "Plan",
    "PlanChange",
    "ProcessUnit",
    "Range",
    "Reads",
    "Revision",
    "Role",
    "Row",
    "Spread",
    "State",
    "Wanted",
    "accounts_of",
    "calibrate",
    "changes",
    "draft",
    "facilities",
    "findings",
    "freeze",
    "half_widths",
    "history",
    "key_parameters",
    "kinds",
    "link",
    "meter_state",
    "month_states",
    "needs",
    "not_next",
    "outline",
    "plan_at",
    "plan_of",
    "read_guide",
    "read_plan",
    "read_plan_workbook",
    "reads",
    "revise",
    "shown",
    "uncovered",
    "wanted",
    "ways",
    "word",
    "write_plan_workbook",
]
