"""What in a run is only recalled and waits for somebody to confirm it (待确认事项)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tongjian.engine import FactorUsed, MethodUsed, Run, factors_used, methods_used
from tongjian.rules import Basis, RuleSet, Validity, Words

RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing to hold against the printed text (待确认事项).

    `id` stays the same from run to run; `digest` changes with what is to be confirmed, so that a
    confirmation never covers a value or formula that was edited after it.
    """

    id: str
    kind: Literal["value", "method", "ruleset"]
    title: Words
    content: str
    document: str
    """The source as noted with the value, or the document of the table or method."""
    table_document: str
    clause: str
    rulesets: tuple[str, ...]
    digest: str

    def as_dict(self) -> dict[str, Any]:
        """The doubt as plain data."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title_zh": self.title.zh,
            "title_en": self.title.en,
            "content": self.content,
            "document": self.document,
            "clause": self.clause,
            "rulesets": list(self.rulesets),
            "digest": self.digest,
        }


def doubts(run: Run, used: Sequence[FactorUsed] | None = None) -> list[Doubt]:
    """Every recalled value, method and rule set behind the numbers of `run`.

    `used` are the values that the run has read, if they are known already.
    """
    read = factors_used(run) if used is None else used
    return [
        *_rulesets(run),
        *(_method(one) for one in methods_used(run) if _recalled_formulas(one)),
        *(doubt_of(one) for one in read if one.value.status == RECALLED and one.value.printed),
    ]


def value_id(used: FactorUsed) -> str:
    """The name by which a value is confirmed: table, column, key, first day in force."""
    value = used.value
    return "/".join(
        [used.table.id, value.column, *value.key, *_since(value.validity)],
    )


def doubt_of(used: FactorUsed) -> Doubt:
    """A value as something to be held against the printed text."""
    table, value = used.table, used.value
    title = table.columns[value.column].title
    unit = "" if value.printed_unit == "1" else value.printed_unit
    content = f"{value.printed} {unit}".strip()
    document = value.source or table.basis.document
    clause = value.clause or table.basis.clause
    return Doubt(
        id=value_id(used),
        kind="value",
        title=Words(f"{table.title.zh}：{title.zh}", f"{table.title.en}: {title.en}"),
        content=content,
        document=document,
        table_document=table.basis.document,
        clause=clause,
        rulesets=used.rulesets,
        digest=_digest([table.id, value.column, *value.key, content, str(value.validity)]),
    )


def _recalled_formulas(used: MethodUsed) -> list[tuple[str, str]]:
    return [
        (name, plan.doc.expression.text)
        for name, plan in used.formulas
        if plan.doc.status == RECALLED
    ]


def _method(used: MethodUsed) -> Doubt:
    method, formulas = used.method, _recalled_formulas(used)
    return _document(
        "method",
        method.id,
        method.validity,
        method.title,
        method.basis,
        used.rulesets,
        "; ".join(f"{name} = {text}" for name, text in formulas),
    )


def _rulesets(run: Run) -> list[Doubt]:
    found: list[Doubt] = []
    for result in run.results:
        doc: RuleSet = result.ruleset.doc
        # A rule set that found no records of its own says nothing that could be doubted.
        if doc.basis.status == RECALLED and any(result.sheets.values()):
            tables = sorted(filter(None, result.ruleset.program.tables.items()))
            content = "; ".join(f"{alias} = {table}" for alias, table in tables)
            found.append(
                _document("ruleset", doc.id, doc.validity, doc.title, doc.basis, (doc.id,), content)
            )
    return found


def _document(
    kind: Literal["method", "ruleset"],
    name: str,
    validity: Validity,
    title: Words,
    basis: Basis,
    rulesets: tuple[str, ...],
    content: str,
) -> Doubt:
    mark = "/".join([f"{kind}:{name}", *_since(validity)])
    digest = _digest([mark, basis.document, basis.clause, content])
    document = basis.document
    return Doubt(mark, kind, title, content, document, document, basis.clause, rulesets, digest)


def _since(validity: Validity) -> list[str]:
    return [] if validity.first is None else [validity.first.isoformat()]


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


__all__ = ["RECALLED", "Doubt", "doubt_of", "doubts", "value_id"]
