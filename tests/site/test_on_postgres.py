"""The site on a real PostgreSQL: the whole story once, and then what only a database can break."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.conftest import Portion
from tests.site import story
from tests.site.matrix import Endpoint, endpoints, examples, may, people, sees
from tests.site.on_postgres import make_database, used
from tests.site.sealed import try_everything
from tests.site.story import ADDRESS, page, sent, state
from tests.site.test_operations_jobs import work as do_jobs
from tests.site.test_operations_keeping import tongjian
from tests.site.world import EXAMPLE, PASSWORD, YEAR, A, World, make_world
from tongjian.book import logs
from tongjian.control_plan import read_plan, revise
from tongjian.evidence import Act
from tongjian.problems import TongjianError
from tongjian.site.access.models import Membership, User
from tongjian.site.acting import acting
from tongjian.site.config import Database
from tongjian.site.entry.models import Upload
from tongjian.site.mrv.models import Report, SubmittedFigure, SubmittedRow, SubmittedVersion
from tongjian.site.mrv.projection import catch_up
from tongjian.site.operations.archive import ENDING, make_backup, unpack
from tongjian.site.operations.checks import check_site, project_site
from tongjian.site.operations.health import Health, guard_problems
from tongjian.site.operations.models import AuditEntry, Job, Worker
from tongjian.site.workspaces import connections as book_connections

SECOND = "approver2"


@pytest.fixture(scope="module")
def site(
    environment: None, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A site on PostgreSQL on which a report has gone all the way, and a supplement after it."""
    folder = tmp_path_factory.mktemp("postgres") / "site"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch, used(make_database(postgres, "story"), folder):
        call_command("migrate", verbosity=0)
        make_world()
        patch.setattr(story, "work_off", work_off)
        world = World()
        _play(world)
        (folder / "told").touch()  # the examples of the matrix find a report and make none
        yield world


def work_off() -> None:
    """A worker does what waits, as it does on a site: by its queue in the database."""
    do_jobs()
    failed = Job.every.filter(state=Job.FAILED)
    assert not failed.exists(), [one.problems for one in failed]
    assert not Worker.objects.exists()


def _play(world: World) -> None:
    user = User.objects.create(
        username=SECOND, name="审定乙", password=world.user("approver").password
    )
    Membership.objects.create(user=user, role="approver", enterprise=world.enterprise())
    preparer = world.client("preparer")
    sent(preparer, "/reports/begin", {"plant": "DEMO-STEEL", "year": str(YEAR)})
    _import(preparer)
    with acting(world.actor("preparer"), world.enterprise()) as workspace:
        revise(workspace.log, read_plan(EXAMPLE / "plan.yaml"), world.actor("preparer").signature)
    story.computed_version(world)
    _submit_twice_at_once(world)
    for station in story.STATIONS[2:]:
        station(world)
    sent(world.client("province"), f"{ADDRESS}/act/recall", {"reason": "补充焦炭数据"})
    sent(preparer, f"{ADDRESS}/act/revise")
    story.correct_coke(world, "99500")
    story.computed_version(world, "补充说明")
    sent(world.client("approver"), f"{ADDRESS}/act/submit")


def _import(preparer: Client) -> None:
    data = SimpleUploadedFile("a.csv", (EXAMPLE / "activity.csv").read_bytes(), "text/csv")
    answer = preparer.post(reverse("entry:import"), {"files": [data], "mode": "add"})
    assert answer.status_code == 302, answer.content.decode()
    work_off()
    upload = Upload.every.get()
    assert upload.state == Upload.READY, list(upload.problems.values())
    sent(preparer, reverse("entry:upload-apply", args=[upload.key]))
    work_off()


def _submit_twice_at_once(world: World) -> None:
    """Two approvers hand the same version in at the same moment: it is handed in once."""
    clients = [world.client("approver"), Client(HTTP_ACCEPT_LANGUAGE="zh-hans")]
    clients[1].force_login(
        User.objects.get(username=SECOND), "allauth.account.auth_backends.AuthenticationBackend"
    )
    told = at_once([lambda one=one: one.post(f"{ADDRESS}/act/submit") for one in clients])
    assert sorted(one.status_code for one in told) == [302, 422]
    assert AuditEntry.every.filter(act="report.submit").count() == 1
    assert SubmittedVersion.every.count() == 1 and state() == "submitted"


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """What each of some calls returns, each in a thread and on a connection of its own."""
    gate, found = threading.Barrier(len(calls)), [None] * len(calls)

    def do(at: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(10)
            found[at] = calls[at]()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(at,)) for at in range(len(calls))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return found


def test_the_story_is_told_and_everything_checks(site: World) -> None:
    assert connection.vendor == "postgresql"
    report = Report.every.get()
    assert (report.state, report.submitted, report.version) == ("submitted", 3, 3)
    assert {one.number for one in SubmittedVersion.every.all()} == {1, 2, 3}
    assert all(one.sealed for one in SubmittedVersion.every.all())
    by_hand = sum(
        one.co2e_micro or 0
        for one in SubmittedFigure.every.filter(version__number=1, ruleset=story.RULESET)
    )
    assert by_hand == 428_220_962_667  # as on SQLite, and by hand in cases/
    assert check_site() == []


def test_no_sql_of_the_sites_own_user_changes_what_was_submitted(site: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
    assert try_everything() > 40
    assert guard_problems() == []


def test_a_guard_that_is_switched_off_is_told(site: World) -> None:
    def run(words: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"ALTER TABLE mrv_submittedrow {words} TRIGGER mrv_submittedrow_sealed_row"
            )

    run("DISABLE")
    try:
        assert [one.values["name"] for one in Health.now().guards] == [
            "mrv_submittedrow_sealed_row"
        ]
    finally:
        run("ENABLE")
    told = page(site.client("admin"), "/operations/health/")
    assert "PostgreSQL" in told and "全部在位" in told


def test_two_appends_at_once_both_stand_and_in_order(site: World) -> None:
    log, by = site.workspace("B").log, site.actor("preparer", "B").signature

    def several(name: str) -> list[int]:
        return [
            log.append([Act("run.keep", by, f"run:{name}", {"at": at})])[0].number
            for at in range(8)
        ]

    told = at_once([lambda name=name: several(name) for name in ("a", "b")])
    assert sorted(told[0] + told[1]) == list(range(1, 17))
    assert all(one == sorted(one) for one in told)
    entries = log.entries()
    for name, numbers in zip("ab", told, strict=True):
        mine = [one for one in entries if one.subject == f"run:{name}"]
        assert [one.number for one in mine] == numbers
        assert [one.content["at"] for one in mine] == list(range(8))
    assert not [one for one in log.problems() if one.severity == "error"]
    # Rows follow, whoever comes first.
    counts = at_once([lambda: catch_up(site.workspace("B"))] * 2)
    assert sorted(counts) == [0, 16]


def test_rows_are_made_again_from_the_logs(site: World) -> None:
    trail = sorted(AuditEntry.every.values_list("log", "number", "act", "by", "subject"))
    report = Report.every.values().get()
    counts = [one.every.count() for one in (SubmittedVersion, SubmittedFigure, SubmittedRow)]
    Report.every.update(state="unopened", version=0)
    assert project_site() == len(trail)
    assert sorted(AuditEntry.every.values_list("log", "number", "act", "by", "subject")) == trail
    assert Report.every.values().get() == report
    assert catch_up(site.workspace(), again=True) == 0
    assert [
        one.every.count() for one in (SubmittedVersion, SubmittedFigure, SubmittedRow)
    ] == counts


def test_signing_in_and_guessing(site: World) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    wrong = client.post("/account/login/", {"login": "preparera", "password": "x" * 14})
    assert wrong.status_code == 200 and "_auth_user_id" not in client.session
    right = client.post("/account/login/", {"login": "preparera", "password": PASSWORD})
    assert right.status_code == 302 and client.get("/entry/").status_code == 200


def _tables() -> dict[str, list[Any]]:
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {table}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def test_a_backup_is_the_same_site_elsewhere(site: World, postgres: str, tmp_path: Path) -> None:
    (Path(settings.SITE_FOLDER) / "secret").write_text("s" * 50)
    archive, folder = tmp_path / f"one{ENDING}", tmp_path / "elsewhere"
    work_off()
    was, heads = _tables(), logs(book_connections)
    make_backup(archive)
    address = make_database(postgres, "restored")

    def restore(folder: Path, address: str, code: int) -> list[str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TONGJIAN_DATABASE", address)
            told = tongjian("restore", str(archive), "--site", str(folder), code=code, keep=True)
        return [one["code"] for one in told["problems"]]  # type: ignore[attr-defined]

    assert restore(folder, address, 0) == []
    with used(address, folder):
        assert _tables() == was and len(was) > 30
        assert logs(book_connections) == heads
        assert check_site() == []  # every log, head, file, record and guard
        client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
        told = client.post("/account/login/", {"login": "approvera", "password": PASSWORD})
        assert told.status_code == 302
        # Numbers go on where they were, and the guards are on again.
        AuditEntry.every.create(
            log="x", number=1, time=timezone.now(), by="x", act="x", subject="x"
        )
        assert try_everything() > 40
    # Nothing is put over what is there, and nothing is left where it was refused.
    other = tmp_path / "other"
    assert restore(other, address, 1) == ["site.restore_database_used"]
    assert not other.exists()
    other_kind = f"sqlite:///{tmp_path / 'x.sqlite3'}"
    with pytest.raises(TongjianError) as caught:
        unpack(archive, other, Database.parse(other_kind))
    assert caught.value.problems[0].code == "site.restore_database"


SEARCHES = (
    ("province", "registry:enterprises?text=钢铁甲", "示例钢铁甲", "示例钢铁乙"),
    ("province", "registry:enterprises?text=other-steel", "示例钢铁乙", "示例钢铁甲"),
    ("nation", f"mrv:reports?year={YEAR}&text=steel", "DEMO-STEEL", "NO-SUCH"),
    ("admin", "operations:audit?act=report.submit&by=approvera", "DEMO-STEEL", "run:a"),
    ("preparer", "operations:audit?subject=demo-steel&since=2001-01-01", "DEMO-STEEL", "run:a"),
    ("admin", "access:users?q=审定", "approvera", "verifiera"),
)


@pytest.mark.parametrize(("role", "address", "there", "absent"), SEARCHES)
def test_searches_find_the_same(
    site: World, role: str, address: str, there: str, absent: str
) -> None:
    name, _, query = address.partition("?")
    told = page(site.client(role), f"{reverse(name)}?{query}")
    assert there in told and absent not in told


READ = [one for one in endpoints() if one.outside is None and "GET" in one.methods]


def test_pages_answer(site: World, portion: Portion) -> None:
    """What the matrix calls on SQLite, here once by somebody who may."""
    asked = portion(READ, 3)
    told = {one.name: _asked(site, one).status_code for one in asked}
    assert [name for name, status in told.items() if status >= 500] == []
    # Some are told that there is nothing of that kind at this station; they are few.
    shown = [name for name, status in told.items() if status in (200, 204, 302, 304)]
    assert len(shown) > 0.9 * len(asked)


def _asked(world: World, one: Endpoint) -> Any:
    example = examples()[one.name]
    assert one.action is not None
    args = dict(example.args(world, A))
    able = [person for person in people() if may(person, one.action) and sees(person, A, example)]
    address = reverse(one.name, kwargs=args)
    return world.client(*able[-1].split(" ")).get(address, dict(example.query))


def test_whoever_has_a_role_has_it_once(site: World) -> None:
    """A membership is there once, of an enterprise and of a division, on this database too."""
    for held in Membership.objects.filter(user__username__in=("preparera", "nation", "city")):
        held.pk = None
        with pytest.raises(DatabaseError, match="membership_once"):
            held.save(force_insert=True)


def test_the_check_of_the_models_says_nothing(
    site: World, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check", databases=["default"])
    told = capsys.readouterr()
    assert "no issues" in told.out + told.err and "WARNINGS" not in told.out + told.err
