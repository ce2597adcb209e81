"""How the endpoints of reports, runs, versions, traces, documents and control plans are called."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from tests.site.matrix import UNKNOWN_PLANT, Example, plant_code
from tests.site.world import EXAMPLE, YEAR, A, B, World
from tongjian.control_plan import plan_of, read_plan, revise
from tongjian.engine import run
from tongjian.evidence import Act
from tongjian.records import Catalogue, Correction, import_files
from tongjian.rules import Source
from tongjian.site.acting import acting
from tongjian.site.mrv.models import SubmittedRow
from tongjian.site.mrv.services_jobs import folder_of
from tongjian.site.mrv.services_reports import take_step
from tongjian.site.operations.models import Job
from tongjian.site.workspaces import catalogue, rulebook
from tongjian.versions import KeptRun, make_version

UNKNOWN = {"code": "NO-SUCH-PLANT", "year": YEAR}


def report(world: World, of: str) -> Mapping[str, Any]:
    """The address of a report, begun or not."""
    return {"code": world.plant(of).code, "year": YEAR}


def told(world: World, of: str) -> Mapping[str, Any]:
    """The address of a report of which two versions were handed in, with a plan and evidence."""
    folder = Path(settings.SITE_FOLDER)
    if not (folder / "told").exists():
        connection.close()
        shutil.copytree(_told(), folder, dirs_exist_ok=True)
    return report(world, of)


@lru_cache(maxsize=1)  # of one process, whichever test's site it was told in
def _told() -> Path:
    """Tell it once, and keep a copy of the site for the tests that follow."""
    world, folder = World(), Path(settings.SITE_FOLDER)
    for of in (A, B):
        _tell(world, of)
    (folder / "told").touch()
    connection.close()
    kept = Path(tempfile.mkdtemp(prefix="tongjian-told-")) / "site"
    shutil.copytree(folder, kept)
    return kept


def _tell(world: World, of: str) -> None:
    plant, preparer = world.plant(of), world.actor("preparer", of)
    take_step(preparer, plant, YEAR, "open")
    for text in ("", "磅单抄错"):
        if text:
            take_step(world.actor("province"), plant, YEAR, "return", "焦炭用量与磅单不符")
            take_step(preparer, plant, YEAR, "revise")
        _record(world, of, text)
        with acting(preparer, plant.enterprise) as workspace:
            made = run(rulebook(), workspace.store, None, [YEAR])
            kept = workspace.runs.keep(made, preparer.signature)
            kind = "supplementary" if text else "original"
            args = (workspace.runs, plant.code, YEAR, [kept.id], preparer.signature)
            make_version(*args, kind, text)  # type: ignore[arg-type]
        take_step(world.actor("approver", of), plant, YEAR, "submit")
    with acting(preparer, plant.enterprise) as workspace:
        data = {**read_plan(EXAMPLE / "plan.yaml").data, "plan": plant.code}
        plan = plan_of(Source("plan", data, {}, set()), catalogue())
        revise(workspace.log, plan, preparer.signature)
        digest = workspace.files.put(f"%PDF {of}".encode())
        named = SubmittedRow.every.filter(version__plant_code=plant.code).exclude(evidence="")
        content = {"name": named[0].evidence, "type": "pdf"}
        act = Act("attachment.store", preparer.signature, "report:x", content, (digest,))
        workspace.log.append([act])


def _record(world: World, of: str, correction: str) -> None:
    """The year of the example works under the plant's code, or a correction of its coke."""
    plant, folder = world.plant(of), Path(tempfile.mkdtemp())
    for name in ("facilities.csv", "activity.csv"):
        text = (EXAMPLE / name).read_text("utf-8-sig").replace("DEMO-STEEL", plant.code)
        (folder / name).write_text(text, "utf-8")
    files = [folder / "facilities.csv", folder / "activity.csv"]
    said = None
    if correction:
        lines = files[1].read_text("utf-8").splitlines()
        row = next(one for one in lines if ",焦炭,consumed," in one)
        files[1].write_text(f"{lines[0]}\n{row.replace('100000', '100100')}\n", "utf-8")
        files, said = files[1:], Correction(world.actor("preparer", of).signature, correction)
    done = import_files(world.workspace(of).store, files, Catalogue.load(), correction=said)
    assert done.ok, done.problems
    shutil.rmtree(folder)


PREPARE = told


def version(world: World, of: str) -> Mapping[str, Any]:
    """The address of the second version."""
    return {**told(world, of), "number": 2}


def kept(world: World, of: str) -> Mapping[str, Any]:
    """The address of a kept run."""
    there = told(world, of)
    entry = world.workspace(of).log.entries("run.keep")[0]
    return {**there, "mark": KeptRun(entry, world.workspace(of).files).id[:16]}


def evidence(world: World, of: str) -> Mapping[str, Any]:
    """The address of a file that a submitted record names."""
    there = told(world, of)
    entry = world.workspace(of).log.entries("attachment.store")[0]
    return {**there, "digest": entry.files[0]}


def file(world: World, of: str) -> Mapping[str, Any]:
    """The address of a document that the preparer of an enterprise had made."""
    actor, plant = world.actor("preparer", of), world.plant(of)
    job, _ = Job.every.get_or_create(
        kind="mrv.document",
        enterprise=plant.enterprise,
        user=actor.user,
        by=actor.signature,
        state=Job.DONE,
        defaults={"asked": {"plant": plant.code, "year": YEAR}, "result": {"file": "x.pdf"}},
    )
    (folder_of(job) / "file").write_bytes(b"%PDF")
    return {"key": job.key}


def revision(world: World, of: str) -> Mapping[str, Any]:
    """The address of a revision of a control plan."""
    return {"code": told(world, of)["code"], "number": 1}


def begin(world: World, of: str) -> Mapping[str, Any]:
    """What is sent to open a report."""
    return {"plant": world.plant(of).code, "year": str(YEAR)}


# As it stands the report is submitted: an analyst sees what rests.
UNSEEN = ("analyst",)
OF_REPORT = Example(report, "authority", UNKNOWN)
OF_VERSION = Example(version, "authority", {**UNKNOWN, "number": 2}, unseen=UNSEEN)
OF_PLAN = Example(plant_code, "authority", UNKNOWN_PLANT)
OF_RUN = Example(kept, "enterprise", {**UNKNOWN, "mark": "0" * 16})
TRACED, DRIVEN = {"boundary": "ets"}, {"ruleset": "cn.steel.mee-v01-2024"}


def asking(one: Example, query: Mapping[str, Any]) -> Example:
    """An example with a query."""
    return Example(one.args, one.reach, one.unknown, query, unseen=one.unseen)


EXAMPLES = {
    "mrv:reports": Example(),
    "mrv:begin": Example(data=begin),
    "mrv:report": Example(report, "authority", UNKNOWN, unseen=UNSEEN),
    **{
        f"mrv:act_{name}": OF_REPORT for name in ("open", "submit", "withdraw", "correct", "revise")
    },
    **{f"mrv:{name}": OF_REPORT for name in ("compute", "jobs", "make_version")},
    "mrv:differences": Example(told, "enterprise", UNKNOWN),
    "mrv:run": OF_RUN,
    "mrv:run_lineage": asking(OF_RUN, TRACED),
    "mrv:run_drivers": asking(OF_RUN, DRIVEN),
    **{
        f"mrv:{name}": OF_VERSION
        for name in ("version", "data", "changes", "document", "reproduce")
    },
    "mrv:lineage": asking(OF_VERSION, TRACED),
    "mrv:drivers": asking(OF_VERSION, DRIVEN),
    "mrv:evidence": Example(evidence, "authority", {**UNKNOWN, "digest": "0" * 64}),
    "mrv:file": Example(file, ("preparer {of}",), {"key": "0" * 16}),
    **{
        f"mrv:{name}": OF_PLAN
        for name in (
            *("plan", "plan_workbook", "plan_upload", "plan_meter"),
            *("plan_calibration", "plan_freeze"),
        )
    },
    "mrv:revision": Example(revision, "authority", {**UNKNOWN_PLANT, "number": 1}),
}
