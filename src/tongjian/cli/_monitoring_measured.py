"""How the monitoring of a year is told on the terminal: the year, its months, what to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tongjian.cli._output import Output
from tongjian.measured import LineResult, Measured, MeasuredGas
from tongjian.monitoring.profile import POSITION_TITLES, measured_quantities
from tongjian.monitoring.screening import test_titles
from tongjian.records import Catalogue

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
    "dry": ("试运行，未写入", "dry run, not recorded"),
    "refused": ("未写入", "refused"),
}
_RECORDED = ("new", "corrected", "kept")
_SHOWN = 5


def tell(out: Output, measured: Measured) -> None:
    """The year of each gas, its months, what was recorded, what screening found."""
    zh = out.lang == "zh"
    out.table(
        f"{measured.facility} {measured.year}  {measured.rule}",
        ["工序", "位置", "气体", "有效率", "有效h", "替代h", "缺失h", "停运h", "排放t", "其中替代t"]
        if zh
        else [
            *("unit", "position", "gas", "validity", "valid h", "subst. h", "missing h"),
            *("stopped h", "mass t", "subst. t"),
        ],
        [_gas_row(out, one) for one in measured.points],
        keys=3,
    )
    _states(out, measured)
    _months(out, measured)
    _records(out, measured)
    _screening(out, measured)
    out.problems(measured.problems)


def tell_results(out: Output, results: Sequence[LineResult]) -> None:
    """What the ordinary run of the records makes of the year."""
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


def plain(one: LineResult) -> dict[str, object]:
    """A yearly result as plain data."""
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


def _states(out: Output, measured: Measured) -> None:
    """What the hours were and by what they were replaced; gases that are alike share a line."""
    said: dict[str, list[str]] = {}
    for one in measured.points:
        states = ", ".join(
            f"{_STATES[name][out.lang != 'zh']} {n} h" for name, n in one.states.items()
        )
        rules = ", ".join(f"{name} {n} h" for name, n in one.rules.items())
        text = states + (f"; {rules}" if rules else "")
        said.setdefault(text, []).append(_column(out, one))
    for text, names in said.items():
        joined = "、".join(names) if out.lang == "zh" else ", ".join(names)
        out.say(f"{joined}：{text}", f"{joined}: {text}")


def _months(out: Output, measured: Measured) -> None:
    """A row for each month, a column for each gas: mass, and the share of valid hours."""
    found = {(one.process_unit, one.gas, one.month): one.amounts for one in measured.months}
    rows = []
    for month in sorted({one.month for one in measured.months}):
        row: list[object] = [month]
        for gas in measured.points:
            amounts = found.get((gas.process_unit, gas.gas, month))
            row += ["", ""] if amounts is None else [amounts.mass, _share(amounts.validity)]
        rows.append(row)
    zh = out.lang == "zh"
    heads = [
        text
        for one in measured.points
        for text in (f"{_column(out, one)} t", "有效率" if zh else "validity")
    ]
    out.table("各月" if zh else "Months", ["月" if zh else "month", *heads], rows, keys=1)


def _records(out: Output, measured: Measured) -> None:
    """Of each datum how many months were recorded, and how; other months follow other routes."""
    zh = out.lang == "zh"
    catalogue = Catalogue.load()
    acts: dict[tuple[str, str, str], Counter[str]] = {}
    for one in measured.records:
        acts.setdefault((one.process_unit, one.stream, one.item), Counter())[one.act] += 1
    rows = []
    for (unit, stream, item), counts in acts.items():
        known = catalogue.streams[stream]
        spec = catalogue.item(stream, item)
        names = (known.zh, spec.zh) if zh else (known.en, spec.en)
        said = (", " if not zh else "，").join(
            f"{_ACTS[act][not zh]} {number}" for act, number in counts.items()
        )
        rows.append([unit, *names, sum(counts[act] for act in _RECORDED), said])
    out.table(
        "成为活动数据的月份" if zh else "Months that are records",
        ["工序", "物料", "项目", "月数", ""] if zh else ["unit", "stream", "item", "months", ""],
        rows,
        keys=3,
    )


def _screening(out: Output, measured: Measured) -> None:
    zh = out.lang == "zh"
    findings = measured.screening.get("findings", ())
    for one in findings[:_SHOWN]:
        span = " – ".join(str(one[name])[:16].replace("T", " ") for name in ("begins", "ends"))
        where, what = ", ".join(one["channels"]), test_titles()[one["test"]][not zh]
        out.say(f"{what}：{where} {span}：{one['zh']}", f"{what}: {where} {span}: {one['en']}")
    out.say(
        f"筛查线索 {len(findings)} 条（线索不是结论）",
        f"{len(findings)} findings of screening (a finding is no verdict)",
    )


def _gas_row(out: Output, one: MeasuredGas) -> list[object]:
    amounts = one.amounts
    return [
        one.process_unit,
        POSITION_TITLES[one.position][out.lang != "zh"],  # type: ignore[index]
        _name(out, one),
        _share(amounts.validity),
        *(amounts.valid_hours, amounts.substituted_hours),
        *(amounts.missing_hours, amounts.stopped_hours),
        *(amounts.mass, amounts.substituted_mass),
    ]


def _name(out: Output, one: MeasuredGas) -> str:
    quantity = measured_quantities()[one.quantity]
    return quantity.zh if out.lang == "zh" else quantity.en


def _column(out: Output, one: MeasuredGas) -> str:
    position = POSITION_TITLES[one.position][out.lang != "zh"]  # type: ignore[index]
    return f"{one.process_unit} {position} {_name(out, one)}"


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.2%}"


__all__ = ["plain", "tell", "tell_results"]
