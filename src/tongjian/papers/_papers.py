"""Gathers everything that lies beside a run for a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from tongjian.control_plan import findings, history, outline, read_guide, reads
from tongjian.engine import sensitivity
from tongjian.evidence import EvidenceLog, china_day
from tongjian.judging import JudgedColumn, JudgedTable, judge
from tongjian.papers._names import name_of
from tongjian.papers._widths import half_widths_of_plans
from tongjian.problems import TongjianError
from tongjian.records import Catalogue, Store
from tongjian.reports import Words
from tongjian.reports.documents import (
    Enterprise,
    Kind,
    Logged,
    Material,
    Papers,
    Verified,
)
from tongjian.statutory import Authority, statement
from tongjian.uncertainty import Assumptions, approach1
from tongjian.verification import Engagement, Materiality, opinion_of
from tongjian.versions import ReportVersion, RunStore, report_subject, version_diff

_DRIVERS = 12
_YEARS = range(1990, 2101)
_CO2E = "tCO2e"


def papers_of(
    material: Material,
    kind: Kind,
    runs: RunStore,
    version: ReportVersion | None,
    *,
    enterprise: Enterprise,
    uncertainty: bool = False,
    made: date | None = None,
    authority: Authority | None = None,
) -> Papers:
    """Everything that records and log have to say of a plant's year besides the run.

    `runs` brings the log with its attachments and the records; `authority` the confirmations, those
    of that log if none is given.

    Nothing of it depends on the day on which it is asked for: where a day is needed, it is `made`
    or that of the newest entry of the log.
    """
    log, files, records = runs.log, runs.files, runs.records
    entries = log.entries()
    today = made or (china_day(entries[-1].time) if entries else date(material.year, 12, 31))
    papers = Papers(
        enterprise=enterprise,
        statutory=version is not None and version.statutory,
        plan=_plan(material, records, log, today),
        made=made,
    )
    if entries:
        logged = Logged.of(log, material.facility, material.year, files)
        chosen = authority or Authority(log)
        said = statement(material.run, chosen, material.used) if chosen.entries() else None
        papers = replace(papers, logged=logged, statement=said)
    if version is not None:
        papers = replace(papers, version=_version(version, version_diff(runs, version), material))
    if kind.verified:
        papers = replace(papers, verified=_verified(material, log, today, kind.verified))
    if uncertainty:
        papers = replace(papers, uncertainty=_uncertainty(material, records, log, today))
    judged = {what: _judged(material, records, boundary) for what, boundary in kind.judged.items()}
    return replace(papers, judged=judged)


def _plan(material: Material, records: Store, log: EvidenceLog, today: date) -> Mapping[str, Any]:
    known = history(log, material.facility)
    if not known.revisions:
        return {}
    catalogue = Catalogue.load()
    sector = str(material.row.get("sector") or "")
    guide = read_guide(material.run.rulebook, sector, catalogue)
    rows = records.read_activity(material.facility, material.year)
    read = reads([material.sheets.ruleset], catalogue)
    found = findings(known, rows, material.year, guide, today, read)
    return outline(known, material.year, today, found)


def _version(
    version: ReportVersion, differs: Mapping[str, Any] | None, material: Material
) -> Mapping[str, Any]:
    """A version as the chapter on versions reads it, with what moved the total."""
    changes = [
        {
            "what": {"zh": one["title_zh"], "en": one["title_en"]},
            "before": one["before"],
            "after": one["after"],
            "effect": sum(part["amount"] for part in one["effects"] if part["unit"] == _CO2E),
        }
        for part in (differs or {}).get("parts", ())
        if part["boundary"] == material.doc.boundary
        for one in part["changes"]
    ]
    return {
        "label": f"V{version.number}",
        "reason": version.reason,
        "previous": f"V{version.number - 1}" if version.number > 1 else "",
        "changes": changes,
        "root": f"{version.root['hash']} ({version.root['size']})",
    }


def _verified(material: Material, log: EvidenceLog, today: date, how: str) -> Verified | None:
    opinion = opinion_of(log.entries(), report_subject(material.facility, material.year))
    if opinion is None:
        if how != "required":
            return None
        level, assurance = Materiality.of(material.run.rulebook), "reasonable"
    else:
        said = opinion.entry.content["materiality"]
        level = Materiality.agreed(said["percent"], said["source"])
        assurance = opinion.assurance
    engagement = Engagement.of(
        material.run, material.facility, material.year, level, assurance, material.ruleset
    )
    return Verified.of(log, engagement, today=today)


def _uncertainty(
    material: Material, records: Store, log: EvidenceLog, today: date
) -> Mapping[str, Any]:
    """Error propagation over the total, with half widths of the control plan and the rulebook."""
    facility, year = material.facility, material.year
    stated = half_widths_of_plans(records, log, material.run, [facility], year, today)
    found = approach1(
        sensitivity(material.run, [facility], year, material.ruleset, None),
        Assumptions.of(material.run.rulebook, stated=stated),
    )
    return {
        "method": {"zh": "误差传播法（IPCC 方法1）", "en": "Error propagation (IPCC approach 1)"},
        "value": found.value,
        "unit": found.unit,
        "percent": found.percent,
        "low": found.value - found.half_width,
        "high": found.value + found.half_width,
        "drivers": [
            {
                "name": {lang: name_of(one.quantity, lang) for lang in ("zh", "en")},
                "percent": one.assumption.half_width,
                "share": 100 * one.share,
                "source": one.assumption.source,
            }
            for one in found.contributions[:_DRIVERS]
            if one.assumption is not None and one.share > 0
        ],
        "open": [
            {lang: name_of(one.quantity, lang) for lang in ("zh", "en")}
            for one in found.unquantified
        ],
    }


def _judged(material: Material, records: Store, boundary: str) -> tuple[Mapping[str, Any], ...]:
    """What the judging rule sets of a boundary say of the plant; nothing where they cannot."""
    try:
        found = judge(
            material.run.rulebook, records, boundary, [material.year],
            binds=material.run.binds,
        ).tables(facility=material.facility)  # fmt: skip
    except TongjianError:
        # The chapter says what is missing and which command tells more.
        return ()
    return tuple(part for one in found for part in _parts(one))


def _parts(table: JudgedTable) -> list[Mapping[str, Any]]:
    """A judged table as a document has it: a line for each figure, rows under their key."""
    item, result = {"zh": "判定项", "en": "Item"}, {"zh": "结果", "en": "Result"}
    columns = [item, result, {"zh": "单位", "en": "Unit"}, {"zh": "条款", "en": "Clause"}]
    keys = [name for name in table.keys if name not in ("facility", "year")]
    rows: list[list[object]] = []
    for row in table.rows:
        if keys:
            rows.append([{lang: _key(row, keys, lang) for lang in ("zh", "en")}])
        rows += [
            [
                {"zh": one.title.zh, "en": one.title.en},
                _result(one, row[one.name]),
                {lang: Words.of(lang).unit(one.unit) for lang in ("zh", "en")},
                one.clause,
            ]
            for one in table.columns
            if row[one.name] is not None
        ]
    return [
        {
            "title": {
                "zh": f"{table.title.zh}：{table.heading.zh}",
                "en": f"{table.title.en}: {table.heading.en}",
            },
            "sheet": {"zh": table.heading.zh, "en": table.heading.en},
            "columns": columns,
            "figures": [result],
            "rows": rows,
            "note": table.document,
        }
    ]


def _key(row: Mapping[str, Any], keys: Sequence[str], lang: str) -> str:
    """Of what a row is, in words."""
    words = Words.of(lang)
    return " · ".join(words.key(name, str(row[name])) for name in keys)


def _result(column: JudgedColumn, value: object) -> object:
    """A cell: a number as it is, words in both languages."""
    if column.says_words or column.item is not None or not isinstance(value, int | float):
        return {lang: str(column.text(value, lang)) for lang in ("zh", "en")}
    # A year is no amount: it has no thousands.
    is_year = column.unit in ("", "1") and value in _YEARS
    return str(int(value)) if is_year else value


__all__ = ["papers_of"]
