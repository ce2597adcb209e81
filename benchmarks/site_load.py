"""Load of the site: 10,000 enterprises, 2 million activity rows, 20 people at once (负载测试).

    python -m benchmarks.site_load [--enterprises 10000] [--rows 2000000] [--people 20]
                                   [--seconds 30] [--think 1.0] [--folder DIR] [--workers 2]
                                   [--imported 100000] [--costs [PAGE]]

Makes a site of synthetic rows (in DIR, or anew in a temporary folder) and a few reports that went
through the flow, has a file of 100,000 rows imported by the site's own worker, serves the site with
the same server as ``tongjian site serve``, and has a process of its own ask for list and report
pages over loopback, each person one page after the other with a pause between (``--think 0``: none,
which measures how many pages the machine can do).

Prints median and 95th percentile for each page, in milliseconds as the client sees them, and as a
multiple of an empty page, which depends less on the machine. ``--costs`` measures the CPU time of
each page of each role in one process instead, with its queries. All names are invented.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path


def main() -> None:
    asked = _options()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="tongjian-load-"))
    from tongjian.site.boot import boot, migrate

    boot(folder)
    migrate()
    from benchmarks.site import client, costs, imports, people, real, rows

    begun = time.perf_counter()
    if rows.make_rows(asked.enterprises, asked.rows):
        print(f"rows made in {time.perf_counter() - begun:.0f} s", flush=True)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as given:
        if real.make_real(Path(given)):
            print(f"reports made in {time.perf_counter() - begun:.0f} s", flush=True)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.machine()}, {os.cpu_count()} cores, load before: {load}")
    if asked.imported and not imports.there():
        imports.report(imports.measure(asked.imported))
    persons = people.sign_in(asked.people, asked.enterprises)
    if asked.costs is not None:
        costs.report(costs.costs(persons, asked.times, asked.costs))
        return
    server = client.serve(asked.workers)
    try:
        client.wait()
        found, spent = client.load(persons, asked.seconds, asked.think, server.pid)
    finally:
        server.terminate()
        server.wait(20)
    print(f"{asked.enterprises} enterprises, {asked.rows} rows, {asked.people} people at once")
    client.report(found, spent, asked.seconds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--enterprises", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--think", type=float, default=1.0, help="mean pause between pages, in s")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--imported", type=int, default=100_000, help="rows to import; 0 for none")
    parser.add_argument("--costs", nargs="?", const="", help="CPU time of each page, by its name")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
