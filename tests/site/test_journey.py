"""An enterprise's report by the services alone, without pages: log first, rows behind it."""

from __future__ import annotations

import sqlite3

import pytest
from django.db import connection

from tests.site.sealed import try_everything
from tests.site.world import YEAR, World
from tongjian.engine import run
from tongjian.site.acting import acting
from tongjian.site.mrv.models import Report, SubmittedRow, SubmittedVersion
from tongjian.site.mrv.projection import catch_up
from tongjian.site.operations.models import AuditEntry
from tongjian.site.workspaces import Workspace, rulebook
from tongjian.verification import report_guards
from tongjian.versions import make_version, report_subject
from tongjian.workflow import advance, report_flow


def advance_by(world: World, role: str, transition: str, **more: object) -> None:
    plant, actor = world.plant(), world.actor(role)
    facts = {"facility": plant.code, "division": plant.division}
    with acting(actor, world.enterprise()) as workspace:
        subject = report_subject(plant.code, YEAR)
        advance(
            workspace.log,
            report_flow(),
            subject,
            transition,
            actor.signature,
            guards=report_guards(),
            facts=facts,
            **more,  # type: ignore[arg-type]
        )


def submit(world: World) -> SubmittedVersion:
    world.import_example()
    advance_by(world, "preparer", "open")
    actor = world.actor("preparer")
    with acting(actor, world.enterprise()) as workspace:
        kept = workspace.runs.keep(run(rulebook(), workspace.store, None, [YEAR]), actor.signature)
        make_version(workspace.runs, world.plant().code, YEAR, [kept.id], actor.signature)
    advance_by(world, "approver", "submit")
    return SubmittedVersion.every.get()


def test_what_is_submitted_is_written_once_and_the_rows_follow_the_log(world: World) -> None:
    version = submit(world)
    report = Report.every.get()

    assert (report.state, report.version, report.submitted) == ("submitted", 1, 1)
    assert version.sealed and version.submitted_by == world.actor("approver").signature
    total = sum(
        one.co2e_micro or 0 for one in version.figures.filter(ruleset="cn.steel.mee-v01-2024")
    )
    assert total == 428_220_962_667
    assert version.rows.count() == len(
        Workspace(world.enterprise()).store.read_activity("DEMO-STEEL", YEAR)
    )
    assert AuditEntry.every.filter(act="report.submit").count() == 1
    assert catch_up(world.workspace()) == 0


def test_no_sql_changes_what_was_submitted(world: World) -> None:
    submit(world)

    assert try_everything() > 30
    # Nor past Django, on a connection that knows nothing of it.
    raw = sqlite3.connect(connection.settings_dict["NAME"])
    with pytest.raises(sqlite3.Error):
        raw.execute("DELETE FROM mrv_submittedfigure")
    raw.close()


def test_four_eyes_hold_on_the_site_too(world: World) -> None:
    from tongjian.problems import TongjianError

    world.import_example()
    advance_by(world, "preparer", "open")
    with pytest.raises(TongjianError):
        advance_by(world, "preparer", "submit")
    assert Report.every.get().state == "draft"


def test_an_authority_sees_a_report_of_its_division_and_nobody_elses(world: World) -> None:
    submit(world)

    def seen(role: str, of: str = "A") -> tuple[int, int]:
        actor = world.actor(role, of)
        return (
            SubmittedVersion.objects.seen_by(actor).count(),
            SubmittedRow.objects.seen_by(actor).filter(version__year=YEAR).distinct().count(),
        )

    every = SubmittedRow.every.count()
    for role in ("preparer", "approver", "verifier", "reviewer", "city", "province", "nation"):
        assert seen(role) == (1, every), role
    for role in ("preparer", "approver", "verifier", "reviewer"):
        assert seen(role, "B") == (0, 0), role
    assert seen("public") == (0, 0) and seen("admin") == (0, 0)
