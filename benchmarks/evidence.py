"""What the evidence log costs (存证的开销): appending, checking, proving, verifying.

    python -m benchmarks.evidence [--entries 2000] [file sqlite postgres]

Every append is on the disk when it returns, so the rate of single appends is that of the disk.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tongjian.book import PostgresConnections, PostgresStore, SqliteConnections, SqliteStore
from tongjian.evidence import (
    Act,
    EvidenceLog,
    FileStore,
    LogStore,
    MerkleTree,
    PrivateKey,
    Roots,
    prove,
    verify,
)

KINDS = ("file", "sqlite", "postgres")
_BATCH = 100
_LEAVES = 1_000_000
Result = dict[str, Any]


def measure(store: LogStore, entries: int) -> Result:
    """Rates and times over one store; half of the entries are appended one by one."""
    moment = [datetime(2026, 1, 5, tzinfo=UTC)]
    log, key = EvidenceLog(store, lambda: moment[0]), PrivateKey.make()
    Roots(log).introduce(key.public, "benchmark")
    single = entries // 2
    start = time.perf_counter()
    for number in range(single):
        log.append([_act(number)])
    one_by_one = time.perf_counter() - start
    start = time.perf_counter()
    for first in range(single, entries, _BATCH):
        log.append(_act(number) for number in range(first, min(first + _BATCH, entries)))
    batches = time.perf_counter() - start
    start = time.perf_counter()
    assert EvidenceLog(store).problems() == []
    checked = time.perf_counter() - start
    moment[0] = datetime(2026, 2, 2, tzinfo=UTC)
    Roots(log).sign(key, "2026-01", "benchmark")
    start = time.perf_counter()
    proof = prove(log, [entries // 3])
    proved = time.perf_counter() - start
    start = time.perf_counter()
    assert verify(proof, [key.public.fingerprint]).by_named_key
    return {
        "appends_per_s": single / one_by_one,
        "batched_entries_per_s": (entries - single) / batches,
        "checked_entries_per_s": entries / checked,
        "prove_ms": 1000 * proved,
        "proof_bytes": len(proof),
        "verify_ms": 1000 * (time.perf_counter() - start),
    }


def tree(leaves: int = _LEAVES) -> Result:
    """Proofs out of a large tree."""
    made = MerkleTree(number.to_bytes(32, "big") for number in range(leaves))
    places = range(0, leaves, leaves // 1000)
    start = time.perf_counter()
    for place in places:
        made.inclusion(place)
    included = (time.perf_counter() - start) / len(places)
    start = time.perf_counter()
    for place in places:
        made.consistency(place)
    consistent = (time.perf_counter() - start) / len(places)
    return {
        "leaves": leaves,
        "inclusion_us": 1e6 * included,
        "consistency_us": 1e6 * consistent,
        "inclusion_bytes": 32 * len(made.inclusion(leaves // 3)),
    }


def _act(number: int) -> Act:
    content = {"parameter": "NCV", "value": 28.435 + number, "month": "2026-01", "note": "化验单"}
    return Act("month.freeze", "张三", f"meter:plant/{number % 40}", content)


def main() -> None:
    """Measure what is asked for and print it as JSON."""
    from tests.postgres import start_postgres

    parser = argparse.ArgumentParser(prog="benchmarks.evidence", description=__doc__)
    parser.add_argument("--entries", type=int, default=2000)
    parser.add_argument("kinds", nargs="*", metavar="KIND", default=list(KINDS))
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        result: Result = {"entries": asked.entries, "tree": tree()}
        for kind in asked.kinds:
            store: LogStore
            if kind == "file":
                store = FileStore(folder / "log.jsonl")
            elif kind == "sqlite":
                store = SqliteStore(SqliteConnections(folder / "log.sqlite3"), "log")
            else:
                conninfo = stack.enter_context(start_postgres())
                store = PostgresStore(PostgresConnections(conninfo), "log")
            result[kind] = measure(store, asked.entries)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
