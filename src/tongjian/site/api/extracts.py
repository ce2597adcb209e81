"""Tables of what was handed in (批量提取), read as far as an actor sees them, as CSV or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from django.db.models import F, QuerySet
from django.urls import reverse

from tongjian.problems import Problem, TongjianError
from tongjian.site.access.actor import Actor
from tongjian.site.access.tenancy import in_division
from tongjian.site.api.shapes import exact
from tongjian.site.mrv.models import SubmittedFigure, SubmittedRow
from tongjian.site.mrv.services_jobs import folder_of
from tongjian.site.mrv.services_list import reports_for
from tongjian.site.mrv.services_review import HANDED_IN
from tongjian.site.operations.jobs import Running, job, start
from tongjian.site.operations.models import Job
from tongjian.site.operations.results import leads_to

KIND = "mrv.extract"
ACTION = "mrv.document"
_CHUNK = 5000
_TOLD = 20_000
Rows = QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which year and division; None and empty for all."""

    year: int | None
    division: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns with their types, the fields they come from, and how lines are told."""

    columns: dict[str, str]
    rows: Callable[[Actor, Asked], Rows]
    line: Callable[[tuple[Any, ...]], list[Any]]


_OF_VERSION = {
    "plant": "VARCHAR",
    "year": "INTEGER",
    "version": "INTEGER",
    "state": "VARCHAR",
    "division": "VARCHAR",
    "sector": "VARCHAR",
}
_VERSION = (
    "version__plant_code",
    "version__year",
    "version__number",
    "version__report__state",
    "version__division",
    "version__sector",
)


def _handed_in(model: Any, actor: Actor, asked: Asked) -> Rows:
    # By reports_for: to a verifier the years that were given, and no other.
    reports = reports_for(actor).filter(state__in=HANDED_IN)
    if asked.year is not None:
        reports = reports.filter(year=asked.year)
    seen: Rows = model.objects.seen_by(actor).filter(
        version__report__in=reports.order_by().values("pk"),
        version__number=F("version__report__submitted"),
    )
    if asked.division:
        seen = seen.filter(in_division("version__division", asked.division))
    return seen.order_by("version", "pk")


def _figures(actor: Actor, asked: Asked) -> Rows:
    fields = ("ruleset", "boundary", "category", "substance", "unit", "amount_micro", "co2e_micro")
    return _handed_in(SubmittedFigure, actor, asked).values_list(*_VERSION, *fields)


_DATUM = ("period", "process_unit", "stream", "item", "quantity", "unit", "tier", "evidence")


def _activity(actor: Actor, asked: Asked) -> Rows:
    return _handed_in(SubmittedRow, actor, asked).values_list(*_VERSION, *_DATUM)


def _exact(row: tuple[Any, ...]) -> list[Any]:
    *said, amount, co2e = row
    return [*said, exact(amount), exact(co2e)]


TABLES = {
    "figures": Table(
        {
            **_OF_VERSION,
            **dict.fromkeys(("ruleset", "boundary", "category", "substance", "unit"), "VARCHAR"),
            "amount": "DECIMAL(24,6)",
            "co2e": "DECIMAL(24,6)",
        },
        _figures,
        _exact,
    ),
    "activity": Table(
        {**_OF_VERSION, **dict.fromkeys(_DATUM, "VARCHAR"), "quantity": "DOUBLE"},
        _activity,
        list,
    ),
}


class _Line:
    """Gives back what a CSV writer writes."""

    def write(self, text: str) -> str:
        return text


def lines(of: Table, rows: Rows) -> Iterator[str]:
    """The lines of a CSV file."""
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield writer.writerow(list(of.columns))
    for row in rows.iterator(chunk_size=_CHUNK):
        yield writer.writerow(of.line(row))


def parquet(of: Table, told: Iterable[str], target: Path) -> None:
    """Write lines of CSV as Parquet."""
    source = target.with_suffix(".csv")
    with source.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(told)
    with duckdb.connect() as base:
        read = base.read_csv(str(source), header=True, dtype=of.columns, delimiter=",")
        read.write_parquet(str(target), compression="zstd")
    source.unlink()


@leads_to(KIND)
def _address(one: Job, actor: Actor) -> str:
    """The file, for whoever asked for it."""
    there = one.state == Job.DONE and actor.user == one.user
    return reverse("mrv:file", args=[one.key]) if there else ""


def start_extract(actor: Actor, table: str, form: str, asked: Asked) -> Job:
    """Have a table made as a file."""
    said = {"table": table, "form": form, "year": asked.year, "division": asked.division}
    return start(KIND, actor, None, said)


@job(KIND)
def extract(task: Running) -> dict[str, Any]:
    """Write the table as far as who asked may still see it, and tell how far that is."""
    actor, said = task.actor, task.asked
    if not actor.may(ACTION):
        raise TongjianError(Problem("site.no_longer", values={"by": actor.signature or "-"}))
    of = TABLES[str(said["table"])]
    rows = of.rows(actor, Asked(said["year"], str(said["division"])))
    count = rows.count()

    def counted() -> Iterator[str]:
        for number, line in enumerate(lines(of, rows)):
            if number % _TOLD == 0:
                task.progress(number, count)
            yield line

    target = folder_of(task.job) / "file"
    if said["form"] == "parquet":
        parquet(of, counted(), target)
    else:
        with target.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(counted())
    task.progress(count, count)
    name = f"{said['table']}.{said['form']}"
    return {"file": name, "rows": count, "size": target.stat().st_size}


__all__ = [
    "ACTION",
    "KIND",
    "TABLES",
    "Asked",
    "Table",
    "extract",
    "lines",
    "parquet",
    "start_extract",
]
