"""Every change of a stored log is found, and told where it is.

The ordinary run tries a portion of the bytes, `make test-all` each of them.

The log is changed on the disk: each byte of the file, of the rows in SQLite's file, characters of
the rows of a real PostgreSQL; then rows are removed, moved, put in and forged with all their
hashes. Nothing here uses the code that writes the log to change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.book.filled import Filled, fill, fixed_key, flips, rechained
from tests.book.stores import LOG, NAMES, Clock, maker
from tests.conftest import Portion
from tongjian.book import PostgresStore, SqliteConnections, SqliteStore, table_problems
from tongjian.evidence import Act, Entry, EvidenceLog, FileStore, Head, Roots, prove, root_file
from tongjian.problems import Problem, TongjianError


def filled(name: str, folder: Path, request: pytest.FixtureRequest) -> Filled:
    return fill(maker(name, folder, request), folder)


def located(problems: list[Problem], line: int) -> bool:
    """Whether an error names the line, or the line behind, where the joint is broken."""
    return any(
        one.severity == "error" and one.place is not None and one.place.line in (line, line + 1)
        for one in problems
    )


@contextmanager
def changed(path: Path, start: int, data: bytes) -> Iterator[None]:
    """Bytes of a file overwritten, and put back."""
    with path.open("r+b") as stream:
        stream.seek(start)
        before = stream.read(len(data))
        stream.seek(start)
        stream.write(data)
    yield
    with path.open("r+b") as stream:
        stream.seek(start)
        stream.write(before)


def ends_of_lines(data: bytes) -> set[int]:
    return {place for place, byte in enumerate(data) if byte == ord("\n")}


@pytest.mark.slow
def test_every_byte_of_the_file_counts(
    tmp_path: Path, request: pytest.FixtureRequest, portion: Portion
) -> None:
    it = filled("file", tmp_path, request)
    path = Path(it.log.store.place)
    data = path.read_bytes()
    places = set(portion(range(len(data)), 5)) | ends_of_lines(data)
    missed, line, tried = [], 1, 0
    for place, byte in enumerate(data):
        for other in flips(byte, place) if place in places else ():
            with changed(path, place, bytes([other])):
                tried += 1
                if not located(it.again().problems(), line):
                    missed.append((place, byte, other))
        line += byte == ord("\n")
    assert line == 11 and tried == 2 * len(places)
    assert missed == []


@pytest.mark.slow
def test_every_byte_taken_out_or_put_in_counts(
    tmp_path: Path, request: pytest.FixtureRequest, portion: Portion
) -> None:
    it = filled("file", tmp_path, request)
    path = Path(it.log.store.place)
    data = path.read_bytes()
    places = set(portion(range(0, len(data), 3), 4)) | ends_of_lines(data)
    missed, line = [], 1
    # The last end of line can have more behind it: that never counts, and is told as well.
    for place, byte in enumerate(data[:-1]):
        if place in places:
            for instead in (b"", bytes([byte, byte]), b" " + bytes([byte])):
                path.write_bytes(data[:place] + instead + data[place + 1 :])
                if not located(it.again().problems(), line):
                    missed.append((place, byte, instead))
        line += byte == ord("\n")
    assert missed == []
    path.write_bytes(data + b"\n")
    found = it.again().problems()
    assert [(one.code, one.place and one.place.line) for one in found] == [
        ("evidence.unacknowledged", 11)
    ]
    path.write_bytes(data[:-1])
    assert located(it.again().problems(), 10)


def test_every_bit_of_the_head_counts(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    it = filled("file", tmp_path, request)
    head = Path(it.log.store.place).with_suffix(".head")
    data = head.read_bytes()
    for place, byte in enumerate(data):
        for bit in range(8):
            with changed(head, place, bytes([byte ^ (1 << bit)])):
                assert it.errors(), (place, bit)
    for cut in range(len(data)):
        head.write_bytes(data[:cut])
        assert it.errors()
    head.unlink()
    assert [one.code for one in it.errors()] == ["evidence.head_missing"]


@pytest.mark.slow
def test_every_byte_of_the_rows_in_sqlite_counts(
    tmp_path: Path, request: pytest.FixtureRequest, portion: Portion
) -> None:
    it = filled("sqlite", tmp_path, request)
    path = sqlite_path(it)
    with sqlite_store(it).connections() as connection:
        # Rows that were moved to another page leave a copy behind, and long ones lie in two places.
        connection.execute("PRAGMA page_size = 16384")
        connection.execute("VACUUM")
    data = path.read_bytes()
    entries = it.log.entries()
    missed = []
    for entry in entries:
        written = entry.line()
        assert data.count(written) == 1
        start = data.index(written)
        for place in portion(range(start, start + len(written)), 5, first=entry.number):
            other = next(flips(data[place], place))
            with changed(path, place, bytes([other])):
                if not located(it.again().problems(), entry.number):
                    missed.append((entry.number, place - start, other))
    digest = entries[-1].hash.encode()
    start = data.index(digest, data.index(digest) + 1)
    if data[start - 20 : start].endswith(b'"hash":"'):
        start = data.index(digest)
    for place in range(start, start + len(digest)):
        with changed(path, place, bytes([data[place] ^ 1])):
            if not it.errors():
                missed.append(("head", place, data[place] ^ 1))
    assert missed == []


@pytest.mark.slow
def test_no_byte_of_sqlites_file_changes_what_is_read_unseen(
    tmp_path: Path, request: pytest.FixtureRequest, portion: Portion
) -> None:
    """Bytes that are no row: pages, pointers, the schema, free space."""
    it = filled("sqlite", tmp_path, request)
    path = sqlite_path(it)
    data = path.read_bytes()
    entries = it.log.entries()
    found = 0
    places = portion(range(0, len(data), 31), 3)
    for place in places:
        with changed(path, place, bytes([data[place] ^ (1 << place % 8)])):
            errors = it.errors()
            found += bool(errors or table_problems(sqlite_store(it).connections))
            if not errors:
                assert it.again().entries() == entries, place
    assert found > len(places) // 8


def sqlite_store(it: Filled) -> SqliteStore:
    assert isinstance(it.log.store, SqliteStore)
    return it.log.store


def sqlite_path(it: Filled) -> Path:
    connections = sqlite_store(it).connections
    assert isinstance(connections, SqliteConnections)
    return connections.path


def forging(it: Filled) -> Callable[..., None]:
    """Runs statements as somebody who owns the database and takes the guards away meanwhile."""
    store = it.log.store
    assert isinstance(store, SqliteStore | PostgresStore)

    def run(*statements: tuple[str, tuple[Any, ...]]) -> None:
        with store.connections() as connection:
            if isinstance(store, PostgresStore):
                connection.execute("SET session_replication_role = replica")
                for statement, values in statements:
                    text = statement.replace("?", "%s").replace("{0}", store.table)
                    connection.execute(text, values)
                connection.execute("SET session_replication_role = origin")
                return
            connection.execute("PRAGMA synchronous = OFF")
            guards = connection.execute(
                "SELECT name, sql, tbl_name FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall()
            connection.execute("BEGIN")
            for name, *_ in guards:
                connection.execute(f"DROP TRIGGER {name}")
            for statement, values in statements:
                connection.execute(statement.replace("{0}", store.table), values)
            left = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
            for _, sql, table in guards:
                if table in left:
                    connection.execute(sql)
            connection.execute("COMMIT")

    return run


@pytest.mark.slow
def test_every_kind_of_character_of_the_rows_in_postgres_counts(
    tmp_path: Path, request: pytest.FixtureRequest, portion: Portion
) -> None:
    it = filled("postgres", tmp_path, request)
    run = forging(it)
    missed = []
    for entry in it.log.entries():
        text = entry.line().decode()
        # All of the first entry with content, of the others every fifth with another beginning.
        step = 1 if entry.number == 2 else 5
        for place in portion(range(entry.number % step, len(text), step), 5, first=entry.number):
            other = "0" if text[place] != "0" else "1"
            wrong = text[:place] + other + text[place + 1 :]
            statement = "UPDATE {0} SET line = ? WHERE number = ?"
            run((statement, (wrong, entry.number)))
            if not located(it.again().problems(), entry.number):
                missed.append((entry.number, place, other))
            run((statement, (text, entry.number)))
    assert missed == []
    assert it.errors() == []


ROWS = (
    # What is done to the rows, and what is said about which line.
    (["DELETE FROM {0} WHERE number = 3"], {"evidence.stored_number", "evidence.number"}, 3),
    (["DELETE FROM {0} WHERE number = 1"], {"evidence.number"}, 1),
    (["DELETE FROM {0} WHERE number = 10"], {"evidence.removed"}, 10),
    (["DELETE FROM {0}"], {"evidence.removed"}, 1),
    (["UPDATE {0} SET number = 11 WHERE number = 10"], {"evidence.stored_number"}, 10),
    (["UPDATE {0} SET number = 0 WHERE number = 10"], {"evidence.number"}, 1),
    (["UPDATE {0} SET number = -4 WHERE number = 3"], {"evidence.number"}, 1),
    (
        [
            "UPDATE {0} SET number = 99 WHERE number = 3",
            "UPDATE {0} SET number = 3 WHERE number = 4",
            "UPDATE {0} SET number = 4 WHERE number = 99",
        ],
        {"evidence.stored_number"},
        3,
    ),
    (["INSERT INTO {0} SELECT log, 11, line FROM {0} WHERE number = 10"], {"evidence.number"}, 11),
    (["INSERT INTO {0} SELECT log, 0, line FROM {0} WHERE number = 10"], {"evidence.number"}, 1),
    (["UPDATE {0} SET line = '' WHERE number = 5"], {"evidence.unreadable"}, 5),
    (["UPDATE {0}_head SET number = 9"], {"evidence.head"}, 9),
    (["UPDATE {0}_head SET number = 11"], {"evidence.removed"}, 11),
    (["UPDATE {0}_head SET hash = upper(hash)"], {"evidence.head"}, 10),
    (["DELETE FROM {0}_head"], {"evidence.head_missing"}, None),
    (["DROP TABLE {0}_head"], {"evidence.head_missing"}, None),
    (["DROP TABLE {0}"], {"evidence.head_missing"}, None),
)


@pytest.mark.parametrize("name", ["sqlite", "postgres"])
@pytest.mark.parametrize(("statements", "codes", "line"), ROWS)
def test_rows_that_are_moved_removed_or_put_in_are_found(
    name: str,
    statements: list[str],
    codes: set[str],
    line: int | None,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    it = filled(name, tmp_path, request)
    forging(it)(*((one, ()) for one in statements))
    found = it.again().problems()

    assert codes & {one.code for one in found}
    if line is not None:
        first = next(one for one in found if one.code in codes)
        assert first.place is not None and first.place.line == line
    with pytest.raises(TongjianError):
        it.again().append([Act("note", "张三", "x")])
        it.again().entries()


def test_a_row_that_the_index_leads_past_is_found(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Put in while the index was switched off: whether a query sees it depends on its plan."""
    it = filled("postgres", tmp_path, request)
    store = it.log.store
    assert isinstance(store, PostgresStore)
    ready = (
        "UPDATE pg_index SET indisready = {0}, indisvalid = {0} "
        f"WHERE indrelid = '{store.table}'::regclass"
    )
    with store.connections() as connection:
        connection.execute(ready.format("false"))
    forging(it)(
        (
            "INSERT INTO {0} SELECT log, 3, replace(line, '张三', '赵六') FROM {0} "
            "WHERE number = 2",
            (),
        )
    )
    with store.connections() as connection:
        connection.execute(ready.format("true"))

    found = table_problems(store.connections, store.table)
    assert ("book.index", 3) in {(one.code, one.place and one.place.line) for one in found}


OTHER = Entry.after(
    Act("note.make", "赵六", "meter:厂/9"), 3, "2026-01-05T08:00:00.000+00:00", "0" * 64
).line()
LINES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int]] = {
    "removed": (lambda it: it[:3] + it[4:], 4),
    "removed at the start": (lambda it: it[1:], 1),
    "removed at the end": (lambda it: it[:-1], 10),
    "doubled": (lambda it: [*it[:4], it[3], *it[4:]], 5),
    "swapped": (lambda it: [*it[:3], it[4], it[3], *it[5:]], 4),
    "turned round": (lambda it: it[::-1], 1),
    "moved to the end": (lambda it: it[:3] + it[4:] + it[3:4], 4),
    "a blank line": (lambda it: [*it[:5], b"\n", *it[5:]], 6),
    "of another log": (lambda it: [*it[:2], OTHER, *it[3:]], 3),
    "emptied": (lambda it: [], 1),
}


@pytest.mark.parametrize("what", LINES)
def test_lines_that_are_moved_removed_or_put_in_are_found(
    what: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    it = filled("file", tmp_path, request)
    path = Path(it.log.store.place)
    change, line = LINES[what]
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))

    first = it.again().problems()[0]
    assert (first.place and first.place.line, first.severity) == (line, "error")


def put(it: Filled, entries: list[Entry]) -> None:
    """Put forged entries in the place of the log, with a head that fits them."""
    store = it.log.store
    last = entries[-1]
    if isinstance(store, FileStore):
        data = b"".join(one.line() for one in entries)
        store.path.write_bytes(data)
        head = Head(last.number, last.hash, len(data))
        store.path.with_suffix(".head").write_bytes(head.line())
        return
    run = forging(it)
    run(("DELETE FROM {0}", ()))
    insert = "INSERT INTO {0} VALUES (?, ?, ?)"
    run(*((insert, (LOG, one.number, one.line().decode())) for one in entries))
    run(("UPDATE {0}_head SET number = ?, hash = ?", (last.number, last.hash)))


@pytest.fixture(params=NAMES)
def it(request: pytest.FixtureRequest, tmp_path: Path) -> Filled:
    return filled(request.param, tmp_path, request)


def test_a_log_that_was_forged_as_a_whole_contradicts_its_roots(it: Filled) -> None:
    """Every hash and the head are made anew; only the signatures could not be."""
    entries = it.log.entries()
    forged = rechained([*entries[:4], replace(entries[4], content={"n": 7}), *entries[5:]], 4)
    put(it, forged)

    assert it.again().problems() == []
    found = [(one.code, one.place and one.place.line) for one in it.errors()]
    # Told by both roots, and located to the month of the first.
    assert found[:1] == [("evidence.root_differs", 5)]
    values = it.errors()[0].values
    assert (values["first"], values["size"], values["month"]) == (1, 5, "2026-01")


def test_a_forged_month_is_told_from_the_one_before(it: Filled) -> None:
    entries = it.log.entries()
    put(it, rechained([*entries[:6], replace(entries[6], by="赵六"), *entries[7:]], 6))

    found = it.errors()
    assert {one.code for one in found} == {"evidence.root_differs"}
    assert {(one.values["first"], one.values["size"]) for one in found} == {(6, 7)}


def test_a_back_dated_entry_is_found(it: Filled) -> None:
    entries = it.log.entries()
    late = replace(entries[8], time="2026-02-01T00:00:00.000+00:00")
    put(it, rechained([*entries[:8], late, *entries[9:]], 8))

    assert [(one.code, one.place and one.place.line) for one in it.errors()] == [
        ("evidence.backdated", 9)
    ]


def test_an_entry_slipped_into_a_signed_month_is_found(it: Filled) -> None:
    """In order of time and with all hashes: only the root of the month tells."""
    entries = it.log.entries()
    slipped = replace(entries[4], content={"n": 8})
    put(it, rechained([*entries[:5], slipped, *entries[5:]], 5))

    assert it.again().problems() == []
    assert "evidence.root_differs" in {one.code for one in it.errors()}


def test_signatures_that_were_taken_out_are_missed_by_the_files_beside(it: Filled) -> None:
    entries = it.log.entries()
    put(it, rechained([one for one in entries if one.act != "root.sign"]))

    found = it.check()
    assert [one.code for one in found if one.severity == "error"] == [
        "evidence.root_file_foreign",
        "evidence.root_file_foreign",
    ]


def test_what_a_log_put_back_as_a_whole_needs(it: Filled, tmp_path: Path) -> None:
    """An old state of log, head and root files: only what was kept elsewhere can tell."""
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes((it.roots / "2026-02.json").read_bytes())
    (it.roots / "2026-02.json").unlink()
    put(it, it.log.entries()[:6])

    found = it.check()
    assert [one.code for one in found if one.severity == "error"] == []
    # It says itself what it cannot know.
    assert {"evidence.tail_open", "evidence.nothing_kept"} <= {one.code for one in found}
    assert [one.code for one in it.errors(elsewhere)] == ["evidence.rolled_back"]


def test_an_entry_proven_elsewhere_locates_a_forgery(it: Filled, tmp_path: Path) -> None:
    entries = it.log.entries()
    proof = tmp_path / "proof.json"
    proof.write_bytes(prove(it.log, [5]))
    put(it, rechained([*entries[:4], replace(entries[4], content={"n": 7}), *entries[5:]], 4))

    assert ("evidence.entry_differs", 5) in {
        (one.code, one.values.get("number")) for one in it.errors(proof)
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_of_the_log_kept_elsewhere_locates_every_change(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    it = filled(name, tmp_path, request)
    entries = it.log.entries()
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(b"".join(one.line() for one in entries))
    assert it.errors(copy) == []
    put(it, rechained([*entries[:8], replace(entries[8], by="赵六"), *entries[9:]], 8)[:9])

    assert [(one.code, one.values["number"]) for one in it.errors(copy)][-2:] == [
        ("evidence.entry_differs", 9),
        ("evidence.entry_gone", 10),
    ]


def test_what_was_kept_of_another_log_says_nothing_about_this(it: Filled, tmp_path: Path) -> None:
    """A file taken by mistake is no proof of a forgery."""
    other, key = EvidenceLog(FileStore(tmp_path / "other.jsonl"), Clock()), fixed_key(3)
    Roots(other).introduce(key.public, "赵六")
    assert isinstance(other.clock, Clock)
    other.clock.now = datetime(2026, 2, 3, tzinfo=UTC)
    Roots(other).sign(key, "2026-01", "赵六", "另一厂")
    kept = tmp_path / "kept.json"
    kept.write_bytes(root_file(other, "2026-01"))

    assert [one.code for one in it.errors(kept)] == ["evidence.kept_of_other"]
