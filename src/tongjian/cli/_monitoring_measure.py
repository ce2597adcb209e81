"""``tongjian monitoring measure | show``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._tree import print_tree
from tongjian.cli._workspace import do_run, open_rulebook, open_store
from tongjian.measured import (
    LineResult,
    Measured,
    MeasuredGas,
    Registers,
    explain_month,
    explain_result,
    line_results,
    measure,
    measured_years,
    read_measured,
)
from tongjian.monitoring.profile import POSITIONS, measured_quantities, read_profile
from tongjian.problems import Problem, RecordError, TongjianError

_POSITIONS = {
    "zh": dict(zip(POSITIONS, ("排口", "进口", "出口"), strict=True)),
    "en": dict(zip(POSITIONS, POSITIONS, strict=True)),
}
_STATES = {
    "valid": ("有效", "valid"),
    "missing": ("缺失", "missing"),
    "too_few": ("分钟不足", "too few minutes"),
    "flagged": ("标记", "flagged"),
    "stopped": ("停运", "stopped"),
    "out_of_control": ("失控", "out of control"),
}
_ACTS = {
    "new": ("新写入", "recorded"),
    "corrected": ("更正", "corrected"),
    "kept": ("不变", "unchanged"),
    "entered": ("人工录入，未动", "entered by hand, left"),
    "dry": ("试运行", "dry run"),
    "refused": ("未写入", "refused"),
}
_DEPTH = 6


def run_measure(
    out: Output,
    workspace: Path,
    years: Sequence[int],
    facilities: Sequence[str],
    rule: str | None,
    by: str,
    rulebook: Path | None,
    *,
    dry_run: bool,
) -> None:
    """Measure facilities and years, record their months, and say what was found."""
    book = open_rulebook(rulebook)
    open_store(workspace)
    wanted = list(facilities) or _facilities(workspace)
    done: list[Measured] = []
    refused: list[Problem] = []
    for facility in wanted:
        for year in years or _years(workspace, facility):
            try:
                done.append(
                    measure(
                        workspace, facility, year, rule=rule, rulebook=book, dry_run=dry_run, by=by
                    )
                )
            except RecordError as error:
                refused += error.problems
    out.data([one.as_dict() for one in done])
    for one in done:
        _tell(out, one)
    if refused:
        raise RecordError(refused)


def run_show(
    out: Output,
    workspace: Path,
    years: Sequence[int],
    facilities: Sequence[str],
    rulebook: Path | None,
    *,
    explains: bool,
) -> None:
    """Show what was kept, and what the ordinary run of the records makes of it."""
    kept = [
        (facility, year)
        for facility, year in measured_years(workspace)
        if (not years or year in years) and (not facilities or facility in facilities)
    ]
    if not kept:
        values = {"facility": ", ".join(facilities) or "*", "year": ", ".join(map(str, years))}
        raise TongjianError(Problem("measured.none_yet", values=values))
    told = []
    for facility, year in kept:
        measured = read_measured(workspace, facility, year)
        run = do_run(out, workspace, rulebook, (), (year,))
        results = line_results(run, measured)
        told.append(
            {
                **measured.as_dict(),
                "results": [_plain(one) for one in results],
            }
        )
        _tell(out, measured)
        _results(out, results)
        _months(out, measured)
        if explains:
            first = next(iter(results), None)
            if first is not None:
                print_tree(out, explain_result(run, measured, first), _DEPTH)
            _largest_month(out, workspace, measured, rulebook)
    out.data(told)


def _largest_month(out: Output, workspace: Path, measured: Measured, rulebook: Path | None) -> None:
    """From the largest month of the first gas down to its hours."""
    gas = measured.points[0]
    months = [
        one for one in measured.months if (one.process_unit, one.gas) == (gas.process_unit, gas.gas)
    ]
    largest = max(months, key=lambda one: one.amounts.mass)
    store = open_store(workspace)
    registers = Registers(store.facilities_file(), store.process_units_file())
    node = explain_month(
        measured, gas.process_unit, gas.gas, largest.month, open_rulebook(rulebook), registers
    )
    print_tree(out, node, _DEPTH)


def _tell(out: Output, measured: Measured) -> None:
    zh = out.lang == "zh"
    out.table(
        f"{measured.facility} {measured.year}  {measured.rule}",
        ["工序", "位置", "气体", "有效率", "有效h", "替代h", "缺失h", "停运h", "排放t", "其中替代t"]
        if zh
        else [
            *("unit", "position", "gas", "validity", "valid h", "substituted h", "missing h"),
            *("stopped h", "emission t", "of which substituted t"),
        ],
        [_gas_row(out, one) for one in measured.points],
        keys=1,
    )
    for one in measured.points:
        states = ", ".join(f"{_STATES[name][not zh]} {n} h" for name, n in one.states.items())
        rules = ", ".join(f"{name} {n} h" for name, n in one.rules.items())
        text = f"{one.process_unit} {_name(out, one)}: {states}" + (f"; {rules}" if rules else "")
        out.say(text, text)
    out.table(
        "各月" if zh else "Months",
        ["工序", "气体", "月", "有效率", "排放t", "缺失h"]
        if zh
        else ["unit", "gas", "month", "validity", "emission t", "missing h"],
        [
            [
                one.process_unit,
                _gas_name(out, measured, one.process_unit, one.gas),
                one.month,
                _share(one.amounts.validity),
                round(one.amounts.mass, 3),
                round(one.amounts.missing_hours, 2),
            ]
            for one in measured.months
        ],
        keys=1,
    )
    out.table(
        "月度数据" if zh else "Monthly records",
        ["工序", "物料", "项目", "月", "数量", "单位", ""]
        if zh
        else ["unit", "stream", "item", "month", "quantity", "unit", ""],
        [
            [
                *(one.process_unit, one.stream, one.item, one.period, float(one.quantity)),
                *(one.unit, _ACTS[one.act][not zh]),
            ]
            for one in measured.records
        ],
        keys=1,
    )
    out.problems(measured.problems)


def _results(out: Output, results: Sequence[LineResult]) -> None:
    zh = out.lang == "zh"
    if results:
        out.table(
            "按活动数据核算的年度结果" if zh else "The year by the run of the records",
            ["工序", "项目", "数值", "单位", "规则集", "未计入行"]
            if zh
            else ["unit", "number", "value", "unit", "rule set", "rows left out"],
            [
                [
                    *(one.process_unit, one.title.zh if zh else one.title.en),
                    *(one.value, one.unit, one.ruleset, one.missing),
                ]
                for one in results
            ],
            keys=1,
        )


def _months(out: Output, measured: Measured) -> None:
    """How much of the year rests on monitoring: other months follow their other routes."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for one in measured.records:
        if one.act in ("new", "corrected", "kept"):
            found.setdefault((one.process_unit, one.stream, one.item), set()).add(one.period)
    for (unit, stream, item), periods in found.items():
        out.say(
            f"{unit} {stream} {item}：{len(periods)} 个月为在线监测",
            f"{unit} {stream} {item}: {len(periods)} months by online monitoring",
        )


def _plain(one: LineResult) -> dict[str, object]:
    return {
        "process_unit": one.process_unit,
        "ruleset": one.ruleset,
        "sheet": one.sheet,
        "column": one.column,
        "title": {"zh": one.title.zh, "en": one.title.en},
        "value": one.value,
        "unit": one.unit,
        "missing": one.missing,
    }


def _gas_row(out: Output, one: MeasuredGas) -> list[object]:
    amounts = one.amounts
    return [
        one.process_unit,
        _POSITIONS[out.lang][one.position],  # type: ignore[index]
        _name(out, one),
        _share(amounts.validity),
        *(round(amounts.valid_hours, 2), round(amounts.substituted_hours, 2)),
        *(round(amounts.missing_hours, 2), round(amounts.stopped_hours, 2)),
        *(round(amounts.mass, 3), round(amounts.substituted_mass, 3)),
    ]


def _name(out: Output, one: MeasuredGas) -> str:
    quantity = measured_quantities()[one.quantity]
    return quantity.zh if out.lang == "zh" else quantity.en


def _gas_name(out: Output, measured: Measured, unit: str, gas: str) -> str:
    found = (one for one in measured.points if (one.process_unit, one.gas) == (unit, gas))
    one = next(found, None)
    if one is None:
        return gas
    return f"{_name(out, one)} {_POSITIONS[out.lang][one.position]}"  # type: ignore[index]


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.2%}"


def _facilities(workspace: Path) -> list[str]:
    profile = read_profile(workspace / "monitoring" / "monitoring.toml")
    return sorted({one.facility for one in profile.channels.values() if one.facility})


def _years(workspace: Path, facility: str) -> list[int]:
    """The years of the facility's records, where none is named."""
    return open_store(workspace).years(facility)


__all__ = ["run_measure", "run_show"]
