"""The evidence pack as a document (证据包说明): on what a report rests, and how to check it.

It lists the run, the versions, the entries of the evidence log about the report and its plant,
frozen months, signed roots, attached files, the factors, and every record with its file and row.
"""

from __future__ import annotations

from collections.abc import Iterator

from tongjian.evidence import china_time
from tongjian.reports._numbers import NOTHING, significant
from tongjian.reports._words import Words
from tongjian.reports.documents import _appendices as annex
from tongjian.reports.documents._activity import plan
from tongjian.reports.documents._basics import boundary_said, identity
from tongjian.reports.documents._factor_tables import factors
from tongjian.reports.documents._logged import Logged
from tongjian.reports.documents._material import Material
from tongjian.reports.documents._model import (
    Block,
    Bullets,
    Cell,
    Column,
    Contents,
    Document,
    Form,
    Heading,
    PageBreak,
    Paragraph,
    Row,
    Signatures,
    Table,
    count,
    row,
)
from tongjian.reports.documents._teller import Teller

_SHORT = 16


def evidence_pack(material: Material, words: Words) -> Document:
    """What a report of one plant and year rests on."""
    teller = Teller(material, words)
    field = (words.text("accounting_basis"), teller.ruleset_title(material.ruleset))
    return teller.document("evidence", _blocks(teller), field)


def _blocks(teller: Teller) -> Iterator[Block]:
    text, logged = teller.text, teller.material.papers.logged
    yield Heading(1, text("pack_declaration"), plain=True)
    yield Paragraph(text("pack_declared", name=teller.name, year=teller.material.year))
    yield Signatures((text("sign_prepared"), text("sign_checked"), text("sign_seal")))
    yield PageBreak()
    yield Contents(text("contents"))
    yield PageBreak()
    yield Heading(1, text("pack_about"))
    yield Paragraph(text("pack_lead"))
    yield identity(teller)
    yield Paragraph(boundary_said(teller))
    yield Heading(2, text("how_to_check"))
    yield Bullets(tuple(text(f"check_step_{number}") for number in range(1, 5)))
    yield Heading(1, text("manifest"))
    yield from annex.manifest_form(teller, appendix=False)
    yield Heading(1, text("versions_chapter"))
    yield from versions(teller, logged)
    yield Heading(1, text("log_chapter"))
    yield from log_state(teller, logged)
    yield Heading(2, text("signed_roots"))
    yield from roots(teller, logged)
    yield Heading(1, text("attachments"))
    yield from attachments(teller, logged)
    yield Heading(1, text("control_plan"))
    yield from plan(teller)
    yield from factors(teller)
    yield PageBreak(landscape=True)
    yield Heading(1, text("log_annex"), appendix=True)
    yield from entries(teller, logged)
    yield Heading(1, text("records_annex"), appendix=True)
    yield from records(teller)
    yield PageBreak()
    yield from annex.quality(teller)
    yield Paragraph(text("end_of_pack"), "note")


def versions(teller: Teller, logged: Logged | None) -> Iterator[Block]:
    """Every version of the report, with the state of the log before it."""
    text = teller.text
    if logged is None or not logged.versions:
        yield Paragraph(text("no_versions"), "note")
        return
    lines = tuple(
        row(
            f"V{one.number}",
            text(f"version_{one.kind}"),
            china_time(one.time, seconds=False),
            one.by,
            ", ".join(mark[:_SHORT] for mark in one.runs),
            text("root_said", size=one.root["size"], root=str(one.root["hash"])[:_SHORT]),
            one.reason or NOTHING,
        )
        for one in logged.versions
    )
    columns = (
        Column(text("version")),
        Column(text("version_kind")),
        Column(text("entry_time"), align="center"),
        Column(text("entry_by")),
        Column(text("runs")),
        Column(text("evidence_root")),
        Column(text("reason")),
    )
    notes = (text("china_clock"),)
    yield Table(text("versions_table"), columns, lines, text("sheet_versions"), notes)


def log_state(teller: Teller, logged: Logged | None) -> Iterator[Block]:
    """How long the log is, its root, and how many entries are about this report."""
    text = teller.text
    if logged is None or not logged.size:
        yield Paragraph(text("no_log"), "note")
        return
    yield Paragraph(text("log_said", count=len(logged.entries)))
    fields: list[tuple[str, Cell]] = [
        (text("log_size"), count(logged.size)),
        (text("log_root"), logged.root),
        (text("log_proven"), count(logged.proven)),
        (text("log_about"), count(len(logged.entries))),
        (text("findings"), count(len(logged.findings))),
    ]
    yield Form(text("log_form"), tuple(fields), text("sheet_log_state"))


def roots(teller: Teller, logged: Logged | None) -> Iterator[Block]:
    """The signed roots of the months."""
    text = teller.text
    if logged is None or not logged.signed:
        yield Paragraph(text("no_roots"), "note")
        return
    lines = tuple(
        row(
            one.checkpoint.month,
            count(one.checkpoint.size),
            one.checkpoint.root[:_SHORT],
            china_time(one.checkpoint.time, seconds=False),
            one.checkpoint.key[:_SHORT],
            text("signature_holds" if one.is_valid() else "signature_broken"),
            kind="" if one.is_valid() else "doubtful",
        )
        for one in logged.signed
    )
    columns = (
        Column(text("month")),
        Column(text("log_size"), align="right"),
        Column(text("root")),
        Column(text("signed_at"), align="center"),
        Column(text("signing_key")),
        Column(text("signature"), align="center"),
    )
    notes = (text("roots_note"),)
    yield Table(text("roots_table"), columns, lines, text("sheet_roots"), notes)


def attachments(teller: Teller, logged: Logged | None) -> Iterator[Block]:
    """The files that the entries name, by the hash of their content."""
    text, words = teller.text, teller.words
    if logged is None or not logged.attached:
        yield Paragraph(text("no_attachments"), "note")
        return
    lost = {str(one.values.get("digest", "")) for one in logged.lost}
    lines = tuple(
        row(
            count(int(one["entry"])),
            str(one["name"]),
            count(int(one["size"])),
            str(one["sha256"])[:_SHORT],
            str(one["keep_until"]),
            str(one["by"]),
            kind="doubtful" if one["sha256"] in lost else "",
        )
        for one in logged.attached
    )
    columns = (
        Column(text("entry_number"), align="right"),
        Column(text("file_name")),
        Column(text("file_size"), text("bytes"), align="right"),
        Column("SHA-256"),
        Column(text("keep_until"), align="center"),
        Column(text("entry_by")),
    )
    yield Table(text("attachments_table"), columns, lines, text("sheet_attachments"))
    if logged.lost:
        yield Paragraph(text("files_lost"), "warning")
        yield Bullets(tuple(one.message(words.lang) for one in logged.lost))


def entries(teller: Teller, logged: Logged | None) -> Iterator[Block]:
    """Every entry about the report, with its hash."""
    text = teller.text
    if logged is None or not logged.entries:
        yield Paragraph(text("no_entries"), "note")
        return
    lines = tuple(
        row(
            count(one.number),
            china_time(one.time, seconds=False),
            one.by,
            _act(teller, logged, one.act),
            _subject(one.subject),
            count(len(one.files)),
            one.digest[:_SHORT],
            one.hash[:_SHORT],
        )
        for one in logged.entries
    )
    columns = (
        Column(text("entry_number"), align="right"),
        Column(text("entry_time"), align="center"),
        Column(text("entry_by")),
        Column(text("act")),
        Column(text("subject")),
        Column(text("files"), align="right"),
        Column(text("content_hash")),
        Column(text("entry_hash")),
    )
    title, notes = text("entries_table"), (text("hashes_note"), text("china_clock"))
    yield Table(title, columns, lines, text("sheet_entries"), notes, appendix=True)


def _act(teller: Teller, logged: Logged, act: str) -> str:
    """An act in words: a step of the report's flow by its title."""
    found = logged.history.flow.transitions.get(act.partition(".")[2])
    if act.partition(".")[0] == logged.history.flow.id and found is not None:
        return teller.words.pick(found.title.zh, found.title.en)
    return teller.words.term("act", act)


def _subject(name: str) -> str:
    """By what the log calls a thing; a kept run by the first digits of its id."""
    return name[: len("run:") + _SHORT] if name.startswith("run:") else name


def records(teller: Teller) -> Iterator[Block]:
    """Every record that the rules have read, with evidence, file and row."""
    text, words = teller.text, teller.words
    found = teller.material.read_records
    if not found:
        yield Paragraph(text("no_records"), "warning")
        return
    yield Paragraph(text("records_lead", count=len(found)))
    lines: list[Row] = []
    last = ""
    for one in found:
        heading = str(one["stream"])
        if heading != last:
            lines.append(row(words.key("stream", heading), kind="group"))
            last = heading
        value = one["entered_quantity"]
        shown = significant(float(one["quantity"]), 10) if value in (None, "") else str(value)
        lines.append(
            row(
                str(one["period"]),
                teller.unit_name(one["process_unit"] or ""),
                words.item(heading, one["item"]),
                shown,
                words.unit(str(one["entered_unit"] or one["unit"])),
                words.key("tier", one["tier"]) or NOTHING,
                str(one["evidence"] or "") or text("no_evidence"),
                str(one["source"] or "") or NOTHING,
            )
        )
    columns = (
        Column(text("period")),
        Column(text("process_unit")),
        Column(text("item_of_record")),
        Column(text("as_entered"), align="right"),
        Column(text("unit"), align="center"),
        Column(text("tier_of_data"), align="center"),
        Column(text("evidence")),
        Column(text("file_and_row")),
    )
    title = text("records_table")
    yield Table(title, columns, tuple(lines), text("sheet_records"), appendix=True)


__all__ = ["evidence_pack"]
