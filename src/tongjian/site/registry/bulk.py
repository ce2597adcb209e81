"""Registering many at once (批量登记): a dry run that tells everything, then all of it or nothing.

A file is looked at row by row, against itself and against what is registered. It is applied by a
job, which looks again; what the same file has registered already is left as it is, so that a job
that was cut off can be done again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tongjian.problems import Problem, TongjianError
from tongjian.records import Catalogue
from tongjian.site.access.actor import Actor
from tongjian.site.operations.jobs import Running, job, start
from tongjian.site.operations.models import Job
from tongjian.site.registry.bulk_file import REQUIRED, Row, read
from tongjian.site.registry.changes import differing, facts_of
from tongjian.site.registry.models import BulkUpload, Division, Enterprise, Park, Plant
from tongjian.site.registry.services import change, problems_of, register_plant
from tongjian.site.ui.texts import texts

KIND = "registry.bulk"
_PART = 500


@dataclass(slots=True)
class Checked:
    """What a file would do (预检结果)."""

    problems: list[Problem] = field(default_factory=list)
    enterprises: list[Enterprise] = field(default_factory=list)
    plants: list[tuple[str, Plant]] = field(default_factory=list)
    """Plants with the credit code of their enterprise."""
    known: int = 0
    """Rows that are registered already, just as they are."""

    @property
    def ok(self) -> bool:
        """Whether it can be applied."""
        return not self.problems

    @property
    def total(self) -> int:
        """How much there is to register."""
        return len(self.enterprises) + len(self.plants)


def keep(actor: Actor, name: str, content: bytes) -> BulkUpload:
    """Keep a file for its dry run."""
    assert actor.user is not None
    return BulkUpload.objects.create(username=actor.user.username, name=name[:200], content=content)


def own(actor: Actor, key: str) -> BulkUpload | None:
    """A file that the actor has given, and nobody else's."""
    if actor.user is None:
        return None
    return BulkUpload.objects.filter(username=actor.user.username, key=key).first()


def job_of(upload: BulkUpload) -> Job | None:
    """The job that applies a file; it belongs to no enterprise, but to whoever owns the file."""
    return Job.every.filter(key=upload.job).first() if upload.job else None


def apply_later(actor: Actor, upload: BulkUpload) -> Job:
    """Have a file applied by a job; asked again, it is the same job unless that one failed."""
    going = job_of(upload)
    if going is not None and going.state != Job.FAILED:
        return going
    made = start(KIND, actor, None, {"upload": upload.key})
    upload.job = made.key
    upload.save(update_fields=["job"])
    return made


@job(KIND)
def apply(task: Running) -> dict[str, Any]:
    """Register what a file says; raises `TongjianError` if anything stands against it by now."""
    actor = task.actor
    upload = own(actor, task.asked["upload"])
    if upload is None or not actor.may(KIND):
        raise TongjianError(Problem("site.registry_file", values={"detail": "403"}))
    found = check(actor, bytes(upload.content), upload.name)
    if not found.ok:
        raise TongjianError(found.problems)
    done = 0
    for one in found.enterprises:
        change(actor, one)
        task.progress(done := done + 1, found.total)
    owners = _enterprises([uscc for uscc, _ in found.plants])
    for uscc, plant in found.plants:
        plant.enterprise = owners[uscc]
        register_plant(actor, plant)
        task.progress(done := done + 1, found.total)
    return {
        "enterprises": len(found.enterprises),
        "plants": len(found.plants),
        "known": found.known,
    }


def check(actor: Actor, content: bytes, name: str) -> Checked:
    """Look at a file and change nothing."""
    found = Checked()
    rows = read(content, name, found.problems)
    divisions = Division.objects.in_bulk({one.cells["division"] for one in rows})
    parks = {one.name_zh: one for one in Park.objects.filter(division__in=divisions)}
    known = _enterprises([one.cells["uscc"] for one in rows])
    codes = [code for one in rows if (code := one.cells.get("code"))]
    plants = _plants(codes, list(known.values()))
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        wrong = _row_alone(row, actor, divisions, first)
        if row.table == "enterprises":
            _enterprise(row, actor, parks, known, wrong, found)
        else:
            _plant(row, actor, known, plants, wrong, found)
    new = {one.uscc for one in found.enterprises}
    listed = {one.cells["uscc"] for one in rows if one.table == "enterprises"}
    for row in rows:
        uscc = row.cells["uscc"]
        if (
            row.table == "plants"
            and uscc
            and uscc not in new | listed
            and (uscc not in known or not _sees(actor, known[uscc]))
        ):
            found.problems.append(
                Problem("site.registry_no_enterprise", row.at("uscc"), {"value": uscc})
            )
    found.problems.sort(key=lambda one: (one.place.sheet or "", one.place.row or 0))
    return found


def _row_alone(
    row: Row, actor: Actor, divisions: dict[str, Division], first: dict[tuple[str, str], int]
) -> list[Problem]:
    """What is wrong with a row's division, and whether it is there twice."""
    wrong = [
        Problem("site.registry_empty", row.at(column))
        for column in REQUIRED[row.table]
        if not row.cells[column]
    ]
    division = row.cells["division"]
    if division and division not in divisions:
        values: dict[str, object] = {"value": division}
        wrong.append(Problem("site.registry_division", row.at("division"), values))
    elif division and not division.startswith(actor.division):
        values = {"value": division, "within": f"{actor.division}*"}
        wrong.append(Problem("site.registry_outside", row.at("division"), values))
    column = "uscc" if row.table == "enterprises" else "code"
    name = row.cells.get(column, "")
    if name:
        earlier = first.setdefault((row.table, name), row.number)
        if earlier != row.number:
            values = {"value": name, "first": earlier}
            wrong.append(Problem("site.registry_twice", row.at(column), values))
    return wrong


def _enterprise(
    row: Row,
    actor: Actor,
    parks: dict[str, Park],
    known: dict[str, Enterprise],
    wrong: list[Problem],
    found: Checked,
) -> None:
    cells = row.cells
    said = cells.get("fictitious", "").casefold()
    yes = {"true", "1", *_words("registry.yes_word")}
    no = {"", "false", "0", *_words("registry.no_word")}
    made = Enterprise(
        uscc=cells["uscc"],
        name_zh=cells["name_zh"],
        name_en=cells.get("name_en", ""),
        division=cells["division"],
        address=cells.get("address", ""),
        fictitious=said in yes,
    )
    if said not in yes | no:
        wrong.append(
            Problem("records.yes_or_no", row.at("fictitious"), {"value": cells["fictitious"]})
        )
    if park := cells.get("park", ""):
        made.park = parks.get(park)
        if made.park is None:
            wrong.append(Problem("site.registry_park", row.at("park"), {"value": park}))
    wrong += _rest(made, row, wrong)
    if (stands := known.get(made.uscc)) is not None:
        if not wrong and _sees(actor, stands) and not differing(facts_of(stands), facts_of(made)):
            found.known += 1
            return
        values = {"value": made.uscc}
        wrong.append(Problem("site.registry_taken", row.at("uscc"), values))
    found.problems += wrong
    if not wrong:
        found.enterprises.append(made)


def _words(key: str) -> tuple[str, str]:
    return texts()[key]["zh"], texts()[key]["en"]


def _plant(
    row: Row,
    actor: Actor,
    known: dict[str, Enterprise],
    plants: Sequence[Plant],
    wrong: list[Problem],
    found: Checked,
) -> None:
    cells = row.cells
    term = Catalogue.load().resolve_term("sector", cells["sector"])
    made = Plant(
        code=cells.get("code", ""),
        name_zh=cells["name_zh"],
        name_en=cells.get("name_en", ""),
        sector=term.code if term else cells["sector"],
        division=cells["division"],
        address=cells.get("address", ""),
    )
    for name in ("longitude", "latitude"):
        written = cells.get(name, "")
        try:
            setattr(made, name, float(written) if written else None)
        except ValueError:
            wrong.append(Problem("site.registry_number", row.at(name), {"value": written}))
    wrong += _rest(made, row, wrong)
    stands = _standing(made, known.get(cells["uscc"]), plants)
    if stands is not None:
        if not wrong and _sees(actor, stands.enterprise) and _same(made, stands, cells["uscc"]):
            found.known += 1
            return
        wrong.append(Problem("site.registry_taken", row.at("code"), {"value": made.code or made}))
    found.problems += wrong
    if not wrong:
        found.plants.append((cells["uscc"], made))


def _standing(made: Plant, owner: Enterprise | None, plants: Sequence[Plant]) -> Plant | None:
    """The plant that a row means: by its code, or without one by its name in its enterprise."""
    for one in plants:
        if made.code and one.code == made.code:
            return one
        if not made.code and owner and (one.enterprise_id, one.name_zh) == (owner.pk, made.name_zh):
            return one
    return None


def _same(made: Plant, stands: Plant, uscc: str) -> bool:
    return stands.enterprise.uscc == uscc and not differing(facts_of(stands), facts_of(made))


def _rest(made: Enterprise | Plant, row: Row, wrong: Sequence[Problem]) -> list[Problem]:
    """What else is wrong with a row; of a field one problem is enough."""
    told = {one.place.field for one in wrong}
    left_out = {row.at(name).field for name in ("code",) if not row.cells.get("code")}
    return [
        one
        for one in problems_of(made, row.at, alone=True)
        if one.place.field not in told | left_out
    ]


def _sees(actor: Actor, enterprise: Enterprise) -> bool:
    """Whether an authority may be told that this is registered: it is within its division."""
    return enterprise.division.startswith(actor.division)


def _enterprises(codes: Sequence[str]) -> dict[str, Enterprise]:
    found: dict[str, Enterprise] = {}
    for at in range(0, len(codes), _PART):
        part = Enterprise.every.filter(uscc__in=codes[at : at + _PART]).select_related("park")
        found |= {one.uscc: one for one in part}
    return found


def _plants(codes: Sequence[str], owners: Sequence[Enterprise]) -> list[Plant]:
    found: dict[int, Plant] = {}
    for at in range(0, max(len(codes), len(owners)), _PART):
        for asked in (
            {"code__in": codes[at : at + _PART]},
            {"enterprise__in": owners[at : at + _PART]},
        ):
            part = Plant.every.filter(**asked).select_related("enterprise")
            found |= {one.pk: one for one in part}
    return list(found.values())


__all__ = ["KIND", "Checked", "apply", "apply_later", "check", "job_of", "keep", "own"]
