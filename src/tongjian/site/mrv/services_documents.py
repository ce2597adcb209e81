"""Documents of a version (文书) and its reproduction (复算), done by a worker."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tongjian.papers import kept_run_of, papers_of
from tongjian.reports.documents import (
    FORMATS,
    Enterprise,
    Kind,
    Material,
    document,
    kind_of,
    kinds,
    packed,
    written,
)
from tongjian.site.mrv.services_jobs import folder_of
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.mrv.services_runs import subject_of
from tongjian.site.operations.jobs import Running, job
from tongjian.site.registry.models import Plant
from tongjian.site.workspaces import Workspace, site_log
from tongjian.statutory import Authority
from tongjian.verification import opinion_of
from tongjian.versions import report_subject, report_version, reproduce

ARCHIVE = "zip"
_MOST_LINES = 200


def kinds_for(boundaries: Collection[str], substances: Collection[str]) -> list[Kind]:
    """The kinds of documents of which a version has figures."""
    return [
        one
        for one in kinds().values()
        if one.boundary in boundaries and (one.substance is None or one.substance in substances)
    ]


def forms_of(kind: Kind) -> list[str]:
    """The formats of a kind of document."""
    return [*FORMATS, *([ARCHIVE] if kind.archive else [])]


@job("mrv.document", stops=True)
def make_document(task: Running) -> dict[str, Any]:
    """Lay out a document of a version and write it in one format."""
    plant, year = subject_of(task, "mrv.document")
    said, actor = task.asked, task.actor
    number, lang, form = int(said["version"]), str(said["lang"]), str(said["form"])
    kind = kind_of(str(said["paper"]))
    desk = ReportDesk(actor, plant, year)
    desk.version(number)
    workspace = desk.workspace
    task.progress(1, 4)
    ruleset = _verified_ruleset(workspace, plant, year, number) if kind.verified else None
    run, version = kept_run_of(workspace.runs, plant.code, year, kind, ruleset, number)
    task.progress(2, 4)
    material = Material.of(run, plant.code, year, kind.boundary, None, ruleset, kind.substance)
    papers = papers_of(
        material,
        kind,
        workspace.runs,
        version,
        enterprise=enterprise_of(plant),
        uncertainty=True,
        authority=Authority(site_log()),
    )
    material = material.beside(papers)
    made = document(material, kind.id, lang)
    task.progress(3, 4)
    if form == ARCHIVE and kind.archive:
        content = packed(made, material, workspace.log, workspace.files)
    else:
        content = written(made, form)
    (folder_of(task.job) / "file").write_bytes(content)
    name = f"{plant.code}-{year}-V{number}-{kind.id}.{lang}.{form}"
    return {"file": name, "size": len(content), "plant": plant.code, "year": year}


def enterprise_of(plant: Plant) -> Enterprise:
    """What the registry knows of an enterprise, as documents ask for it."""
    one = plant.enterprise
    name = {"zh": one.name_zh, **({"en": one.name_en} if one.name_en else {})}
    return Enterprise({"facilities": [plant.code], "name": name, "credit_code": one.uscc})


def _verified_ruleset(workspace: Workspace, plant: Plant, year: int, number: int) -> str | None:
    """The rule set under which the version was verified; None where it was not."""
    opinion = opinion_of(workspace.log.entries(), report_subject(plant.code, year))
    if opinion is None or opinion.version.rpartition("/")[2] != str(number):
        return None
    return opinion.ground.ruleset


@job("mrv.reproduce", stops=True)
def reproduce_version(task: Running) -> dict[str, Any]:
    """Compute every run of a version again and compare the bytes."""
    plant, year = subject_of(task, "mrv.reproduce")
    desk = ReportDesk(task.actor, plant, year)
    version = report_version(desk.workspace.log, plant.code, year, int(task.asked["version"]))
    desk.version(version.number)
    store = desk.workspace.runs
    found = []
    for count, mark in enumerate(version.runs):
        task.progress(count, len(version.runs))
        one = reproduce(store, store.open(mark))
        mine = [line for line in one.moved if line.facility == plant.code and line.year == year]
        found.append(
            {
                "run": mark,
                "identical": one.identical,
                "result": str(one.kept.document["result"]),
                "size": len(one.kept.result_bytes),
                "moved": [line.as_dict() for line in mine[:_MOST_LINES]],
                "count": len(mine),
                "problems": [problem.as_dict() for problem in one.problems],
            }
        )
    return {
        "identical": all(one["identical"] for one in found),
        "runs": found,
        "version": version.number,
        "plant": plant.code,
        "year": year,
    }


__all__ = ["ARCHIVE", "enterprise_of", "forms_of", "kinds_for", "make_document"]
