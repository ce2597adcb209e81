"""``tongjian plan show`` and ``diff``: a revision as of a day, and what it changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tongjian.cli._output import Output
from tongjian.cli._plan_options import day_of, revision_data, without_empty
from tongjian.cli._workspace import open_log
from tongjian.control_plan import (
    Calibration,
    History,
    Plan,
    changes,
    history,
    meter_state,
    word,
)
from tongjian.evidence import china_day
from tongjian.problems import Problem, TongjianError
from tongjian.reports import Words


def run_show(
    out: Output, workspace: Path, facility: str, on: str | None, entry: int | None
) -> None:
    """Print the plan as of a day: its revisions, meters and parameters."""
    log = open_log(workspace)
    known = history(log, facility, entry)
    day = day_of("--on", on) or china_day(log.clock())
    found = known.at(day)
    if found is None:
        raise TongjianError(Problem("control_plan.none", values={"facility": facility, "day": day}))
    out.data(
        {
            **revision_data(found),
            "on": day.isoformat(),
            "revisions": [revision_data(one) for one in known.revisions],
            "plan": found.plan.data,
            "calibrations": [_calibration_data(one) for one in known.calibrations],
        }
    )
    zh = out.lang == "zh"
    plan = found.plan
    late = ("（倒填）", " (back-dated)") if found.back_dated else ("", "")
    out.say(
        f"{plan.enterprise['name']}（{facility}）第 {plan.revision} 版，自 {plan.in_force} 生效"
        f"{late[0]}，{found.by} 于 {found.entered} 录入：{plan.reason}",
        f"{plan.enterprise['name']} ({facility}), revision {plan.revision}, in force from "
        f"{plan.in_force}{late[1]}, entered by {found.by} on {found.entered}: {plan.reason}",
    )
    out.say(plan.boundary.description, plan.boundary.description)
    _show_meters(out, plan, known, day, zh=zh)
    _show_parameters(out, plan, zh=zh)


def _show_meters(out: Output, plan: Plan, known: History, day: date, *, zh: bool) -> None:
    rows = []
    for one in plan.meters.values():
        state = meter_state(known, one.id, f"{day:%Y-%m}", day)
        last, spread = state.last, state.uncertainty
        due = None if last is None else last.next_due
        rows.append(
            [
                one.id,
                one.name,
                one.measures,
                one.accuracy_class or "—",
                "—" if last is None else f"{last.day}",
                "—" if due is None else f"{due}",
                word("meter", state.state, out.lang),
                "—" if spread is None else f"±{spread.half_width:.3g}",
            ]
        )
    headers = (
        ["编号", "器具", "测量", "准确度", "上次检定", "有效期至", "状态", "95%半宽 %"]
        if zh
        else ["id", "meter", "measures", "class", "calibrated", "due", "state", "95 %, ±%"]
    )
    if rows:
        out.table("计量器具" if zh else "Meters", headers, rows, keys=1)


def _show_parameters(out: Output, plan: Plan, *, zh: bool) -> None:
    words = Words.of(out.lang)
    rows = [
        [
            one.id,
            words.key("stream", one.stream),
            words.item(one.stream, one.item),
            one.process_unit,
            word("way", one.obtained, out.lang),
            ", ".join([*one.meters, *filter(None, [one.laboratory, one.standard])]) or "—",
            word("frequency", one.recorded, out.lang) if one.recorded else "—",
            word("missing", one.missing.rule, out.lang) if one.missing else "—",
            "/".join(filter(None, [one.filled_by, one.checked_by])) or "—",
        ]
        for one in plan.parameters
    ]
    headers = (
        ["参数", "物料", "项目", "工序", "获取方式", "器具／化验", "记录", "缺失时", "填报／审核"]
        if zh
        else ["id", "stream", "item", "unit", "obtained", "by", "recorded", "if missing", "roles"]
    )
    out.table("参数" if zh else "Parameters", *without_empty(headers, rows), keys=1)


def run_diff(out: Output, workspace: Path, facility: str, old: int | None, new: int | None) -> None:
    """Print what changed from one revision to another."""
    known = history(open_log(workspace), facility)
    last = known.revisions[-1].plan.revision if known.revisions else 0
    second = new if new is not None else last
    first = old if old is not None else second - 1
    plans = [known.revision(number) for number in (first, second)]
    if plans[0] is None or plans[1] is None:
        listed = ", ".join(str(one.plan.revision) for one in known.revisions) or "—"
        values = {"facility": facility, "old": first, "new": second, "known": listed}
        raise TongjianError(Problem("control_plan.no_revision", values=values))
    found = changes(plans[0].plan, plans[1].plan)
    out.data(
        {
            "old": first,
            "new": second,
            "reason": plans[1].plan.reason,
            "changes": [
                {name: getattr(one, name) for name in type(one).__slots__} for one in found
            ],
        }
    )
    at = 0 if out.lang == "zh" else 1
    rows = [
        [
            word("change", one.kind, out.lang),
            one.part,
            one.id,
            one.field,
            one.before or "—",
            one.after or "—",
        ]
        for one in found
    ]
    headers = (
        ["变动", "部分", "编号", "字段", "原为", "改为"]
        if at == 0
        else ["change", "part", "id", "field", "before", "after"]
    )
    title = (
        f"{facility} 第 {first} 版 → 第 {second} 版：{plans[1].plan.reason}"
        if at == 0
        else f"{facility}, revision {first} → {second}: {plans[1].plan.reason}"
    )
    if rows:
        out.table(title, headers, rows)
    else:
        out.say(f"{title}（无变动）", f"{title} (nothing changed)")


def _calibration_data(one: Calibration) -> dict[str, Any]:
    return {
        "meter": one.meter,
        "day": one.day.isoformat(),
        "result": one.result,
        "next_due": None if one.next_due is None else one.next_due.isoformat(),
        "certificate": one.certificate,
        "institution": one.institution,
        "entry": one.entry,
        "files": list(one.files),
    }


__all__ = ["run_diff", "run_show"]
