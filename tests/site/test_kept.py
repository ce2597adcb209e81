"""Columns that the database keeps: whoever writes, and however, they say what they repeat."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from tests.site.world import YEAR, A, World
from tongjian.site import kept
from tongjian.site.kept import KEPT
from tongjian.site.mrv.models import Report
from tongjian.site.registry.models import Enterprise, Plant


def said(report: Report) -> tuple[str, str, str, str]:
    report.refresh_from_db()
    return report.within, report.code, report.division, report.sector


@pytest.fixture
def report(world: World) -> Report:
    return Report.every.create(enterprise=world.enterprise(), plant=world.plant(), year=YEAR)


def test_a_new_row_has_them_at_once(report: Report) -> None:
    assert said(report) == ("320100", "DEMO-STEEL", "320100", "steel")
    assert not kept.differing()


def test_they_follow_the_enterprise_and_the_plant(world: World, report: Report) -> None:
    Enterprise.every.filter(pk=report.enterprise_id).update(division="320500")
    Plant.every.filter(pk=report.plant_id).update(code="NEW", division="320200", sector="cement")

    assert said(report) == ("320500", "NEW", "320200", "cement")
    assert world.plant("B").within == "320500"
    assert Plant.every.get(code="NEW").within == "320500"
    assert not kept.differing()


def test_who_sees_a_report_changes_with_its_enterprise(world: World, report: Report) -> None:
    city = world.actor("city")
    assert Report.objects.seen_by(city).filter(pk=report.pk).exists()

    with connection.cursor() as cursor:  # not even by way of Django
        cursor.execute("UPDATE registry_enterprise SET division = '320500' WHERE name_zh = %s",
                       [world.enterprise(A).name_zh])  # fmt: skip

    assert not Report.objects.seen_by(city).filter(pk=report.pk).exists()
    assert not Plant.objects.seen_by(city).exists()


def test_a_row_that_is_saved_as_it_was_read_long_ago_does_not_bring_old_ones_back(
    report: Report,
) -> None:
    stale = Report.every.get(pk=report.pk)
    stale.within = stale.code = stale.division = stale.sector = ""
    stale.save()
    assert said(report) == ("320100", "DEMO-STEEL", "320100", "steel")

    with connection.cursor() as cursor:
        cursor.execute("UPDATE mrv_report SET within = '110000', code = 'X'")
    assert said(report) == ("320100", "DEMO-STEEL", "320100", "steel")


def test_bulk_rows_have_them_as_well(world: World) -> None:
    Report.every.bulk_create(
        Report(enterprise=world.enterprise(), plant=world.plant(), year=1990 + at)
        for at in range(3)
    )
    assert Report.every.filter(within="320100", code="DEMO-STEEL").count() == 3


def test_migrating_puts_them_right_and_makes_the_guards_again(report: Report) -> None:
    dialect = "sqlite" if connection.vendor == "sqlite" else "postgresql"
    with connection.cursor() as cursor:
        for one in KEPT:
            for statement in kept.undone(dialect, one.statements(dialect)):
                cursor.execute(statement)
        cursor.execute("UPDATE mrv_report SET within = '110000'")
    assert kept.differing() == {"mrv_report": 1}

    call_command("migrate", verbosity=0)

    assert said(report)[0] == "320100"
    Enterprise.every.filter(pk=report.enterprise_id).update(division="320500")
    assert said(report)[0] == "320500"


def test_a_check_of_the_site_tells_of_columns_that_differ(report: Report) -> None:
    from tongjian.site.operations.checks import check_site, project_site

    one = next(each for each in KEPT if "within" in each.columns and each.table == "mrv_report")
    dialect = "sqlite" if connection.vendor == "sqlite" else "postgresql"
    with connection.cursor() as cursor:
        for statement in kept.undone(dialect, one.statements(dialect)):
            cursor.execute(statement)
        cursor.execute("UPDATE mrv_report SET within = '110000'")

    (problem,) = [each for each in check_site() if each.code == "site.columns_differ"]
    assert dict(problem.values) == {"table": "mrv_report", "count": 1}

    project_site()
    assert said(report)[0] == "320100"
