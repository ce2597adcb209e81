"""The chapter on factors (排放因子数据及来源说明): each value used, source, clause and status."""

from __future__ import annotations

from collections.abc import Iterator

from tongjian.engine import FactorUsed
from tongjian.reports._confirmed import confirmation_summary
from tongjian.reports._lists import applies_to, factor_summary
from tongjian.reports._numbers import NOTHING
from tongjian.reports.documents._model import Block, Column, Heading, Paragraph, Row, Table, row
from tongjian.reports.documents._teller import Teller

_DOUBTFUL = ("recalled", "not-found")


def factors(teller: Teller) -> Iterator[Block]:
    """The chapter's blocks."""
    text, used = teller.text, teller.material.used
    yield Heading(1, text("factors_chapter"))
    if not used:
        yield Paragraph(text("no_factors"), "note")
        return
    yield Paragraph(text("factors_lead_document"))
    yield Paragraph(factor_summary(used, teller.words))
    # The caution comes before the values that it is about.
    statement = teller.material.papers.statement
    if statement is not None:
        yield Paragraph(confirmation_summary(statement, teller.words))
    elif any(one.value.status in _DOUBTFUL for one in used):
        yield Paragraph(text("recalled_means"), "warning")
    yield factor_table(teller, used)


def factor_table(teller: Teller, used: list[FactorUsed], *, appendix: bool = False) -> Table:
    """Values under the heading of their table, source and clause."""
    words, text = teller.words, teller.text
    groups: dict[tuple[str, str, str], list[FactorUsed]] = {}
    for one in used:
        basis = one.table.basis
        source = words.source(one.value.source, basis.document)
        clause = words.clause(one.value.clause or basis.clause)
        groups.setdefault((one.table.id, source, clause), []).append(one)
    lines: list[Row] = []
    for (_, source, clause), members in groups.items():
        title = members[0].table.title
        cited = source if clause in source else f"{source} · {clause}"
        head = f"{words.pick(title.zh, title.en)}\n{text('source')}{text('colon')}{cited}"
        lines.append(row(head, kind="group"))
        lines += [_line(teller, one) for one in members]
    columns = (
        Column(text("parameter")),
        Column(text("applies_to")),
        Column(text("value"), align="right"),
        Column(text("unit"), align="center"),
        Column(text("status"), align="center"),
    )
    notes = (text("factors_note"),)
    caption = text("factors_table")
    return Table(caption, columns, tuple(lines), text("sheet_factors"), notes, appendix)


def _line(teller: Teller, one: FactorUsed) -> Row:
    words, value = teller.words, one.value
    title = one.table.columns[value.column].title
    doubtful = value.status in _DOUBTFUL or value.number is None
    status = words.term("status", value.status) if value.number is not None else ""
    return row(
        words.pick(title.zh, title.en),
        applies_to(one, words),
        value.printed or NOTHING,
        words.unit(value.printed_unit),
        status or teller.text("no_number"),
        kind="doubtful" if doubtful else "",
    )


def confirmations(teller: Teller) -> Iterator[Block]:
    """What the run has from memory, and who confirmed which of it."""
    statement, words, text = teller.material.papers.statement, teller.words, teller.text
    if statement is None or not statement.doubts:
        return
    yield Heading(2, text("confirmations"))
    yield Paragraph(confirmation_summary(statement, words))
    lines = []
    for one in statement.doubts:
        found = statement.confirmed.get(one.id)
        said = (
            text("unconfirmed")
            if found is None
            else text("confirmed_by", by=found.by, day=found.time[:10], reference=found.reference)
        )
        noted = words.source(one.document, one.table_document)
        clause = words.clause(one.clause)
        lines.append(
            row(
                text(f"confirm_{one.kind}"),
                words.pick(one.title.zh, one.title.en),
                one.content if one.kind == "value" else text("confirm_formulas"),
                noted if clause in noted else f"{noted} {clause}",
                said,
                kind="" if found is not None else "doubtful",
            )
        )
    columns = (
        Column(text("confirm_what")),
        Column(text("parameter")),
        Column(text("confirm_content")),
        Column(text("basis")),
        Column(text("confirmation")),
    )
    title = text("confirmations")
    yield Table(title, columns, tuple(lines), text("sheet_confirmations"), appendix=True)


__all__ = ["confirmations", "factor_table", "factors"]
