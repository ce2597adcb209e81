"""The code tables of the standards, as data (编码表): commands, systems, quantities, flags."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

EDITIONS = ("2005", "2017", "2025")
"""In the order of the version number in Flag (标准版本), from 0 on."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command code (命令编码 CN) and who sends it; `editions` say in which standards."""

    cn: str
    editions: tuple[str, ...]
    zh: str
    en: str
    by_host: bool
    by_station: bool
    kind: str
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is measured (监测因子): its codes of 2017 and 2005 and the unit the standard implies."""

    code: str
    code_2005: str
    zh: str
    en: str
    unit: str
    emission_unit: str
    form: str
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class FlagMeaning:
    """A data flag (数据标记) in one vocabulary, and what a value that carries it is worth.

    The same letter means different things: B is a lost line to the instrument in HJ 212-2017 and
    a banked fire in HJ 76-2017; F is a stopped source in HJ 76-2017 and a stopped instrument in
    HJ 212-2017. `state` says which follows for the data: ``valid``, ``missing``, ``flagged`` (the
    instrument did not measure the stack) or ``stopped`` (the source did not run), and `zero`
    whether a zero with it can be a measurement; the standards print neither, so `state_status`
    tells how well they are known.
    """

    vocabulary: str
    flag: str
    zh: str
    en: str
    state: str
    zero: bool
    source: str
    status: str
    state_status: str
    state_note: str

    @property
    def measured(self) -> bool:
        """Whether the value was measured in the gas of the source (是否为测量值)."""
        return self.state == "valid"


@dataclass(frozen=True, slots=True)
class Result:
    """A value of QnRtn (请求返回) or ExeRtn (执行返回): why a command is or is not carried out."""

    zh: str
    en: str
    source: str
    status: str


@lru_cache(maxsize=1)
def commands() -> tuple[Command, ...]:
    """Every command; one whose meaning changed stands once for each meaning."""
    return tuple(
        Command(
            *(row["cn"], tuple(row["editions"].split()), row["zh"], row["en"]),
            *(row["by_host"] == "1", row["by_station"] == "1"),
            *(row["kind"], row["source"], row["status"]),
        )
        for row in _rows("commands")
    )


def command(cn: str, edition: str) -> Command | None:
    """What `cn` means in `edition` ("2005", "2017", "2025"); None where it means nothing."""
    return next((one for one in commands() if one.cn == cn and edition in one.editions), None)


@lru_cache(maxsize=1)
def quantities() -> dict[str, Quantity]:
    """Quantities of waste gas by their code, that of 2017 as well as that of 2005."""
    found: dict[str, Quantity] = {}
    for row in _rows("quantities"):
        one = Quantity(**row)
        found[one.code] = one
        if one.code_2005:
            found.setdefault(one.code_2005, one)
    return found


@lru_cache(maxsize=1)
def systems() -> dict[str, tuple[str, str]]:
    """System codes (系统编码 ST) with their names in Chinese and English."""
    return {row["st"]: (row["zh"], row["en"]) for row in _rows("systems")}


@lru_cache(maxsize=1)
def results() -> dict[tuple[str, int, str], Result]:
    """What stations answer to commands, by (field, value, edition)."""
    return {
        (row["field"], int(row["value"]), edition): Result(
            row["zh"], row["en"], row["source"], row["status"]
        )
        for row in _rows("results")
        for edition in row["editions"].split()
    }


@lru_cache(maxsize=1)
def flags() -> dict[tuple[str, str], FlagMeaning]:
    """Flags by (vocabulary, letter)."""
    found = (
        FlagMeaning(**{**row, "zero": row["zero"] == "1"})  # type: ignore[arg-type]
        for row in _rows("flags")
    )
    return {(one.vocabulary, one.flag): one for one in found}


def _rows(name: str) -> list[dict[str, str]]:
    source = files("tongjian.monitoring.hj212") / "tables" / f"{name}.csv"
    return list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))
