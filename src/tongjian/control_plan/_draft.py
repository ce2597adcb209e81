"""Drafts a plan from the records of a plant and what its rule sets read (起草计划).

The draft is text to be completed: what only the plant can know stands empty, and reading the file
lists each of these places with its line. No sector is known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from tongjian.control_plan._guide import ways
from tongjian.control_plan._link import Row
from tongjian.control_plan._reads import Need
from tongjian.control_plan._wanted import Wanted, wanted
from tongjian.records import Catalogue
from tongjian.rules import CompiledRuleSet

_HEAD = """\
# 数据质量控制计划草稿：由活动数据和规则集读取的项目生成，留空处须填写。见 docs/control-plan.md。
# Draft of a control plan, from the records and what the rule sets read: fill in what is empty.
# 规则集 / rule sets: {rulesets}
plan: {facility}
revision: 1
in_force: {day}
reason: 首次制定
enterprise:
  name: {name}
  sector: {sector}
boundary:
  description:            # 核算边界 / the accounting boundary
"""
_SOURCES = """\
sources:
# - {{id: S1, name: 高炉, kind: combustion, streams: [焦炭]}}
#   kind: combustion | process | fixed | electricity | heat | other
{sources}
meters: []                # 计量器具台账：去掉 []，按下例填写 / drop [] and list the meters
# - id: W1
#   name: 1号汽车衡
#   measures: 焦炭进厂质量
#   accuracy_class: III
#   range: {{low: 1, high: 100, unit: t}}
#   interval: 12           # 检定周期（月）/ months between calibrations
#   calibrated: 2024-01-01
#   uncertainty: {{percent: 0.5, meaning: limit, basis: 检定证书}}
laboratories: []
# - {{id: L1, name: 质检中心, kind: own, accreditation: [CNAS], valid_to: 2027-06-30}}
"""
_ABSENT = """\
# 以下项目规则集也读取，没有数据：不发生的不必写；如有发生，去掉 # 并写明如何获取。
# Read as well, nothing recorded: leave them out if they do not occur, else say how obtained.
"""
_TAIL = """\
roles:
- {id: fill, name: , duty: 填报}
- {id: check, name: , duty: 审核}
quality: []               # 内部质量控制措施 / internal quality control
"""


def draft(
    facility: Mapping[str, Any],
    process_units: Iterable[Mapping[str, Any]],
    rows: Iterable[Row],
    rulesets: Sequence[CompiledRuleSet],
    catalogue: Catalogue,
    in_force: date,
) -> str:
    """The draft of a plan as YAML, every item that `rulesets` read of the plant's streams in it."""
    code = str(facility["facility"])
    own = [row for row in rows if row["facility"] == code]
    units = [one for one in process_units if one["facility"] == code]
    listed = wanted(own, rulesets, catalogue)
    text = _HEAD.format(
        rulesets=", ".join(one.id for one in rulesets),
        facility=_quoted(code),
        day=in_force.isoformat(),
        name=_quoted(str(facility["name_zh"])),
        sector=_quoted(str(facility["sector"])),
    )
    if units:
        text += "  process_units:\n" + "".join(
            f"  - id: {_quoted(str(one['process_unit']))}\n"
            f"    name: {_quoted(str(one['name_zh']))}\n"
            for one in units
        )
    titles = dict.fromkeys(_stream(one.need.stream, catalogue) for one in listed)
    named = [f"# {title}" for title in titles]
    text += _SOURCES.format(sources="\n".join(named) or "# —")
    text += "parameters:\n"
    for one in listed:
        if one.occurs:
            text += "".join(f"{line}\n" for line in _parameter(one, catalogue))
    left = [_absent(one, catalogue) for one in listed if not one.occurs]
    if left:
        text += _ABSENT + "".join(f"{line}\n" for line in left)
    return text + _TAIL


def _parameter(one: Wanted, catalogue: Catalogue) -> Iterator[str]:
    its = catalogue.streams.get(one.need.stream)
    item = None if its is None else catalogue.items_of(its.stream_class).get(one.need.item)
    way = _way(one.tier, "" if item is None else item.kind)
    why = f"现有数据 {one.tier} / tier of the records" if one.tier else ""
    if not one.tier:
        if one.needed:
            why = "方法必需 / the method needs it"
        else:
            way, why = "default", "没有数据时方法取缺省值 / the method has a default"
    yield f"- id: {_quoted('-'.join(filter(None, one.datum)))}"
    yield f"  stream: {_quoted(_stream(one.need.stream, catalogue))}"
    yield f"  item: {_quoted(_item(one.need, catalogue))}"
    if one.process_unit:
        yield f"  process_unit: {_quoted(one.process_unit)}"
    yield f"  obtained: {way:<13} # {why}"
    if way == "default":
        return
    if way == "measured":
        yield "  meters: []              # 器具编号 / ids of the meters"
    if way == "tested":
        yield "  laboratory:             # 实验室编号 / id of the laboratory"
        yield "  standard:               # 检测标准 / standard of the test"
    yield "  frequency:              # continuous shift day batch week month quarter year"
    yield "  recorded: month"
    yield "  missing: {rule: }       # conservative neighbours last_value default none"
    yield "  filled_by: fill"
    yield "  checked_by: check"


def _absent(one: Wanted, catalogue: Catalogue) -> str:
    """What is read and does not occur, as a comment."""
    unit = f", process_unit: {_quoted(one.process_unit)}" if one.process_unit else ""
    return (
        f"# - {{id: {_quoted('-'.join(filter(None, one.datum)))}, "
        f"stream: {_quoted(_stream(one.need.stream, catalogue))}, "
        f"item: {_quoted(_item(one.need, catalogue))}{unit}, obtained: absent}}"
    )


def _stream(name: str, catalogue: Catalogue) -> str:
    """The Chinese name of a stream where it says which stream is meant, else the id."""
    its = catalogue.streams.get(name)
    found = None if its is None else catalogue.resolve_stream(its.zh)
    return its.zh if its is not None and found is not None and found.id == name else name


def _item(need: Need, catalogue: Catalogue) -> str:
    its = catalogue.streams.get(need.stream)
    if its is None:
        return need.item
    title = catalogue.items_of(its.stream_class)[need.item].zh
    found = catalogue.resolve_item(its, title)
    return title if found is not None and found.id == need.item else need.item


def _way(tier: str, kind: str) -> str:
    """The way that a tier agrees with, if any; a content is tested and not metered."""
    fitting = [name for name, tiers in ways().items() if tier in tiers]
    if kind == "property" and "tested" in fitting:
        return "tested"
    return fitting[0] if fitting else ""


def _quoted(text: str) -> str:
    """A text as YAML that reads as text whatever is in it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


__all__ = ["draft"]
