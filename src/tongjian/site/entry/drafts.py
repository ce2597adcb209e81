"""Autosave (自动保存): what is typed is a draft at once, checked as an import would check it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import Checked, check_rows
from tongjian.reports import Words as ReportWords
from tongjian.site.access.actor import Actor
from tongjian.site.entry.models import Draft
from tongjian.site.registry.models import Plant
from tongjian.site.ui.texts import lang
from tongjian.site.workspaces import Workspace, catalogue

MOST_CELLS = 2000
_LONGEST = {"value": 120, "unit": 40, "tier": 20, "evidence": 200}
_PERIOD = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")
KEYS = ("process_unit", "stream", "item", "slot", "period")
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """A cell as the page sends it; `version` is that of the draft it has seen, 0 for none."""

    key: Key
    value: str
    unit: str
    tier: str
    evidence: str
    version: int
    source: str = "manual"

    @classmethod
    def of(cls, data: Mapping[str, Any], year: int) -> Typed | None:
        """From plain data; None for what no page of ours sends."""
        texts = {name: str(data.get(name) or "").strip() for name in (*KEYS, *_LONGEST)}
        if any(len(texts[name]) > most for name, most in _LONGEST.items()):
            return None
        period, version = texts["period"], data.get("version", 0)
        known = catalogue().streams.get(texts["stream"])
        good = (
            _PERIOD.fullmatch(period)
            and int(period[:4]) == year
            and known is not None
            and texts["item"] in catalogue().items_of(known.stream_class)
        )
        key = tuple(texts[name] for name in KEYS)
        if not good or not isinstance(version, int):
            return None
        return cls(key, texts["value"], texts["unit"], texts["tier"], texts["evidence"], version)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a cell: "draft", "error", "stored" (nothing to do), "empty" or "conflict".

    At a conflict `draft` is what somebody else typed meanwhile, and nothing was changed.
    """

    key: Key
    state: str
    draft: Draft | None
    problems: tuple[Problem, ...] = ()
    stored: Mapping[str, Any] | None = None


def keep_drafts(
    actor: Actor, workspace: Workspace, plant: Plant, year: int, cells: Sequence[Typed]
) -> list[Kept]:
    """Keep cells as drafts; each is told for itself, in the order of `cells`."""
    recorded = stored_cells(workspace, plant, year)
    checked = check_typed(plant, cells, recorded)
    with transaction.atomic():
        # Two who type at once queue at the plant.
        Plant.every.select_for_update().get(pk=plant.pk)
        known = {one.key: one for one in Draft.every.filter(plant=plant, year=year)}
        return [
            _keep(actor, plant, year, cell, known, recorded.get(cell.key), found)
            for cell, found in zip(cells, checked, strict=True)
        ]


def _keep(
    actor: Actor,
    plant: Plant,
    year: int,
    cell: Typed,
    known: dict[Any, Draft],
    stored: Mapping[str, Any] | None,
    found: tuple[Problem, ...],
) -> Kept:
    draft = known.get(cell.key)
    if draft is not None and draft.version != cell.version:
        return Kept(cell.key, "conflict", draft)
    same = stored is not None and _same(cell, stored)
    if same or (stored is None and not cell.value):
        if draft is not None:
            draft.delete()
            del known[cell.key]
        return Kept(cell.key, "stored" if stored else "empty", None, stored=stored)
    if draft is None:
        draft = Draft(enterprise=plant.enterprise, plant=plant, year=year, version=0)
        draft.base = base_of(stored)
        for name, text in zip(KEYS, cell.key, strict=True):
            setattr(draft, name, text)
    draft.value, draft.unit, draft.tier = cell.value, cell.unit, cell.tier
    draft.evidence, draft.source = cell.evidence, cell.source
    draft.faulty, draft.by = bool(found), actor.signature
    draft.version += 1
    draft.save()
    known[cell.key] = draft
    return Kept(cell.key, "error" if found else "draft", draft, found, stored)


def check_typed(
    plant: Plant, cells: Sequence[Typed], recorded: Mapping[Key, Mapping[str, Any]]
) -> list[tuple[Problem, ...]]:
    """What stands against each cell; an empty one takes out what is stored and needs no check."""
    filled = [cell for cell in cells if cell.value]
    rows = dict(zip(map(id, filled), read_typed(plant, filled), strict=True))
    return [rows[id(cell)].problems if id(cell) in rows else () for cell in cells]


def read_typed(plant: Plant, cells: Sequence[Typed], source: str = "") -> list[Checked]:
    """Cells as rows of the records, or why not; the place is the cell in words."""
    units = [(plant.code, one) for one in plant.process_units.values_list("code", flat=True)]
    rows = [_row(plant, cell) for cell in cells]
    checked = check_rows(rows, catalogue(), [plant.code], units, source)
    return [_placed(cell, one) for cell, one in zip(cells, checked, strict=True)]


def keyed(
    plant: Plant, year: int, rows: Sequence[Typed], recorded: Mapping[Key, Mapping[str, Any]]
) -> list[Typed]:
    """Rows by the keys of the records they are, those left out that are recorded just so.

    A row without a value stands for a record to be withdrawn. Raises `TongjianError` with
    everything that is wrong; the place is the number of the row.
    """
    found: list[Typed] = []
    problems: list[Problem] = []
    seen: dict[Key, int] = {}
    filled = iter(read_typed(plant, [one for one in rows if one.value]))
    for number, row in enumerate(rows, 1):
        wrong: tuple[Problem, ...] = ()
        key: Key | None = None
        if not row.key[4].startswith(f"{year}"):
            wrong = (Problem("site.entry_year", values={"period": row.key[4], "year": year}),)
        if row.value:
            checked = next(filled)
            wrong += checked.problems
            key = None if checked.row is None else _key(checked.row)
        elif not wrong:
            same = [one for one in recorded if (*one[:3], one[4]) == (*row.key[:3], row.key[4])]
            key = same[0] if len(same) == 1 else next((o for o in same if o[3] == row.unit), None)
            if key is None:
                wrong = (Problem("site.entry_absent"),)
        if key is not None and seen.setdefault(key, number) != number:
            wrong += (Problem("site.entry_twice", values={"first": seen[key]}),)
        place = Place(row=number, field=cell_words(row.key))
        problems += [replace(one, place=place) for one in wrong]
        stands = None if key is None else recorded.get(key)
        if key is not None and not (stands is not None and row.value and _same(row, stands)):
            found.append(replace(row, key=key))
    if problems:
        raise TongjianError(problems)
    return found


def _key(row: Mapping[str, Any]) -> Key:
    return (row["process_unit"] or "", row["stream"], row["item"], row["unit"], row["period"])


def _placed(cell: Typed, found: Checked) -> Checked:
    place = Place(field=cell_words(cell.key))
    problems = [replace(one, place=place) for one in found.problems if one.severity == "error"]
    slot = cell.key[3]
    if found.row is not None and slot and found.row["unit"] != slot:
        values = {"unit": cell.unit, "slot": slot}
        problems.append(Problem("site.entry_unit", place, values))
    return Checked(None if problems else found.row, tuple(problems))


def _row(plant: Plant, cell: Typed) -> dict[str, object]:
    unit, stream, item, _, period = cell.key
    return {
        "facility": plant.code,
        "period": period,
        "process_unit": unit,
        "stream": stream,
        "item": item,
        "quantity": cell.value,
        "unit": cell.unit,
        "tier": cell.tier,
        "evidence": cell.evidence,
    }


def cell_words(key: Sequence[str]) -> str:
    """A cell in the words of the page."""
    unit, stream, item, _, period = key
    words = ReportWords.of(lang())
    parts = (unit, words.key("stream", stream), words.item(stream, item), period)
    return " · ".join(filter(None, parts))


def stored_cells(workspace: Workspace, plant: Plant, year: int) -> dict[Key, dict[str, Any]]:
    """What is recorded of a plant's year, by the key of its cell."""
    return {_key(row): row for row in workspace.store.read_activity(plant.code, year)}


def base_of(stored: Mapping[str, Any] | None) -> str:
    """What a draft remembers of the record that it is to change."""
    return "" if stored is None else repr(stored["quantity"])[:40]


def _same(cell: Typed, stored: Mapping[str, Any]) -> bool:
    names = ("entered_quantity", "entered_unit", "tier", "evidence")
    given = (cell.value, cell.unit, cell.tier, cell.evidence)
    return given == tuple(str(stored[name] or "") for name in names)


__all__ = [
    "KEYS",
    "MOST_CELLS",
    "Kept",
    "Key",
    "Typed",
    "base_of",
    "cell_words",
    "check_typed",
    "keep_drafts",
    "keyed",
    "read_typed",
    "stored_cells",
]
