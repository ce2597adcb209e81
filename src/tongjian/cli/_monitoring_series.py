"""``tongjian monitoring ingest | series``: from journals into the store, and what is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np

from tongjian.cli._output import Figure, Output
from tongjian.monitoring.hours import minute_text
from tongjian.monitoring.profile import Channel, Profile, measured_quantities, read_profile
from tongjian.monitoring.series import Listed, SeriesStore
from tongjian.problems import Place, Problem, TongjianError

_STEP = re.compile(r"([1-9][0-9]{0,3})(min|h|d|mon|y)")
_UNITS = {"min": "m", "h": "h", "d": "D", "mon": "M", "y": "Y"}
_FEW_DAYS = np.timedelta64(3, "D")


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are: by default in the folder ``monitoring`` of a workspace."""

    profile: Path
    journal: Path
    store: Path


def places(
    workspace: Path, profile: Path | None, journal: Path | None, store: Path | None
) -> Places:
    """The places given, or those of the workspace."""
    folder = workspace / "monitoring"
    return Places(
        profile or folder / "monitoring.toml",
        journal or folder / "journal",
        store or folder / "series",
    )


def run_ingest(out: Output, where: Places) -> None:
    """Take in what the journals have more than the last time, and join what is due."""
    profile = read_profile(where.profile)
    if not where.journal.is_dir():
        values = {"detail": "没有此文件夹 / no such folder"}
        raise TongjianError(Problem("cli.unreadable", Place(file=str(where.journal)), values))
    with (
        SeriesStore.open(where.store) as store,
        out.progress("入库", "taking in"),
    ):
        done = store.ingest(where.journal, profile)
        store.tend()
    counts = {
        name: getattr(done, name)
        for name in ("records", "telegrams", "values", "refused", "undated", "open")
    }
    unknown = dict(done.unknown)
    flags = {f"{mn} {flag}": count for (mn, flag), count in done.flags.items()}
    out.data({**counts, "unknown_stations": unknown, "unknown_flags": flags})
    out.say(
        f"读入 {done.records} 条记录，{done.telegrams} 条数据报文，{done.values} 个值",
        f"{done.records} records read, {done.telegrams} data telegrams, {done.values} values",
    )
    for count, zh, en in (
        (done.refused, "条拒收的，留在日志中", "refused, left in the journal"),
        (done.undated, "条没有可用的时间，未取", "without a usable time, not taken"),
        (done.open, "条还缺分包，等下次", "still lack a packet and wait"),
    ):
        if count:
            out.say(f"  {count} {zh}", f"  {count} {en}")
    for mn, count in unknown.items():
        out.say(
            f"  站点 {mn} 不在监测档案中（{count} 条）：值已保存，补入档案后即可使用",
            f"  station {mn} is not in the profile ({count} telegrams): its values are kept, and "
            "can be used once the profile has it",
        )
    for name, count in flags.items():
        out.say(
            f"  标记 {name} 不在该站的词表中（{count} 次），带它的值不作为有效值",
            f"  flag {name} is not in the station's vocabulary ({count} times); not relied on",
        )


def run_series(
    out: Output, where: Places, key: str | None, first: str | None, last: str | None, step: str
) -> None:
    """List every series, or the means of one."""
    profile = read_profile(where.profile) if where.profile.exists() else None
    with SeriesStore.open(where.store) as store:
        listed = store.listing()
        if key is None:
            _list(out, listed, profile)
        else:
            span = _span(key, listed, first, last)
            _show(out, store, profile, key, span, _step(step, *span))


def _list(out: Output, listed: list[Listed], profile: Profile | None) -> None:
    channels = {} if profile is None else profile.channels
    rows, told = [], []
    for one in listed:
        channel = channels.get(one.key)
        name, unit = _named(out, channel)
        rows.append(
            [
                *(one.key, name, unit, _length(one.interval_s)),
                *(minute_text(one.first), minute_text(one.last), one.count),
                None if np.isnan(one.value) else Figure(one.value),
            ]
        )
        told.append(
            {
                **{"key": one.key, "interval_s": one.interval_s, "count": one.count},
                **{"quantity": channel and channel.quantity, "unit": channel and channel.unit},
                **{"first": str(one.first), "last": str(one.last)},
                "value": None if np.isnan(one.value) else one.value,
            }
        )
    out.data(told)
    heads = (
        ["序列", "监测量", "上传单位", "间隔", "首", "末", "个数", "末值"]
        if out.lang == "zh"
        else ["series", "quantity", "unit sent", "interval", "first", "last", "count", "last value"]
    )
    out.table("监测序列" if out.lang == "zh" else "series", heads, rows, keys=1)


def _show(
    out: Output,
    store: SeriesStore,
    profile: Profile | None,
    key: str,
    span: tuple[np.datetime64, np.datetime64],
    step: np.timedelta64,
) -> None:
    channel = None if profile is None else profile.channels.get(key)
    found = store.averages(channel or key, *span, step)
    name, _ = _named(out, channel)
    unit = "" if channel is None else measured_quantities()[channel.quantity].unit
    columns = (found.time, found.mean, found.low, found.high, found.count)
    rows = list(zip(*columns, strict=True))
    out.data(
        {
            **{"key": key, "unit": unit or None, "quantity": channel and channel.quantity},
            "steps": [
                {
                    **{"time": str(time), "mean": float(mean), "low": float(low)},
                    **{"high": float(high), "count": int(count)},
                }
                for time, mean, low, high, count in rows
            ],
        }
    )
    zh = out.lang == "zh"
    heads = ["时间", "均值", "最小", "最大", "有效个数"]
    out.table(
        f"{key}  {name}  {unit or ('上传单位' if zh else 'unit as sent')}",
        heads if zh else ["time", "mean", "least", "greatest", "measured"],
        [
            [minute_text(time), *(Figure(one) for one in (mean, low, high)), int(count)]
            for time, mean, low, high, count in rows
        ],
        keys=1,
    )


def _span(
    key: str, listed: list[Listed], first: str | None, last: str | None
) -> tuple[np.datetime64, np.datetime64]:
    """The time asked for; all of the series where nothing was."""
    here = [one for one in listed if one.key == key]
    if not here:
        values = {"option": "SERIES", "value": key, "expected": "tongjian monitoring series"}
        raise TongjianError(Problem("cli.option", values=values))
    begin = min(one.first for one in here).astype("datetime64[D]")
    end = max(one.last for one in here).astype("datetime64[D]") + np.timedelta64(1, "D")
    return (
        begin if first is None else _moment("--from", first),
        end if last is None else _moment("--to", last),
    )


def _step(text: str, first: np.datetime64, last: np.datetime64) -> np.timedelta64:
    if not text:
        return np.timedelta64(1, "h") if last - first <= _FEW_DAYS else np.timedelta64(1, "D")
    found = _STEP.fullmatch(text)
    if found is None:
        values = {"option": "--step", "value": text, "expected": "15min, 1h, 1d, 1mon, 1y"}
        raise TongjianError(Problem("cli.option", values=values))
    unit = cast("Literal['m', 'h', 'D', 'M', 'Y']", _UNITS[found[2]])
    return np.timedelta64(int(found[1]), unit)


def _moment(option: str, text: str) -> np.datetime64:
    try:
        found: np.datetime64 | None = np.datetime64(text, "us")
    except ValueError:
        found = None
    if found is None or np.isnat(found):
        values = {"option": option, "value": text, "expected": "2025-01-31, 2025-01-31T08:00"}
        raise TongjianError(Problem("cli.option", values=values))
    return found


def _named(out: Output, channel: Channel | None) -> tuple[str, str]:
    if channel is None:
        return "", ""
    quantity = measured_quantities()[channel.quantity]
    return (quantity.zh if out.lang == "zh" else quantity.en), channel.unit


def _length(seconds: int) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
