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
from tongjian.control_plan._wanted import named_streams, wanted
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
    streams = list(dict.fromkeys(stream for _, stream, _ in listed))
    titles = [catalogue.streams[stream].zh for stream in streams if stream in catalogue.streams]
    names = [f"# {title}" for title in titles]
    text += _SOURCES.format(sources="\n".join(names) or "# —")
    text += "parameters:\n"
    always = set(named_streams(rulesets))
    for (unit, stream, _), (need, tier) in listed.items():
        needed = need.required and stream in always
        lines = _parameter(unit, need, tier, catalogue, needed=needed)
        text += "".join(f"{line}\n" for line in lines)
    return text + _TAIL


def _parameter(
    unit: str, need: Need, tier: str, catalogue: Catalogue, *, needed: bool
) -> Iterator[str]:
    stream = need.stream
    its = catalogue.streams.get(stream)
    item = None if its is None else catalogue.items_of(its.stream_class).get(need.item)
    name = f"{stream if its is None else its.zh}：{need.title.zh if item is None else item.zh}"
    way = _way(tier, "" if item is None else item.kind)
    why = f"现有数据 {tier} / tier of the records" if tier else ""
    if not tier:
        if needed:
            why = "方法必需 / the method needs it"
        elif need.has_default:
            way, why = "default", "没有数据时方法取缺省值 / the method has a default"
        else:
            way, why = "absent", "没有数据，请确认 / nothing recorded: confirm"
    yield f"- id: {_quoted('-'.join(filter(None, [unit, stream, need.item])))}"
    yield f"  name: {_quoted(name)}"
    yield f"  stream: {_quoted(stream)}"
    yield f"  item: {_quoted(need.item)}"
    if unit:
        yield f"  process_unit: {_quoted(unit)}"
    yield f"  obtained: {way:<15} # {why}"
    if way in ("default", "absent"):
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
