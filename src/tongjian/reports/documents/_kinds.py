"""The kinds of documents (文书种类), from ``kinds.toml``, and their layouts."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from tongjian.problems import Problem, TongjianError
from tongjian.reports._words import Words
from tongjian.reports.documents._disclosure import disclosure_report
from tongjian.reports.documents._energy import energy_report
from tongjian.reports.documents._evidence import evidence_pack
from tongjian.reports.documents._ghg import ghg_report
from tongjian.reports.documents._material import Material
from tongjian.reports.documents._model import Document
from tongjian.reports.documents._one_gas import gas_report
from tongjian.reports.documents._verification import verification_report

Builder = Callable[[Material, Words, str], Document]
_BUILDERS: Mapping[str, Builder] = {
    "ghg": lambda material, words, _: ghg_report(material, words),
    "gas": gas_report,
    "energy": lambda material, words, _: energy_report(material, words),
    "verification": lambda material, words, _: verification_report(material, words),
    "disclosure": lambda material, words, _: disclosure_report(material, words),
    "evidence": lambda material, words, _: evidence_pack(material, words),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document (文书种类): boundary or gas it is about, and what else it takes.

    `judged` names, for each of `Papers.judged`, the boundary whose judgements it is; `verified`
    is "required", "if there" or empty; `archive` says that it can be packed with what it lists.
    """

    id: str
    builder: str
    boundary: str
    substance: str | None = None
    verified: str = ""
    archive: bool = False
    judged: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    text = (files("tongjian") / "reports" / "documents" / "kinds.toml").read_text(encoding="utf-8")
    return {name: Kind(name, **one) for name, one in tomllib.loads(text).items()}


def kind_of(name: str) -> Kind:
    """A kind by its name; raises `TongjianError` with those that there are."""
    if name not in kinds():
        values = {"kind": name, "known": ", ".join(kinds())}
        raise TongjianError(Problem("reports.document_kind", values=values))
    return kinds()[name]


def document(material: Material, kind: str, lang: str = "zh") -> Document:
    """The document of a kind about `material`, in `lang` ("zh" or "en")."""
    return _BUILDERS[kind_of(kind).builder](material, Words.of(lang), kind)


__all__ = ["Kind", "document", "kind_of", "kinds"]
