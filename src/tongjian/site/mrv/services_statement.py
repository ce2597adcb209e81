"""The verification statement as a document (核查结论文书), made by a job from what the log says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from tongjian.control_plan import findings, history, outline, read_guide, reads
from tongjian.evidence import china_day
from tongjian.problems import Problem, TongjianError
from tongjian.reports import write_whole
from tongjian.reports.documents import (
    FORMATS,
    Logged,
    Material,
    Papers,
    Verified,
    document,
    kind_of,
    written,
)
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.mrv.services_verification import run_of
from tongjian.site.operations.jobs import Running, job, start
from tongjian.site.operations.models import Job
from tongjian.site.registry.models import Plant
from tongjian.site.workspaces import catalogue
from tongjian.statutory import Authority, statement
from tongjian.verification import Engagement, Materiality, Opinion, opinion_of
from tongjian.versions import ReportVersion, version_diff

KIND = "mrv.statement"
_DOCUMENT = "verification"
_CO2E = "tCO2e"


def ask(desk: ReportDesk, form: str, lang: str) -> Job:
    """Have the statement of a report made in a format and language."""
    if form not in FORMATS:
        values = {"format": form, "known": ", ".join(FORMATS)}
        raise TongjianError(Problem("reports.document_format", values=values))
    asked = {"plant": desk.plant.code, "year": desk.year, "form": form, "lang": lang}
    return start(KIND, desk.actor, desk.plant.enterprise, asked)


@job(KIND)
def make_statement(task: Running) -> dict[str, Any]:
    """Lay the statement out and write it; the same log gives the same document."""
    asked = task.asked
    seen = Plant.objects.seen_by(task.actor).select_related("enterprise")
    desk = ReportDesk(task.actor, seen.get(code=asked["plant"]), int(asked["year"]))
    opinion = opinion_of(desk.entries, desk.subject)
    if opinion is None:
        raise TongjianError(Problem("verification.no_opinion"))
    task.progress(0, 2)
    made = document(_material(desk, opinion), _DOCUMENT, str(asked["lang"]))
    task.progress(1, 2)
    content = written(made, str(asked["form"]))
    path = file_of(task.job)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    task.progress(2, 2)
    return {"opinion": opinion.entry.number, "bytes": len(content)}


def _material(desk: ReportDesk, opinion: Opinion) -> Material:
    version = next(
        one for one in desk.versions if one.subject == opinion.version
    )
    runs = [run_of(desk.workspace, mark) for mark in version.runs]
    ruleset = opinion.ground.ruleset
    run = next(one for one in runs if any(line.ruleset == ruleset for line in one.lines))
    kind, code = kind_of(_DOCUMENT), desk.plant.code
    material = Material.of(run, code, desk.year, kind.boundary, None, ruleset)
    log, files = desk.workspace.log, desk.workspace.files
    today = china_day(desk.entries[-1].time)
    said = opinion.entry.content["materiality"]
    level = Materiality.agreed(said["percent"], said["source"])
    engagement = Engagement.of(run, code, desk.year, level, opinion.assurance, ruleset)
    authority = Authority(log)
    return material.beside(
        Papers(
            statutory=version.statutory,
            statement=statement(run, authority, material.used) if authority.entries() else None,
            version=_version(desk, version, material.doc.boundary),
            plan=_plan(desk, material, today),
            logged=Logged.of(log, code, desk.year, files),
            verified=Verified.of(log, engagement, today=today),
        )
    )


def _plan(desk: ReportDesk, material: Material, today: date) -> dict[str, Any]:
    known = history(desk.workspace.log, desk.plant.code)
    if not known.revisions:
        return {}
    guide = read_guide(material.run.rulebook, desk.plant.sector, catalogue())
    rows = desk.workspace.store.read_activity(desk.plant.code, desk.year)
    read = reads([material.sheets.ruleset], catalogue())
    found = findings(known, rows, desk.year, guide, today, read)
    return dict(outline(known, desk.year, today, found))


def _version(desk: ReportDesk, version: ReportVersion, boundary: str) -> dict[str, Any]:
    """The version as the chapter on versions reads it, with what moved the total."""
    differs = version_diff(desk.workspace.runs, version) or {}
    changes = [
        {
            "what": {"zh": one["title_zh"], "en": one["title_en"]},
            "before": one["before"],
            "after": one["after"],
            "effect": sum(part["amount"] for part in one["effects"] if part["unit"] == _CO2E),
        }
        for part in differs.get("parts", ())
        if part["boundary"] == boundary
        for one in part["changes"]
    ]
    return {
        "label": f"V{version.number}",
        "reason": version.reason,
        "previous": f"V{version.number - 1}" if version.number > 1 else "",
        "changes": changes,
        "root": f"{version.root['hash']} ({version.root['size']})",
    }


def file_of(one: Job) -> Path:
    """Where the file of a job lies."""
    form = str(one.asked["form"])
    assert form in FORMATS and one.key.isalnum()
    return Path(settings.SITE_FOLDER) / "documents" / one.key[:2] / f"{one.key}.{form}"


def statements(desk: ReportDesk) -> list[Job]:
    """The statements of a report that were asked for, newest first."""
    # Whoever may see the verification may have its statement, whoever asked for it.
    found = Job.every.filter(
        kind=KIND, enterprise=desk.plant.enterprise,
        asked__plant=desk.plant.code, asked__year=desk.year,
    )  # fmt: skip
    return list(found.order_by("-pk")[:6])


__all__ = ["KIND", "ask", "file_of", "statements"]
