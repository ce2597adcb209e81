"""Charts of every kind, with long names, gaps, deductions and values that lie close together."""

from __future__ import annotations

from tongjian.charts import (
    Bar,
    Chart,
    Interval,
    Lane,
    Line,
    Link,
    Node,
    Place,
    ProcessUnit,
    Progress,
    Series,
    Status,
    bars,
    efficiency_curve,
    flow,
    intervals,
    monitored,
    place_map,
    sparks,
    tally,
    target_progress,
    trend,
)
from tongjian.rules import Words

LONG = Words(
    "某市某新区石化产业基地综合管理委员会直属企业", "Enterprises directly under a committee"
)
LINES = (
    Line(Words("标杆水平", "Benchmark level"), 361.0, "benchmark"),
    Line(Words("先进值", "Advanced value"), 361.5),
    Line(Words("准入值", "Admission value"), 364.0),
    Line(Words("基准水平", "Baseline level"), 435.0, "baseline"),
)
UNITS = (
    ProcessUnit(Words("甲厂1号", "Works A 1"), 520.0, 358.0),
    ProcessUnit(Words("乙厂2号", "Works B 2"), 310.0, 361.0),
    ProcessUnit(Words("丙厂", "Works C"), 400.0, 435.0),
    ProcessUnit(Words("丁厂", "Works D"), 15.0, 450.0),
    ProcessUnit(LONG, 330.0, 401.0),
    ProcessUnit(Words("停产", "Idle"), 0.0, 390.0),
    ProcessUnit(Words("无数", "Unknown"), 10.0, None),
)
LEVEL = Words("工序能耗", "Process energy")


def curve(units: tuple[ProcessUnit, ...] = UNITS, lines: tuple[Line, ...] = LINES) -> Chart:
    title = Words("能效水平", "Levels")
    ten_thousand = Words("万吨", "10⁴ t")
    return efficiency_curve(
        title, units, lines, level=LEVEL, unit="kgce/t", output_unit=ten_thousand
    )


GASES = (Words("二氧化碳", "CO₂"), Words("甲烷", "CH₄"))
BARS = (
    Bar(Words("甲市", "A city"), (812.3, 12.4)),
    Bar(LONG, (402.3, None)),
    Bar(Words("扣减", "Deducted"), (-102.3, None)),
)
NODES = tuple(
    Node(key, Words(zh, en))
    for key, zh, en in (
        ("coal", "煤", "Coal"), ("flux", "熔剂", "Fluxes"), ("coke", "焦化", "Coking"),
        ("iron", "高炉", "Blast furnaces"), ("air", "大气", "Air"), ("sold", "外售", "Sold"),
    )
)  # fmt: skip
LINKS = (
    Link("coal", "coke", 1000.0), Link("coke", "iron", 800.0), Link("coke", "sold", 200.0),
    Link("flux", "iron", 40.0), Link("iron", "air", 840.0), Link("flux", "air", 0.0),
)  # fmt: skip
PLACES = (
    Place("01", Words("甲市", "A city"), 118.8, 32.06, 602.0),
    Place("02", Words("乙市", "B city"), 119.42, 32.19, None),
    Place("03", Words("丙市", "C city"), 119.41, 32.39, 110.0),
    Place("04", Words("丁市", "D city"), 119.41, 32.39, 90.0),
    Place("05", Words("戊市", "E city"), 117.28, 34.2, 480.0),
)
SERIES = (
    Series(Words("甲市", "A city"), {"2021": 120.0, "2022": None, "2023": 119.0}),
    Series(Words("乙市", "B city"), {"2021": 80.0, "2022": 90.0, "2023": 118.5}),
    Series(LONG, {"2021": 10.0, "2022": 14.0, "2023": 118.0}),
    Series(Words("无数", "Nothing"), {}),
)
PROGRESS = (
    Progress("PM2.5", 82.0, "31.2 / 30 μg/m³", Words("进行中", "On the way"), "warn", 90.0),
    Progress(LONG, None, Words("缺基期数", "no base"), Words("无法判定", "Unknown"), "none"),
    Progress(Words("能耗", "Energy"), 145.0, "16 / 14 %", Words("已达到", "Met"), "good", 80.0),
)
STATUSES = (Status(Words("已达到", "Met"), "good"), Status(Words("未达到", "Missed"), "bad"))


LANES = (
    Lane(
        Words("氧化亚氮", "nitrous oxide"), "mg/m³",
        [118.0, 121.0, None, 340.5, 338.0, None, 117.0, 0.0],
        ["measured", "measured", "missing", "substituted", "substituted", "stopped", "measured",
         "measured"],
    ),
    Lane(
        Words("氮氧化物（以NO2计）", "nitrogen oxides (as NO2)"), "mg/m³",
        [41.0, 44.0, 43.0, 40.5, 39.0, None, 47.0, 46.0],
        [*["measured"] * 5, "stopped", "measured", "measured"], family=1, limit=100.0,
    ),
)  # fmt: skip
DAYS = [f"2025-03-{day:02d}" for day in range(28, 36)]


def every_chart() -> dict[str, Chart]:
    unit = Words("万吨", "10⁴ t")
    return {
        "bars": bars(Words("排放", "Emissions"), BARS, GASES, unit, source="GB/T 1-2024"),
        "tally": tally(
            Words("状态", "Status"), [Bar("甲", (12, 3)), Bar("乙", (0, 22))], STATUSES
        ),
        "curve": curve(),
        "trend": trend(Words("能耗", "Energy"), SERIES, unit),
        "sparks": sparks(Words("各企业", "Plants"), SERIES, unit),
        "progress": target_progress(Words("目标", "Targets"), PROGRESS),
        "intervals": intervals(
            Words("不确定度", "Uncertainty"), [Interval(LONG, 388.5, 371.0, 406.0)], unit,
            level=Words("95%置信区间", "95 % interval"),
        ),
        "flow": flow(Words("碳流", "Carbon flow"), NODES, LINKS, unit),
        "map": place_map(Words("位置", "Places"), PLACES, unit),
        "monitored": monitored(
            Words("烟气监测", "Stack gas"), DAYS, LANES,
            ticks={0: Words("3月28日", "28 March"), 4: Words("4月1日", "1 April"),
                   5: Words("4月2日", "2 April")},
        ),
    }  # fmt: skip
