"""Reminders: rules as data, each told once to those it concerns; a mail a day, telling nothing."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from tests.ports import free_port
from tests.site.world import YEAR, World
from tongjian.problems import TongjianError
from tongjian.site.access.models import Assignment
from tongjian.site.mrv.models import Notice, Report
from tongjian.site.mrv.reminders import make_notices, read_rules, remind, send_digests
from tongjian.site.operations.daily import begin_day
from tongjian.site.operations.jobs import work
from tongjian.site.operations.models import Job

DAY = date(2026, 1, 15)
"""Before anything annual is due."""


def report(world: World, of: str = "A", **fields: Any) -> Report:
    plant = world.plant(of)
    return Report.every.create(enterprise=plant.enterprise, plant=plant, year=YEAR, **fields)


def told(day: date | None = None) -> set[tuple[str, str, int]]:
    """Who was told of which rule, and with how many days."""
    rows = Notice.every.select_related("user")
    return {(one.user.username, one.rule, one.days) for one in rows}


def test_the_rules_of_the_package_are_sound() -> None:
    rules = {one.id: one for one in read_rules()}

    assert rules["annual"].month_day == "03-31" and rules["annual"].days == (-30, -7, -1, 1)
    assert rules["to_pass"].roles == ("city",)


def test_everything_wrong_with_a_file_of_rules_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "reminders.toml"
    path.write_text(
        '[a]\nevent = "moon"\nroles = ["king"]\ndays = []\n'
        '[b]\nevent = "state"\nstates = ["nowhere"]\nroles = ["city"]\ndays = [1]\n'
        '[c]\nevent = "annual"\nmonth_day = "02-31"\nroles = ["city"]\ndays = [1]\n',
        "utf-8",
    )
    with pytest.raises(TongjianError) as caught:
        read_rules(path)

    said = [(one.values["rule"], one.values["field"]) for one in caught.value.problems]
    assert said == [
        *(("a", "event"), ("a", "roles"), ("a", "days")),
        *(("b", "states"), ("c", "month_day")),
    ]


def test_a_file_of_the_site_takes_the_place_of_the_packages(world: World) -> None:
    path = Path(settings.SITE_FOLDER) / "reminders.toml"
    path.write_text('[own]\nevent = "deadline"\nroles = ["nation"]\ndays = [0]\n', "utf-8")

    assert [one.id for one in read_rules()] == ["own"]
    report(world, state="draft", due=DAY)
    assert make_notices(DAY) == 1
    shown = world.client("nation").get("/reports/notices").content.decode()
    assert "示例钢铁甲厂" in shown and DAY.isoformat() in shown


def test_a_state_is_told_to_those_who_are_to_act_and_once(world: World) -> None:
    report(world, state="verified", since=timezone.make_aware(_noon(DAY)))
    report(world, "B", state="submitted", since=timezone.make_aware(_noon(DAY)))
    rules = [one for one in read_rules() if one.event == "state"]

    # The city is Nanjing's, where A is; the report of B waits for its own verifier.
    assert make_notices(DAY, rules) == 2
    assert told() == {("city", "to_pass", 0), ("verifierb", "to_verify", 0)}
    assert make_notices(DAY, rules) == 0
    assert make_notices(DAY + timedelta(days=8), rules) == 1
    assert told() == {
        *(("city", "to_pass", 0), ("verifierb", "to_verify", 0), ("verifierb", "to_verify", 7)),
    }
    # Days on which nobody ran it are made up for by the last one alone.
    assert make_notices(DAY + timedelta(days=40), rules) == 2
    assert ("city", "to_pass", 20) in told() and ("city", "to_pass", 10) not in told()


def test_an_annual_day_is_told_where_nothing_was_handed_in(world: World) -> None:
    plant = world.plant("B")
    Report.every.create(enterprise=plant.enterprise, plant=plant, year=2025, state="submitted")
    rules = [one for one in read_rules() if one.id == "annual"]

    assert make_notices(date(2026, 2, 28), rules) == 0
    assert make_notices(date(2026, 3, 1), rules) == 2
    assert told() == {("preparera", "annual", -30), ("approvera", "annual", -30)}
    shown = world.client("preparer").get("/reports/notices").content.decode()
    assert "2025 年度报告应在 2026-03-31 前提交" in shown


def test_a_deadline_is_told_before_and_after_to_either_side(world: World) -> None:
    report(world, state="unopened", due=DAY)
    rules = [one for one in read_rules() if one.event == "deadline"]

    for offset in (-20, -14, -3, 1):
        make_notices(DAY + timedelta(days=offset), rules)
    assert {one for one in told() if one[0] == "preparera"} == {
        ("preparera", "demand", days) for days in (-14, -3, 1)
    }
    late = {("city", "demand_missed", 1), ("province", "demand_missed", 1)}
    assert late <= told()
    assert not {one for one in told() if one[0].endswith("b")}


def test_nobody_sees_anothers_notices_nor_their_count(world: World) -> None:
    report(world, state="draft", due=DAY)
    make_notices(DAY)
    mine, theirs = world.client("preparer"), world.client("preparer", "B")
    key = Notice.every.filter(user=world.user("preparer")).first().key  # type: ignore[union-attr]

    assert "示例钢铁甲厂" in mine.get("/reports/notices").content.decode()
    assert '<span class="badge due">' in mine.get("/").content.decode()
    for client in (theirs, world.client("city"), world.client("admin")):
        assert "示例钢铁甲厂" not in client.get("/reports/notices").content.decode()
        assert client.post(f"/reports/notices/{key}").status_code == 404
    answer = mine.post(f"/reports/notices/{key}")
    assert answer["Location"] == f"/reports/DEMO-STEEL/{YEAR}"
    assert Notice.every.get(key=key).read is not None
    mine.post("/reports/notices/read")
    assert not Notice.every.filter(user=world.user("preparer"), read=None).exists()


def test_a_verifier_whose_assignment_ended_has_no_notices_of_it(world: World) -> None:
    report(world, state="submitted", since=timezone.make_aware(_noon(DAY)))
    make_notices(DAY)
    verifier = world.client("verifier")
    assert "示例钢铁甲厂" in verifier.get("/reports/notices").content.decode()
    Assignment.objects.filter(user=world.user("verifier")).update(ended=timezone.now())
    assert "示例钢铁甲厂" not in verifier.get("/reports/notices").content.decode()


class Box:
    """A server of mail that keeps what comes."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], Message]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = email.message_from_bytes(envelope.content)
        self.letters.append((list(envelope.rcpt_tos), letter))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[Box]:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    with override_settings(
        SENDS_MAIL=True,
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=controller.port,
    ):
        yield box
    controller.stop()


def test_each_gets_one_mail_a_day_by_smtp_in_their_language(world: World, mailbox: Box) -> None:
    approver = world.user("approver")
    approver.language = "en"
    approver.save()
    report(world, state="draft", due=DAY)

    assert remind(DAY) == {"notices": 2, "mails": 2}
    by_person = {to[0]: letter for to, letter in mailbox.letters}
    assert set(by_person) == {"preparera@example.org", "approvera@example.org"}
    for address, letter in by_person.items():
        body = letter.get_payload(decode=True).decode()  # type: ignore[union-attr]
        subject = str(email.header.make_header(email.header.decode_header(letter["Subject"])))
        assert "/reports/notices" in body
        for secret in ("DEMO", "示例钢铁", "Sample", str(YEAR), DAY.isoformat()):
            assert secret not in body + subject, address
        assert ("unread" in subject) == (address == "approvera@example.org")

    assert remind(DAY) == {"notices": 0, "mails": 0}
    # The day after it is late for both of A, and city and province hear; B has findings to answer.
    report(world, "B", state="findings_open", since=timezone.make_aware(_noon(DAY)))
    assert remind(DAY + timedelta(days=1)) == {"notices": 6, "mails": 6}
    assert len(mailbox.letters) == 8


def test_a_mail_that_cannot_be_sent_is_tried_again(world: World) -> None:
    report(world, state="draft", due=DAY)
    make_notices(DAY)
    with override_settings(
        SENDS_MAIL=True,
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=free_port(),
    ):
        assert send_digests(DAY) == 0
    assert not Notice.every.exclude(mailed=None).exists()


def test_what_was_read_in_the_site_is_not_mailed(world: World, mailbox: Box) -> None:
    report(world, state="draft", due=DAY)
    make_notices(DAY)
    world.client("preparer").post("/reports/notices/read")

    assert send_digests(DAY) == 1 and mailbox.letters[0][0] == ["approvera@example.org"]


def test_the_worker_does_it_on_each_new_day(world: World) -> None:
    report(world, state="draft", due=timezone.localdate())
    assert begin_day() and not begin_day()
    work.call(Job.every.get(kind="operations.daily").pk)

    assert Job.every.get(kind="operations.daily").state == Job.DONE
    assert Notice.every.filter(user=world.user("preparer"), rule="demand").exists()


def _noon(day: date) -> Any:
    from datetime import datetime

    return datetime(day.year, day.month, day.day, 12)
