"""The evidence pack as an archive (证据包): the document with everything that it lists.

What is in it: the document in three formats, manifest and ledger lines, every record, the entries
of the log about the report, a proof of those that a signed root covers, the attached files by the
hash of their content. The same run and log give the same bytes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any

from tongjian.evidence import Attachments, EvidenceLog, prove
from tongjian.problems import TongjianError
from tongjian.reports._words import Words
from tongjian.reports.documents._docx import docx
from tongjian.reports.documents._material import Material
from tongjian.reports.documents._model import Document
from tongjian.reports.documents._pdf import pdf
from tongjian.reports.documents._xlsx import xlsx
from tongjian.reports.documents._zips import archive

_STEPS = 5


def packed(
    made: Document, material: Material, log: EvidenceLog | None, files: Attachments | None
) -> bytes:
    """The archive around the document `made` about `material`."""
    return archive(_parts(made, material, log, files))


def _parts(
    made: Document, material: Material, log: EvidenceLog | None, files: Attachments | None
) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", _readme(made, material).encode()
    for form, writer in (("pdf", pdf), ("docx", docx), ("xlsx", xlsx)):
        yield f"evidence.{form}", writer(made)
    yield "manifest.json", _json(material.run.manifest)
    lines = [line.as_row() for line in material.run.select(**material.where, year=material.year)]
    yield "data/ledger.csv", _csv(lines)
    yield "data/records.csv", _csv(material.read_records)
    logged = material.papers.logged
    if logged is None or log is None:
        return
    yield "log/entries.jsonl", b"".join(one.line() for one in logged.entries)
    covered = [one.number for one in logged.entries if one.number <= logged.proven]
    if covered:
        yield "log/proof.json", prove(log, covered)
    if files is not None:
        for one in logged.attached:
            try:
                yield f"files/{one['sha256']}", files.read(str(one["sha256"]))
            except TongjianError:
                # That it is missing or changed stands in the document (`Logged.lost`).
                continue


def _readme(made: Document, material: Material) -> str:
    words = Words.of(made.lang)
    steps = [words.text(f"check_step_{number}") for number in range(1, _STEPS)]
    lines = [made.title, "", words.text("pack_lead"), "", *steps, "", words.text("pack_files")]
    return "\n".join(lines) + "\n"


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _csv(rows: Sequence[dict[str, Any]]) -> bytes:
    stream = StringIO()
    writer = csv.DictWriter(stream, list(rows[0]) if rows else ["facility"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8-sig")


__all__ = ["packed"]
