"""The manifest (清单): digests of everything that a run rests on, and of what it gave."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tongjian import __version__
from tongjian.engine._ledger import LedgerLine
from tongjian.engine._result_bytes import result_bytes
from tongjian.engine._snapshot import Snapshot
from tongjian.problems import Problem
from tongjian.rules import Rulebook

if TYPE_CHECKING:
    from tongjian.engine._run import RuleSetResult

# Raised whenever a change of the engine can change a result.
ENGINE_VERSION = 2


def make_manifest(
    rulebook: Rulebook,
    snapshot: Snapshot,
    results: Sequence[RuleSetResult],
    binds: Mapping[str, str],
    lines: Sequence[LedgerLine],
    problems: Sequence[Problem],
    accounts: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The same manifest for the same inputs, on every machine and at any time (no clock).

    `accounts` is the manifest of the run whose results were judged, if any.
    """
    judged = {} if accounts is None else {"results_of": accounts}
    return {
        "engine": {"name": "tongjian", "version": __version__, "semantics": ENGINE_VERSION},
        "rulebook": rulebook.digest,
        "records": snapshot.digest if accounts is None else accounts["records"],
        **judged,
        "binds": dict(sorted(binds.items())),
        "rulesets": [
            {
                "id": result.ruleset.id,
                "in_force": str(result.ruleset.doc.validity),
                "boundary": result.ruleset.doc.boundary,
                "years": list(result.years),
                "tables": dict(sorted((k, v) for k, v in result.ruleset.program.tables.items())),
            }
            for result in results
        ],
        "ledger_lines": len(lines),
        "problems": len(problems),
        "result": result_digest(results, lines),
    }


def result_digest(results: Iterable[RuleSetResult], lines: Iterable[LedgerLine]) -> str:
    """SHA-256 over every result cell and ledger line, in a fixed order and spelling."""
    digest = hashlib.sha256()
    for part in result_bytes(results, lines):
        digest.update(part)
    return digest.hexdigest()
