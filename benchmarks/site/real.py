"""Enterprises that have a log and records (真实流程): taken on their way by the site itself.

Rows alone would make pages cheaper than they are: here a report has a history, kept runs, findings
and an opinion, and one enterprise has a large year in its records.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.site.rows import YEAR

EXAMPLE = Path(__file__).parents[2] / "examples" / "steel-works"
DIVISION = "320100"
STAGES = ("draft", "submitted", "findings_open", "verified", "accepted", "supplementary")
LARGE = "LARGE"
"""The enterprise into which many rows are imported, by the beginning of the codes of its plants."""
LARGE_PLANTS = 80


def code_of(stage: str) -> str:
    """The plant whose report has come so far."""
    return f"REAL-{stage.upper().replace('_', '-')}"


def make_real(folder: Path) -> bool:
    """Make them; False where they are there already."""
    from tongjian.site.access.models import Assignment
    from tongjian.site.demo.journey import Journey
    from tongjian.site.registry.models import Plant

    if Plant.every.filter(code=code_of(STAGES[-1])).exists():
        return False
    for number, stage in enumerate(STAGES):
        plant = _plant(number, code_of(stage))
        _import(plant, folder)
        cast = people_of(plant)
        for role in ("verifier", "reviewer"):
            user = cast[role].user
            assert user is not None
            Assignment.objects.get_or_create(
                user=user, enterprise=plant.enterprise, year=YEAR, defaults={"by": "load"}
            )
        Journey(plant, YEAR, cast).go(stage)
    _large(len(STAGES))
    return True


def people_of(plant: Any) -> dict[str, Any]:
    """Who acts on the reports of a plant, by role."""
    own = {role: actor(role, plant.enterprise) for role in ("preparer", "approver")}
    return own | {role: actor(role) for role in ("verifier", "reviewer", "city", "province")}


def actor(role: str, enterprise: Any = None, division: str = "") -> Any:
    """The person of a role, made where there is none."""
    from tongjian.site.access.actor import Actor
    from tongjian.site.access.models import Membership, User

    name = f"{role}{enterprise.pk if enterprise else division}"
    user, _ = User.objects.get_or_create(username=name, defaults={"name": role})
    inside = {"city": "3201", "province": "32"}.get(role, "")
    held, _ = Membership.objects.select_related("enterprise").get_or_create(
        user=user, role=role, ended=None, defaults={"enterprise": enterprise, "division": inside}
    )
    return Actor(user, held)


def _plant(number: int, code: str) -> Any:
    from tongjian.site.registry.models import Enterprise, Plant

    enterprise = Enterprise.every.create(
        uscc=f"91320100REAL{number:06d}",
        name_zh=f"虚构钢铁{number}",
        name_en=f"Invented Steel {number}",
        division=DIVISION,
        fictitious=True,
    )
    return Plant.every.create(
        enterprise=enterprise,
        code=code,
        name_zh=f"虚构钢铁{number}厂",
        name_en=f"Invented Steel {number} works",
        sector="steel",
        division=DIVISION,
    )


def _import(plant: Any, folder: Path) -> None:
    """The example works by months, so that a report has as many rows as one has in life."""
    from tongjian.records import Catalogue, import_files
    from tongjian.site.workspaces import Workspace

    rows = list(_months(plant.code))
    data, plants = folder / "activity.csv", folder / "facilities.csv"
    _write(data, rows)
    with (EXAMPLE / "facilities.csv").open(encoding="utf-8", newline="") as stream:
        header, values = list(csv.reader(stream))
    _write(plants, [header, [plant.code, *values[1:]]])
    report = import_files(Workspace(plant.enterprise).store, [plants, data], Catalogue.load())
    if not report.ok:
        raise SystemExit(report.errors[0].text("en"))


def _months(code: str) -> Iterator[list[str]]:
    with (EXAMPLE / "activity.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    yield header
    for _, _, unit, stream_, item, quantity, *rest in rows:
        amount = float(quantity) if item == "ncv" else round(float(quantity) / 12, 4)
        for month in range(1, 13):
            yield [code, f"{YEAR}-{month:02d}", unit, stream_, item, repr(amount), *rest]


def _large(number: int) -> None:
    """An enterprise with many plants and nothing in its records yet."""
    from tongjian.site.registry.models import Plant

    first = _plant(number, f"{LARGE}-000")
    Plant.every.bulk_create(
        Plant(
            enterprise=first.enterprise,
            code=f"{LARGE}-{at:03d}",
            name_zh=f"虚构集团{at}厂",
            name_en=f"Invented group, works {at}",
            sector="steel",
            division=DIVISION,
        )
        for at in range(1, LARGE_PLANTS)
    )
    for role in ("preparer", "approver"):
        actor(role, first.enterprise)


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


__all__ = ["LARGE", "LARGE_PLANTS", "STAGES", "actor", "code_of", "make_real", "people_of"]
