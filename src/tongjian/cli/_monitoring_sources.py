"""``tongjian monitoring collect | meter``: values of other sources, and what meters counted."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

from tongjian.cli._output import Output
from tongjian.monitoring.profile import read_profile
from tongjian.monitoring.series import SeriesStore
from tongjian.monitoring.sources import (
    Collector,
    Consumption,
    Meter,
    MeterFile,
    Period,
    Source,
    Total,
    consumption,
    kept_readings,
    open_sources,
    ratio,
    read_meter_file,
    read_sources,
    totals,
)
from tongjian.problems import Problem, TongjianError
from tongjian.units import convert, parse_unit

_FORMS = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
_PLACES = 6


def run_collect(out: Output, workspace: Path, seconds: float) -> None:
    """Collect from the sources of a workspace's profile until told to stop."""
    folder = workspace / "monitoring"
    profile = folder / "monitoring.toml"
    problems: list[Problem] = []
    for read in (read_profile, read_sources):  # all faults of both, at once
        try:
            read(profile)
        except TongjianError as error:
            problems += [one for one in error.problems if one not in problems]
    if problems:
        raise TongjianError(problems)
    sources = open_sources(read_sources(profile))
    if not sources:
        raise TongjianError(Problem("cli.no_sources", values={"file": profile}))
    with SeriesStore.open(folder / "series") as store:
        collector = Collector(sources, store, lambda problem: out.problems([problem]))
        names = ", ".join(one.name for one in sources)
        out.say(
            f"采集 {len(sources)} 个数据源：{names}（Ctrl+C 停止）",
            f"Collecting from {len(sources)} sources: {names} (Ctrl+C stops)",
        )
        asyncio.run(_collect(collector, sources, seconds))
    counts = collector.counts
    out.data(asdict(counts))
    out.say(
        f"收到 {counts.received} 个值，重复 {counts.repeated}，写入 {counts.kept}"
        f"（其中分钟值 {counts.minutes}），未写入 {counts.lost}",
        f"{counts.received} values came, {counts.repeated} again; {counts.kept} were written "
        f"({counts.minutes} of them minutes), {counts.lost} were not",
    )


async def _collect(collector: Collector, sources: Sequence[Source], seconds: float) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl+C ends the program there
            loop.add_signal_handler(number, collector.stop)
    if seconds > 0:
        loop.call_later(seconds, collector.stop)
    await collector.run()


@dataclass(frozen=True, slots=True)
class Readings:
    """Where readings are: a file, or a series of a workspace from `first` to before `last`."""

    file: Path | None
    how: MeterFile
    workspace: Path
    series: str
    first: datetime | None
    last: datetime | None

    @property
    def name(self) -> str:
        return self.series or str(self.file.name if self.file else "")

    def consumption(self, meter: Meter) -> Consumption:
        """What the meter counted; raises `TongjianError` where there is nothing to read."""
        if (self.file is None) == (not self.series):
            raise TongjianError(Problem("cli.meter_source"))
        if self.file is not None:
            return read_meter_file(self.file, self.how, meter)
        with SeriesStore.open(self.workspace / "monitoring" / "series") as store:
            first, last = self.first or datetime.min, self.last or datetime.max
            span = np.datetime64(first, "us"), np.datetime64(last, "us")
            readings = kept_readings(store.parsed(self.series, 0, *span))
        if not readings:
            raise TongjianError(Problem("cli.no_series", values={"series": self.series}))
        return consumption(readings, meter, self.series)


def run_meter(
    out: Output,
    readings: Readings,
    meter: tuple[int, Sequence[str], str],
    period: Period,
    leave: bool,
    units: tuple[str, str],
) -> None:
    """Print what a meter counted in each period; `meter` is digits, multipliers, most per hour."""
    digits, multipliers, most = meter
    multiplier = Fraction(1)
    for text in multipliers:
        multiplier *= _ratio("--multiplier", text)
    made = Meter(
        span=Fraction(10**digits) if digits else Fraction(0),
        multiplier=multiplier,
        most_per_hour=_ratio("--most", most) if most else None,
    )
    unit, target = units
    factor = _factor(unit, target)
    found = readings.consumption(made)
    rows = totals(found.steps, period, spread=not leave)
    out.problems(found.problems)
    out.data(
        {
            "unit": target or unit,
            "totals": [_plain(one, period, factor) for one in rows],
            "problems": [one.as_dict() for one in found.problems],
        }
    )
    zh = out.lang == "zh"
    head = (
        [
            *("期间", f"用量 {target or unit}", "跨期未计" if leave else "其中按时间分摊"),
            "未知小时",
            "完整",
        ]
        if zh
        else [
            *("period", f"quantity {target or unit}"),
            "left over its border" if leave else "shared by time",
            *("hours unknown", "complete"),
        ]
    )
    out.table(
        readings.name,
        head,
        [
            [
                one.start.strftime(_FORMS[period]),
                float(one.amount * factor),
                float((one.across if leave else one.spread) * factor),
                (one.length_s - one.known_s) / 3600,
                one.complete,
            ]
            for one in rows
        ],
        keys=1,
    )
    whole = float(sum((one.amount for one in rows), Fraction(0)) * factor)
    left = float(sum((one.across for one in rows), Fraction(0)) * factor)
    shown = (
        f"，另有 {left:,.2f} 跨期未计" if left else "",
        f", {left:,.2f} left out" if left else "",
    )
    out.say(
        f"合计 {whole:,.2f} {target or unit}（倍率 {float(multiplier):g}）{shown[0]}",
        f"Total {whole:,.2f} {target or unit} (multiplier {float(multiplier):g}){shown[1]}",
    )


def _factor(unit: str, target: str) -> Fraction:
    if not target:
        return Fraction(1)
    given, wanted = parse_unit(unit), parse_unit(target)
    convert(1.0, given, wanted)  # raises where they are not the same kind of quantity
    return given.scale / wanted.scale


def _ratio(option: str, text: str) -> Fraction:
    found = ratio(text)
    if found is None:
        raise TongjianError(Problem("cli.ratio", values={"option": option, "value": text}))
    return found


def _plain(one: Total, period: Period, factor: Fraction) -> dict[str, object]:
    return {
        "period": one.start.strftime(_FORMS[period]),
        "amount": _decimal(one.amount * factor),
        "spread": _decimal(one.spread * factor),
        "across": _decimal(one.across * factor),
        "known_s": one.known_s,
        "unknown_s": one.length_s - one.known_s,
        "complete": one.complete,
    }


def _decimal(value: Fraction) -> str:
    """The number as a decimal, to six places where it does not end."""
    shown = Decimal(round(value * 10**_PLACES)) / 10**_PLACES
    return f"{shown.normalize():f}"


__all__ = ["Readings", "run_collect", "run_meter"]
