"""Reports of boards as rows (看板测试的数据): handed in and accepted on days of one's choice."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from tongjian.site.boards.models import Stage, Standing
from tongjian.site.boards.standings import write_totals
from tongjian.site.mrv.models import Report, SubmittedFigure, SubmittedVersion
from tongjian.site.registry.models import Enterprise, Plant

Line = tuple[str, str, str, str, str, int, int | None]
"""Rule set, boundary, category, substance, unit, amount and CO2 equivalent in micro-units."""


def carbon(micro: int, category: str = "fuel") -> Line:
    """Carbon dioxide within the boundary of the enterprise."""
    return ("cn.steel.ndrc-2013", "enterprise", category, "CO2", "tCO2", micro, micro)


def day(text: str, hour: int = 12) -> datetime:
    """A time on a day, in China."""
    return timezone.make_aware(datetime.fromisoformat(f"{text}T{hour:02}:00"))


def plant(enterprise: Enterprise, code: str, division: str, sector: str = "steel") -> Plant:
    """A plant of an enterprise."""
    return Plant.every.create(
        enterprise=enterprise, code=code, name_zh=f"厂{code}", name_en=f"Works {code}",
        sector=sector, division=division,
    )  # fmt: skip


def hand_in(
    of: Plant,
    year: int,
    number: int,
    since: datetime,
    lines: list[Line],
    until: datetime | None = None,
) -> SubmittedVersion:
    """A sealed version that stood from `since` until `until`."""
    report, _ = Report.every.get_or_create(
        plant=of, year=year, defaults={"enterprise": of.enterprise}
    )
    made = SubmittedVersion.every.create(
        enterprise=of.enterprise, report=report, plant_code=of.code, year=year, number=number,
        kind="initial", made_by="a", made=since, submitted_by="b", submitted=since, entry=number,
        division=of.division, sector=of.sector, records="0" * 64, rulebook="0" * 64,
    )  # fmt: skip
    names = ("ruleset", "boundary", "category", "substance", "unit", "amount_micro", "co2e_micro")
    SubmittedFigure.every.bulk_create(
        SubmittedFigure(version=made, **dict(zip(names, line, strict=True))) for line in lines
    )
    made.sealed = True
    made.save(update_fields=["sealed"])
    write_totals(made)
    stand(made, Standing.SUBMITTED, since, until)
    return made


def stand(
    version: SubmittedVersion, basis: str, since: datetime, until: datetime | None = None
) -> None:
    """A version stands as submitted or accepted."""
    Standing.every.create(
        enterprise=version.enterprise, report=version.report, version=version, basis=basis,
        year=version.year, division=version.division, sector=version.sector, since=since,
        until=until,
    )  # fmt: skip


def stage(
    version: SubmittedVersion, state: str, since: datetime, until: datetime | None = None
) -> None:
    """The report of a version is in a state."""
    enter(version.report, state, since, until)


def enter(
    report: Report,
    state: str,
    since: datetime,
    until: datetime | None = None,
    co2e: int | None = None,
) -> None:
    """A report is in a state."""
    Stage.every.create(
        enterprise=report.enterprise, report=report, state=state, year=report.year,
        division=report.plant.division, since=since, until=until, co2e_micro=co2e,
    )  # fmt: skip
