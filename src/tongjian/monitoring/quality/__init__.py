"""What monitoring data are worth (监测数据质量): validity, quality checks, uncertainty.

Limits are tables of the rulebook, one key for each set of rules, each number with its status; no
number of a rule stands here. Nothing is trusted that a station says of itself except its flags.
"""

from tongjian.monitoring.quality._averages import (
    Capture,
    Periods,
    captures,
    days,
    minutes_of,
    months,
    validity_share,
)
from tongjian.monitoring.quality._compare import Differences, compare
from tongjian.monitoring.quality._flags import flag_is_known, state_of, states
from tongjian.monitoring.quality._limits import Limit, ValidityLimits, validity_limits
from tongjian.monitoring.quality._validity import Interval, apply_out_of_control, validate

__all__ = [
    "Capture",
    "Differences",
    "Interval",
    "Limit",
    "Periods",
    "ValidityLimits",
    "apply_out_of_control",
    "captures",
    "compare",
    "days",
    "flag_is_known",
    "minutes_of",
    "months",
    "state_of",
    "states",
    "validate",
    "validity_limits",
    "validity_share",
]
