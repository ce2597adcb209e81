"""The log: what is appended stands, and what is changed is found and located."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tongjian.evidence import Act, EvidenceLog, FileStore
from tongjian.problems import TongjianError


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def log(tmp_path: Path) -> EvidenceLog:
    made = EvidenceLog(FileStore(tmp_path / "log.jsonl"), Clock())
    for number in range(4):
        made.append([Act("import", "张三", "records:plant", {"rows": number, "share": 0.1})])
    return made


def lines(log: EvidenceLog) -> list[str]:
    return Path(log.store.place).read_text(encoding="utf-8").splitlines(keepends=True)


def codes(log: EvidenceLog) -> list[tuple[str, int | None]]:
    return [(one.code, one.place.line) for one in log.problems()]


def test_entries_come_back_as_they_were_made(log: EvidenceLog) -> None:
    made = log.append(
        [Act("attach", "李四", "meter:M1", {}, ("ab" * 32,)), Act("note", "李四", "x")]
    )

    assert made == log.entries()[4:]
    assert [entry.number for entry in made] == [5, 6]
    assert made[:1] == log.entries("attach", subject="meter:M1")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda it: it.replace("张三", "王五"), [("evidence.changed", 2)]),
        (lambda it: it.replace('"rows":1', '"rows":2'), [("evidence.changed", 2)]),
        # What reads the same is written in one way only.
        (lambda it: it.replace('"rows":1', '"rows": 1'), [("evidence.unreadable", 2)]),
        (lambda it: it.replace("张三", "\\u5f20三"), [("evidence.unreadable", 2)]),
        (lambda it: "", [("evidence.number", 2), ("evidence.chain", 2), ("evidence.removed", 4)]),
        (lambda it: it[:-9] + "\n", [("evidence.unreadable", 2)]),
        (lambda it: it + it, [("evidence.number", 3), ("evidence.chain", 3)]),
    ],
)
def test_a_changed_line_is_found_where_it_is(log, change, expected) -> None:
    written = lines(log)
    written[1] = change(written[1])
    Path(log.store.place).write_text("".join(written), encoding="utf-8")

    assert expected == codes(log)
    with pytest.raises(TongjianError):
        log.entries()


def test_a_line_that_was_hashed_anew_breaks_the_chain(log: EvidenceLog) -> None:
    """Whoever forges an entry with its hash has to forge all that follow."""
    written, entry = lines(log), log.entries()[1]
    forged = entry.after(Act(entry.act, "王五", entry.subject), 2, entry.time, entry.previous)
    written[1] = forged.line().decode()
    Path(log.store.place).write_text("".join(written), encoding="utf-8")

    assert codes(log) == [("evidence.chain", 3)]


def test_entries_removed_at_the_end_are_missed(log: EvidenceLog) -> None:
    Path(log.store.place).write_text("".join(lines(log)[:2]), encoding="utf-8")

    assert codes(log) == [("evidence.removed", 3)]


def test_half_a_line_that_nobody_was_told_of_is_dropped(log: EvidenceLog) -> None:
    with Path(log.store.place).open("a", encoding="utf-8") as stream:
        stream.write('{"act": "imp')

    assert [(one.code, one.severity) for one in log.problems()] == [
        ("evidence.unacknowledged", "warning")
    ]
    log.append([Act("note", "张三", "x")])
    assert len(log.entries()) == 5
    assert log.problems() == []
    assert Path(log.store.place).with_suffix(".unacknowledged").read_text() == '{"act": "imp\n'


def test_nothing_is_entered_before_what_stands(log: EvidenceLog) -> None:
    clock = log.clock
    assert isinstance(clock, Clock)
    clock.now -= timedelta(minutes=1)

    with pytest.raises(TongjianError) as caught:
        log.append([Act("note", "张三", "x")])

    assert caught.value.problems[0].code == "evidence.clock"
    assert len(log.entries()) == 4


@pytest.mark.parametrize("content", [{"share": float("nan")}, {"what": object()}, {"n": 2**60}])
def test_what_json_cannot_hold_exactly_is_refused(log: EvidenceLog, content) -> None:
    with pytest.raises(TongjianError) as caught:
        log.append([Act("note", "张三", "x", content)])

    assert caught.value.problems[0].code == "evidence.content"
    assert len(log.entries()) == 4


def test_entries_that_were_checked_are_not_taken_on_trust(log: EvidenceLog) -> None:
    """One log object keeps what it has checked; a change beneath it is found all the same."""
    assert len(log.entries()) == 4
    path = Path(log.store.place)
    before = path.stat()
    path.write_text(path.read_text().replace('"rows":1', '"rows":7'))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    with pytest.raises(TongjianError) as caught:
        log.entries()

    assert [one.code for one in caught.value.problems] == ["evidence.changed"]


def test_two_writers_see_each_other(log: EvidenceLog) -> None:
    other = EvidenceLog(FileStore(Path(log.store.place)), log.clock)
    assert len(log.entries()) == 4

    other.append([Act("note", "李四", "x")])
    log.append([Act("note", "张三", "y")])

    assert [one.subject for one in log.entries("note")] == ["x", "y"]
    assert log.entries() == other.entries()


def test_numbers_come_back_as_json_has_them(log: EvidenceLog) -> None:
    content = {"a": 1.0, "b": 1e20, "c": -0.0, "d": 1e-7, "e": 0.1 + 0.2, "字": [True, None]}
    made = log.append([Act("note", "张三", "x", content)])

    assert made == log.entries("note")
    assert made[0].content == content
    assert log.problems() == []
