"""``tongjian uncertainty``: how sure a plant's total is, and what drives it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._workspace import do_run, open_log, open_store
from tongjian.engine import sensitivity
from tongjian.papers import half_widths_of_plans, name_of
from tongjian.reports import Words
from tongjian.uncertainty import (
    Approach1,
    Approach2,
    Assumptions,
    Trend,
    approach1,
    approach2,
    trend,
)

_SHOWN = 12
_STATED = {"stated": ("企业填报", "stated by the user"), "plan": ("控制计划", "control plan")}


def run_uncertainty(
    out: Output,
    workspace: Path,
    facilities: Sequence[str],
    year: int,
    ruleset: str,
    cell: str | None,
    assume: Path | None,
    by_plan: bool,
    draws: int,
    seed: int,
    base_year: int | None,
    rulebook: Path | None,
) -> None:
    """Print approach 1 and 2, the drivers, what nobody has quantified, and the trend."""
    years = [year] if base_year is None else [base_year, year]
    run = do_run(out, workspace, rulebook, [ruleset], years)
    stated = []
    if by_plan:
        store, log = open_store(workspace), open_log(workspace)
        stated = half_widths_of_plans(store, log, run, facilities, year)
    assumptions = Assumptions.of(run.rulebook, assume, stated)
    found = sensitivity(run, facilities, year, ruleset, cell)
    first = approach1(found, assumptions)
    second = approach2(
        run, facilities, year, ruleset, found, assumptions, cell=cell, draws=draws, seed=seed,
        until_stable=True,
    )  # fmt: skip
    change = None
    if base_year is not None:
        base = sensitivity(run, facilities, base_year, ruleset, cell)
        change = trend(base, found, assumptions)
    out.data(_data(first, second, change))
    title = f"{'、'.join(facilities)}  {year}  {ruleset}"
    _print_summary(out, title, first, second)
    _print_drivers(out, first)
    _print_open(out, first)
    if change is not None:
        _print_trend(out, change, base_year)


def _print_summary(out: Output, title: str, first: Approach1, second: Approach2) -> None:
    zh = out.lang == "zh"
    drawn = second.result
    rows = [
        [
            "误差传播法（IPCC 方法1）" if zh else "error propagation (IPCC approach 1)",
            first.value,
            first.half_width,
            first.percent,
            first.value - first.half_width,
            first.value + first.half_width,
        ],
        [
            "蒙特卡罗法（IPCC 方法2）" if zh else "Monte Carlo (IPCC approach 2)",
            drawn.mean,
            drawn.half_width,
            second.percent,
            drawn.low,
            drawn.high,
        ],
    ]
    headers = (
        ["方法", f"总量 {first.unit}", "95%半宽", "±%", "下限", "上限"]
        if zh
        else ["method", f"total, {first.unit}", "95 % half width", "±%", "low", "high"]
    )
    out.table(title, headers, rows)
    stable = ("已稳定", "stable") if drawn.stable else ("未稳定", "not stable")
    out.say(
        f"抽样 {drawn.draws:,} 次（种子 {drawn.seed}，{second.varied} 个量），"
        f"均值标准误 {drawn.standard_error:,.2f}，半宽{stable[0]}。",
        f"{drawn.draws:,} draws (seed {drawn.seed}, {second.varied} quantities), standard error "
        f"of the mean {drawn.standard_error:,.2f}, half width {stable[1]}.",
    )


def _print_drivers(out: Output, first: Approach1) -> None:
    zh = out.lang == "zh"
    words = Words.of(out.lang)
    rows = [
        [
            name_of(one.quantity, out.lang),
            one.effect / 100,
            one.assumption.half_width,
            100 * one.share,
            _STATED[one.assumption.status][0 if zh else 1]
            if one.assumption.status in _STATED
            else words.term("status", one.assumption.status),
            one.assumption.source,
        ]
        for one in first.contributions[:_SHOWN]
        if one.assumption is not None and one.share > 0
    ]
    headers = (
        ["决定不确定度的量", "每变1%总量变化", "±%", "方差占比 %", "取值状态", "取值来源"]
        if zh
        else ["what drives it", "total per 1 %", "±%", "share of variance, %", "status", "source"]
    )
    if rows:
        out.table("贡献" if zh else "Contributions", headers, rows)


def _print_open(out: Output, first: Approach1) -> None:
    zh = out.lang == "zh"
    left = first.unquantified
    rows = [[name_of(one.quantity, out.lang), one.effect / 100, one.quantity.id] for one in left]
    headers = (
        ["没有不确定度取值的量", "每变1%总量变化", "编号"]
        if zh
        else ["no half width stated", "total per 1 %", "id"]
    )
    if rows:
        out.table("未量化（按确定处理，结果因此偏小）" if zh else
                  "Not quantified (taken as certain: the result is a lower bound)",
                  headers, rows[:_SHOWN])  # fmt: skip
        out.say(
            f"共 {len(rows)} 个；用 --assume 文件.csv 给出（列 quantity,half_width,source）。",
            f"{len(rows)} in all; state them with --assume FILE.csv (quantity,half_width,source).",
        )


def _print_trend(out: Output, change: Trend, base_year: int | None) -> None:
    out.say(
        f"与 {base_year} 年相比：{change.change:+.2f}% ± {change.half_width:.2f} 个百分点",
        f"Against {base_year}: {change.change:+.2f} % ± {change.half_width:.2f} percentage points",
    )


def _data(first: Approach1, second: Approach2, change: Trend | None) -> dict[str, object]:
    drawn = second.result
    return {
        "value": first.value,
        "unit": first.unit,
        "approach1": {"half_width": first.half_width, "percent": first.percent},
        "approach2": {
            **{name: getattr(drawn, name) for name in type(drawn).__slots__},
            "half_width": drawn.half_width,
            "percent": second.percent,
            "varied": second.varied,
        },
        "contributions": [
            {
                "quantity": one.quantity.id,
                "zh": name_of(one.quantity, "zh"),
                "en": name_of(one.quantity, "en"),
                "effect_of_one_percent": one.effect / 100,
                "half_width": None if one.assumption is None else one.assumption.half_width,
                "source": None if one.assumption is None else one.assumption.source,
                "share_of_variance": one.share,
            }
            for one in first.contributions
        ],
        "trend": None
        if change is None
        else {"change": change.change, "half_width": change.half_width, "base": change.base},
    }
