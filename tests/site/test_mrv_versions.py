"""A whole report by HTTP: computed, made a version, submitted, looked into, supplemented."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from tests.site.conftest import _leave, _use
from tests.site.world import YEAR, World
from tongjian.site.mrv.models import Report, SubmittedVersion
from tongjian.site.operations.jobs import work
from tongjian.site.operations.models import Job

ADDRESS = f"/reports/DEMO-STEEL/{YEAR}"


def work_off() -> None:
    """Do what a worker would do."""
    for one in Job.every.filter(state=Job.WAITING).order_by("pk"):
        work.call(one.pk)
    failed = Job.every.filter(state=Job.FAILED)
    assert not failed.exists(), [one.problems for one in failed]


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return unescape(answer.content.decode())


@pytest.fixture(scope="module")
def told(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site on which the first version was submitted, by its pages."""
    folder = tmp_path_factory.mktemp("told") / "site"
    shutil.copytree(template, folder)
    _use(folder)
    world = World()
    preparer, approver = world.client("preparer"), world.client("approver")
    preparer.post("/reports/begin", {"plant": "DEMO-STEEL", "year": str(YEAR)})
    world.import_example()
    assert preparer.post(f"{ADDRESS}/compute").status_code == 302
    work_off()
    run = Job.every.get(kind="mrv.run").result["run"]
    assert approver.post(f"{ADDRESS}/make-version", {"run": run}).status_code == 403
    assert preparer.post(f"{ADDRESS}/make-version", {"run": run}).status_code == 302
    work_off()
    assert preparer.post(f"{ADDRESS}/act/submit").status_code == 403
    assert approver.post(f"{ADDRESS}/act/submit").status_code == 302
    _leave()
    return folder


@pytest.fixture
def submitted(told: Path, tmp_path: Path) -> Iterator[World]:
    """A copy of it for each test."""
    folder = tmp_path / "site"
    shutil.copytree(told, folder)
    _use(folder)
    yield World()
    _leave()


def test_what_was_submitted_is_shown_to_everybody_it_concerns(submitted: World) -> None:
    report = Report.every.get()
    assert (report.state, report.version, report.submitted) == ("submitted", 1, 1)
    for role in ("preparer", "approver", "verifier", "reviewer", "city", "province", "nation"):
        shown = page(submitted.client(role), f"{ADDRESS}/versions/1")
        assert "428,220.96" in shown, role
        assert "GB/T 2589-2020" in shown and "凭记忆录入的取值与方法" in shown
    english = page(submitted.client("city", language="en"), f"{ADDRESS}/versions/1")
    assert "428,220.96" in english and "version 1" in english
    for role in ("preparer", "verifier"):
        other = submitted.client(role, "B")
        for part in ("", "/data", "/lineage?boundary=ets", "/changes"):
            assert other.get(f"{ADDRESS}/versions/1{part}").status_code == 404


def test_runs_are_for_the_enterprise_alone(submitted: World) -> None:
    run = Job.every.get(kind="mrv.run").result["run"]
    preview = page(submitted.client("preparer"), f"{ADDRESS}/runs/{run[:16]}")
    # Energy in both conventions stands beside the ledger.
    assert "428,220.96" in preview and "电力（等价值）" in preview and "没有问题" in preview
    assert submitted.client("city").get(f"{ADDRESS}/runs/{run[:16]}").status_code == 403
    assert submitted.client("preparer").get(f"{ADDRESS}/runs/{'0' * 16}").status_code == 404


def test_every_figure_leads_to_clause_and_record(submitted: World) -> None:
    client = submitted.client("verifier")
    version = page(client, f"{ADDRESS}/versions/1")
    links = set(re.findall(r'href="(/reports/[^"]*/lineage\?[^"]*)"', version))
    figures = {line.category for line in SubmittedVersion.every.get().figures.all()}
    assert {re.search(r"category=(\w+)", one).group(1) for one in links if "category=" in one} == (  # type: ignore[union-attr]
        figures
    )
    told = {
        line.category for line in SubmittedVersion.every.get().figures.all() if line.amount_micro
    }
    for link in sorted(links):
        category = re.search(r"category=(\w+)", link)
        whole = page(client, f"{link}&whole=1")
        if category is None or category.group(1) in told:
            assert "条款" in whole and "activity.csv" in whole, link


def test_a_branch_is_loaded_by_itself_and_has_a_link_of_its_own(submitted: World) -> None:
    client = submitted.client("city", language="en")
    where = f"{ADDRESS}/versions/1/lineage?boundary=ets&category=fuel_combustion"
    root = page(client, where)
    paths = re.findall(r"path=([\d.]+)", root)
    deepest = max(paths, key=len)
    part = client.get(f"{where}&path={deepest}", headers={"HX-Request": "true"})
    assert part.status_code == 200 and b"<html" not in part.content
    alone = page(client, f"{where}&path={deepest}")
    assert "<h1>" in alone and alone.count("›") > 2
    for wrong in ("9.9.9", "x", "-1"):
        assert client.get(f"{where}&path={wrong}").status_code == 422
    drivers = page(client, f"{ADDRESS}/versions/1/lineage/drivers?ruleset=cn.steel.mee-v01-2024")
    assert "428,220.96" in drivers and "By effect" in drivers
