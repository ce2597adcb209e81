"""One kept run, and what it is made of."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import rfc8785

from tongjian.engine import Asked
from tongjian.evidence import Attachments, Entry
from tongjian.problems import Place, Problem, TongjianError
from tongjian.versions._results import KeptResults, read_results

MANIFEST, PROBLEMS = "manifest.json", "problems.json"
RESULTS, RULEBOOK = "results.jsonl.gz", "rulebook.zip"


@dataclass(frozen=True)
class KeptRun:
    """One kept run (存档的运行), as its entry in the evidence log has it.

    Every part is held against its digest when it is read; what differs raises `TongjianError`.
    """

    entry: Entry
    files: Attachments

    @property
    def id(self) -> str:
        """The SHA-256 of the document in canonical form: of what the run is made and has given."""
        return str(self.entry.content["run"])

    @property
    def document(self) -> Mapping[str, Any]:
        """What was asked, the state of the records, digests of rulebook, results and parts."""
        found: Mapping[str, Any] = self.entry.content["document"]
        return found

    @property
    def stored(self) -> Mapping[str, str]:
        """The attachment that holds each part."""
        found: Mapping[str, str] = self.entry.content["stored"]
        return found

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the run."""
        found: dict[str, Any] = json.loads(self.part(MANIFEST))
        return found

    @cached_property
    def problems(self) -> list[dict[str, Any]]:
        """The problems of the run as data."""
        found: list[dict[str, Any]] = json.loads(self.part(PROBLEMS))
        return found

    @cached_property
    def result_bytes(self) -> bytes:
        """The results in canonical form."""
        return self.part(RESULTS)

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
        kept = {"by": self.entry.by, "time": self.entry.time, "entry": self.entry.number}
        return {"id": self.id, **kept, **self.document, "stored": dict(self.stored)}

    def part(self, name: str) -> bytes:
        """The content of a part, unpacked; raises `TongjianError` if it is not what it was."""
        content = self.files.read(self.stored[name])
        try:
            content = gzip.decompress(content) if name.endswith(".gz") else content
            found = hashlib.sha256(content).hexdigest()
            detail = "" if found == self.document["parts"][name] else f"SHA-256 {found[:16]}"
        except (OSError, EOFError, zlib.error) as error:
            detail = f"{type(error).__name__}: {error}"
        if detail:
            place = Place(file=str(self.files.path(self.stored[name])))
            values = {"name": name, "detail": detail}
            raise TongjianError(Problem("versions.part_damaged", place, values))
        return content


def document_id(document: Mapping[str, Any]) -> str:
    """The id of a run of this document."""
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()


__all__ = ["MANIFEST", "PROBLEMS", "RESULTS", "RULEBOOK", "KeptRun", "document_id"]
