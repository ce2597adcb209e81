"""How many queries a page takes: no more than its baseline, however many rows there are.

`queries.toml` has the baselines. A page that needs more fails; one that needs fewer may have its
baseline lowered.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from tests.site.test_journey import advance_by
from tests.site.world import YEAR, World
from tongjian.site.access.actor import Actor
from tongjian.site.mrv.models import Report
from tongjian.site.mrv.services_list import ReportFilter
from tongjian.site.mrv.services_review import unopened
from tongjian.site.operations.models import AuditEntry, Job
from tongjian.site.registry.lists import Filters, enterprises
from tongjian.site.registry.models import Enterprise, Plant

BASELINES: dict[str, int] = tomllib.loads(
    Path(__file__).with_name("queries.toml").read_text(encoding="utf-8")
)


def count(world: World, role: str, address: str) -> int:
    client = world.client(role)
    client.get(address)  # what is made once in a process, such as names of sectors
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200, (role, address)
    return len(asked)


def more(world: World, numbers: range) -> None:
    """More of everything that lists show, of the actor's own and of others."""
    own, by = world.enterprise(), world.actor("preparer")
    for number in numbers:
        enterprise = Enterprise.every.create(
            uscc=f"91320100YYYY{number:06d}", name_zh=f"更多{number}", division="320100"
        )
        plant = Plant.every.create(
            enterprise=enterprise,
            code=f"MORE-{number}",
            name_zh=f"更多{number}厂",
            sector="steel",
            division="320100",
        )
        Report.every.create(enterprise=enterprise, plant=plant, year=YEAR, state="submitted")
        Report.every.create(
            enterprise=own, plant=world.plant(), year=1900 + number, state="submitted"
        )
        Job.every.create(kind="mrv.run", by=by.signature, user=by.user, enterprise=own)
        AuditEntry.every.create(
            log=own.key,
            number=1000 + number,
            enterprise=own,
            time="2026-03-01T00:00:00+08:00",
            by=by.signature,
            act="report.submit",
            subject=f"report:X/{number}",
        )


def test_pages_take_no_more_queries_than_their_baseline(world: World) -> None:
    advance_by(world, "preparer", "open")
    asked = [(key, *key.split(" ", 1)) for key in BASELINES]
    more(world, range(2))
    few = {key: count(world, role, address) for key, role, address in asked}
    more(world, range(2, 60))
    many = {key: count(world, role, address) for key, role, address in asked}

    grown = {key: (few[key], many[key]) for key in BASELINES if many[key] > few[key]}
    assert not grown, "queries grow with the rows"
    over = {key: (many[key], most) for key, most in BASELINES.items() if many[key] > most}
    assert not over, f"more queries than the baseline allows: {many}"


LISTS: dict[str, Callable[[Actor], QuerySet[Any]]] = {
    "reports": lambda actor: ReportFilter().rows(actor),
    "reports of a sector": lambda actor: ReportFilter(sector="steel").rows(actor),
    "reports of a city": lambda actor: ReportFilter(division="3201").rows(actor),
    "reports in a state": lambda actor: ReportFilter(year="2024", state="draft").rows(actor),
    "not begun": lambda actor: unopened(actor, 2024),
    "enterprises": lambda actor: enterprises(actor, Filters()),
}


@pytest.mark.parametrize("role", ["city", "province", "nation"])
@pytest.mark.parametrize("name", LISTS)
def test_a_late_page_is_found_by_an_index_in_the_order_of_the_list(
    world: World, name: str, role: str
) -> None:
    """Which rows are on it, that is, without a look at those before: nothing is sorted."""
    if connection.vendor != "sqlite":
        pytest.skip("what the planner of SQLite says")
    rows = LISTS[name](world.actor(role)).values_list("pk", flat=True)[1000:1050]
    plan = rows.explain()
    steps = [one.split(" ", 3)[-1].strip() for one in plan.splitlines()]

    assert not any("ORDER BY" in one for one in steps), plan
    assert "INDEX" in steps[0] and ("COVERING" in steps[0] or "enterprise" in steps[0]), plan


@pytest.mark.parametrize("role", ["preparer", "city", "admin"])
def test_the_first_page_is_among_them(role: str) -> None:
    assert f"{role} /" in BASELINES
