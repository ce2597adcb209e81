"""``tongjian plan``: draft a plan, its workbook, and enter it as a revision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta
from itertools import groupby
from pathlib import Path

from tongjian.cli._attached import attach
from tongjian.cli._output import Output
from tongjian.cli._plan_options import day_of, facility_of, revision_data, rulesets_of
from tongjian.cli._workspace import open_log, open_rulebook, open_store
from tongjian.control_plan import (
    Plan,
    Wanted,
    changes,
    draft,
    history,
    not_next,
    read_plan,
    read_plan_workbook,
    revise,
    uncovered,
    wanted,
    write_plan_workbook,
)
from tongjian.evidence import china_day
from tongjian.problems import Problem, TongjianError
from tongjian.records import Catalogue


def run_draft(
    out: Output,
    workspace: Path,
    facility: str,
    rulesets: Sequence[str],
    in_force: str | None,
    to: Path | None,
    rulebook: Path | None,
) -> None:
    """Write the draft of a plan."""
    store, book = open_store(workspace), open_rulebook(rulebook)
    log = open_log(workspace)
    plant = facility_of(store, facility)
    rows = list(store.read_activity(facility))
    today = china_day(log.clock())
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    day = day_of("--in-force", in_force) or next_month
    year = max((row["year"] for row in rows), default=day.year)
    chosen = rulesets_of(book, str(plant["sector"]), year, rulesets)
    units, catalogue = store.read_process_units(), Catalogue.load()
    text = draft(plant, units, rows, chosen, catalogue, day)
    target = to or workspace / f"plan-{facility}.yaml"
    if target.exists():
        raise TongjianError(Problem("control_plan.exists", values={"path": target}))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")
    count = sum(one.occurs for one in wanted(rows, chosen, catalogue))
    out.data({"file": str(target), "rulesets": [one.id for one in chosen], "parameters": count})
    out.say(
        f"已写 {target}：{count} 个参数，依据 {'、'.join(one.id for one in chosen)}。"
        "填好留空处后：tongjian plan check，tongjian plan revise",
        f"Wrote {target}: {count} parameters, by {', '.join(one.id for one in chosen)}. "
        "Fill in what is empty, then: tongjian plan check, tongjian plan revise",
    )


def run_template(out: Output, file: Path, plan: Path | None) -> None:
    """Write the workbook of a plan, an empty one or with a plan in it."""
    if file.exists():
        raise TongjianError(Problem("control_plan.exists", values={"path": file}))
    write_plan_workbook(file, None if plan is None else read_plan(plan).data)
    out.data({"file": str(file)})
    out.say(f"已写 {file}。", f"Wrote {file}.")


def run_check(
    out: Output, workspace: Path, file: Path, rulesets: Sequence[str], rulebook: Path | None
) -> None:
    """Look at a plan before it is entered; ends with exit code 1 where it could not be."""
    store, book = open_store(workspace), open_rulebook(rulebook)
    plan, catalogue = _read(file), Catalogue.load()
    rows = list(store.read_activity(plan.facility))
    year = max((row["year"] for row in rows), default=plan.in_force.year)
    sector = str(facility_of(store, plan.facility)["sector"])
    chosen = rulesets_of(book, sector, year, rulesets)
    known = history(open_log(workspace), plan.facility)
    problems = not_next(plan, known)
    found = changes(known.revisions[-1].plan, plan) if known.revisions else ()
    open_ = list(_uncovered(plan, uncovered(plan, rows, chosen, catalogue), catalogue))
    out.data(
        {
            "ok": not problems,
            "facility": plan.facility,
            "revision": plan.revision,
            "in_force": plan.in_force.isoformat(),
            "rulesets": [one.id for one in chosen],
            "changes": [asdict(one) for one in found],
            "problems": [one.as_dict() for one in [*problems, *open_]],
        }
    )
    out.problems([*problems, *open_])
    out.say(
        f"{plan.facility} 计划第 {plan.revision} 版：{len(plan.parameters)} 个参数，"
        f"{len(plan.meters)} 台器具，比上一版 {len(found)} 处变动，未覆盖 {len(open_)} 种物料；"
        f"{'不能录入' if problems else '可以录入'}。",
        f"Revision {plan.revision} of the plan of {plan.facility}: {len(plan.parameters)} "
        f"parameters, {len(plan.meters)} meters, {len(found)} changes, {len(open_)} streams not "
        f"covered; it {'cannot' if problems else 'can'} be entered.",
    )
    if problems:
        raise SystemExit(1)


def _uncovered(plan: Plan, found: Iterable[Wanted], catalogue: Catalogue) -> Iterator[Problem]:
    """One warning for each stream of each process unit."""
    for (unit, stream), group in groupby(found, key=lambda one: one.datum[:2]):
        needs = [one.need for one in group]
        its = catalogue.streams.get(stream)
        values = {
            "unit": unit or "—",
            "stream_zh": stream if its is None else its.zh,
            "stream_en": stream if its is None else its.en,
            "titles_zh": "、".join(f"{one.title.zh}（{one.item}）" for one in needs),
            "titles_en": ", ".join(f"{one.title.en} ({one.item})" for one in needs),
            "revision": plan.revision,
        }
        yield Problem("control_plan.uncovered", values=values, severity="warning")


def _read(file: Path) -> Plan:
    workbook = file.suffix.lower() == ".xlsx"
    return read_plan_workbook(file) if workbook else read_plan(file)


def run_revise(out: Output, workspace: Path, file: Path, by: str, attached: Sequence[Path]) -> None:
    """Enter a plan as the next revision."""
    store = open_store(workspace)
    plan = _read(file)
    facility_of(store, plan.facility)
    log = open_log(workspace)
    made = revise(log, plan, by, attach(workspace, attached, by, f"plan:{plan.facility}"))
    known = history(log, plan.facility)
    before = known.revision(plan.revision - 1)
    count = 0 if before is None else len(changes(before.plan, plan))
    out.data({**revision_data(made), "changes": count})
    out.say(
        f"{plan.facility} 计划第 {plan.revision} 版已记入日志第 {made.entry} 条，"
        f"自 {made.effective} 起可依据（{len(plan.parameters)} 个参数，"
        f"{len(plan.meters)} 台器具，{count} 处变动）。",
        f"Revision {plan.revision} of the plan of {plan.facility} is entry {made.entry} of the "
        f"log and can be relied on from {made.effective} ({len(plan.parameters)} parameters, "
        f"{len(plan.meters)} meters, {count} changes).",
    )
    if made.back_dated:
        out.say(
            f"▲ 计划称自 {plan.in_force} 生效，早于录入月份：将列为发现。",
            f"▲ The plan says {plan.in_force}, before the month of its entry: this is a finding.",
        )


__all__ = ["run_check", "run_draft", "run_revise", "run_template"]
