"""``tongjian records``: the log of imports and the history of a datum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tongjian.cli._output import Output
from tongjian.cli._runs import read_conditions
from tongjian.cli._workspace import open_store
from tongjian.evidence import china_time
from tongjian.records import Entered
from tongjian.reports import Words

_ACTS = {
    "import": ("导入", "import"),
    "correct": ("更正", "correct"),
    "withdraw": ("撤回", "withdraw"),
}


def run_imports(out: Output, workspace: Path) -> None:
    """One line for each import."""
    entries = open_store(workspace).imports()
    out.data([{"number": number, **one} for number, one in enumerate(entries, start=1)])
    zh = out.lang == "zh"
    headers = (
        ["序号", "时间（北京）", "操作", "文件", "数据行", "操作人", "理由", "凭证"]
        if zh
        else ["no.", "time (Beijing)", "act", "files", "rows", "by", "reason", "evidence"]
    )
    rows = [[number, *_line(one, zh=zh)] for number, one in enumerate(entries, start=1)]
    if rows:
        out.table("导入记录" if zh else "Imports", headers, rows)
    else:
        out.say("还没有导入数据。", "Nothing was imported yet.")


def _line(entry: Mapping[str, Any], *, zh: bool) -> list[object]:
    said = entry.get("correction", {})
    act = _ACTS[said.get("act", "import")][0 if zh else 1]
    words = [said.get(name, "") for name in ("by", "reason", "evidence")]
    return [china_time(entry["time"]), act, entry["source"], entry["rows"], *words]


def run_history(out: Output, workspace: Path, where: Sequence[str]) -> None:
    """Every value of the activity data that fit, oldest first within each datum."""
    found = open_store(workspace).history("activity", **read_conditions(where))
    out.data([one.as_dict() for one in found])
    zh = out.lang == "zh"
    if not found:
        out.say("没有符合条件的数据。", "No datum fits the conditions.")
        return
    words = Words.of(out.lang)
    headers = (
        ["企业", "期间", "工序", "物料", "项目", "数值", "单位", "录入", "至", "操作人", "理由"]
        if zh
        else [
            *("facility", "period", "unit", "stream", "item", "value", "in", "entered", "until"),
            *("by", "reason"),
        ]
    )
    out.table("数据沿革" if zh else "History", headers, [_told(one, words, zh=zh) for one in found])


def _told(one: Entered, words: Words, *, zh: bool) -> list[object]:
    facility, period, unit, stream, item, measure = map(str, one.key)
    gone = "撤回" if zh else "withdrawn"
    return [
        facility,
        period,
        unit,
        words.key("stream", stream),
        words.item(stream, item),
        gone if one.row is None else one.row["quantity"],
        measure,
        f"#{one.number} {one.time[:10]} {_ACTS[one.act][0 if zh else 1]}",
        "" if one.until is None else f"#{one.until}",
        one.by,
        " ".join(text for text in (one.reason, one.evidence) if text),
    ]


def run_verify(out: Output, workspace: Path) -> None:
    """Recompute every digest; ends with exit code 1 if a file was changed or is gone."""
    store = open_store(workspace)
    problems = store.verify()
    out.data(
        {
            "ok": not problems,
            "imports": store.number,
            "digest": store.digest,
            "problems": [problem.as_dict() for problem in problems],
        }
    )
    if problems:
        out.problems(problems)
        raise SystemExit(1)
    out.say(
        f"{store.number} 次导入的数据文件全部完好，摘要 {store.digest[:16]}…",
        f"All files of {store.number} imports are what they were; digest {store.digest[:16]}…",
    )


__all__ = ["run_history", "run_imports", "run_verify"]
