"""Synthetic rows of a large site (合成数据), written by SQL: enterprises, five years of reports.

All names are invented. What the site itself would have made from logs and from what was handed in
(board rows, figures) is written as it would stand there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

YEAR = 2025
YEARS = range(YEAR - 4, YEAR + 1)
CITIES = [f"32{number:02d}00" for number in range(1, 14)]
SECTORS = ("steel", "cement", "refining", "ammonia", "aluminium")
RULESET = "cn.steel.mee-v01-2024"
FIGURES = 8
AUDIT = 20
_STATES = ("draft", "submitted", "under_verification", "verified", "city_reviewed", "accepted")
# Boundary, substance, unit, and whether it is a greenhouse gas; categories come round.
_SUMS = (
    *(("enterprise", "CO2", "t", True), ("enterprise", "CH4", "t", True)),
    *(("ets", "CO2", "t", True), ("energy", "tce", "tce", False)),
    *(("pollutants", "SO2", "t", False), ("pollutants", "NOx", "t", False)),
)
_AT = "2026-03-01 00:00:00"

Row = tuple[Any, ...]


def make_rows(enterprises: int, rows: int) -> bool:
    """Fill the database; False if the rows are there already."""
    from django.db import connection

    from tongjian.site.boards.summed import rebuild
    from tongjian.site.registry.models import Enterprise

    if Enterprise.every.count() >= enterprises:
        return False
    each = max(1, rows // (enterprises * len(YEARS)))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("BEGIN")
        for table, columns, values in tables(enterprises, each):
            marks = ", ".join(["%s"] * len(columns.split(", ")))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
        cursor.execute("UPDATE mrv_submittedversion SET sealed = 1")
        cursor.execute("COMMIT")
        rebuild()
        cursor.execute("ANALYZE")
        cursor.execute("PRAGMA synchronous=FULL")
    return True


def city_of(number: int) -> str:
    """The division of an enterprise."""
    return CITIES[number % len(CITIES)]


def state_of(number: int, year: int) -> str:
    """Where a report stands: those of years before the last are accepted."""
    return _STATES[number % len(_STATES)] if year == YEAR else "accepted"


def reports(count: int) -> Iterator[tuple[int, int, int]]:
    """Id, enterprise and year of every report; one plant in ten has not begun the last year."""
    for number in range(1, count + 1):
        for at, year in enumerate(YEARS):
            if year < YEAR or number % 10:
                yield (number - 1) * len(YEARS) + at + 1, number, year


def handed_in(count: int) -> Iterator[tuple[int, int, int]]:
    """Those of them that were handed in."""
    return (one for one in reports(count) if state_of(one[1], one[2]) != "draft")


def tables(count: int, each: int) -> Iterator[tuple[str, str, Iterator[Row]]]:
    """Table, columns and rows, in an order that keys allow."""
    yield from _registry(count)
    yield from _reports(count, each)
    yield from _boards(count)
    yield from _operations(count)


def _registry(count: int) -> Iterator[tuple[str, str, Iterator[Row]]]:
    numbers = range(1, count + 1)
    yield (
        "registry_enterprise",
        "id, key, uscc, name_zh, name_en, division, address, fictitious, entry",
        (
            (
                *(n, f"{n:016x}", f"91{city_of(n)}XXXX{n:06d}"),
                *(f"虚构企业{n:05d}", f"Invented {n:05d}", city_of(n), "", 1, 0),
            )
            for n in numbers
        ),
    )
    yield (
        "registry_plant",
        "id, enterprise_id, code, name_zh, name_en, sector, division, address, within",
        (
            (
                *(n, n, f"P{n:06d}", f"虚构企业{n:05d}厂", f"Invented works {n:05d}"),
                *(SECTORS[n % len(SECTORS)], city_of(n), "", city_of(n)),
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


def _reports(count: int, each: int) -> Iterator[tuple[str, str, Iterator[Row]]]:
    yield (
        "mrv_report",
        'id, enterprise_id, plant_id, year, state, since, "by", version, submitted, findings_open, '
        "opinion, due, entry, within, code, division, sector",
        (
            (
                *(one, n, n, year, state_of(n, year), _AT, "填报人（p）", 1),
                *(int(state_of(n, year) != "draft"), 0, ""),
                *("2026-06-30" if year == YEAR and n % 30 == 0 else None, 5, city_of(n)),
                *(f"P{n:06d}", city_of(n), SECTORS[n % len(SECTORS)]),
            )
            for one, n, year in reports(count)
        ),
    )
    yield (
        "mrv_submittedversion",
        "id, enterprise_id, report_id, plant_code, year, number, kind, reason, made_by, made, "
        "submitted_by, submitted, entry, division, sector, runs, records, rulebook, open_doubts, "
        "sealed",
        (
            (
                *(one, n, one, f"P{n:06d}", year, 1, "original", "", "p", _AT, "a", _AT, 5),
                *(city_of(n), SECTORS[n % len(SECTORS)], "[]", "", "", 0, 0),
            )
            for one, n, year in handed_in(count)
        ),
    )
    yield (
        "mrv_submittedfigure",
        "version_id, ruleset, boundary, category, substance, unit, amount_micro, co2e_micro",
        (
            (
                *(one, RULESET, boundary, f"source{part}", substance, unit, n * 10**6),
                n * 10**6 if gas else None,
            )
            for one, n, _ in handed_in(count)
            for part in range(FIGURES)
            for boundary, substance, unit, gas in (_SUMS[part % len(_SUMS)],)
        ),
    )
    yield (
        "mrv_submittedrow",
        "version_id, period, process_unit, stream, item, quantity, unit, entered_quantity, "
        "entered_unit, tier, evidence, source",
        (
            (
                *(one, f"{year}-{row % 12 + 1:02d}", f"U{row % 7}", f"stream{row % 40}"),
                *("consumed", float(row), "t", str(row), "t", "monitored", f"EV-{row}", "load.csv"),
            )
            for one, _, year in handed_in(count)
            for row in range(each)
        ),
    )


def _boards(count: int) -> Iterator[tuple[str, str, Iterator[Row]]]:
    yield (
        "boards_standing",
        "enterprise_id, report_id, version_id, basis, year, division, sector, since, until, within",
        (
            (n, one, one, basis, year, city_of(n), SECTORS[n % len(SECTORS)], _AT, None, city_of(n))
            for one, n, year in handed_in(count)
            for basis in ("submitted", "accepted")
            if basis == "submitted" or state_of(n, year) == "accepted"
        ),
    )
    yield (
        "boards_stage",
        "enterprise_id, report_id, state, year, division, since, until, within",
        (
            (n, one, state, year, city_of(n), since, until, city_of(n))
            for one, n, year in reports(count)
            for state, since, until in (
                ("draft", "2026-01-05 00:00:00", "2026-03-01 00:00:00"),
                (state_of(n, year), "2026-03-01 00:00:00", None),
            )
        ),
    )
    yield (
        "boards_total",
        "enterprise_id, version_id, year, division, sector, ruleset, boundary, substance, unit, "
        "amount_micro, co2e_micro, within",
        (
            (
                *(n, one, year, city_of(n), SECTORS[n % len(SECTORS)], RULESET),
                *(boundary, substance, unit, n * 10**6, n * 10**6 if gas else None, city_of(n)),
            )
            for one, n, year in handed_in(count)
            for boundary, substance, unit, gas in _SUMS
        ),
    )


def _operations(count: int) -> Iterator[tuple[str, str, Iterator[Row]]]:
    acts = ("report.open", "run.keep", "version.make", "report.submit")
    yield (
        "operations_auditentry",
        'log, number, enterprise_id, time, "by", act, subject',
        (
            (
                *(f"{n:016x}", step, n, f"2026-03-{step:02d} 00:{n % 60:02d}:00"),
                *(f"人员{n % 500}（u{n % 500}）", acts[step % 4], f"report:P{n:06d}/{YEAR}"),
            )
            for n in range(1, count + 1)
            for step in range(1, AUDIT + 1)
        ),
    )
    yield (
        "operations_job",
        'key, enterprise_id, "by", kind, asked, state, done, total, result, problems, worker, '
        "tries, made",
        (
            (
                *(f"{'j'}{n:015x}", n % count + 1, "填报人（p）", "mrv.run", "{}", "done", 10, 10),
                *("{}", "[]", "", 1, _AT),
            )
            for n in range(count)
        ),
    )


__all__ = ["CITIES", "RULESET", "SECTORS", "YEAR", "YEARS", "city_of", "handed_in", "make_rows"]
