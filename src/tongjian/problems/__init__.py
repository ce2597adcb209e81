"""Errors as data, in two languages (问题清单).

Everything that can go wrong is a `Problem`: a stable code, the place (file, line, sheet, row,
column), the values that matter and, from the code's template, a message and a repair in Chinese
and English. Work collects problems and raises them all at once in one `TongjianError`:

    TongjianError
    ├── RuleError      a rule document cannot be used           (tongjian.rules)
    ├── RecordError    activity data cannot be taken in         (tongjian.records)
    ├── EngineError    a run or an explanation cannot be made   (tongjian.engine)
    └── UnitError      a unit is unknown or does not fit        (tongjian.units), also a ValueError
"""

from tongjian.problems._errors import (
    EngineError,
    RecordError,
    RuleError,
    TongjianError,
    UnitError,
)
from tongjian.problems._problem import LANGUAGES, Place, Problem, code_catalogue

__all__ = [
    "LANGUAGES",
    "EngineError",
    "Place",
    "Problem",
    "RecordError",
    "RuleError",
    "TongjianError",
    "UnitError",
    "code_catalogue",
]
