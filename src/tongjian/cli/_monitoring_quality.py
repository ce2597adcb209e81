"""``tongjian monitoring qa``: checks of monitoring systems, computed anew and judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tongjian.cli._output import Output
from tongjian.monitoring.quality import (
    VERDICTS,
    Check,
    Figure,
    read_checks,
    read_csv,
    read_ecmps,
    word,
)
from tongjian.problems import Problem
from tongjian.records import Limits, read_sheets


def run_qa(out: Output, file: Path, rules: str, quantity: str, unit: str) -> None:
    """Print every check of a file: statistic, limit, verdict and what it rests on."""
    checks = _read(file, rules, quantity, unit)
    out.data([one.as_dict() for one in checks])
    for one in checks:
        _tell(out, one)
    # That limits are known from memory alone is said once, not after every check.
    out.problems(
        list({str(one): one for c in checks for one in c.reasons if _common(one)}.values())
    )
    counts = {name: sum(one.verdict == name for one in checks) for name in VERDICTS}
    shown = {
        lang: ("、" if lang == "zh" else ", ").join(
            f"{word(name, lang)} {number}" for name, number in counts.items() if number
        )
        for lang in ("zh", "en")
    }
    out.say(f"{len(checks)} 次检验：{shown['zh']}", f"{len(checks)} checks: {shown['en']}")


def _read(file: Path, rules: str, quantity: str, unit: str) -> Sequence[Check]:
    kind = file.suffix.lower()
    if kind == ".json":
        return read_ecmps(file, rules, quantity, unit)
    if kind == ".xlsx":
        found: list[Check] = []
        for name, rows in read_sheets(file, Limits()).items():
            if rows:
                found += read_checks(rows, f"{file}[{name}]", rules)
        return found
    return read_checks(read_csv(file), str(file), rules)


def _tell(out: Output, check: Check) -> None:
    lang, subject = out.lang, check.subject
    times = "" if np.isnat(check.begin) else str(check.begin).replace("T", " ")
    where = " ".join(part for part in (subject.channel, subject.quantity, times) if part)
    title = f"{check.name}  {word(check.kind, lang)}  {where}  {subject.ruleset}"
    head = (
        ["点位", "统计量", "值", "限值", "失控限", "状态", "结论"]
        if lang == "zh"
        else ["level", "figure", "value", "limit", "control", "status", "verdict"]
    )
    out.table(title, head, [_row(one, lang) for one in check.figures])
    out.say(f"  结论：{word(check.verdict, 'zh')}", f"  verdict: {word(check.verdict, 'en')}")
    for one in check.reasons:
        if not _common(one):
            zh, en = (one.text(name).replace("\n    →", "\n      →") for name in ("zh", "en"))
            out.say(f"    {zh}", f"    {en}")


def _common(reason: Problem) -> bool:
    return reason.code == "monitoring.qa_recalled"


def _row(figure: Figure, lang: str) -> list[object]:
    limit, control = figure.limit, figure.control
    within = {None: "", True: "≤", False: ">"}[figure.within]
    return [
        word(figure.level, lang) if figure.level else "",
        figure.title(lang),
        figure.shown(),
        limit.text if limit else "",
        control.text if control else "",
        limit.status if limit else "",
        within,
    ]
