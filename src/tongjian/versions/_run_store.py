"""Runs that cannot be changed (运行存档).

    <workspace>/runs/<id>/run.json            what was asked, the state of the records, digests
    <workspace>/runs/<id>/manifest.json       the manifest (清单)
    <workspace>/runs/<id>/results.jsonl.gz    every result; the digest in the manifest is theirs
    <workspace>/runs/<id>/ledger.csv          the ledger, for spreadsheets
    <workspace>/runs/<id>/problems.json       what was left out and why
    <workspace>/runs/rulebooks/<digest>.zip   all rule documents, once for each rulebook
    <workspace>/runs/objects/<sha256>         documents that versions refer to

The id is the SHA-256 of ``run.json``, which names every other part by its SHA-256; a folder is
called by the first characters. Nothing of it depends on when or by whom a run was kept: that is an
entry of the evidence log, and the same run kept twice is one folder.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import rfc8785

from tongjian.engine import Asked, Run
from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import Store
from tongjian.rules import Rulebook
from tongjian.versions._files import sha256, write_folder, write_once
from tongjian.versions._results import KeptResults, read_results
from tongjian.versions._rulebooks import keep_rulebook, kept_rulebook, rulebook_problems

KEEP = "run.keep"
_FORMAT = 1
_NAMED_BY = 16
_RESULTS = "results.jsonl.gz"


@dataclass(frozen=True)
class KeptRun:
    """One kept run (存档的运行), its parts checked against their digests when it was opened."""

    id: str
    folder: Path
    document: Mapping[str, Any]

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the run."""
        found: dict[str, Any] = json.loads(self._part("manifest.json"))
        return found

    @cached_property
    def problems(self) -> list[dict[str, Any]]:
        """The problems of the run as data."""
        found: list[dict[str, Any]] = json.loads(self._part("problems.json"))
        return found

    @cached_property
    def result_bytes(self) -> bytes:
        """The results in canonical form."""
        return self._part(_RESULTS)

    @cached_property
    def results(self) -> KeptResults:
        """Sheets and ledger lines."""
        return read_results(self.result_bytes, self.manifest["ledger_lines"])

    @property
    def asked(self) -> Asked:
        """What the run was asked for."""
        data = self.document["asked"]
        return Asked(
            None if data["rulesets"] is None else tuple(data["rulesets"]),
            None if data["years"] is None else tuple(data["years"]),
            data["boundary"],
            data["binds"],
        )

    @property
    def records(self) -> Mapping[str, Any]:
        """The state of the records: number of imports, digest, hash of the log's last line."""
        found: Mapping[str, Any] = self.document["records"]
        return found

    @property
    def rulebook(self) -> str:
        """The digest of the rulebook."""
        return str(self.document["rulebook"])

    def as_dict(self) -> dict[str, Any]:
        """What the run is, as plain data."""
        return {"id": self.id, "folder": str(self.folder), **self.document}

    def _part(self, name: str) -> bytes:
        content = (self.folder / name).read_bytes()
        return gzip.decompress(content) if name.endswith(".gz") else content


@dataclass(frozen=True, slots=True)
class RunStore:
    """The kept runs of a workspace (运行库)."""

    workspace: Path

    @property
    def root(self) -> Path:
        return self.workspace / "runs"

    def keep(self, run: Run, records: Store | None = None) -> KeptRun:
        """Keep a run; the same run kept again is the same folder.

        `records` is the store that it was run on, by default that of the workspace. Raises
        `TongjianError` when neither its present nor an earlier state is what the run has read, or
        the rule documents have changed since they were loaded.
        """
        state = _state(records or Store.open(self.workspace), run.manifest["records"])
        keep_rulebook(self.root / "rulebooks", run.rulebook)
        parts = {
            "manifest.json": _pretty(run.manifest),
            _RESULTS: run.result_bytes(),
            "ledger.csv": _ledger(run),
            "problems.json": _pretty([problem.as_dict() for problem in run.problems]),
        }
        asked = run.asked
        document = {
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
            "parts": {name: sha256(content) for name, content in parts.items()},
        }
        said = rfc8785.dumps(document)
        name = sha256(said)
        folder = self.root / name[:_NAMED_BY]
        packed = {
            part: gzip.compress(content, mtime=0) if part.endswith(".gz") else content
            for part, content in parts.items()
        }
        write_folder(folder, {**packed, "run.json": said})
        return KeptRun(name, folder, document)

    def ids(self) -> list[str]:
        """The runs that are kept, by the names of their folders."""
        if not self.root.is_dir():
            return []
        return sorted(path.parent.name for path in self.root.glob("[0-9a-f]*/run.json"))

    def find(self, mark: str) -> Path:
        """The folder of the run whose id, or its beginning, is `mark`; raises `TongjianError`."""
        known = self.ids()
        found = [name for name in known if name.startswith(mark[:_NAMED_BY])] if mark else []
        if len(found) != 1:
            values = {"id": mark or "-", "known": ", ".join(found or known[:10]) or "-"}
            raise TongjianError(Problem("versions.unknown_run", values=values))
        return self.root / found[0]

    def open(self, mark: str) -> KeptRun:
        """A kept run by its id or the beginning of it.

        Every part is held against its digest; raises `TongjianError` with all that differ.
        """
        folder = self.find(mark)
        problems = self._part_problems(folder)
        if problems:
            raise TongjianError(problems)
        said = (folder / "run.json").read_bytes()
        if not sha256(said).startswith(mark):
            values = {"id": mark, "known": sha256(said)}
            raise TongjianError(Problem("versions.unknown_run", values=values))
        return KeptRun(sha256(said), folder, json.loads(said))

    def problems(self, mark: str) -> list[Problem]:
        """Everything that is wrong with a kept run: its parts, its rulebook, its records."""
        folder = self.find(mark)
        found = self._part_problems(folder)
        try:
            document = json.loads((folder / "run.json").read_bytes())
            digest, records = str(document["rulebook"]), document["records"]
        except (OSError, ValueError, KeyError, TypeError):
            return found  # said already
        found += rulebook_problems(self.root / "rulebooks", digest)
        try:
            self.records_of(records)
        except TongjianError as error:
            found += error.problems
        return found

    def load_rulebook(self, kept: KeptRun) -> Rulebook:
        """The rulebook of a kept run, as it was then; raises `TongjianError`."""
        return kept_rulebook(self.root / "rulebooks", kept.rulebook)

    def records_of(self, state: Mapping[str, Any], records: Store | None = None) -> Store:
        """The records as a kept run has read them.

        Raises `TongjianError` when they or the log of how they came about were changed since.
        """
        store = records or Store.open(self.workspace)
        view = store.as_of(state["number"])
        if (view.digest, view.head) != (state["digest"], state["head"]):
            values = {"number": state["number"], "digest": state["digest"][:16]}
            values |= {"found": view.digest[:16]}
            raise TongjianError(Problem("versions.records_changed", values=values))
        return view

    # ---- documents that versions refer to ----

    def put(self, document: object) -> str:
        """Keep a document as canonical JSON, compressed; returns its SHA-256."""
        content = rfc8785.dumps(document)  # type: ignore[arg-type]
        name = sha256(content)
        write_once(self.root / "objects" / name, zlib.compress(content))
        return name

    def get(self, name: str) -> Any:
        """A document by its SHA-256; raises `TongjianError` if it is gone or was changed."""
        path = self.root / "objects" / name
        try:
            content = zlib.decompress(path.read_bytes())
            detail = "" if sha256(content) == name else f"SHA-256 {sha256(content)[:16]}"
        except (OSError, zlib.error) as error:
            content, detail = b"", f"{type(error).__name__}: {error}"
        if detail:
            values = {"name": name[:16], "detail": detail}
            raise TongjianError(Problem("versions.part_damaged", Place(file=str(path)), values))
        return json.loads(content)

    def _part_problems(self, folder: Path) -> list[Problem]:
        place = Place(file=str(folder / "run.json"))
        try:
            said = (folder / "run.json").read_bytes()
            parts = dict(json.loads(said)["parts"])
            detail = "" if sha256(said).startswith(folder.name) else f"SHA-256 {sha256(said)[:16]}"
        except (OSError, ValueError, KeyError, TypeError) as error:
            parts, detail = {}, f"{type(error).__name__}: {error}"
        if detail:
            values = {"name": "run.json", "detail": detail}
            return [Problem("versions.part_damaged", place, values)]
        found = []
        for name, digest in sorted(parts.items()):
            try:
                content = (folder / name).read_bytes()
                content = gzip.decompress(content) if name.endswith(".gz") else content
                detail = "" if sha256(content) == digest else f"SHA-256 {sha256(content)[:16]}"
            except (OSError, EOFError, zlib.error) as error:
                detail = f"{type(error).__name__}: {error}"
            if detail:
                values = {"name": name, "detail": detail}
                place = Place(file=str(folder / name))
                found.append(Problem("versions.part_damaged", place, values))
        return found


def keep_act(kept: KeptRun, by: str) -> Act:
    """What the evidence log says of a kept run."""
    content = {
        "run": kept.id,
        "result": kept.document["result"],
        "rulebook": kept.rulebook,
        "records": dict(kept.records),
        "engine": dict(kept.document["engine"]),
    }
    return Act(KEEP, by, f"run:{kept.id}", content)


def enter_run(log: EvidenceLog, kept: KeptRun, by: str) -> Entry:
    """Enter a kept run in the evidence log (运行存证), once."""
    with log.locked():
        known = log.entries(KEEP, subject=f"run:{kept.id}")
        return known[0] if known else log.append_locked([keep_act(kept, by)])[0]


def _state(store: Store, digest: str) -> dict[str, Any]:
    """The newest state of the records with this digest."""
    for number in range(store.number, -1, -1):
        view = store.as_of(number)
        if view.digest == digest:
            return {"number": number, "digest": digest, "head": view.head}
    values = {"digest": digest[:16], "folder": str(store.root)}
    raise TongjianError(Problem("versions.other_records", values=values))


def _pretty(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _ledger(run: Run) -> bytes:
    text = io.StringIO(newline="")
    rows = run.ledger
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["facility"])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


__all__ = ["KEEP", "KeptRun", "RunStore", "enter_run", "keep_act"]
