"""Progress of tasks and rounds of dispatch: who has not answered, and nothing is ever rewritten."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.support import codes
from tongjian.evidence import EvidenceLog, FileStore
from tongjian.problems import TongjianError
from tongjian.rules import Rulebook
from tongjian.targets import Register

TASKS = ("K-N2O-1", "K-N2O-7")  # of MEE, NDRC and MIIT; of MEE and MIIT
DUE = date(2026, 3, 31)


def log_of(folder: Path) -> EvidenceLog:
    return EvidenceLog(FileStore(folder / "log.jsonl"), lambda: datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def register(tmp_path: Path, rulebook: Rulebook) -> Register:
    return Register(log_of(tmp_path), rulebook.tasks)


def test_who_has_not_answered(register: Register):
    register.open_round("2026Q1", DUE, "Zhang", TASKS)
    assert len(register.unanswered("2026Q1", DUE)) == 5
    register.report("K-N2O-1", "MEE", "Li", "under_way", "listed the lines", "list 1", "2026Q1")
    register.report("K-N2O-1", "NDRC", "Wu", "done", "said outside of the round")
    left = register.unanswered("2026Q1", DUE)
    assert [(one.task, one.agency) for one in left] == [
        ("K-N2O-1", "NDRC"),
        ("K-N2O-1", "MIIT"),
        ("K-N2O-7", "MEE"),
        ("K-N2O-7", "MIIT"),
    ]
    assert not any(one.overdue for one in left)
    assert all(one.overdue for one in register.unanswered("2026Q1", date(2026, 4, 1)))


def test_a_second_round_asks_again(register: Register):
    for name in ("2026Q1", "2026Q2"):
        register.open_round(name, DUE, "Zhang", ["K-N2O-7"])
    register.report("K-N2O-7", "MEE", "Li", "open", "nothing yet", round_name="2026Q1")
    assert len(register.unanswered("2026Q1", DUE)) == 1
    assert len(register.unanswered("2026Q2", DUE)) == 2


def test_a_round_without_tasks_is_about_all(register: Register, rulebook: Rulebook):
    assert len(register.open_round("all", DUE, "Zhang").tasks) == len(rulebook.tasks) == 134


def test_entries_stay_and_the_last_speaks(register: Register, tmp_path: Path):
    register.report("K-N2O-1", "MEE", "Li", "open", "first")
    before = (tmp_path / "log.jsonl").read_bytes()
    register.report("K-N2O-1", "MEE", "Li", "done", "second", "report 7")
    assert (tmp_path / "log.jsonl").read_bytes().startswith(before)
    said = register.progress("K-N2O-1")
    assert [(one.state, one.text, one.evidence) for one in said] == [
        ("open", "first", ""),
        ("done", "second", "report 7"),
    ]
    assert (said[0].by, said[0].on) == ("Li", "2026-01-01T00:00:00.000+00:00")
    assert register.progress("K-N2O-2") == []


def test_a_changed_line_is_noticed(register: Register, tmp_path: Path):
    register.report("K-N2O-1", "MEE", "Li", "open", "first")
    register.report("K-N2O-1", "MEE", "Li", "done", "second")
    path = tmp_path / "log.jsonl"
    path.write_text(path.read_text().replace("first", "fresh"))
    with pytest.raises(TongjianError) as caught:
        register.progress()
    assert codes(caught.value.problems) == ["evidence.changed"]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (("K-XX", "MEE", "Li", "open", "said"), "targets.unknown_task"),
        (("K-N2O-1", "MARA", "Li", "open", "said"), "targets.other_agency"),
        (("K-N2O-1", "MEE", "Li", "nearly", "said"), "targets.unknown_state"),
        (("K-N2O-1", "MEE", "Li", "open", " "), "targets.empty_text"),
        (("K-N2O-1", "MEE", "", "open", "said"), "targets.empty_text"),
        (("K-N2O-1", "MEE", "Li", "open", "said", "", "2020Q1"), "targets.unknown_round"),
        (("K-N2O-2", "MEE", "Li", "open", "said", "", "2026Q1"), "targets.not_in_round"),
    ],
)
def test_what_is_refused(register: Register, what: tuple[str, ...], code: str):
    register.open_round("2026Q1", DUE, "Zhang", TASKS)
    with pytest.raises(TongjianError) as caught:
        register.report(*what)
    assert codes(caught.value.problems) == [code]
    assert register.progress() == []


def test_a_round_begins_once(register: Register):
    register.open_round("2026Q1", DUE, "Zhang", TASKS)
    with pytest.raises(TongjianError) as caught:
        register.open_round("2026Q1", DUE, "Zhang")
    assert codes(caught.value.problems) == ["targets.round_twice"]
    with pytest.raises(TongjianError) as caught:
        register.open_round("", DUE, "", ["K-XX"])
    assert len(caught.value.problems) == 3
