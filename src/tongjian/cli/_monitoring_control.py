"""``tongjian monitoring status | request | command``: to a gateway that runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tongjian.cli._output import Output
from tongjian.monitoring.gateway import ask
from tongjian.problems import Problem, TongjianError

_CLOCK = "clock"


def run_status(out: Output, journal: Path) -> None:
    """Print who is connected, what came last, and how much."""
    told = _answer(journal, {"do": "status"})
    out.data(told)
    zh = out.lang == "zh"
    counts = {name: int(value) for name, value in told["counts"].items()}
    stations: list[dict[str, Any]] = told["stations"]
    there = sum(one["connected"] for one in stations)
    out.say(
        f"网关自 {told['started']} 运行（进程 {told['pid']}）："
        f"{there}/{len(stations)} 个站点已连接，"
        f"收 {counts['telegrams_total']} 条，重复 {counts['duplicates_total']}，"
        f"拒收 {counts['refused_total']}，身份不符 {counts['denied_total']}",
        f"The gateway runs since {told['started']} (process {told['pid']}): {there} of "
        f"{len(stations)} stations connected, {counts['telegrams_total']} telegrams, "
        f"{counts['duplicates_total']} again, {counts['refused_total']} refused, "
        f"{counts['denied_total']} denied",
    )
    head = (
        ["MN", "名称", "已连接", "最后的报文", "命令", "启动以来", "缺失小时"]
        if zh
        else ["MN", "name", "connected", "last telegram", "CN", "since start", "hours missing"]
    )
    rows = [
        [
            *(one["mn"], one["name"], one["connected"], one["last"] or "—"),
            *(one["last_cn"] or "", sum(one["telegrams"].values()), one["missing_hours"]),
        ]
        for one in stations
    ]
    out.table("站点" if zh else "Stations", head, rows, keys=1)


def run_request(out: Output, journal: Path, station: str, kind: str, first: str, last: str) -> None:
    """Have a station send data again, piece by piece, and say how much came."""
    times = {"from": _time("--from", first), "to": _time("--to", last)}
    parts = []
    done: dict[str, Any] = {}
    for told in ask(journal, {"do": "request", "mn": station, "cn": kind, **times}):
        if "done" in told:
            done = told["done"]
            continue
        part = told["part"]
        parts.append(part)
        none = part["exe_rtn"] != 1
        out.say(
            f"{part['from']} – {part['to']}："
            + ("没有数据" if none else f"{part['telegrams']} 条"),
            f"{part['from']} – {part['to']}: "
            + ("no data" if none else f"{part['telegrams']} telegrams"),
        )
    out.data({**done, "pieces": parts})
    out.say(
        f"共 {done['telegrams']} 条 {kind}，已在日志中；入库用 tongjian monitoring ingest",
        f"{done['telegrams']} telegrams of {kind} in all, kept in the journal; "
        "tongjian monitoring ingest takes them into the store",
    )


def run_command(
    out: Output, journal: Path, station: str, cn: str, parameters: Sequence[str], system: str
) -> None:
    """Have a station carry out a command; 1012 without parameters is its clock."""
    request: dict[str, Any] = {"do": "command", "mn": station, "cn": cn, "st": system}
    if cn == _CLOCK or (cn == "1012" and not parameters):
        request["do"] = _CLOCK
    request["groups"] = [_group(one) for one in parameters]
    told = _answer(journal, request)
    out.data(told)
    out.say(
        f"站点 {told['mn']} 已执行 {told['cn']}（QN {told['qn']}）",
        f"The station {told['mn']} has carried out {told['cn']} (QN {told['qn']})",
    )


def _answer(journal: Path, request: dict[str, Any]) -> dict[str, Any]:
    (told,) = ask(journal, request)
    found: dict[str, Any] = told["done"]
    return found


def _group(text: str) -> list[list[str]]:
    """``a=1,b=2`` is one group; each word of the command line is one."""
    pairs = [one.partition("=") for one in text.split(",")]
    if not all(name and equals for name, equals, _ in pairs):
        values = {"option": "NAME=VALUE", "value": text, "expected": "RtdInterval=60"}
        raise TongjianError(Problem("cli.option", values=values))
    return [[name, value] for name, _, value in pairs]


def _time(option: str, text: str) -> str:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        values = {"option": option, "value": text, "expected": "2025-01-31 | 2025-01-31T08"}
        raise TongjianError(Problem("cli.option", values=values)) from None
    return found.strftime("%Y%m%d%H%M%S")


__all__ = ["run_command", "run_request", "run_status"]
