"""Documents of a finished run (文书): reports, statements and evidence packs, as PDF, DOCX, XLSX.

`Material` holds one plant's year of a run with what lies beside it (`Papers`); `document` lays it
out as one of `kinds`; `written` sets it in a format. The same run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tongjian.problems import Problem, TongjianError
from tongjian.reports._files import write_whole
from tongjian.reports.documents._docx import docx
from tongjian.reports.documents._enterprise import Enterprise, read_enterprises
from tongjian.reports.documents._kinds import Kind, document, kind_of, kinds
from tongjian.reports.documents._logged import Logged
from tongjian.reports.documents._material import Material, Papers
from tongjian.reports.documents._model import Document
from tongjian.reports.documents._pack import packed
from tongjian.reports.documents._pdf import pdf
from tongjian.reports.documents._verified import Verified
from tongjian.reports.documents._xlsx import xlsx

FORMATS: Mapping[str, Callable[[Document], bytes]] = {"pdf": pdf, "docx": docx, "xlsx": xlsx}


def written(made: Document, form: str) -> bytes:
    """A document as a file of a format: "pdf", "docx" or "xlsx"; raises `TongjianError`."""
    if form not in FORMATS:
        values = {"format": form, "known": ", ".join(FORMATS)}
        raise TongjianError(Problem("reports.document_format", values=values))
    return FORMATS[form](made)


def write_document(made: Document, path: Path | str, form: str) -> None:
    """Write a document; raises `TongjianError` when the file cannot be written."""
    write_whole(Path(path), written(made, form))


__all__ = [
    "FORMATS",
    "Document",
    "Enterprise",
    "Kind",
    "Logged",
    "Material",
    "Papers",
    "Verified",
    "document",
    "kind_of",
    "kinds",
    "packed",
    "read_enterprises",
    "write_document",
    "written",
]
