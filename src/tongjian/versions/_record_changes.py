"""Records that differ between two versions (记录差异), and what each of them moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tongjian.engine import PlantYear, Prepared
from tongjian.records import Catalogue, Entered, Store
from tongjian.rules import Words
from tongjian.versions._attribution import alone
from tongjian.versions._changes import Amounts, Change, amounts_of

Row = Mapping[str, Any]
# What a row says, beyond its key; where and how it was typed is no part of it.
_SAID = ("class", "quantity", "tier", "evidence")
_TOGETHER = Words("几项记录更正的共同作用", "what corrected records do only together")


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A row that was added, changed or (after None) taken out."""

    table: Literal["activity", "process_units", "facilities"]
    key: tuple[str, ...]
    before: Row | None
    after: Row | None


def record_changes(left: PlantYear, right: PlantYear) -> list[RecordChange]:
    """The rows by which the records of one plant differ."""
    found = [
        RecordChange("activity", key, left.records.get(key), right.records.get(key))
        for key in sorted({*left.records, *right.records})
    ]
    found += [
        RecordChange(
            "process_units", (left.name, unit), left.units.get(unit), right.units.get(unit)
        )
        for unit in sorted({*left.units, *right.units})
    ]
    found.append(RecordChange("facilities", (left.name,), left.facility, right.facility))
    return [one for one in found if _said(one.table, one.before) != _said(one.table, one.after)]


def attributed(
    plant: PlantYear, prepared: Prepared, items: Sequence[RecordChange], records: Store
) -> Iterator[Change]:
    """What each changed row moved by itself, and what they do only together."""
    base = amounts_of(plant.lines(prepared))
    effects, rest = alone(
        items, base, lambda some: amounts_of(with_changes(plant, some).lines(prepared))
    )
    said = _corrections(records, plant.name) if items else {}
    for item, effect in zip(items, effects, strict=True):
        yield _change(item, effect, said.get((item.table, item.key)))
    if rest:
        yield Change("records", "interaction", _TOGETHER, rest)


def with_changes(plant: PlantYear, items: Sequence[RecordChange]) -> PlantYear:
    """The plant with some rows as the other side has them."""
    facility = [item.after for item in items if item.table == "facilities"]
    return plant.changed(
        {item.key: _row(item.after) for item in items if item.table == "activity"},
        {item.key[1]: _row(item.after) for item in items if item.table == "process_units"},
        _row(facility[0]) if facility else None,
    )


def _row(row: Row | None) -> dict[str, Any] | None:
    return None if row is None else dict(row)


def _said(table: str, row: Row | None) -> tuple[Any, ...] | None:
    if row is None:
        return None
    return tuple(row[name] for name in _SAID) if table == "activity" else tuple(row.values())


def _corrections(records: Store, facility: str) -> dict[tuple[str, tuple[str, ...]], Entered]:
    """The newest entry of each row of a facility."""
    return {
        (table, tuple(map(str, one.key))): one
        for table in ("activity", "process_units", "facilities")
        for one in records.history(table, facility=facility)
    }


def _change(item: RecordChange, effect: Amounts, entered: Entered | None) -> Change:
    kinds = {"activity": "record", "process_units": "unit", "facilities": "facility"}
    detail: dict[str, Any] = {"key": list(item.key)}
    row = item.after or item.before or {}
    if item.table == "activity":
        detail |= {"source": row["source"], "tier": row["tier"], "evidence": row["evidence"]}
    if entered is not None:
        detail |= {
            "import": entered.number,
            "time": entered.time,
            "act": entered.act,
            "by": entered.by,
            "reason": entered.reason,
            "correction_evidence": entered.evidence,
        }
    before, after = _texts(item)
    return Change("records", kinds[item.table], _title(item), effect, before, after, detail)


def _texts(item: RecordChange) -> tuple[str, str]:
    """What stood and what stands; of a plant or unit only the attributes that differ."""
    before, after = item.before or {}, item.after or {}
    if item.table == "activity":
        if before and after and before["quantity"] == after["quantity"]:
            extra = [f"{row['tier']} {row['evidence']}".strip() for row in (before, after)]
            return f"{_amount(before)} ({extra[0]})", f"{_amount(after)} ({extra[1]})"
        return _amount(before), _amount(after)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    told = [", ".join(f"{name}: {row[name]}" for name in names if row) for row in (before, after)]
    return told[0], told[1]


def _amount(row: Row) -> str:
    """The quantity of a record with its unit; a word or a day as it was entered."""
    if not row:
        return ""
    items = Catalogue.load().items_of(str(row["class"]))
    named = items.get(str(row["item"]))
    if named is not None and named.coded:
        return str(row["entered_quantity"])
    return f"{_number(row['quantity'])} {row['unit']}"


def _number(quantity: float) -> str:
    """As few digits as tell the number from any other."""
    return repr(quantity).removesuffix(".0")


def _title(item: RecordChange) -> Words:
    if item.table != "activity":
        row = item.after or item.before or {}
        code = " ".join(item.key)
        return Words(
            f"{code} {row.get('name_zh', '')}", f"{code} {row.get('name_en') or ''}".strip()
        )
    _, period, unit, stream, name, _ = item.key
    found = Catalogue.load().streams.get(stream)
    items = Catalogue.load().items_of(found.stream_class) if found else {}
    named = items.get(name)
    where = " ".join(part for part in (period, unit) if part)
    return Words(
        f"{where} {found.zh if found else stream} {named.zh if named else name}",
        f"{where} {found.en if found else stream}, {named.en if named else name}",
    )


__all__ = ["RecordChange", "attributed", "record_changes", "with_changes"]
