"""Turns checked YAML (and the tables' CSV) into documents; collects every problem."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, RuleError, UnitError
from tongjian.rules._documents import (
    STATUSES,
    Alternative,
    Basis,
    CheckDoc,
    Conflict,
    Expression,
    FormulaDoc,
    InputDoc,
    LedgerEntry,
    Method,
    Override,
    Rounding,
    RuleSet,
    SheetDoc,
    SheetShape,
    Shown,
    Signature,
    Steps,
    Table,
    TableColumn,
    UnavailableEdition,
    Unknown,
    Validity,
    Value,
    Words,
)
from tongjian.rules._exact import exact
from tongjian.rules._policy_documents import TargetList, TaskList
from tongjian.rules._read_policy import read_targets, read_tasks
from tongjian.rules._schema import KINDS, check_schema
from tongjian.rules._source import Path as Keys
from tongjian.rules._source import Source, read_yaml
from tongjian.units import ONE, Unit, parse_unit

# One way to write a number, so that a place on an axis stands in a table once.
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)([.][0-9]*[1-9])?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_VALUE_FIELDS = (
    *("column", "value", "unit", "valid_from", "valid_to"),
    *("status", "source", "clause", "note"),
)


@dataclass(slots=True)
class Documents:
    """Everything read, with the problems found on the way."""

    tables: list[Table] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    rulesets: list[RuleSet] = field(default_factory=list)
    unavailable: list[UnavailableEdition] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    targets: list[TargetList] = field(default_factory=list)
    tasks: list[TaskList] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_folder(folder: Path) -> Documents:
    """Read every YAML file below `folder` (the `catalogue` folder belongs to the records)."""
    documents = Documents()
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("catalogue/"):
            read_document(path, name, documents)
    return documents


def read_document(path: Path, name: str, documents: Documents) -> None:
    """Read one file into `documents`."""
    try:
        source = read_yaml(path.read_text(encoding="utf-8"), name)
    except RuleError as error:
        documents.problems.extend(error.problems)
        return
    except UnicodeDecodeError:
        documents.problems.append(Problem("rules.encoding", Place(file=name)))
        return
    keys = source.data if isinstance(source.data, dict) else {}
    kind = next((kind for kind in KINDS if kind in keys), None)
    if kind is None:
        documents.problems.append(
            Problem("rules.no_kind", source.place(()), {"kinds": " / ".join(KINDS)})
        )
        return
    found = check_schema(source, kind)
    documents.problems.extend(found)
    if found:
        return
    reader = _Reader(source, documents.problems)
    if kind == "table":
        documents.tables.append(reader.table(path))
    elif kind == "method":
        documents.methods.append(reader.method())
    elif kind == "unavailable":
        documents.unavailable.append(reader.unavailable())
    elif kind == "conflict":
        documents.conflicts.append(reader.conflict())
    elif kind == "targets":
        documents.targets.append(read_targets(reader))
    elif kind == "tasks":
        documents.tasks.append(read_tasks(reader))
    else:
        documents.rulesets.append(reader.ruleset())


def _iso_day(text: str) -> date:
    """A day written as 2013-10-15 and in no other ISO way; raises `ValueError`."""
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _listed(value: str | list[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


@dataclass(slots=True)
class _Reader:
    """Reads one document that fits its schema."""

    source: Source
    problems: list[Problem]

    def problem(self, code: str, path: Keys, **values: object) -> None:
        self.problems.append(Problem(f"rules.{code}", self.source.place(path), values))

    def unit(self, text: object, path: Keys) -> Unit:
        try:
            return parse_unit(str(text))
        except UnitError as error:
            detail = error.problems[0]
            self.problem(
                "unit", path, text=text, detail=f"{detail.repair('zh')} / {detail.repair('en')}"
            )
            return ONE

    def day(self, text: str | None, path: Keys) -> date | None:
        if not text:
            return None
        try:
            return _iso_day(text)
        except ValueError:
            self.problem("date", path, text=text)
            return None

    def words(self, data: dict[str, Any]) -> Words:
        return Words(data["zh"], data["en"])

    def basis(self) -> Basis:
        return self.basis_of(self.source.data["basis"])

    def basis_of(self, data: dict[str, Any]) -> Basis:
        return Basis(
            data["document"],
            data.get("clause", ""),
            data.get("status", "seen"),
            data.get("note", ""),
        )

    def validity(self) -> Validity:
        data = self.source.data["in_force"]
        first = self.day(data["from"], ("in_force", "from"))
        last = self.day(data.get("to"), ("in_force", "to"))
        if first and last and last < first:
            self.problem("period_reversed", ("in_force", "to"), first=first, last=last)
        return Validity(first, last)

    # -- tables ------------------------------------------------------------------------------

    def table(self, path: Path) -> Table:
        data = self.source.data
        columns = {
            name: TableColumn(
                name, self.unit(spec["unit"], ("columns", name, "unit")), self.words(spec)
            )
            for name, spec in data["columns"].items()
        }
        axes = self.axes(data, ())
        keys = tuple(axes or data["keys"])
        return Table(
            id=data["table"],
            title=self.words(data["title"]),
            basis=self.basis(),
            keys=keys,
            columns=columns,
            selected_on=data.get("selected_on", "year_end"),
            values=tuple(self.values(path.parent / data["values"], keys, columns, axes)),
            place=self.source.place(("table",)),
            axes=axes,
            steps=self.steps(axes),
        )

    def steps(self, axes: dict[str, Unit]) -> Steps | None:
        found: Steps | None = self.source.data.get("steps")
        if found and len(axes) != 1:
            self.problem("steps_axes", ("steps",), axes=", ".join(axes) or "-")
        return found

    def axes(self, data: dict[str, Any], path: Keys) -> dict[str, Unit]:
        return {
            name: self.unit(text, (*path, "axes", name))
            for name, text in data.get("axes", {}).items()
        }

    def values(
        self,
        path: Path,
        keys: tuple[str, ...],
        columns: dict[str, TableColumn],
        axes: dict[str, Unit],
    ) -> list[Value]:
        file = "".join([*self.source.file.rpartition("/")[:2], path.name])
        if not path.is_file():
            self.problem("no_values_file", ("values",), file=file)
            return []
        rows = self.csv_rows(path, file)
        if rows is None:
            return []
        _, header = rows[0] if rows else (1, [])
        wanted = [*keys, *_VALUE_FIELDS]
        if header != wanted:
            place = Place(file=file, line=1)
            values = {"found": ",".join(header), "expected": ",".join(wanted)}
            self.problems.append(Problem("rules.csv_header", place, values))
            return []
        result: dict[tuple[object, ...], list[Value]] = {}
        for line, row in rows[1:]:
            place = Place(file=file, line=line)
            if len(row) != len(wanted):
                values = {"found": str(len(row)), "expected": str(len(wanted))}
                self.problems.append(Problem("rules.csv_width", place, values))
                continue
            cells = dict(zip(wanted, row, strict=True))
            value = self.value(cells, keys, columns, place)
            if value is None or not self.on_axes(cells, axes, place):
                continue
            same = result.setdefault((value.key, value.column), [])
            for other in same:
                if other.validity.overlaps(value.validity):
                    values = {
                        "key": ", ".join([*value.key, value.column]),
                        "first": str(other.validity),
                        "second": str(value.validity),
                        "other": str(other.place.line),
                    }
                    self.problems.append(Problem("rules.value_overlap", place, values))
            same.append(value)
        return [value for group in result.values() for value in group]

    def on_axes(self, cells: dict[str, str], axes: dict[str, Unit], place: Place) -> bool:
        """Whether the row's places on the axes are numbers; complains if not."""
        faulty = [name for name in axes if not _DECIMAL.fullmatch(cells[name])]
        for name in faulty:
            values = {"name": name, "text": cells[name]}
            self.problems.append(Problem("rules.axis_number", place, values))
        return not faulty

    def csv_rows(self, path: Path, file: str) -> list[tuple[int, list[str]]] | None:
        """Every row with its line; None when the file cannot be read at all."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            self.problems.append(Problem("rules.encoding", Place(file=file)))
            return None
        rows = csv.reader(io.StringIO(text, newline=""))
        try:
            return [(rows.line_num, row) for row in rows]
        except csv.Error as error:
            place = Place(file=file, line=rows.line_num)
            self.problems.append(Problem("rules.csv_syntax", place, {"text": str(error)}))
            return None

    def value(
        self,
        row: dict[str, str],
        keys: tuple[str, ...],
        columns: dict[str, TableColumn],
        place: Place,
    ) -> Value | None:
        def complain(key: str, **values: object) -> None:
            self.problems.append(Problem(f"rules.{key}", place, values))

        column = columns.get(row["column"])
        if column is None:
            complain("csv_column", name=row["column"], known=", ".join(columns))
            return None
        if not all(row[key] for key in keys):
            # An attribute that nobody entered is empty as well and must not find a factor.
            complain("csv_key", keys=", ".join(key for key in keys if not row[key]))
            return None
        if row["status"] not in STATUSES:
            complain("status", status=row["status"], known=", ".join(STATUSES))
            return None
        number: Fraction | None = None
        if row["value"]:
            try:
                printed = parse_unit(row["unit"])
                number = exact(row["value"])
            except UnitError:
                complain("unit", text=row["unit"], detail="tongjian/units/units.txt")
                return None
            except (ValueError, ZeroDivisionError):
                complain("csv_number", text=row["value"])
                return None
            if not printed.same_dimension(column.unit):
                complain("csv_unit", unit=row["unit"], column=column.name, want=column.unit.text)
                return None
            number = number * printed.scale / column.unit.scale
        try:
            first, last = (
                _iso_day(row[name]) if row[name] else None for name in ("valid_from", "valid_to")
            )
        except ValueError:
            complain("date", text=f"{row['valid_from']} / {row['valid_to']}")
            return None
        if first and last and last < first:
            complain("period_reversed", first=first, last=last)
            return None
        return Value(
            key=tuple(row[key] for key in keys),
            column=column.name,
            number=number,
            printed=row["value"],
            printed_unit=row["unit"],
            validity=Validity(first, last),
            status=row["status"],
            source=row["source"],
            clause=row["clause"],
            note=row["note"],
            place=place,
        )

    # -- methods -----------------------------------------------------------------------------

    def method(self) -> Method:
        data = self.source.data
        uses = {
            alias: spec
            if isinstance(spec, str)
            else Signature(
                tuple(spec.get("axes") or spec["keys"]),
                {
                    name: self.unit(text, ("uses", alias, "columns", name))
                    for name, text in spec["columns"].items()
                },
                self.source.place(("uses", alias)),
                self.axes(spec, ("uses", alias)),
                spec.get("steps", False),
            )
            for alias, spec in data.get("uses", {}).items()
        }
        return Method(
            id=data["method"],
            title=self.words(data["title"]),
            basis=self.basis(),
            validity=self.validity(),
            requires=tuple(data.get("requires", ())),
            uses=uses,
            sheets={name: self.sheet(name, spec) for name, spec in data["sheets"].items()},
            place=self.source.place(("method",)),
            expects={
                name: self.shape(name, spec) for name, spec in data.get("expects", {}).items()
            },
        )

    def shape(self, name: str, data: dict[str, Any]) -> SheetShape:
        at: Keys = ("expects", name)
        columns = {
            key: self.unit(text, (*at, "columns", key)) for key, text in data["columns"].items()
        }
        return SheetShape(name, tuple(data["grain"]), columns, self.source.place(at))

    def sheet(self, name: str, data: dict[str, Any]) -> SheetDoc:
        at: Keys = ("sheets", name)
        inputs = {
            key: InputDoc(
                name=key,
                unit=self.unit(spec.get("unit", 1), (*at, "inputs", key, "unit")),
                item=spec["item"],
                stream=spec.get("stream"),
                required=spec.get("required", False),
                default=self.expression(spec, "default", (*at, "inputs", key)),
                title=self.words(spec),
                place=self.source.place((*at, "inputs", key, "<key>")),
                choices=tuple(spec.get("choices", ())),
                is_date=spec.get("date", False),
                # A word or a day is no more and no less.
                direction=spec.get("direction", "up" if "unit" in spec else "none"),
            )
            for key, spec in data.get("inputs", {}).items()
        }
        formulas = {
            key: self.formula(key, spec, (*at, "formulas", key))
            for key, spec in data.get("formulas", {}).items()
        }
        checks = tuple(
            CheckDoc(
                spec["name"],
                self.needed(spec, "when", (*at, "checks", index)),
                spec["severity"],
                self.words(spec),
                self.source.place((*at, "checks", index)),
            )
            for index, spec in enumerate(data.get("checks", ()))
        )
        return SheetDoc(
            name=name,
            title=self.words(data["title"]),
            grain=tuple(data["grain"]),
            streams=_listed(data.get("streams")),
            inputs=inputs,
            formulas=formulas,
            checks=checks,
            place=self.source.place((*at, "<key>")),
            outcome=data.get("outcome", ""),
        )

    def formula(self, name: str, spec: dict[str, Any], at: Keys) -> FormulaDoc:
        ledger = spec.get("ledger")
        return FormulaDoc(
            name=name,
            unit=self.unit(spec["unit"], (*at, "unit")) if "unit" in spec else None,
            expression=self.needed(spec, "is", at),
            title=self.words(spec),
            clause=spec.get("clause", ""),
            status=spec.get("status", self.basis().status),
            optional=spec.get("optional", False),
            ledger=LedgerEntry(**ledger) if ledger else None,
            place=self.source.place((*at, "<key>")),
            labels={key: self.words(text) for key, text in spec.get("labels", {}).items()},
        )

    def needed(self, spec: dict[str, Any], key: str, at: Keys) -> Expression:
        place = self.source.place((*at, key))
        if (*at, key) in self.source.folded:
            place = replace(place, column=None)  # its lines are joined: columns mean nothing
        return Expression(" ".join(str(spec[key]).split("\n")).strip(), place)

    def expression(self, spec: dict[str, Any], key: str, at: Keys) -> Expression | None:
        return self.needed(spec, key, at) if key in spec else None

    # -- rule sets ---------------------------------------------------------------------------

    def ruleset(self) -> RuleSet:
        data = self.source.data
        # Every year needs the day, so the year here is one without a 29 February.
        due = self.day(f"2001-{data.get('report_day', '03-31')}", ("report_day",)) or date.max
        rounding = data.get("rounding")
        return RuleSet(
            id=data["ruleset"],
            title=self.words(data["title"]),
            basis=self.basis(),
            validity=self.validity(),
            sectors=tuple(data["sectors"]),
            boundary=data["boundary"],
            method=data["method"],
            binds=data.get("binds", {}),
            report_day=(due.month, due.day),
            total=data.get("total"),
            rounding=Rounding(rounding["mode"], rounding["places"]) if rounding else Rounding(),
            notes=self.words(data["notes"]) if "notes" in data else None,
            place=self.source.place(("ruleset",)),
            selected=data.get("selected", "by_default"),
            shows=tuple(
                Shown(one["sheet"], tuple(one.get("columns", ())), one.get("unless", {}))
                for one in data.get("shows", ())
            ),
            results_of=tuple(data.get("results_of", ())),
            solve=self.unknown(data["solve"]) if "solve" in data else None,
        )

    def unknown(self, data: dict[str, Any]) -> Unknown:
        sheet, _, column = data["cell"].partition(".")
        alias, _, value = data["at"].partition(".")
        low, high = data["bracket"]
        return Unknown((sheet, column), (alias, value), tuple(data.get("key", ())), (low, high))

    def unavailable(self) -> UnavailableEdition:
        data = self.source.data
        return UnavailableEdition(
            id=data["unavailable"],
            title=self.words(data["title"]),
            basis=self.basis(),
            validity=self.validity(),
            sectors=tuple(data["sectors"]),
            boundary=data["boundary"],
            missing=self.words(data["missing"]),
            nearest=data["nearest"],
            place=self.source.place(("unavailable",)),
        )

    def conflict(self) -> Conflict:
        data = self.source.data
        return Conflict(
            id=data["conflict"],
            title=self.words(data["title"]),
            question=self.words(data["question"]),
            adopted=data["adopted"],
            reason=self.words(data["reason"]),
            alternatives=tuple(
                self.alternative(spec, ("alternatives", index))
                for index, spec in enumerate(data["alternatives"])
            ),
            place=self.source.place(("conflict",)),
        )

    def alternative(self, spec: dict[str, Any], at: Keys) -> Alternative:
        overrides = tuple(
            Override(
                table=one["table"],
                key=tuple(one.get("key", ())),
                column=one["column"],
                printed=one["value"],
                unit=str(one["unit"]),
                place=self.source.place((*at, "values", index)),
            )
            for index, one in enumerate(spec.get("values", ()))
        )
        basis = self.basis_of(spec["basis"])
        return Alternative(
            spec["id"], self.words(spec["title"]), basis, overrides, spec.get("tables", {})
        )
