"""A calculation over a region (区域测算): efficiency levels and targets, done by a worker.

Pages only read the newest result and say of when it is.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from tongjian.engine import Snapshot
from tongjian.judging import JudgedTable, Judgement, judge
from tongjian.problems import EngineError, Problem, TongjianError
from tongjian.records import Catalogue
from tongjian.site.access.actor import Actor
from tongjian.site.boards import names
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.models import BoardRun
from tongjian.site.boards.progress import progress_of
from tongjian.site.boards.snapshot import records_of
from tongjian.site.operations.jobs import Running, job, start
from tongjian.site.operations.models import Job
from tongjian.site.operations.results import leads_to
from tongjian.site.operations.services_jobs import jobs_for
from tongjian.site.registry.models import Division
from tongjian.site.registry.stored import above
from tongjian.site.workspaces import rulebook
from tongjian.targets import Region, evaluate_all, gather

KIND = "boards.judge"
_LEVERS = 5


@job(KIND, again=True, stops=True)
def calculate(task: Running) -> dict[str, Any]:
    """Judge the levels and evaluate the targets of a region, and keep what came of it."""
    actor = task.actor
    if not actor.may(KIND):
        raise TongjianError(Problem("site.no_longer", values={"by": actor.signature or "-"}))
    asked = Asked.of(actor, task.asked)
    with tempfile.TemporaryDirectory(prefix="board-") as folder:
        # Half of the way is reading the records, the rest is in as many steps as there are runs.
        found = records_of(
            actor, asked, Path(folder), lambda done, total: task.progress(done, 2 * total)
        )
        steps = found.versions

        def told(part: int, parts: int) -> None:
            task.progress(steps + steps * part // (parts + 1), 2 * steps)

        judged = _judged(found.snapshot, asked.year, told)
        targets = _targets(found.snapshot, asked)
    made = BoardRun.objects.create(
        authority=actor.division,
        prefix=asked.prefix,
        year=asked.year,
        basis=asked.basis,
        as_of=asked.moment,
        by=actor.signature,
        records=found.snapshot.digest,
        rulebook=rulebook().digest,
        plants=found.plants,
        judged=judged,
        targets=targets,
    )
    task.progress(2 * steps, 2 * steps)
    return {"run": made.key, "query": asked.query()}


def ask(actor: Actor, asked: Asked) -> Job:
    """Have the region calculated; one that is under way is not begun again."""
    said = {
        "division": asked.division,
        "year": str(asked.year),
        "day": asked.day.isoformat(),
        "basis": asked.basis,
    }
    waiting = jobs_for(actor).filter(kind=KIND, state__in=(Job.WAITING, Job.RUNNING))
    for one in waiting:
        if {name: one.asked.get(name) for name in said} == said:
            return one
    return start(KIND, actor, asked=said)


@leads_to(KIND)
def _address(one: Job, actor: Actor) -> str:
    return f"{reverse('boards:targets')}?{one.result.get('query', '')}"


def newest(actor: Actor, asked: Asked) -> BoardRun | None:
    """The newest result that was made for the actor's own authority, of the region and year.

    A result of another authority may rest on enterprises that this one does not see.
    """
    found = BoardRun.objects.filter(
        authority=actor.division, prefix=asked.prefix, year=asked.year, basis=asked.basis
    )
    return found.filter(as_of__lte=asked.moment).order_by("-as_of", "-pk").first()


def query_of(asked: Asked) -> str:
    """The query of an address that asks for the same region, year, day and basis."""
    day = asked.day.isoformat()
    said = (("division", asked.division), ("year", str(asked.year)), ("day", day))
    return urlencode((*said, ("basis", asked.basis)))


@lru_cache(maxsize=1)
def settings() -> dict[str, Any]:
    """What is judged, and where curves come from: ``judged.toml``."""
    path = Path(__file__).with_name("judged.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _judged(snapshot: Snapshot, year: int, told: Any) -> dict[str, Any]:
    boundaries = settings()["boundaries"]
    curves: list[dict[str, Any]] = []
    tallies: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for at, boundary in enumerate(boundaries):
        told(at, len(boundaries))
        try:
            found = judge(rulebook(), snapshot, boundary, [year])
        except EngineError as error:  # nothing in this region that it judges
            notes += [one.as_dict() for one in error.problems]
            continue
        tables = found.tables()
        curves += _curves(found, tables)
        tallies += _tallies(tables)
    return {"curves": curves, "tallies": tallies, "notes": notes}


def _curves(found: Judgement, tables: list[JudgedTable]) -> Iterator[dict[str, Any]]:
    for wanted in settings()["curve"]:
        for table in tables:
            if (table.ruleset, table.sheet) == (wanted["ruleset"], wanted["sheet"]):
                yield from _of_table(found, table, wanted)


def _of_table(
    found: Judgement, table: JudgedTable, wanted: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    units = {one.name: one.unit for one in table.columns}
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in table.rows:
        if all(row.get(name) != word for name, word in wanted["leave_out"].items()):
            groups.setdefault(str(row[wanted["product"]]), []).append(row)
    for code, rows in sorted(groups.items()):
        title = names.key(wanted["product"], code)
        yield {
            "key": f"{table.ruleset}:{table.sheet}:{code}",
            "title": {"zh": title.zh, "en": title.en},
            "document": table.document,
            "ruleset": table.ruleset,
            "unit": units[wanted["value"]],
            "width_unit": units[wanted["width"]],
            "lines": {
                kind: Counter(
                    row[wanted[kind]] for row in rows if row[wanted[kind]] is not None
                ).most_common()
                for kind in ("benchmark", "baseline")
            },
            "units": [
                {
                    "facility": row["facility"],
                    "name": _facility(found, row["facility"]),
                    "process_unit": row.get("process_unit", ""),
                    "value": row[wanted["value"]],
                    "width": row[wanted["width"]],
                }
                for row in rows
            ],
        }


def _facility(found: Judgement, code: str) -> dict[str, str]:
    row = found.run.facilities.get(code, {})
    zh, en = str(row.get("name_zh") or code), str(row.get("name_en") or code)
    return {"zh": zh, "en": en}


def _tallies(tables: list[JudgedTable]) -> Iterator[dict[str, Any]]:
    for table in tables:
        for tally in table.tallies():
            column = tally.column
            if sum(tally.counts.values()):
                yield {
                    "ruleset": table.ruleset,
                    "heading": {"zh": table.heading.zh, "en": table.heading.en},
                    "title": {"zh": column.title.zh, "en": column.title.en},
                    "counts": [
                        {
                            "zh": column.labels[code].zh,
                            "en": column.labels[code].en,
                            "count": count,
                        }
                        for code, count in tally.counts.items()
                        if count
                    ],
                }


def _targets(snapshot: Snapshot, asked: Asked) -> dict[str, Any]:
    wanted = list(rulebook().targets.values())
    figures = gather(rulebook(), snapshot, wanted)
    found = evaluate_all(wanted, figures, region_of(asked), asked.year)
    return {
        "list": [
            {
                **one.as_dict(),
                "sectors": sorted(figures.sectors(one.target)),
                "progress": progress_of(one),
                "levers": [],
            }
            for one in found
        ],
        "problems": len(figures.problems),
    }


def region_of(asked: Asked) -> Region:
    """A region as targets name it: the province as the catalogue codes it, the city by its name."""
    if not asked.division:
        return Region()
    known = Division.objects.in_bulk(above(asked.division))
    province, city = (known.get(code) for code in above(asked.division))
    term = Catalogue.load().resolve_term("province", province.name_zh) if province else None
    name = term.code if term else province.name_en if province else ""
    return Region(name, city.name_zh if city and asked.level >= 2 else "")


__all__ = ["KIND", "ask", "calculate", "newest", "query_of", "region_of", "settings"]
