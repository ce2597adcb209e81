"""A whole report by HTTP: computed, made a version, submitted, looked into, supplemented."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client

from tests.site.conftest import _leave, _use
from tests.site.world import EXAMPLE, YEAR, World
from tongjian.evidence import retention
from tongjian.records import Catalogue, Correction, import_files
from tongjian.site.mrv.models import Report, SubmittedRow, SubmittedVersion
from tongjian.site.mrv.services_reports import take_step
from tongjian.site.operations.jobs import work
from tongjian.site.operations.models import Job
from tongjian.site.workspaces import rulebook

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


def correct(world: World, folder: Path) -> None:
    """Correct the coke of the year, with a reason."""
    lines = (EXAMPLE / "activity.csv").read_text("utf-8-sig").splitlines()
    fixed = folder / "fixed.csv"
    row = next(one for one in lines if ",焦炭,consumed,100000," in one)
    fixed.write_text(f"{lines[0]}\n{row.replace('100000', '100100')}\n", "utf-8")
    said = Correction(world.actor("preparer").signature, "磅单抄错", "磅单第3页")
    assert import_files(world.workspace().store, [fixed], Catalogue.load(), correction=said).ok


def advance_by(world: World, role: str, transition: str, **more: str) -> None:
    """Take a step of somebody else's, as the pages of the authorities do."""
    take_step(world.actor(role), world.plant(), YEAR, transition, **more)


def test_a_supplement_tells_exactly_what_moved(submitted: World, tmp_path: Path) -> None:
    preparer, approver = submitted.client("preparer"), submitted.client("approver")
    assert "与第 1 版一致" in page(preparer, f"{ADDRESS}/differences")
    correct(submitted, tmp_path)
    differ = page(preparer, f"{ADDRESS}/differences")
    assert "1 项数据变动" in differ and "磅单抄错" in differ and "100100" in differ

    advance_by(submitted, "city", "return", reason="焦炭用量与磅单不符")
    assert "重新编制" in page(preparer, ADDRESS)
    assert preparer.post(f"{ADDRESS}/act/revise").status_code == 302
    preparer.post(f"{ADDRESS}/compute")
    work_off()
    run = Job.every.filter(kind="mrv.run").first().result["run"]  # type: ignore[union-attr]
    # Without a reason it is refused, by the job, in both languages.
    preparer.post(f"{ADDRESS}/make-version", {"run": run})
    work.call(Job.every.first().pk)  # type: ignore[union-attr]
    refused = Job.every.first()
    assert refused is not None and refused.state == Job.FAILED
    assert refused.problems[0]["code"] == "versions.reason"
    assert refused.problems[0]["en"] in page(
        submitted.client("preparer", language="en"), f"{ADDRESS}/jobs"
    )
    refused.delete()
    preparer.post(f"{ADDRESS}/make-version", {"run": run, "reason": "更正焦炭用量"})
    work_off()
    # Not handed in yet: others know of version 1 alone.
    assert submitted.client("city").get(f"{ADDRESS}/versions/2").status_code == 404
    assert preparer.get(f"{ADDRESS}/versions/2").status_code == 200
    assert approver.post(f"{ADDRESS}/act/submit").status_code == 302

    # 100 t of coke at 28.6 GJ/t (NDRC 2013: 0.0295 tC/GJ, 93 %): the total before and after.
    changes = page(submitted.client("province"), f"{ADDRESS}/versions/2/changes")
    assert "更正焦炭用量" in changes and "100000 t" in changes and "100100 t" in changes
    assert "磅单第3页" in changes and "428,220.962667" in changes
    english = page(submitted.client("city", language="en"), f"{ADDRESS}/versions/2/changes")
    assert "Total before" in english and "Records" in english
    two = SubmittedVersion.every.get(number=2)
    assert two.figures.exists() and Report.every.get().submitted == 2


def test_documents_and_reproduction_are_made_by_jobs(submitted: World) -> None:
    client = submitted.client("verifier")
    wanted = (
        ("ghg", "pdf", "zh", b"%PDF"),
        ("energy", "docx", "en", b"PK"),
        ("ghg", "xlsx", "en", b"PK"),
        ("evidence", "zip", "zh", b"PK"),
    )
    for kind, form, language, begin in wanted:
        said = {"kind": kind, "form": form, "lang": language}
        assert client.post(f"{ADDRESS}/versions/1/document", said).status_code == 302
        work_off()
        job = Job.every.first()
        assert job is not None
        answer = client.get(f"/reports/files/{job.key}")
        assert answer.content.startswith(begin), (kind, form)
        assert "attachment" in answer["Content-Disposition"]
        # Only who had it made gets it.
        for other in (submitted.client("preparer"), submitted.client("verifier", "B")):
            assert other.get(f"/reports/files/{job.key}").status_code == 404
    wrong = {"kind": "ghg", "form": "zip", "lang": "zh"}
    assert client.post(f"{ADDRESS}/versions/1/document", wrong).status_code == 400

    assert client.post(f"{ADDRESS}/versions/1/reproduce").status_code == 302
    work_off()
    shown = page(client, f"{ADDRESS}/versions/1")
    assert "逐字节相同" in shown
    other = submitted.client("verifier", "B")
    assert other.post(f"{ADDRESS}/versions/1/reproduce").status_code == 404


def test_evidence_is_open_to_those_who_may_see_what_it_proves(
    submitted: World, tmp_path: Path
) -> None:
    workspace, actor = submitted.workspace(), submitted.actor("preparer")
    keep = retention(rulebook(), date(2025, 3, 1))
    row = next(one for one in SubmittedRow.every.all() if one.evidence)
    proof, other = (
        workspace.files.store(BytesIO(body), actor.signature, "report:x", keep, name)
        for body, name in ((b"%PDF-1.4\n1", f"{row.evidence}.pdf"), (b"%PDF-1.4\n2", "别的.pdf"))
    )
    for role in ("preparer", "verifier", "province"):
        client = submitted.client(role)
        assert client.get(f"{ADDRESS}/evidence/{proof.files[0]}").status_code == 200, role
        seen = 200 if role == "preparer" else 404
        assert client.get(f"{ADDRESS}/evidence/{other.files[0]}").status_code == seen, role
    elsewhere = submitted.client("verifier", "B")
    assert elsewhere.get(f"{ADDRESS}/evidence/{proof.files[0]}").status_code == 404
    assert submitted.client("verifier").get(f"{ADDRESS}/evidence/{'0' * 64}").status_code == 404


def test_a_statutory_version_is_refused_with_every_reason(submitted: World) -> None:
    preparer = submitted.client("preparer")
    run = Job.every.get(kind="mrv.run").result["run"]
    said = {"run": run, "reason": "报送", "statutory": "on"}
    # The same run again, and values from memory: all reasons come at once or one after another.
    preparer.post(f"{ADDRESS}/make-version", said)
    work.call(Job.every.first().pk)  # type: ignore[union-attr]
    job = Job.every.first()
    assert job is not None and job.state == Job.FAILED and job.problems
    assert all(one["zh"] and one["en"] for one in job.problems)
