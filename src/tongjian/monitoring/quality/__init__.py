"""What monitoring data are worth (监测数据质量): validity, quality checks, uncertainty.

Limits are tables of the rulebook, one key for each set of rules, each number with its status; no
number of a rule stands here. Nothing is trusted that a station says of itself except its flags.
"""

from tongjian.monitoring.quality._accuracy import Run, accuracy
from tongjian.monitoring.quality._averages import (
    Capture,
    Periods,
    captures,
    days,
    minutes_of,
    months,
    validity_share,
)
from tongjian.monitoring.quality._check import VERDICTS, Check, Figure, Subject, Verdict, word
from tongjian.monitoring.quality._compare import Differences, compare
from tongjian.monitoring.quality._control import out_of_control, overdue
from tongjian.monitoring.quality._drift import drift
from tongjian.monitoring.quality._ecmps import read_ecmps
from tongjian.monitoring.quality._flags import flag_is_known, state_of, states
from tongjian.monitoring.quality._limits import Limit, ValidityLimits, validity_limits
from tongjian.monitoring.quality._linearity import linearity
from tongjian.monitoring.quality._qal3 import Cusum, cusum, qal3
from tongjian.monitoring.quality._run import read_checks
from tongjian.monitoring.quality._sheet import read_csv
from tongjian.monitoring.quality._student import t_quantile
from tongjian.monitoring.quality._uncertainty import (
    Component,
    MassUncertainty,
    Spreads,
    Tier,
    mass_uncertainty,
    tier_reached,
    tiers,
)
from tongjian.monitoring.quality._validity import Interval, apply_out_of_control, validate

__all__ = [
    "VERDICTS",
    "Capture",
    "Check",
    "Component",
    "Cusum",
    "Differences",
    "Figure",
    "Interval",
    "Limit",
    "MassUncertainty",
    "Periods",
    "Run",
    "Spreads",
    "Subject",
    "Tier",
    "ValidityLimits",
    "Verdict",
    "accuracy",
    "apply_out_of_control",
    "captures",
    "compare",
    "cusum",
    "days",
    "drift",
    "flag_is_known",
    "linearity",
    "mass_uncertainty",
    "minutes_of",
    "months",
    "out_of_control",
    "overdue",
    "qal3",
    "read_checks",
    "read_csv",
    "read_ecmps",
    "state_of",
    "states",
    "t_quantile",
    "tier_reached",
    "tiers",
    "validate",
    "validity_limits",
    "validity_share",
    "word",
]
