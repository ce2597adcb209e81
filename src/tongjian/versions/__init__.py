"""Runs that cannot be changed and report versions (报告版本) that pin them.

`RunStore` keeps a run with its rulebook and the state of its records as attachments of the evidence
log; `reproduce` computes it again
to the same bytes, whatever became of rules, records and program since. `make_version` makes the
next version of a report, an entry of the evidence log; `diff` says which records, values and
formulas differ between two versions and how much each moved the total, exactly.
"""

from tongjian.versions._changes import GROUPS, Change
from tongjian.versions._diff import PartDiff, VersionDiff, diff
from tongjian.versions._kept_run import KeptRun
from tongjian.versions._reproduce import MovedLine, Reproduction, reproduce, require_identical
from tongjian.versions._results import KeptResults
from tongjian.versions._run_store import RunStore
from tongjian.versions._standing import standing
from tongjian.versions._versions import (
    KINDS,
    MAKE,
    ReportVersion,
    make_version,
    report_subject,
    report_version,
    report_versions,
    version_diff,
    versions_in,
)

__all__ = [
    "GROUPS",
    "KINDS",
    "MAKE",
    "Change",
    "KeptResults",
    "KeptRun",
    "MovedLine",
    "PartDiff",
    "ReportVersion",
    "Reproduction",
    "RunStore",
    "VersionDiff",
    "diff",
    "make_version",
    "report_subject",
    "report_version",
    "report_versions",
    "reproduce",
    "require_identical",
    "standing",
    "version_diff",
    "versions_in",
]
