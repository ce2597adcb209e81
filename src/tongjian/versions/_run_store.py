"""Runs that cannot be changed (运行存档).

A kept run is an entry ``run.keep`` of the evidence log with four attachments:

    manifest.json       the manifest (清单)
    results.jsonl.gz    every result; the digest in the manifest is theirs
    problems.json       what was left out and why
    rulebook.zip        all rule documents, once for each rulebook

The document in the entry says what was asked, on which state of the records, and the SHA-256 of
every part; the SHA-256 of the document is the id of the run. Nothing of it depends on when or by
whom it was kept, so the same run is kept once. Whoever changes a part, or the entry, is found by
the log.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from tongjian.engine import Run
from tongjian.evidence import Act, Attachments, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.records import Store
from tongjian.rules import Rulebook
from tongjian.versions._kept_run import (
    MANIFEST,
    PROBLEMS,
    RESULTS,
    RULEBOOK,
    KeptRun,
    document_id,
)
from tongjian.versions._rulebooks import archive, kept_rulebook, rulebook_problems

KEEP = "run.keep"
_FORMAT = 1
_SHOWN = 16


@dataclass(frozen=True, slots=True)
class RunStore:
    """The kept runs of an evidence log (运行库), over the records that they have read.

    `files` are the attachments of the log; `records` is the store as it is now.
    """

    files: Attachments
    records: Store

    @property
    def log(self) -> EvidenceLog:
        """The evidence log that names the runs."""
        return self.files.log

    def keep(self, run: Run, by: str) -> KeptRun:
        """Keep a run and enter it; a run that is kept already is not entered again.

        Raises `TongjianError` when no state of the records is what the run has read, or the rule
        documents have changed since they were loaded.
        """
        if not by.strip():
            raise TongjianError(Problem("versions.nobody"))
        parts = {
            MANIFEST: _pretty(run.manifest),
            RESULTS: run.result_bytes(),
            PROBLEMS: _pretty([problem.as_dict() for problem in run.problems]),
        }
        document = _document(run, self._state(run), parts)
        name = document_id(document)
        known = self.runs()
        if name in known:
            return known[name]
        stored = {
            part: self.files.put(
                gzip.compress(content, mtime=0) if part.endswith(".gz") else content
            )
            for part, content in parts.items()
        }
        same = [
            one.stored[RULEBOOK] for one in known.values() if one.rulebook == run.rulebook.digest
        ]
        stored[RULEBOOK] = same[0] if same else self.files.put(archive(run.rulebook))
        content = {"run": name, "document": document, "stored": stored}
        with self.log.locked():
            meanwhile = self.runs()
            if name in meanwhile:
                return meanwhile[name]
            act = Act(KEEP, by.strip(), f"run:{name}", content, tuple(stored.values()))
            return KeptRun(self.log.append_locked([act])[0], self.files)

    def runs(self) -> dict[str, KeptRun]:
        """Every kept run by its id, oldest first; raises `TongjianError` for a changed log."""
        found = (KeptRun(entry, self.files) for entry in self.log.entries(KEEP))
        return {one.id: one for one in found}

    def open(self, mark: str) -> KeptRun:
        """A kept run by its id or the beginning of it.

        Every part is held against its digest; raises `TongjianError` with all that differ.
        """
        known = self.runs()
        found = [one for name, one in known.items() if mark and name.startswith(mark)]
        if len(found) != 1:
            listed = [one.id for one in found] or list(known)
            values = {"id": mark or "-", "known": ", ".join(n[:_SHOWN] for n in listed[:10]) or "-"}
            raise TongjianError(Problem("versions.unknown_run", values=values))
        problems = _part_problems(found[0])
        if problems:
            raise TongjianError(problems)
        return found[0]

    def problems(self, kept: KeptRun) -> list[Problem]:
        """Everything that is wrong with a kept run: its parts, its rulebook, its records."""
        found = _part_problems(kept)
        found += rulebook_problems(self.files, kept.stored[RULEBOOK], kept.rulebook)
        try:
            found += self.records_of(kept).verify()
        except TongjianError as error:
            found += error.problems
        return found

    def load_rulebook(self, kept: KeptRun) -> Rulebook:
        """The rulebook of a kept run, as it was then; raises `TongjianError`."""
        return kept_rulebook(self.files, kept.stored[RULEBOOK], kept.rulebook)

    def records_of(self, kept: KeptRun) -> Store:
        """The records as a kept run has read them.

        Raises `TongjianError` when the log of how they came about was changed since; `Store.verify`
        looks into the files.
        """
        state = kept.records
        view = self.records.as_of(state["number"])
        if (view.digest, view.head) != (state["digest"], state["head"]):
            values = {"number": state["number"], "digest": state["digest"][:_SHOWN]}
            values |= {"found": view.digest[:_SHOWN]}
            raise TongjianError(Problem("versions.records_changed", values=values))
        return view

    def put(self, document: object) -> str:
        """Keep a document that a version is to name, as canonical JSON; returns its digest."""
        return self.files.put(rfc8785.dumps(document))  # type: ignore[arg-type]

    def get(self, name: str) -> Any:
        """A document by its digest; raises `TongjianError` if it is gone or was changed."""
        return json.loads(self.files.read(name))

    def _state(self, run: Run) -> dict[str, Any]:
        """The newest state of the records that the run can have read."""
        digest = run.manifest["records"]
        for number in range(self.records.number, -1, -1):
            view = self.records.as_of(number)
            if view.digest == digest:
                return {"number": number, "digest": digest, "head": view.head}
        values = {"digest": digest[:_SHOWN], "folder": str(self.records.root)}
        raise TongjianError(Problem("versions.other_records", values=values))


def _document(run: Run, state: dict[str, Any], parts: Mapping[str, bytes]) -> dict[str, Any]:
    asked = run.asked
    return {
        "format": _FORMAT,
        "asked": {
            "rulesets": None if asked.rulesets is None else list(asked.rulesets),
            "years": None if asked.years is None else list(asked.years),
            "boundary": asked.boundary,
            "binds": dict(asked.binds),
        },
        "engine": run.manifest["engine"],
        "records": state,
        "rulebook": run.rulebook.digest,
        "result": run.manifest["result"],
        "parts": {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()},
    }


def _part_problems(kept: KeptRun) -> list[Problem]:
    found: list[Problem] = []
    if document_id(kept.document) != kept.id:
        values = {"name": kept.id[:_SHOWN], "detail": document_id(kept.document)[:_SHOWN]}
        found.append(Problem("versions.part_damaged", values=values))
    for name in kept.document["parts"]:
        try:
            kept.part(name)
        except TongjianError as error:
            found += error.problems
    return found


def _pretty(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


__all__ = ["KEEP", "KeptRun", "RunStore"]
