"""The sheets of a plan as a workbook (计划工作簿的表): which column is which part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tongjian.control_plan._words import words

Kind = Literal["text", "number", "whole", "day", "list", "flag"]
SPLIT = ";"
"""What stands between the entries of a list within a cell; the full-width one is read as well."""


@dataclass(frozen=True, slots=True)
class PlanColumn:
    """A column (列): `path` is where its value goes in an entry, such as ``range.low``."""

    path: str
    zh: str
    kind: Kind = "text"

    @property
    def heading(self) -> str:
        """The header of the template."""
        return f"{self.zh} {self.path}"


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """A sheet (工作表): `path` is the list of the document that its rows are entries of.

    The sheet whose path is ``""`` has one row with the plan's own fields.
    """

    path: str
    zh: str
    columns: tuple[PlanColumn, ...]
    plain: bool = False
    """Whether its rows are texts and no entries with fields."""


def _columns(*told: tuple[str, str] | tuple[str, str, Kind]) -> tuple[PlanColumn, ...]:
    return tuple(PlanColumn(*one) for one in told)


_SPREAD = _columns(
    ("uncertainty.percent", "不确定度%", "number"),
    ("uncertainty.meaning", "不确定度含义"),
    ("uncertainty.coverage", "包含因子k", "number"),
    ("uncertainty.basis", "不确定度依据"),
)
SHEETS: Sequence[PlanSheet] = (
    PlanSheet(
        "",
        "计划",
        _columns(
            ("plan", "设施编码"),
            ("revision", "版次", "whole"),
            ("in_force", "生效日期", "day"),
            ("reason", "制定或修订原因"),
            ("enterprise.name", "企业名称"),
            ("enterprise.credit_code", "统一社会信用代码"),
            ("enterprise.address", "地址"),
            ("enterprise.sector", "行业"),
            ("enterprise.contact", "联系人"),
            ("enterprise.phone", "电话"),
            ("boundary.description", "核算边界"),
        ),
    ),
    PlanSheet(
        "boundary.process_units",
        "工序",
        _columns(
            ("id", "编号"),
            ("name", "名称"),
            ("equipment", "主要设备", "list"),
            ("products", "产品"),
        ),
    ),
    PlanSheet("boundary.excluded", "边界外", _columns(("text", "不计入的设施")), plain=True),
    PlanSheet(
        "sources",
        "排放源",
        _columns(
            ("id", "编号"),
            ("name", "名称"),
            ("kind", "类型"),
            ("process_unit", "工序"),
            ("streams", "物料或能源", "list"),
        ),
    ),
    PlanSheet(
        "meters",
        "计量器具",
        (
            *_columns(
                ("id", "编号"),
                ("name", "名称"),
                ("measures", "测量对象"),
                ("type", "类型"),
                ("model", "型号"),
                ("serial", "出厂编号"),
                ("accuracy_class", "准确度等级"),
                ("range.low", "量程下限", "number"),
                ("range.high", "量程上限", "number"),
                ("range.unit", "量程单位"),
                ("location", "安装位置"),
                ("interval", "检定周期（月）", "whole"),
                ("calibrated", "检定日期", "day"),
                ("next_due", "有效期至", "day"),
                ("institution", "检定机构"),
                ("certificate", "证书编号"),
            ),
            *_SPREAD,
        ),
    ),
    PlanSheet(
        "laboratories",
        "实验室",
        _columns(
            ("id", "编号"),
            ("name", "名称"),
            ("kind", "自有或外部"),
            ("accreditation", "资质", "list"),
            ("number", "证书编号"),
            ("valid_to", "有效期至", "day"),
        ),
    ),
    PlanSheet(
        "parameters",
        "参数",
        (
            *_columns(
                ("id", "编号"),
                ("name", "名称"),
                ("stream", "物料或能源"),
                ("item", "项目"),
                ("process_unit", "工序"),
                ("obtained", "获取方式"),
                ("meters", "计量器具", "list"),
                ("laboratory", "实验室"),
                ("standard", "检测标准"),
                ("detail", "说明"),
                ("frequency", "测量频次"),
                ("recorded", "记录频次"),
                ("missing.rule", "缺失数据处理"),
                ("missing.detail", "缺失处理说明"),
                ("filled_by", "填报岗位"),
                ("checked_by", "审核岗位"),
                ("key", "关键参数", "flag"),
                ("source", "排放源"),
            ),
            *_SPREAD,
        ),
    ),
    PlanSheet(
        "roles",
        "岗位",
        _columns(("id", "编号"), ("name", "名称"), ("duty", "职责")),
    ),
    PlanSheet("quality", "内部质量控制", _columns(("text", "措施")), plain=True),
)
# Which group of words a column has, by its path; that of the sheet before it where two differ.
_GROUPS = {
    "obtained": "way",
    "frequency": "frequency",
    "recorded": "frequency",
    "missing.rule": "missing",
    "uncertainty.meaning": "meaning",
    "sources.kind": "source",
    "laboratories.kind": "laboratory",
}


def choices(sheet: PlanSheet, column: PlanColumn) -> dict[str, str]:
    """The Chinese words that a column may have, and what they stand for."""
    group = _GROUPS.get(f"{sheet.path}.{column.path}") or _GROUPS.get(column.path)
    return {} if group is None else {zh: code for code, (zh, _) in words(group).items()}


__all__ = ["SHEETS", "SPLIT", "Kind", "PlanColumn", "PlanSheet", "choices"]
