"""Files to be imported (批量导入): put aside, looked at by a job, then recorded by another."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse

from tongjian.evidence import Act, china_day, retention
from tongjian.problems import Problem, TongjianError
from tongjian.records import Correction, ImportReport, Limits, Progress, import_files, write_marked
from tongjian.site.access.actor import Actor
from tongjian.site.acting import acting
from tongjian.site.entry.models import Upload, UploadProblem
from tongjian.site.entry.saving import IMPORT, missing_dimensions
from tongjian.site.operations.jobs import Running, job, start
from tongjian.site.operations.models import Job
from tongjian.site.operations.results import leads_to
from tongjian.site.registry.models import Enterprise, Plant
from tongjian.site.ui.texts import lang
from tongjian.site.workspaces import Workspace, catalogue, rulebook

MOST_FILES, MOST_BYTES = 10, 64 << 20
KEPT_PROBLEMS = 5_000
"""So many problems of an upload are kept; the rest is counted."""
_LIMITS = Limits(file_bytes=MOST_BYTES, unpacked_bytes=1 << 30, rows=1_000_000)
_LONGEST_NAME = 100
_MARKED = "marked.xlsx"
_BATCH = 1000


def folder_of(upload: Upload) -> Path:
    """Where the files of an upload lie until they are recorded or discarded."""
    return Workspace(upload.enterprise).folder / "uploads" / upload.key


def put_aside(
    actor: Actor,
    enterprise: Enterprise,
    files: Iterable[UploadedFile[bytes]],
    mode: str,
    reason: str,
    evidence: str,
) -> Upload:
    """Take in files and have them looked at; raises `TongjianError` for too many or too large."""
    listed = list(files)
    names = _names([str(one.name or "") for one in listed])
    problems = []
    if not listed or len(listed) > MOST_FILES:
        problems.append(Problem("site.upload_count", values={"most": MOST_FILES}))
    for one, name in zip(listed, names, strict=True):
        if (one.size or 0) > MOST_BYTES:
            values = {"file": name, "limit": MOST_BYTES >> 20}
            problems.append(Problem("site.upload_large", values=values))
    if mode != Upload.ADD and not reason.strip():
        problems.append(Problem("site.upload_reason"))
    if problems:
        raise TongjianError(problems)
    made = Upload.every.create(
        enterprise=enterprise,
        names=names,
        mode=mode,
        reason=reason.strip(),
        evidence=evidence.strip(),
        by=actor.signature,
    )
    folder = folder_of(made)
    folder.mkdir(parents=True)
    for one, name in zip(listed, names, strict=True):
        with (folder / name).open("wb") as stream:
            for block in one.chunks():
                stream.write(block)
    made.job = start("entry.check", actor, enterprise, {"upload": made.key, "lang": lang()})
    made.save(update_fields=["job"])
    return made


def apply(actor: Actor, upload: Upload) -> None:
    """Have a sound upload recorded; raises `TongjianError` for one that is not."""
    if Upload.every.filter(pk=upload.pk, state=Upload.READY).update(state=Upload.APPLYING) != 1:
        raise TongjianError(Problem("site.upload_state"))
    upload.job = start("entry.apply", actor, upload.enterprise, {"upload": upload.key})
    upload.save(update_fields=["job"])


def discard(upload: Upload) -> None:
    """Throw an upload away; what it has shown stays readable, its files do not."""
    states = (Upload.FAULTY, Upload.READY)
    changed = Upload.every.filter(pk=upload.pk, state__in=states).update(state=Upload.DISCARDED)
    if changed != 1:
        raise TongjianError(Problem("site.upload_state"))
    shutil.rmtree(folder_of(upload), ignore_errors=True)


def marked(upload: Upload) -> Path | None:
    """The copy of the files with their errors marked, where there is one."""
    path = folder_of(upload) / _MARKED
    return path if path.is_file() else None


@leads_to("entry.check", "entry.apply")
def _address(one: Job, actor: Actor) -> str:
    found = Upload.objects.seen_by(actor).filter(key=one.asked.get("upload")).first()
    return reverse("entry:upload", args=[found.key]) if found else ""


@job("entry.check")
def check(task: Running) -> dict[str, Any]:
    """Look at an upload: nothing is recorded."""
    upload = _upload(task)
    try:
        found = _import(task.actor, upload, task.progress, dry_run=True)
    except BaseException:
        Upload.every.filter(pk=upload.pk).update(state=Upload.FAULTY)
        raise
    _keep_problems(upload, found)
    upload.state = Upload.READY if found.ok else Upload.FAULTY
    if found.problems:
        paths = [folder_of(upload) / name for name in upload.names]
        chosen = "en" if task.asked.get("lang") == "en" else "zh"
        target = folder_of(upload) / _MARKED
        write_marked(paths, found.problems[:KEPT_PROBLEMS], target, chosen)  # type: ignore[arg-type]
    upload.save()
    return {"upload": upload.key, "ok": found.ok, **upload.counts}


@job("entry.apply")
def record(task: Running) -> dict[str, Any]:
    """Record an upload: its files are kept as attachments, then imported, then entered."""
    upload = _upload(task)
    try:
        if not task.actor.may("entry.import"):
            raise TongjianError(Problem("site.upload_state"))
        found = _apply(task, upload)
    except BaseException:
        Upload.every.filter(pk=upload.pk).update(state=Upload.READY)
        raise
    _keep_problems(upload, found)
    upload.state = Upload.APPLIED if found.committed else Upload.FAULTY
    upload.save()
    if found.committed:
        shutil.rmtree(folder_of(upload), ignore_errors=True)
    return {"upload": upload.key, "ok": found.committed, **upload.counts}


def _apply(task: Running, upload: Upload) -> ImportReport:
    actor = task.actor
    with acting(actor, upload.enterprise) as workspace:
        keep = retention(rulebook(), china_day(workspace.log.clock()))
        folder, digests = folder_of(upload), []
        subject = f"upload:{upload.key}"
        for name in upload.names:
            entry = workspace.files.store(folder / name, actor.signature, subject, keep, name)
            digests.append(entry.files[0])
        before = workspace.store.number
        found = _import(actor, upload, task.progress, dry_run=False)
        if found.committed:
            number = workspace.store.number
            upload.number = number if number > before else 0
            content = {
                "import": upload.number,
                "records": workspace.store.digest,
                "new": found.rows_new,
                "known": found.rows_known,
                "corrected": found.rows_corrected,
                "withdrawn": found.rows_withdrawn,
                "files": upload.names,
                "reason": upload.reason,
                "evidence": upload.evidence,
                "how": upload.mode,
            }
            act = Act(IMPORT, actor.signature, subject, content, tuple(digests))
            workspace.log.append([act])
    return found


def _import(actor: Actor, upload: Upload, progress: Progress, dry_run: bool) -> ImportReport:
    workspace = Workspace(upload.enterprise)
    plants = list(Plant.objects.seen_by(actor).filter(enterprise=upload.enterprise))
    within = {one.code: {unit.code for unit in one.process_units.all()} for one in plants}
    facilities, units = missing_dimensions(workspace, plants)
    if facilities or units:  # what the registry knows, the records are to know as well
        workspace.store.add((), facilities, units, "registry")
    correction = None
    if upload.mode != Upload.ADD:
        withdraw = upload.mode == Upload.WITHDRAW
        correction = Correction(upload.by, upload.reason, upload.evidence, withdraw)
    paths = [folder_of(upload) / name for name in upload.names]
    return import_files(
        workspace.store,
        paths,
        catalogue(),
        dry_run,
        _LIMITS,
        correction,
        progress=progress,
        within=within,
    )


def _keep_problems(upload: Upload, found: ImportReport) -> None:
    UploadProblem.every.filter(upload=upload).delete()
    UploadProblem.every.bulk_create(
        [
            UploadProblem(
                upload=upload,
                number=number,
                code=one.code,
                severity=one.severity,
                data=one.as_dict(),
            )
            for number, one in enumerate(found.problems[:KEPT_PROBLEMS], start=1)
        ],
        batch_size=_BATCH,
    )
    upload.errors = len(found.errors)
    upload.warnings = len(found.problems) - upload.errors
    names = ("read", "new", "known", "corrected", "withdrawn")
    upload.counts = {name: getattr(found, f"rows_{name}") for name in names}


def _upload(task: Running) -> Upload:
    return Upload.every.select_related("enterprise").get(
        enterprise=task.enterprise, key=task.asked["upload"]
    )


def _names(given: list[str]) -> list[str]:
    """Names fit for a folder and for messages, each once."""
    found: list[str] = []
    for one in given:
        last = one.replace("\\", "/").rpartition("/")[2]
        kept = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
        plain = kept.strip(" .")[-_LONGEST_NAME:] or "file"
        while plain.casefold() in {each.casefold() for each in (*found, _MARKED)}:
            plain = f"_{plain}"
        found.append(plain)
    return found


__all__ = ["KEPT_PROBLEMS", "MOST_FILES", "apply", "discard", "folder_of", "marked", "put_aside"]
