"""The chapter on what a run has from memory, and who confirmed which of it (确认记录)."""

from __future__ import annotations

from collections.abc import Iterator

from tongjian.reports._html import Markup, el, join
from tongjian.reports._lists import document, status_mark
from tongjian.reports._tables import Column, Line, texts
from tongjian.reports._words import Words
from tongjian.statutory import Doubt, Statement

_KINDS = ("ruleset", "method", "value")


def confirmation_summary(said: Statement, words: Words) -> str:
    """How many doubts there are and how many of them are confirmed."""
    if not said.doubts:
        return words.text("confirm_nothing")
    total, still_open = len(said.doubts), len(said.open)
    return words.text("confirm_summary", total=total, confirmed=total - still_open, open=still_open)


def confirmations(said: Statement, words: Words) -> Markup:
    """Every recalled value, method and rule set, with its confirmation or without."""
    summary = el("p", confirmation_summary(said, words), class_="count")
    if not said.doubts:
        return summary
    columns = [
        Column(words.text("confirm_what"), class_="wide-text"),
        Column(words.text("confirm_content"), class_="some-text"),
        Column(words.text("basis"), class_="wide-text"),
        Column(words.text("confirmation"), class_="wide-text"),
    ]
    lines: list[Line] = []
    for kind in _KINDS:
        members = [one for one in said.doubts if one.kind == kind]
        if members:
            lines.append(Line([words.text(f"confirm_{kind}")], "group"))
        for one in members:
            found = said.confirmed.get(one.id)
            if found is None:
                mark: object = status_mark("recalled", words)
            else:
                mark = words.text(
                    "confirmed_by", by=found.by, day=found.time[:10], reference=found.reference
                )
            lines.append(
                Line(
                    [
                        join(
                            words.pick(one.title.zh, one.title.en),
                            el("br"),
                            el("code", one.id),
                        ),
                        one.content if one.kind == "value" else words.text("confirm_formulas"),
                        document(_source(one, words), words),
                        mark,
                    ],
                    "" if found is not None else "doubtful",
                )
            )
    return join(
        el("p", words.text("confirm_lead")),
        summary,
        texts(columns, lines, label=words.text("confirmations")),
    )


def _source(one: Doubt, words: Words) -> str:
    noted = words.source(one.document, one.table_document)
    clause = words.clause(one.clause)
    return noted if clause in noted else f"{noted} {clause}"


def confirmation_rows(said: Statement, words: Words) -> Iterator[list[object]]:
    """The same as rows of a workbook."""
    for one in said.doubts:
        found = said.confirmed.get(one.id)
        yield [
            words.text(f"confirm_{one.kind}"),
            one.id,
            words.pick(one.title.zh, one.title.en),
            one.content,
            _source(one, words),
            "" if found is None else found.by,
            "" if found is None else found.time,
            "" if found is None else found.reference,
        ]


__all__ = ["confirmation_rows", "confirmation_summary", "confirmations"]
