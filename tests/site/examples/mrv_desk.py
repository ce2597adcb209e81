"""How the endpoints of reports, runs, versions and control plans are called.

What a version needs (records, a run, a submission, a document, a plan) is made once and its folder
copied, for enterprise A alone.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.site.matrix import UNKNOWN_PLANT, Example, plant_code
from tests.site.world import EXAMPLE, YEAR, A, World
from tongjian.control_plan import read_plan, write_plan_workbook
from tongjian.evidence import Attachments, retention
from tongjian.site.operations.jobs import work
from tongjian.site.operations.models import Job
from tongjian.site.workspaces import files_of, rulebook

_KEPT = Path(tempfile.mkdtemp(prefix="tongjian-reported-"))
atexit.register(shutil.rmtree, _KEPT, ignore_errors=True)
ADDRESS = f"/reports/DEMO-STEEL/{YEAR}"
FILE = b"name,amount\ncoke,1\n"


def reported(world: World) -> None:
    """Bring the site to where A has submitted its report and has a plan."""
    if Job.every.filter(kind="mrv.document").exists():
        return
    folder, kept = Path(settings.SITE_FOLDER), _KEPT / "site"
    if not kept.exists():
        _report(world)
        connection.close()
        shutil.copytree(folder, kept)
        return
    connection.close()
    shutil.copytree(kept, folder, dirs_exist_ok=True)


def _report(world: World) -> None:
    preparer, approver = world.client("preparer"), world.client("approver")
    world.import_example()
    _done(preparer.post("/reports/begin", {"plant": "DEMO-STEEL", "year": str(YEAR)}))
    _done(preparer.post(f"{ADDRESS}/compute"))
    run = Job.every.get(kind="mrv.run").result["run"]
    _done(preparer.post(f"{ADDRESS}/make-version", {"run": run}))
    attached: Attachments = files_of(world.workspace().log)
    by, keep = world.actor("preparer").signature, retention(rulebook(), date(2025, 3, 1))
    attached.store(BytesIO(FILE), by, f"report:DEMO-STEEL/{YEAR}", keep, "coke.csv")
    _done(approver.post(f"{ADDRESS}/act/submit"))
    said = {"kind": "ghg", "form": "xlsx", "lang": "zh"}
    _done(preparer.post(f"{ADDRESS}/versions/1/document", said))
    path = Path(settings.SITE_FOLDER) / "plan.xlsx"
    write_plan_workbook(path, read_plan(EXAMPLE / "plan.yaml").data)
    plan = SimpleUploadedFile("plan.xlsx", path.read_bytes())
    _done(preparer.post("/reports/plan/DEMO-STEEL/upload", {"file": plan}))


def _done(answer: Any) -> None:
    assert answer.status_code == 302, answer.content.decode()
    for one in Job.every.filter(state=Job.WAITING).order_by("pk"):
        work.call(one.pk)
    failed = Job.every.filter(state=Job.FAILED)
    assert not failed.exists(), [one.problems for one in failed]


def report(world: World, of: str) -> Mapping[str, Any]:
    """The address of a report, begun or not."""
    return {"code": world.plant(of).code, "year": YEAR}


def submitted(world: World, of: str) -> Mapping[str, Any]:
    """The address of the report of A, which was submitted."""
    reported(world)
    return report(world, A)


def version(world: World, of: str) -> Mapping[str, Any]:
    return {**submitted(world, A), "number": 1}


def run(world: World, of: str) -> Mapping[str, Any]:
    found = submitted(world, A)
    return {**found, "mark": Job.every.get(kind="mrv.run").result["run"][:16]}


def evidence(world: World, of: str) -> Mapping[str, Any]:
    found = submitted(world, A)
    return {**found, "digest": world.workspace().log.entries("attachment.store")[0].files[0]}


def document(world: World, of: str) -> Mapping[str, Any]:
    reported(world)
    return {"key": Job.every.get(kind="mrv.document", user=world.user("preparer")).key}


def revision(world: World, of: str) -> Mapping[str, Any]:
    reported(world)
    return {"code": world.plant().code, "number": 1}


NO_REPORT = {"code": "NO-SUCH-PLANT", "year": YEAR}
OF_REPORT = Example(report, "authority", NO_REPORT)
OF_PLAN = Example(plant_code, "authority", UNKNOWN_PLANT)
OF_VERSION = Example(version, "authority", NO_REPORT, made_for=(A,))
OF_RUN = Example(run, "enterprise", NO_REPORT, query={"boundary": "ets"}, made_for=(A,))
WITH_BOUNDARY = Example(version, "authority", NO_REPORT, query={"boundary": "ets"}, made_for=(A,))
EXAMPLES = {
    "mrv:reports": Example(),
    "mrv:begin": Example(
        reach=("preparer A",),
        data=lambda world, of: {"plant": world.plant(A).code, "year": str(YEAR)},
    ),
    "mrv:report": OF_REPORT,
    **{f"mrv:act_{one}": OF_REPORT for one in ("open", "submit", "withdraw", "correct", "revise")},
    "mrv:compute": OF_REPORT,
    "mrv:make_version": OF_REPORT,
    "mrv:jobs": OF_REPORT,
    "mrv:differences": Example(submitted, "enterprise", NO_REPORT, made_for=(A,)),
    # A file is the enterprise's until a record that was handed in names it.
    "mrv:evidence": Example(evidence, "enterprise", NO_REPORT, made_for=(A,)),
    "mrv:run": OF_RUN,
    "mrv:run_lineage": OF_RUN,
    "mrv:run_drivers": OF_RUN,
    "mrv:version": OF_VERSION,
    "mrv:data": OF_VERSION,
    # There is one version, which changed nothing: nobody sees a page.
    "mrv:changes": Example(version, (), NO_REPORT, made_for=(A,)),
    "mrv:lineage": WITH_BOUNDARY,
    "mrv:drivers": WITH_BOUNDARY,
    "mrv:document": OF_VERSION,
    "mrv:reproduce": OF_VERSION,
    "mrv:file": Example(document, ("preparer A",), {"key": "0" * 16}, made_for=(A,)),
    "mrv:plan": OF_PLAN,
    "mrv:revision": Example(
        revision, "authority", {"code": "NO-SUCH-PLANT", "number": 1}, made_for=(A,)
    ),
    "mrv:plan_workbook": OF_PLAN,
    "mrv:plan_upload": OF_PLAN,
    "mrv:plan_meter": OF_PLAN,
    "mrv:plan_calibration": OF_PLAN,
    "mrv:plan_freeze": OF_PLAN,
}
