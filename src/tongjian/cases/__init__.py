"""Golden cases (算例): a method, inputs, the expected value, a tolerance and a source.

Anybody can write one in YAML; `check_cases` enters the inputs as an accountant would, computes
them on every back-end and holds each result against the expected value.
"""

from tongjian.cases._check import CaseResult, check_cases, check_files, words_of
from tongjian.cases._document import BACKENDS, Case, Expectation, InputRow, read_cases

__all__ = [
    "BACKENDS",
    "Case",
    "CaseResult",
    "Expectation",
    "InputRow",
    "check_cases",
    "check_files",
    "read_cases",
    "words_of",
]
