"""``tongjian monitoring screen``: what to look at in the series of a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.monitoring.screening import Columns, Screened, read_panel, screen_series, test_titles
from tongjian.problems import Place, Problem, TongjianError

_SCORES = 12
_SEVERITY = {"zh": {"serious": "重点核对", "notice": "请核对"}, "en": {}}


def run_screening(
    out: Output,
    file: Path,
    assigned: tuple[Sequence[str], Sequence[str]],
    named: tuple[str | None, str | None],
    step_s: int,
    rows: int,
) -> None:
    """Print scores and findings; `assigned` are limits and quantities, `named` time and running."""
    limits = {name: _number(name, text) for name, text in _pairs(assigned[0])}
    columns = Columns(limits, dict(_pairs(assigned[1])), *named)
    try:
        panel = read_panel(file, columns, step_s)
    except (OSError, UnicodeDecodeError) as error:
        detail = error.strerror if isinstance(error, OSError) else error
        raise TongjianError(
            Problem("cli.unreadable", Place(file=str(file)), {"detail": detail})
        ) from error
    found = screen_series(panel)
    out.data({"rows": len(panel), **found.as_dict()})
    _print(out, found, rows)
    out.say(
        f"{len(panel)} 行、{len(panel.channels)} 个通道，{len(found.findings)} 条线索；"
        "线索不是结论，界限见参数表 online.screening",
        f"{len(panel)} rows, {len(panel.channels)} channels, {len(found.findings)} findings; "
        "a finding is no verdict, its bound is in table online.screening",
    )


def _print(out: Output, found: Screened, rows: int) -> None:
    zh = out.lang == "zh"
    if found.scores:
        head = ["通道", "月份", "评分", "原因"] if zh else ["channel", "month", "score", "reasons"]
        table = [
            [
                one.channel,
                _period(one.period, zh),
                round(one.score),
                ", ".join(f"{test_titles()[it.test][not zh]} {it.points:g}" for it in one.reasons),
            ]
            for one in found.scores[:_SCORES]
        ]
        out.table("先看哪里（0–100）" if zh else "Where to look first (0–100)", head, table, keys=2)
    for one in found.findings[:rows]:
        level = _SEVERITY[out.lang].get(one.severity, one.severity)
        title = test_titles()[one.test][not zh]
        out.say(f"[{title}] {level}  {one.text('zh')}", f"[{title}] {level}  {one.text('en')}")
    left = len(found.findings) - rows
    if left > 0:
        out.say(f"…… 另有 {left} 条（--rows）", f"… {left} more (--rows)")


def _period(period: str, zh: bool) -> str:
    """A month, or the rows of a series without time stamps."""
    return f"第 {period.removeprefix('rows ')} 行" if zh and period.startswith("rows ") else period


def _pairs(texts: Sequence[str]) -> list[tuple[str, str]]:
    """``name=value`` as pairs."""
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise TongjianError([Problem("cli.pair", values={"text": text}) for text in wrong])
    return [(name.strip(), value.strip()) for name, _, value in (it.partition("=") for it in texts)]


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise TongjianError(Problem("cli.pair", values={"text": f"{name}={text}"})) from None


__all__ = ["run_screening"]
