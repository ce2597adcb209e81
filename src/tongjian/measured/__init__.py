"""Monitoring as accounting (监测核算): validated hours become monthly records by rule documents.

`measure` takes a facility's year from the store of series through validity, substitution and the
formulas of a rule set to records of tier "monitored"; `measure_hours` is its core over hours at
hand. The yearly result of a plant is that of the ordinary run of its records, by one path.
"""

from tongjian.measured._channels import MeasuredChannel
from tongjian.measured._checked import CHECKS_FILE
from tongjian.measured._core import Registers, Through, measure_hours
from tongjian.measured._data import (
    MeasuringRule,
    Recorded,
    measuring_rule,
    measuring_rules,
    recorded,
    result_cells,
)
from tongjian.measured._measure import measure
from tongjian.measured._read_hours import KeptHours, read_hours
from tongjian.measured._recorded import MARK, Datum, monthly, write_records
from tongjian.measured._result import (
    Amounts,
    Measured,
    MeasuredGas,
    MeasuredMonth,
    MeasuredUnit,
    Written,
    folder_of,
    measured_years,
    read_measured,
    summarised,
)
from tongjian.measured._results import LineResult, explain_month, explain_result, line_results
from tongjian.measured._series import Gas, PointHours, Series, Signals

__all__ = [
    "CHECKS_FILE",
    "MARK",
    "Amounts",
    "Datum",
    "Gas",
    "KeptHours",
    "LineResult",
    "Measured",
    "MeasuredChannel",
    "MeasuredGas",
    "MeasuredMonth",
    "MeasuredUnit",
    "MeasuringRule",
    "PointHours",
    "Recorded",
    "Registers",
    "Series",
    "Signals",
    "Through",
    "Written",
    "explain_month",
    "explain_result",
    "folder_of",
    "line_results",
    "measure",
    "measure_hours",
    "measured_years",
    "measuring_rule",
    "measuring_rules",
    "monthly",
    "read_hours",
    "read_measured",
    "recorded",
    "result_cells",
    "summarised",
    "write_records",
]
