"""``tongjian plan calibrate`` and ``freeze``: what is entered in the log beside the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast, get_args

from tongjian.cli._attached import attach
from tongjian.cli._output import Output
from tongjian.cli._plan_options import day_of, facility_of
from tongjian.cli._workspace import open_log, open_rulebook, open_store
from tongjian.control_plan import Outcome, calibrate, freeze, read_guide, word
from tongjian.problems import Problem, TongjianError


def run_calibrate(
    out: Output,
    workspace: Path,
    which: tuple[str, str],
    by: str,
    day: str,
    result: str,
    next_due: str | None,
    told: Mapping[str, str],
    attached: Sequence[Path],
) -> None:
    """Enter a calibration of a meter."""
    facility, meter = which
    known = get_args(Outcome)
    if result not in known:
        values = {"option": "--result", "value": result, "expected": " | ".join(known)}
        raise TongjianError(Problem("cli.option", values=values))
    done = day_of("--day", day)
    assert done is not None  # the option is required
    files = attach(workspace, attached, by, f"meter:{facility}/{meter}")
    entry = calibrate(
        open_log(workspace),
        facility,
        meter,
        by,
        day=done,
        result=cast("Outcome", result),
        next_due=day_of("--next-due", next_due),
        certificate=told["certificate"],
        institution=told["institution"],
        files=files,
    )
    out.data(entry.as_dict())
    due, said = entry.content["next_due"] or "—", word("outcome", result, out.lang)
    out.say(
        f"器具 {meter} 于 {day} 检定，结果 {said}，有效期至 {due}；日志第 {entry.number} 条。",
        f"Meter {meter} calibrated on {day}: {said}, due {due}; entry {entry.number}.",
    )


def run_freeze(
    out: Output,
    workspace: Path,
    which: tuple[str, str],
    by: str,
    reason: str,
    attached: Sequence[Path],
    rulebook: Path | None,
) -> None:
    """Freeze the key parameters of a month."""
    facility, month = which
    if len(month) != 7 or not (month[:4] + month[5:]).isdigit() or not 1 <= int(month[5:]) <= 12:
        values = {"option": "MONTH", "value": month, "expected": "2025-03"}
        raise TongjianError(Problem("cli.option", values=values))
    store, book = open_store(workspace), open_rulebook(rulebook)
    guide = read_guide(book, str(facility_of(store, facility)["sector"]))
    rows = store.read_activity(facility, int(month[:4]))
    log = open_log(workspace)
    files = attach(workspace, attached, by, f"month:{facility}/{month}")
    made = freeze(log, facility, month, rows, guide, by, reason=reason, files=files)
    out.data(
        {
            "entry": made.entry,
            "month": month,
            "deadline": None if made.deadline is None else made.deadline.isoformat(),
            "late": made.late,
            "values": [
                {"parameter": one.parameter, "values": [dict(its) for its in one.values]}
                for one in made.values
            ],
            "missing": list(made.missing),
        }
    )
    late = ("，迟于期限", ", late") if made.late else ("", "")
    out.say(
        f"{month} 的 {len(made.values)} 个关键参数已存证（日志第 {made.entry} 条，"
        f"期限 {made.deadline or '—'}{late[0]}）。",
        f"{len(made.values)} key parameters of {month} are frozen (entry {made.entry}, deadline "
        f"{made.deadline or '—'}{late[1]}).",
    )
    if made.missing:
        named = ", ".join(made.missing)
        out.say(f"▲ 没有数据：{named}", f"▲ Without a record: {named}")


__all__ = ["run_calibrate", "run_freeze"]
