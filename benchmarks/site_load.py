"""Load of the site: 10,000 enterprises, 2 million activity rows, 20 people at once (负载测试).

    python benchmarks/site_load.py [--enterprises 10000] [--rows 2000000] [--people 20]
                                   [--seconds 20] [--think 1.0] [--folder DIR] [--workers 2]

Makes a site of synthetic rows (in DIR, or anew in a temporary folder), serves it with the same
server as ``tongjian site serve``, and has a process of its own ask for list and report pages over
loopback, each person one page after the other with a pause between (``--think 0``: none, which
measures how many pages the machine can do). Prints median and 95th percentile for each page, in
milliseconds as the client sees them, and what a page costs the server in CPU time, which does not
depend on what else the machine does. All names are invented.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

YEAR = 2025
PORT = 8479
_STATES = ("draft", "submitted", "under_verification", "verified", "city_reviewed", "accepted")
_RULESET = "cn.steel.mee-v01-2024"
_CITIES = [f"32{number:02d}00" for number in range(1, 14)]


def main() -> None:
    asked = _options()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="tongjian-load-"))
    from tongjian.site.boot import boot, migrate

    boot(folder)
    migrate()
    started = time.perf_counter()
    if make_rows(asked.enterprises, asked.rows):
        print(f"rows made in {time.perf_counter() - started:.0f} s", flush=True)
    pages = sign_in(asked.people)
    command = [sys.executable, "-m", "tongjian.site.operations.children", "web"]
    server = subprocess.Popen([*command, "127.0.0.1", str(PORT), str(asked.workers)])
    try:
        _wait()
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            pool.apply(measure, (pages, 3.0, 0.0))  # caches of the database and of templates
            begun = _cpu(server.pid)
            found = pool.apply(measure, (pages, asked.seconds, asked.think))
            spent = _cpu(server.pid) - begun
    finally:
        server.terminate()
        server.wait(20)
    _print(found, spent, asked)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--enterprises", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--think", type=float, default=1.0, help="mean pause between pages, in s")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


# ---- the site ----------------------------------------------------------------------------------


def make_rows(enterprises: int, rows: int) -> bool:
    """Fill the database with synthetic rows, by SQL; False if they are there already."""
    from django.db import connection

    from tongjian.site.registry.models import Enterprise

    if Enterprise.every.count() >= enterprises:
        return False
    each = max(1, rows // enterprises)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("BEGIN")
        for table, columns, values in _tables(enterprises, each):
            marks = ", ".join(["%s"] * len(columns.split(", ")))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
        cursor.execute("UPDATE mrv_submittedversion SET sealed = 1")
        cursor.execute("COMMIT")
        cursor.execute("ANALYZE")
        cursor.execute("PRAGMA synchronous=FULL")
    return True


def _tables(count: int, each: int) -> Iterator[tuple[str, str, Iterator[tuple[Any, ...]]]]:
    numbers = range(1, count + 1)
    city = [_CITIES[number % len(_CITIES)] for number in range(count + 1)]
    sectors = ("steel", "cement", "refining", "ammonia", "aluminium")
    at = "2026-03-01 00:00:00"
    yield (
        "registry_enterprise",
        "id, key, uscc, name_zh, name_en, division, address, fictitious, entry",
        (
            (
                *(
                    n,
                    f"{n:016x}",
                    f"91{city[n]}XXXX{n:06d}",
                    f"虚构企业{n:05d}",
                    f"Invented {n:05d}",
                ),
                *(city[n], "", 1, 0),
            )
            for n in numbers
        ),
    )
    yield (
        "registry_plant",
        "id, enterprise_id, code, name_zh, name_en, sector, division, address",
        (
            (
                *(n, n, f"P{n:06d}", f"虚构企业{n:05d}厂", f"Invented works {n:05d}"),
                *(sectors[n % len(sectors)], city[n], ""),
            )
            for n in numbers
        ),
    )
    # Found by the beginning of their names, as the registry's own index has them.
    yield (
        "registry_searchterm",
        "enterprise_id, plant_id, term",
        ((n, None, term) for n in numbers for term in (f"虚构企业{n:05d}", f"invented {n:05d}")),
    )
    yield (
        "mrv_report",
        'id, enterprise_id, plant_id, year, state, since, "by", version, submitted, findings_open, '
        "opinion, entry",
        (
            (
                *(2 * n - back, n, n, YEAR - back, _STATES[(n + back) % 6], at, "填报人（p）", 1),
                *(int((n + back) % 6 > 0), 0, "", 5),
            )
            for n in numbers
            for back in (0, 1)
        ),
    )
    yield (
        "mrv_submittedversion",
        "id, enterprise_id, report_id, plant_code, year, number, kind, reason, made_by, made, "
        "submitted_by, submitted, entry, division, sector, runs, records, rulebook, open_doubts, "
        "sealed",
        (
            (
                *(n, n, 2 * n, f"P{n:06d}", YEAR, 1, "original", "", "p", at, "a", at, 5, city[n]),
                *(sectors[n % len(sectors)], "[]", "", "", 0, 0),
            )
            for n in numbers
        ),
    )
    yield (
        "mrv_submittedfigure",
        "version_id, ruleset, boundary, category, substance, unit, amount_micro, co2e_micro",
        (
            (n, _RULESET, "enterprise", f"source{part}", "CO2", "t", n * 10**6, n * 10**6)
            for n in numbers
            for part in range(8)
        ),
    )
    yield (
        "mrv_submittedrow",
        "version_id, period, process_unit, stream, item, quantity, unit, entered_quantity, "
        "entered_unit, tier, evidence, source",
        (
            (
                *(n, f"{YEAR}-{row % 12 + 1:02d}", f"U{row % 7}", f"stream{row % 40}", "consumed"),
                *(float(row), "t", str(row), "t", "monitored", f"EV-{row}", "load.csv"),
            )
            for n in numbers
            for row in range(each)
        ),
    )
    yield (
        "operations_auditentry",
        'log, number, enterprise_id, time, "by", act, subject',
        (
            (
                *(
                    f"{n:016x}",
                    step,
                    n,
                    f"2026-03-{step:02d} 00:00:00",
                    f"人员{n % 500}（u{n % 500}）",
                ),
                ("report.open", "run.keep", "version.make", "report.submit")[step % 4],
                f"report:P{n:06d}/{YEAR}",
            )
            for n in numbers
            for step in range(1, 21)
        ),
    )


def sign_in(people: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """People of several roles with their session, and which pages each asks for."""
    from django.test import Client

    from tongjian.site.access.models import Membership, User
    from tongjian.site.registry.models import Enterprise

    backend = "allauth.account.auth_backends.AuthenticationBackend"
    roles = ("province", "city", "nation", "analyst", "preparer", "approver", "admin")
    chosen, count = random.Random(1), Enterprise.every.count()
    found = []
    for number in range(people):
        role = roles[number % len(roles)]
        user, fresh = User.objects.get_or_create(username=f"load{number}", defaults={"name": role})
        if fresh:
            within: dict[str, Any] = {}
            if role in ("preparer", "approver"):
                within["enterprise"] = Enterprise.every.get(pk=number + 1)
            elif role in ("province", "analyst", "city"):
                within["division"] = "3201" if role == "city" else "32"
            Membership.objects.create(user=user, role=role, **within)
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(user, backend)
        cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
        found.append((cookie, _pages(role, number, chosen, count)))
    return found


def _pages(role: str, number: int, chosen: random.Random, count: int) -> list[tuple[str, str]]:
    pages = [("home", "/"), ("audit", "/operations/audit/"), ("jobs", "/operations/jobs/")]
    if role == "admin":
        return [*pages, ("audit page 40", "/operations/audit/?page=40")]
    pages += [
        ("enterprises", "/registry/"),
        ("reports", "/reports/"),
        ("reports filtered", f"/reports/?year={YEAR}&state=submitted"),
    ]
    if role in ("preparer", "approver"):
        return [*pages, ("report", f"/reports/P{number + 1:06d}/{YEAR}")]
    ids = [13 * chosen.randrange(1, count // 13) for _ in range(5)]  # the plants of city 3201
    pages += [("report", f"/reports/P{one:06d}/{YEAR}") for one in ids]
    pages.append(("reports page 10", "/reports/?page=10"))
    return pages if role == "analyst" else [*pages, ("queue", "/reports/queue")]


def _cpu(pid: int) -> float:
    """CPU seconds that a process and its children have used so far (Linux)."""
    total = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            said = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(path.parent.name) == pid or int(said[1]) == pid:
            total += (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _wait() -> None:
    from tongjian.site.operations.serving import answers

    until = time.monotonic() + 120
    while not answers(f"http://127.0.0.1:{PORT}/operations/alive"):
        if time.monotonic() > until:
            raise SystemExit("the site does not answer")
        time.sleep(0.2)


# ---- the people, in a process of their own -----------------------------------------------------


def measure(
    pages: list[tuple[str, list[tuple[str, str]]]], seconds: float, think: float
) -> dict[str, list[tuple[float, int]]]:
    """Everybody asks for one page after the other; how long each took, and its status."""
    found: dict[str, list[tuple[float, int]]] = {}
    lock, until = threading.Lock(), time.monotonic() + seconds

    def person(number: int, cookie: str, mine: list[tuple[str, str]]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        at, pause = number, random.Random(number)
        while time.monotonic() < until:
            name, address = mine[at % len(mine)]
            at += 1
            begun = time.perf_counter()
            connection.request("GET", address, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            took = (time.perf_counter() - begun) * 1000
            with lock:
                found.setdefault(name, []).append((took, answer.status))
            if think:
                time.sleep(pause.uniform(0, 2 * think))

    threads = [
        threading.Thread(target=person, args=(number, cookie, mine))
        for number, (cookie, mine) in enumerate(pages)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def _print(
    found: dict[str, list[tuple[float, int]]], spent: float, asked: argparse.Namespace
) -> None:
    everything = [took for each in found.values() for took, _ in each]
    print(f"{asked.enterprises} enterprises, {asked.rows} rows, {asked.people} people at once")
    print(f"{'page':<18}{'asked':>7}{'p50 ms':>9}{'p95 ms':>9}  statuses")
    for name, each in sorted(found.items()):
        times = [took for took, _ in each]
        statuses = {code: sum(one == code for _, one in each) for code in {c for _, c in each}}
        print(
            f"{name:<18}{len(each):>7}{statistics.median(times):>9.0f}{_p95(times):>9.0f}"
            f"  {json.dumps(statuses)}"
        )
    rate = len(everything) / asked.seconds
    print(
        f"{'all':<18}{len(everything):>7}{statistics.median(everything):>9.0f}"
        f"{_p95(everything):>9.0f}  {rate:.0f} pages/s"
    )
    print(f"CPU time of the server: {spent / len(everything) * 1000:.1f} ms a page")


def _p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


if __name__ == "__main__":
    main()
