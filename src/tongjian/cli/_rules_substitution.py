"""``tongjian rules list | show`` for rules on the substitution of monitored hours."""

from __future__ import annotations

from tongjian.cli._output import Output
from tongjian.monitoring.substitution import conditions, use_words
from tongjian.rules import Rulebook, Substitution


def list_substitutions(out: Output, book: Rulebook) -> None:
    """Every rule with its dates and how well its text is known."""
    rows = [
        {
            "id": one.id,
            "title": one.title[out.lang],
            "in_force": str(one.validity),
            "status": one.basis.status,
            "document": one.basis.document,
        }
        for _, editions in sorted(book.substitutions.items())
        for one in editions
    ]
    out.data(rows)
    zh = out.lang == "zh"
    headers = (
        ["编号", "名称", "有效期", "原文状态", "依据"]
        if zh
        else ["id", "title", "in force", "text", "document"]
    )
    title = "监测数据替代规则" if zh else "Rules on the substitution of monitored hours"
    out.table(title, headers, [list(row.values()) for row in rows], keys=1)


def show_substitution(out: Output, one: Substitution) -> None:
    """One rule: its parts and their bands in words."""
    zh = out.lang == "zh"
    bands = [
        {
            "part": part.id,
            "band": band.id,
            "of": list(part.of),
            "analogy": list(part.analogy),
            "states": list(part.states),
            "when": conditions(band, out.lang),
            "use": use_words(part, band, out.lang),
            "clause": band.basis.clause,
            "status": band.basis.status,
        }
        for part in one.parts
        for band in part.bands
    ]
    out.data(
        {
            "substitution": one.id,
            "zh": one.title.zh,
            "en": one.title.en,
            "document": one.basis.document,
            "clause": one.basis.clause,
            "status": one.basis.status,
            "note": one.basis.note,
            "in_force": str(one.validity),
            "availability": one.availability and one.availability.window,
            "bands": bands,
        }
    )
    head = f"{one.id}  {one.title[out.lang]}  {one.validity}"
    out.say(f"{head}\n依据：{one.basis.document}", f"{head}\nBasis: {one.basis.document}")
    if one.basis.note:
        out.say(one.basis.note, one.basis.note)
    if one.notes:
        out.say(one.notes.zh, one.notes.en)
    headers = (
        ["分档", "条件", "采用", "条款", "状态"]
        if zh
        else ["band", "when", "use", "clause", "status"]
    )
    for part in one.parts:
        named = ", ".join(part.of)
        if part.analogy:
            named += (
                f"（比照 {', '.join(part.analogy)}）"
                if zh
                else f" (by analogy: {', '.join(part.analogy)})"
            )
        rows = [
            [row[key] for key in ("band", "when", "use", "clause", "status")]
            for row in bands
            if row["part"] == part.id
        ]
        out.table(
            f"{part.id}  {part.title[out.lang]}\n{named}  [{', '.join(part.states)}]", headers, rows
        )
        for note in (part.note, *(band.note for band in part.bands)):
            if note:
                out.say(f"  {note.zh}", f"  {note.en}")


__all__ = ["list_substitutions", "show_substitution"]
