"""Backup, restoring, the whole check and making rows again, through the command line."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.site.test_journey import submit
from tests.site.world import World
from tongjian.evidence import Act
from tongjian.problems import TongjianError
from tongjian.site.mrv.models import Report, SubmittedRow
from tongjian.site.mrv.projection import catch_up
from tongjian.site.operations.archive import ENDING, make_backup, read_manifest, unpack
from tongjian.site.operations.checks import check_site, project_site
from tongjian.site.operations.health import guard_problems
from tongjian.site.operations.models import AuditEntry, Job
from tongjian.site.workspaces import site_log


def tongjian(*arguments: str, code: int = 0, keep: bool = False) -> dict[str, object]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    if not keep:
        environment.pop("TONGJIAN_DATABASE", None)
    command = [sys.executable, "-m", "tongjian", "site", *arguments, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture
def backup(world: World, tmp_path: Path) -> Path:
    submit(world)
    assert check_site() == []
    (Path(settings.SITE_FOLDER) / "secret").write_text("s" * 50)
    path = tmp_path / f"one{ENDING}"
    made = make_backup(path)
    assert made["files"] > 5 and path.stat().st_mode & 0o777 == 0o600
    return path


def test_a_backup_gives_the_same_site_again(world: World, backup: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    said = tongjian("restore", str(backup), "--site", str(elsewhere))
    assert said["problems"] == [] and said["migrations"] == []
    assert (elsewhere / "secret").read_text() and not (elsewhere / "static" / "x").exists()

    import sqlite3

    was = sqlite3.connect(connection.settings_dict["NAME"])
    now = sqlite3.connect(elsewhere / "site.sqlite3")
    for table in ("tongjian_log", "mrv_submittedrow", "mrv_submittedfigure", "access_user"):
        query = f"SELECT * FROM {table} ORDER BY 1, 2"
        assert was.execute(query).fetchall() == now.execute(query).fetchall() != []
    was.close()
    now.close()
    told = tongjian("restore", str(backup), "--site", str(elsewhere), code=1)
    assert told["problems"][0]["code"] == "site.restore_not_empty"  # type: ignore[index]

    # A log that is changed in the copy is found.
    raw = sqlite3.connect(elsewhere / "site.sqlite3")
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("UPDATE tongjian_log SET line = replace(line, 'preparer', 'somebody')")
    raw.commit()
    raw.close()
    told = tongjian("check", "--site", str(elsewhere), code=1)
    codes = {one["code"] for one in told["problems"]}  # type: ignore[attr-defined]
    assert "book.guard" in codes and any(one.startswith("evidence.") for one in codes)


def test_the_backup_of_the_page_is_made_by_a_job_and_its_age_is_told(
    world: World, site: Path
) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from tests.site.story import page, sent, work_off

    admin = world.client("admin")
    assert "还没有备份" in page(admin, "/operations/health/")
    sent(admin, "/operations/backups/make")
    work_off()
    one = Job.every.get(kind="operations.backup")
    assert one.result["file"] in page(admin, "/operations/backups/")
    assert 'href="/operations/backups/"' in page(admin, f"/operations/jobs/{one.key}/")
    kept = site / "backups" / one.result["file"]
    assert read_manifest(kept)["database"] == "sqlite"
    assert kept.stat().st_mode & 0o777 == 0o600
    (entry,) = site_log().entries("backup.make")
    assert entry.by == one.by and entry.content["file"] == kept.name
    assert "不到一天" in page(admin, "/operations/health/")
    AuditEntry.every.filter(act="backup.make").update(time=timezone.now() - timedelta(days=9))
    told = page(world.client("admin", language="en"), "/operations/health/")
    assert "9 days ago" in told and '<span class="badge due">due</span>' in told


def changed(backup: Path, target: Path, how: str) -> Path:
    with tarfile.open(backup) as source, tarfile.open(target, "w") as out:
        for info in source:
            member = source.extractfile(info)
            assert member is not None
            if info.name == "site/secret" and how == "lacks":
                continue
            if info.name == "site/secret" and how == "changed":
                content = b"x" + member.read()[1:]
                out.addfile(info, io.BytesIO(content))
                continue
            if info.name == "site/secret" and how == "stranger":
                other = tarfile.TarInfo("site/../../outside")
                out.addfile(other)
            out.addfile(info, member)
    return target


@pytest.mark.parametrize("how", ["lacks", "changed", "stranger"])
def test_a_backup_that_is_not_whole_leaves_nothing_behind(
    site: Path, tmp_path: Path, how: str
) -> None:
    from tongjian.site.config import Database

    (site / "secret").write_text("s" * 50)
    path = tmp_path / f"one{ENDING}"
    make_backup(path)
    folder = tmp_path / "put" / "site"
    wrong = changed(path, tmp_path / "wrong.tar", how)
    with pytest.raises(TongjianError) as caught:
        unpack(wrong, folder, Database("sqlite", str(folder / "site.sqlite3")))
    assert caught.value.problems[0].code == f"site.backup_{how}"
    assert not folder.exists() and list(folder.parent.iterdir()) == []
    with pytest.raises(TongjianError):
        make_backup(path)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("cut", "cut_off"),
        ("no tar", "unreadable"),
        ("empty", "unreadable"),
        ("later", "unreadable"),
    ],
)
def test_what_is_no_backup_or_not_all_of_one_is_told(
    site: Path, tmp_path: Path, how: str, code: str
) -> None:
    path = tmp_path / f"one{ENDING}"
    if how == "cut":
        make_backup(path)
        with path.open("r+b") as stream:
            stream.truncate(path.stat().st_size // 2)
    elif how == "later":
        with tarfile.open(path, "w") as tar:
            content = b'{"format": 99}'
            info = tarfile.TarInfo("manifest.json")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    else:
        path.write_bytes(b"" if how == "empty" else b"x" * 5000)
    with pytest.raises(TongjianError) as caught:
        read_manifest(path)
    assert [one.code for one in caught.value.problems] == [f"site.backup_{code}"]
    assert caught.value.problems[0].place.file == str(path)


def test_rows_are_made_again_from_the_logs(world: World) -> None:
    submit(world)
    before = sorted(AuditEntry.every.values_list("log", "number", "act"))
    report = Report.every.values().get()
    rows = SubmittedRow.every.count()
    AuditEntry.every.all().delete()
    Report.every.update(state="unopened", version=0)
    assert {one.code for one in check_site()} == {"site.rows_behind"}

    assert project_site() == len(before)
    assert sorted(AuditEntry.every.values_list("log", "number", "act")) == before
    assert Report.every.values().get() == report and SubmittedRow.every.count() == rows
    assert check_site() == []


def test_the_check_finds_what_is_gone(world: World, site: Path) -> None:
    submit(world)
    files = sorted(path for path in (site / "files").rglob("*") if path.is_file())
    files[0].unlink()
    world.workspace().log.append([Act("run.keep", "x", "run:9", {})])
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        (name,) = cursor.fetchone()
        cursor.execute(f"DROP TRIGGER {name}")
    codes = {one.code for one in check_site()}
    assert {"book.guard", "site.rows_behind"} <= codes and len(codes) >= 3
    assert [one.values["name"] for one in guard_problems()] == [name]
    catch_up(world.workspace())
    assert "site.rows_behind" not in {one.code for one in check_site()}
    shutil.rmtree(site / "enterprises")
    assert check_site()
