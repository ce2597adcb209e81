"""Verification (核查): sampling, check list, findings, re-computation, opinion.

An `Engagement` is one facility's greenhouse gas total of a year in a run. What a verifier does to
it is entered in the evidence log, and where verification stands is what these entries say
(`assess`): which data were sampled (`draw_sample`) and looked at (`check_datum`), how the check
list was answered, which findings were raised, answered and closed, whether the result was computed
again, and which opinion all that allows (`give_opinion`). `report_guards` brings the conditions
that the flow of a report names. `check_factors` holds printed statements against their own figures.
Nothing here knows a sector, a database or the web.
"""

from tongjian.verification._assess import Assessment, Ground, assess
from tongjian.verification._checklist import (
    ANSWERS,
    CheckItem,
    ListState,
    answer,
    checklist,
    list_state,
)
from tongjian.verification._engagement import Datum, Engagement
from tongjian.verification._factor_check import CheckedRow, Known, check_factors
from tongjian.verification._findings import (
    ABOUT,
    Finding,
    Misstatements,
    close_finding,
    findings_of,
    misstatements,
    raise_finding,
    reopen_finding,
    report_of,
    respond,
)
from tongjian.verification._guards import report_guards
from tongjian.verification._inspection import Figure, Fired, InspectionPage, inspection_form
from tongjian.verification._opinion import (
    Opinion,
    give_opinion,
    ground_of,
    look_again,
    newest_version,
    opinion_of,
)
from tongjian.verification._plan_view import PlanView, plan_view
from tongjian.verification._printed import Claim, Printed, PrintedRow, printed_rows, read_printed
from tongjian.verification._recompute import (
    Difference,
    Recomputation,
    enter_recomputation,
    exact_total,
    recompute,
)
from tongjian.verification._sample import Planned, Sampled, SamplingPlan, Stratum, sampling_plan
from tongjian.verification._sample_log import (
    OUTCOMES,
    SampleState,
    check_datum,
    draw_sample,
    redraw,
    sample_of,
)
from tongjian.verification._settings import (
    Materiality,
    Settings,
    default_settings,
    read_settings,
)

__all__ = [
    "ABOUT",
    "ANSWERS",
    "OUTCOMES",
    "Assessment",
    "CheckItem",
    "CheckedRow",
    "Claim",
    "Datum",
    "Difference",
    "Engagement",
    "Figure",
    "Finding",
    "Fired",
    "Ground",
    "InspectionPage",
    "Known",
    "ListState",
    "Materiality",
    "Misstatements",
    "Opinion",
    "PlanView",
    "Planned",
    "Printed",
    "PrintedRow",
    "Recomputation",
    "SampleState",
    "Sampled",
    "SamplingPlan",
    "Settings",
    "Stratum",
    "answer",
    "assess",
    "check_datum",
    "check_factors",
    "checklist",
    "close_finding",
    "default_settings",
    "draw_sample",
    "enter_recomputation",
    "exact_total",
    "findings_of",
    "give_opinion",
    "ground_of",
    "inspection_form",
    "list_state",
    "look_again",
    "misstatements",
    "newest_version",
    "opinion_of",
    "plan_view",
    "printed_rows",
    "raise_finding",
    "read_printed",
    "read_settings",
    "recompute",
    "redraw",
    "reopen_finding",
    "report_guards",
    "report_of",
    "respond",
    "sample_of",
    "sampling_plan",
]
