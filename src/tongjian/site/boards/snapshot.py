"""The records behind a region's reports (区域数据快照), as each version had them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tongjian.engine import Snapshot
from tongjian.problems import Problem, TongjianError
from tongjian.site.access.actor import Actor
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.sums import standing
from tongjian.site.mrv.models import SubmittedVersion
from tongjian.site.registry.models import Division, Plant
from tongjian.site.registry.stored import above, plant_row
from tongjian.site.workspaces import Workspace

_FACILITIES = (
    *("facility", "name_zh", "name_en", "sector", "province", "city", "division", "fictitious"),
)
_FIRST_YEAR = 1990
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Records:
    """The records of what stood (数据快照): files, and how many plants and years are in them."""

    snapshot: Snapshot
    plants: int
    versions: int


def records_of(actor: Actor, asked: Asked, folder: Path, progress: Progress) -> Records:
    """Write the records of the versions that stood, up to the year, as Parquet into `folder`.

    Of each version only its own plant and year is taken, from the state of the records that its
    run has read. Raises `TongjianError` where nothing stood.
    """
    stood = standing(actor, asked, range(_FIRST_YEAR, asked.year + 1))
    versions = list(
        SubmittedVersion.objects.seen_by(actor)
        .filter(pk__in=stood.values("version"))
        .select_related("enterprise", "report__plant__enterprise")
        .order_by("enterprise", "plant_code", "year")
    )
    if not versions:
        values = {"year": asked.year, "day": asked.day.isoformat()}
        raise TongjianError(Problem("site.board_nothing", values=values))
    digest = hashlib.sha256()
    with duckdb.connect(":memory:") as connection:
        for done, version in enumerate(versions):
            progress(done, len(versions))
            digest.update(f"{version.plant_code}/{version.year} {version.records}\n".encode())
            _take(connection, version)
        _facilities(connection, {one.report.plant.pk: one.report.plant for one in versions})
        files = {}
        for name in ("activity", "facilities", "process_units"):
            if _there(connection, name):
                files[name] = folder / f"{name}.parquet"
                connection.execute(f"COPY {name} TO '{_quoted(files[name])}' (FORMAT parquet)")
    found = Snapshot(
        digest.hexdigest(),
        tuple(files[name] for name in ("activity",) if name in files),
        files["facilities"],
        files.get("process_units"),
    )
    return Records(found, len({one.plant_code for one in versions}), len(versions))


def _take(connection: duckdb.DuckDBPyConnection, version: SubmittedVersion) -> None:
    workspace = Workspace(version.enterprise)
    if not version.runs:
        return
    store = workspace.runs.records_of(workspace.runs.open(version.runs[0]))
    _append(
        connection, "activity", store.activity_files(),
        "facility = ? AND year = ?", [version.plant_code, version.year],
    )  # fmt: skip
    # Of several years the newest version says what process units there are.
    if _there(connection, "process_units"):
        connection.execute("DELETE FROM process_units WHERE facility = ?", [version.plant_code])
    units = [path for path in (store.process_units_file(),) if path.is_file()]
    _append(connection, "process_units", units, "facility = ?", [version.plant_code])


def _append(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    paths: Iterable[Path],
    where: str,
    values: list[object],
) -> None:
    listed = ", ".join(f"'{_quoted(path)}'" for path in paths)
    if not listed:
        return
    rows = f"SELECT * FROM read_parquet([{listed}]) WHERE {where}"  # nosec B608
    if _there(connection, table):
        connection.execute(f"INSERT INTO {table} BY NAME {rows}", values)
    else:
        connection.execute(f"CREATE TABLE {table} AS {rows}", values)


def _facilities(connection: duckdb.DuckDBPyConnection, plants: dict[int, Plant]) -> None:
    codes = {code for one in plants.values() for code in above(one.division)}
    divisions = Division.objects.in_bulk(codes)
    columns = ", ".join(
        f"{name} {'BOOLEAN' if name == 'fictitious' else 'VARCHAR'}" for name in _FACILITIES
    )
    connection.execute(f"CREATE TABLE facilities ({columns})")
    marks = ", ".join("?" for _ in _FACILITIES)
    rows = [plant_row(one, divisions) for one in plants.values()]
    connection.executemany(
        f"INSERT INTO facilities VALUES ({marks})",  # nosec B608
        [[row[name] for name in _FACILITIES] for row in rows],
    )


def _there(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    query = "SELECT count(*) FROM information_schema.tables WHERE table_name = ?"
    found = connection.execute(query, [table]).fetchone()
    return found is not None and found[0] > 0


def _quoted(path: Path) -> str:
    return str(path.resolve()).replace("'", "''")


__all__ = ["Records", "records_of"]
