"""Bands and statistics in words (分档与统计量的说法)."""

from __future__ import annotations

import math

from tongjian.rules import Band, Sample, Span, Statistic, SubstitutionPart

_PERIOD: dict[Sample, tuple[str, str]] = {
    "month": ("当月", "of the month"),
    "quarter": ("当季", "of the quarter"),
    "year": ("当年", "of the year"),
    "same_hour": ("当月同一时刻", "of the month at the same time of day"),
}


def conditions(band: Band, lang: str) -> str:
    """When a band holds, empty if always."""
    zh = lang == "zh"
    parts = [
        _span(band.availability, "捕集率" if zh else "availability", 100, " %"),
        _span(band.gap, "缺失" if zh else "gap", 1, " h"),
        _span(band.history, "此前有效" if zh else "valid hours before", 1, " h"),
    ]
    return ("，" if zh else ", ").join(one for one in parts if one)


def use_words(part: SubstitutionPart, band: Band, lang: str) -> str:
    """What a band puts in the place of an hour."""
    zh = lang == "zh"
    if not band.use:
        return "不替代" if zh else "nothing"
    found = [_statistic(part, one, zh) for one in band.use]
    if len(found) == 1:
        return found[0]
    return f"取大：{'；'.join(found)}" if zh else f"the greatest of: {'; '.join(found)}"


def _statistic(part: SubstitutionPart, one: Statistic, zh: bool) -> str:
    if one.kind == "potential":
        return "最大潜在值" if zh else "the maximum potential value"
    if one.over == "neighbours":
        return _neighbours(one, zh)
    if one.over == "look_back":
        calibrated = part.anchor == "calibration"
        from_zh = f"{'上次合格校准' if calibrated else '缺失'}前 {one.hours} 个有效小时"
        before = "the last passed calibration" if calibrated else "the gap"
        from_en = f"of the last {one.hours} valid hours before {before}"
    else:
        from_zh, from_en = (
            _PERIOD[one.over][0] + "有效小时",
            f"of the valid hours {_PERIOD[one.over][1]}",
        )
    what_zh, what_en = {
        "mean": ("均值", "mean"),
        "maximum": ("最大值", "maximum"),
        "percentile": (f"第 {one.percentile:g} 百分位数", f"{one.percentile:g}th percentile"),
    }[one.kind]
    if one.deviations:
        what_zh += f"加 {one.deviations:g} 倍标准差"
        what_en += f" and {one.deviations:g} standard deviations"
    return f"{from_zh}的{what_zh}" if zh else f"{what_en} {from_en}"


def _neighbours(one: Statistic, zh: bool) -> str:
    words = "前后最近有效小时的均值" if zh else "mean of the nearest valid hours before and after"
    sides_zh = {"before": "只有之前时取之前", "after": "只有之后时取之后"}
    sides_en = {"before": "the one before", "after": "the one after"}
    for side in one.alone:
        words += (
            f"（{sides_zh[side]}）" if zh else f" (or {sides_en[side]} where there is no other)"
        )
    return words


def _span(span: Span, name: str, scale: int, unit: str) -> str:
    bounds = []
    if span.low != -math.inf:
        bounds.append(f"{'>' if span.low_open else '≥'} {span.low * scale:g}{unit}")
    if span.high != math.inf:
        bounds.append(f"{'<' if span.high_open else '≤'} {span.high * scale:g}{unit}")
    return f"{name} {' '.join(bounds)}" if bounds else ""


__all__ = ["conditions", "use_words"]
