"""The tables of record (活动数据长表与维度表), declared once as data.

Header recognition, the import template, the JSON Schema and the table in the documentation are
all made from `TABLES`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

CellType = Literal["text", "number", "period", "boolean"]

MAX_TEXT = 500
SCHEMA_FILE = "activity.schema.json"
_JSON_TYPES: Mapping[str, str] = {
    "text": "string",
    "number": "number",
    "period": "string",
    "boolean": "boolean",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column (列): its names in files, its type, what it means."""

    name: str
    zh: str
    en: str
    type: CellType
    required: bool
    description_zh: str
    description_en: str
    aliases: tuple[str, ...] = ()

    def heading(self) -> str:
        """The bilingual header of the template."""
        return f"{self.zh} / {self.en}"


@dataclass(frozen=True, slots=True)
class Table:
    """One table (数据表): its columns and the columns that identify a row."""

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sheet_aliases: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Canonical names, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column called `name`."""
        return self.columns[self.column_names.index(name)]

    @property
    def required(self) -> tuple[Column, ...]:
        """Columns whose cells must not be empty."""
        return tuple(column for column in self.columns if column.required)


@dataclass(frozen=True, slots=True)
class Tier:
    """How a value was come by (数据来源等级)."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()


TIERS: tuple[Tier, ...] = (
    Tier("monitored", "监测", "monitored", ("在线监测", "连续监测", "计量")),
    Tier("tested", "实测", "tested", ("化验", "检测")),
    Tier("invoiced", "发票/结算", "invoiced", ("发票", "结算", "结算单", "发票／结算")),
    Tier("calculated", "计算", "calculated", ("推算",)),
    Tier("estimated", "估算", "estimated", ("估计",)),
    Tier("default", "缺省", "default", ("缺省值", "默认", "推荐值")),
)

_FACILITY = Column(
    "facility",
    "设施",
    "Facility",
    "text",
    True,
    "设施（企业厂区）编码，须在设施表中登记",
    "Code of the facility (plant site); it must be in the facilities table",
    ("设施编码", "企业", "厂区", "facility code"),
)
_NAME_ZH = Column(
    "name_zh", "中文名称", "Name (Chinese)", "text", True, "中文名称", "Chinese name", ("名称",)
)
_NAME_EN = Column(
    "name_en",
    "英文名称",
    "Name (English)",
    "text",
    False,
    "英文名称",
    "English name",
    ("english name",),
)

ACTIVITY = Table(
    "activity",
    "活动数据",
    "Activity data",
    ("facility", "period", "process_unit", "stream", "item", "unit"),
    (
        _FACILITY,
        Column(
            "period",
            "期间",
            "Period",
            "period",
            True,
            "年或年月：2025、2025-03、2025/3、2025年3月、202503，或 Excel 日期（当月首日或末日）",
            "Year or month: 2025, 2025-03, 2025/3, 2025年3月, 202503, or an Excel date "
            "(first or last day of the month)",
            ("时间", "月份", "年月", "报告期", "month"),
        ),
        Column(
            "process_unit",
            "工序",
            "Process unit",
            "text",
            False,
            "工序或装置编码，须在工序表中登记；空白表示全厂",
            "Code of the process unit, which must be in the process-units table; "
            "empty means the whole plant",
            ("装置", "工序编码", "工序/装置", "unit of process", "line"),
        ),
        Column(
            "stream",
            "物料或能源",
            "Stream",
            "text",
            True,
            "物料、燃料、能源或产品：目录中的编码、中英文名称或别名",
            "Material, fuel, energy or product: code, Chinese or English name or alias "
            "of the catalogue",
            ("物料", "品种", "能源品种", "燃料品种", "物料/能源"),
        ),
        Column(
            "item",
            "项目",
            "Item",
            "text",
            True,
            "填报的是哪一项：净消耗量、低位发热量、购入电量……，编码或名称",
            "Which property is given: net consumption, net calorific value, purchased "
            "electricity ..., by code or name",
            ("指标", "参数", "数据项"),
        ),
        Column(
            "quantity",
            "数值",
            "Quantity",
            "number",
            True,
            "数字；可用千位分隔符；不写单位和百分号。等级、状态类项目填选项，日期类项目填日期，单位留空",
            "A number; thousands separators are fine; no unit and no percent sign. Items such as "
            "a grade take one of their words, items that are a day take a date, without a unit",
            ("数量", "值", "value", "amount"),
        ),
        Column(
            "unit",
            "单位",
            "Unit",
            "text",
            True,
            "计量单位；录入时精确换算为该项目的标准单位",
            "Unit of measure; converted exactly to the canonical unit of the item on entry",
            ("计量单位", "unit of measure"),
        ),
        Column(
            "tier",
            "数据来源",
            "Tier",
            "text",
            True,
            "监测、实测、发票/结算、计算、估算、缺省之一",
            "One of monitored, tested, invoiced, calculated, estimated, default",
            ("数据等级", "来源", "获取方式", "data source"),
        ),
        Column(
            "evidence",
            "证据",
            "Evidence",
            "text",
            False,
            "证明材料的编号或名称，可空",
            "Reference of the supporting document; may be empty",
            ("证据编号", "凭证", "证明材料", "备查"),
        ),
    ),
    ("activity data", "数据"),
)

FACILITIES = Table(
    "facilities",
    "设施",
    "Facilities",
    ("facility",),
    (
        _FACILITY,
        _NAME_ZH,
        _NAME_EN,
        Column(
            "sector",
            "行业",
            "Sector",
            "text",
            True,
            "目录中的行业编码或名称",
            "Sector of the catalogue, by code or name",
            ("所属行业",),
        ),
        Column(
            "province",
            "省份",
            "Province",
            "text",
            True,
            "省级行政区，如 江苏 或 Jiangsu",
            "Province, such as 江苏 or Jiangsu",
            ("省", "省（区、市）"),
        ),
        Column("city", "城市", "City", "text", False, "地级市", "City", ("市", "地市")),
        Column(
            "division",
            "行政区划代码",
            "Division code",
            "text",
            False,
            "六位行政区划代码",
            "Six-digit administrative division code",
            ("区划代码", "division"),
        ),
        Column(
            "fictitious",
            "是否虚构",
            "Fictitious",
            "boolean",
            False,
            "示例等虚构设施填“是”；空白为否",
            "'yes' for an invented facility, such as in an example; empty means no",
            ("虚构",),
        ),
    ),
    ("facility", "企业"),
)

PROCESS_UNITS = Table(
    "process_units",
    "工序",
    "Process units",
    ("facility", "process_unit"),
    (
        _FACILITY,
        Column(
            "process_unit",
            "工序",
            "Process unit",
            "text",
            True,
            "工序或装置编码，厂内唯一",
            "Code of the process unit, unique within the facility",
            ("装置", "工序编码", "工序/装置"),
        ),
        _NAME_ZH,
        _NAME_EN,
        Column(
            "kind",
            "类型",
            "Kind",
            "text",
            False,
            "工序类型；许可排放口填“排放口”，无组织排放源填“无组织排放源”",
            "Kind of unit; 'permit outlet' for a stack, 'fugitive source' for what has none",
            ("工序类型",),
        ),
        Column(
            "technology",
            "工艺",
            "Technology",
            "text",
            False,
            "工艺路线，如 高压法；决定部分缺省因子",
            "Technology, such as high pressure; decides some default factors",
            ("技术", "生产工艺"),
        ),
        Column(
            "abatement",
            "减排设施",
            "Abatement",
            "text",
            False,
            "减排技术，如 scr；无则填“无减排设施”或空白",
            "Abatement technology, such as scr; 'none' or empty if there is none",
            ("减排技术",),
        ),
        Column("capacity", "产能", "Capacity", "number", False, "产能数值", "Capacity", ("能力",)),
        Column(
            "capacity_unit",
            "产能单位",
            "Capacity unit",
            "text",
            False,
            "产能的单位，如 t/d；填写产能时必填",
            "Unit of the capacity, such as t/d; needed when a capacity is given",
        ),
    ),
    ("process units", "process_unit", "装置", "units"),
)

TABLES: tuple[Table, ...] = (ACTIVITY, FACILITIES, PROCESS_UNITS)


def table(name: str) -> Table:
    """The table called `name`."""
    return next(entry for entry in TABLES if entry.name == name)


def json_schema() -> dict[str, Any]:
    """The three tables as JSON Schema, for programs that prepare data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "通鉴活动数据 / Tongjian activity data",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            entry.name: {
                "title": f"{entry.zh} / {entry.en}",
                "type": "array",
                "items": _row_schema(entry),
            }
            for entry in TABLES
        },
    }


def schema_text() -> str:
    """The JSON Schema exactly as it is kept in the package."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def _row_schema(entry: Table) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [column.name for column in entry.required],
        "properties": {column.name: _cell_schema(column) for column in entry.columns},
    }


def _cell_schema(column: Column) -> dict[str, Any]:
    kind = _JSON_TYPES[column.type]
    cell: dict[str, Any] = {
        "title": column.heading(),
        "description": f"{column.description_zh} / {column.description_en}",
        "type": kind if column.required or column.type == "text" else [kind, "null"],
    }
    if column.name == "quantity":  # some items are a choice or a date
        del cell["type"]
        coded = {"type": "string", "pattern": r"^(\d{4}-\d{2}-\d{2}|[^0-9+.,\s-].*)$"}
        cell["anyOf"] = [{"type": kind}, coded]
    if column.type == "text":
        cell["maxLength"] = MAX_TEXT
        if column.required:
            cell["minLength"] = 1
    if column.type == "period":
        cell["pattern"] = "^(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?$"
    if column.name == "tier":
        cell["enum"] = [tier.code for tier in TIERS]
    return cell
