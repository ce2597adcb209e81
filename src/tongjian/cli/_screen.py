"""``tongjian screen``: what to look at first in the monthly series of a workspace."""

from __future__ import annotations

from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._workspace import open_store
from tongjian.records import Catalogue
from tongjian.reports import Words
from tongjian.screening import Finding, screen


def run_screen(out: Output, workspace: Path, facility: str | None, rows: int) -> None:
    """Print the findings, serious ones first; they are questions and no verdicts."""
    found = screen(open_store(workspace).read_activity(), Catalogue.load())
    found = [one for one in found if facility in (None, one.facility)]
    out.data([one.as_dict() for one in found])
    words, zh = Words.of(out.lang), out.lang == "zh"
    table = [
        [
            one.facility,
            one.process_unit,
            words.key("stream", one.stream) if one.stream else "",
            words.item(one.stream, one.item) if one.item else "",
            words.term("severity", one.severity),
            _said(one, out.lang),
        ]
        for one in found[:rows]
    ]
    headers = (
        ["企业", "工序", "物料", "项目", "程度", "线索（不是结论）"]
        if zh
        else ["facility", "unit", "stream", "item", "severity", "finding (no verdict)"]
    )
    if table:
        out.table("统计筛查" if zh else "Screening", headers, table, keys=1)
    else:
        out.say("没有发现可疑的月度序列。", "Nothing stands out in the monthly series.")
    if len(found) > rows:
        out.say(f"…… 另有 {len(found) - rows} 条（--rows）", f"… {len(found) - rows} more (--rows)")


def _said(one: Finding, lang: str) -> str:
    """The finding without the codes of where it is, which stand in columns of their own."""
    codes = " ".join(
        part for part in (one.facility, one.process_unit, one.stream, one.item) if part
    )
    return one.text(lang).removeprefix(codes).strip().replace("\n    →", "\n→")


__all__ = ["run_screen"]
