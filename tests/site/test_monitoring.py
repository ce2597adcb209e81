"""The monitoring page: what it shows of a kept year, to whom, and a year rolled up from it."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from tests.measured.test_workspace import NAMES, PROFILE
from tests.site.monitored import PUT, RULE, keep_year
from tests.site.story import page, work_off
from tests.site.world import YEAR, A, World
from tongjian.engine import run
from tongjian.monitoring.series import SeriesStore, Value
from tongjian.records import import_files
from tongjian.site.acting import acting
from tongjian.site.monitoring.asked import Asked
from tongjian.site.mrv.services_reports import take_step
from tongjian.site.operations.models import Job
from tongjian.site.registry.models import Plant, ProcessUnit
from tongjian.site.workspaces import catalogue, rulebook
from tongjian.versions import make_version

ADDRESS = f"/monitoring/DEMO-STEEL/{YEAR}/"
V1 = f"/api/v1/plants/DEMO-STEEL/monitoring/{YEAR}"
LINE = "DEMO-ADIPIC"
OUTPUT = f"""facility,period,process_unit,stream,item,quantity,unit,tier,evidence
{LINE},2025-01,AA1,adipic_acid,produced,100,t,monitored,ledger
"""


@pytest.fixture(scope="module")
def kept(stage: World) -> World:
    keep_year(stage)
    return stage


@pytest.mark.parametrize(
    ("role", "language", "said"),
    [
        ("preparer", "zh-hans", ("有效数据捕集率", "99.7 %", "标记为非测量", "凭记忆", "98.0 %")),
        ("city", "en", ("Share of valid data", "99.7 %", "flagged", "kg/h", "98.0 %")),
    ],
)
def test_a_kept_year_as_its_readers_see_it(
    kept: World, role: str, language: str, said: tuple[str, ...]
) -> None:
    shown = page(kept.client(role, language=language), ADDRESS)

    for one in (*said, RULE, "2024-03-05 06:00", "2024-03-05 12:00", "2024-02-26 18:00", "DA001"):
        assert one in shown, one
    assert ('class="actions"' in shown) is False  # there is no profile: nothing to roll up


def test_findings_name_their_channels_and_say_what_they_rest_on(kept: World) -> None:
    """39 days after 1 February stands 11 March; 60 hours end on 13 March at 12:00."""
    shown = page(kept.client("city", language="en"), ADDRESS)
    for one in (
        *("Where to look first", "flat line", "60 points", 'href="#finding-1"', "2024-03-11 00:00"),
        *(
            "2024-03-13 12:00",
            "while other channels move: stack gas flow (as it is)<br>",
            ">18 h <span",
        ),
        # where the sentences of problems are: a channel by what it measures, and no MN
        *(
            "Out of control from 2024-03-20 08:00",
            "nitrogen oxides (as NO2), DA001 (stack)</small>",
        ),
        *("nothing this year", "2024-11-29 07:00"),
    ):
        assert one in shown, one
    found = kept.client("city").get(V1).json()
    (flat,) = [one for one in found["findings"] if one["test"] == "flat"]
    assert (flat["severity"], flat["first"], flat["last"], flat["bound"]) == (
        *("serious", "2024-03-11T00:00:00+08:00", "2024-03-13T12:00:00+08:00", "18 h"),
    )
    assert flat["said"]["zh"].startswith("连续 60 行恒为 61.7") and "MN1" not in flat["said"]["zh"]
    first = found["scores"][0]
    assert (first["channel"], first["month"], first["score"]) == ("MN1/a21002", "2024-03", 60)
    assert first["reasons"][0]["finding"] == flat["number"]
    assert [one["latest"] for one in found["channels"]] == [
        *("2024-12-31T23:00:00+08:00", "2024-11-29T07:00:00+08:00", None),
    ]


def test_the_chart_has_every_day_and_says_what_each_rests_on(kept: World) -> None:
    client = kept.client("province", language="en")

    def rows(query: str) -> dict[str, list[str]]:
        answer = client.get(f"{ADDRESS}monitored.csv?{query}")
        assert answer.status_code == 200
        table = list(csv.reader(io.StringIO(answer.content.decode().lstrip("\ufeff"))))
        assert table[0][1].startswith("nitrous oxide (kg/h")
        return {one[0]: one[1:3] for one in table[1:]}

    year = rows("")
    assert len(year) == 366
    assert year["2024-03-04"] == ["10.0", "measured"]
    # 18 hours of 10 kg/h and six of 40 put in
    assert float(year["2024-03-05"][0]) == pytest.approx((18 * 10 + 6 * 40) / 24)
    assert year["2024-03-05"][1] == "with substituted values"
    assert year["2024-05-01"] == ["", "stopped"]
    assert year["2024-09-09"] == ["", "missing"]
    hours = rows("range=day&day=2024-03-05")
    assert [hours[f"2024-03-05 {at:02d}:00"][0] for at in (5, 6, 11, 12)] == [
        *("10.0", "40.0", "40.0", "10.0"),
    ]
    assert len(rows("range=month&day=2024-02-10")) == 29


def test_a_day_beyond_the_year_is_not_gone_to() -> None:
    asked = Asked.of({"range": "day", "day": "2024-12-31"}, 2024, ["p"])
    assert (asked.day, asked.after) == (date(2024, 12, 31), "")
    assert "day=2024-12-30" in asked.before
    assert Asked.of({"day": "2023-05-05", "range": "week"}, 2024, ["p"]).day == date(2024, 1, 1)
    month = Asked.of({"range": "month", "day": "2024-02-29"}, 2024, ["p"])
    assert (month.hours, month.first) == (29 * 24, np.datetime64("2024-02-01T00", "h"))


def test_the_api_says_the_same(kept: World) -> None:
    client = kept.client("verifier")
    found = client.get(V1).json()
    assert found["rule"] == "cn.hj75-2017" and found["stated"] == []
    first = found["gases"][0]
    assert (first["point"], first["gas"], first["year"]["substituted_hours"]) == (
        *("DA001.stack", "n2o", 6.0),
    )
    assert found["abatement"][0]["efficiency"] == 0.98
    (stretch,) = client.get(f"{V1}/substituted?point=DA001.stack").json()["items"]
    assert (stretch["first"], stretch["last"]) == (
        *("2024-03-05T06:00:00+08:00", "2024-03-05T12:00:00+08:00"),
    )
    assert (stretch["hours"], stretch["low"], stretch["unit"]) == (6, 40.0, "kg/h")
    assert stretch["clause"].startswith("HJ 75-2017") and stretch["status"] == "recalled"
    hours = f"{V1}/hours?point=DA001.stack&gas=n2o&limit=500"
    seen, after = [], ""
    while len(seen) <= PUT.start:
        part = client.get(hours + (f"&cursor={after}" if after else "")).json()
        seen, after = seen + part["items"], part["next"]
    assert seen[PUT.start]["rule"] == RULE and seen[PUT.start]["concentration"] is None
    assert client.get(f"{V1}/hours?point=DA001.stack&gas=so2").status_code == 404
    assert kept.client("verifier", of="B").get(V1).status_code == 404
    assert client.post(f"{V1}/roll-ups", {}, content_type="application/json").status_code == 403


def test_a_year_is_rolled_up_recorded_and_stated(world: World) -> None:
    """From hours in the store to tN2O and kg/t of a version, by a preparer's clicks."""
    plant = Plant.every.create(
        enterprise=world.enterprise(), code=LINE, name_zh="己二酸厂", sector="adipic_acid",
        division="320100",
    )  # fmt: skip
    ProcessUnit.every.create(plant=plant, code="AA1", kind="acid_unit")
    preparer, actor = world.client("preparer"), world.actor("preparer")
    address = f"/monitoring/{LINE}/2025/"
    assert "tongjian monitoring ingest" in page(preparer, address)
    _january(world)
    assert "汇总本年监测数据" in page(preparer, address)
    assert preparer.post(f"{address}measure").status_code == 302
    work_off()
    job = Job.every.get(kind="monitoring.measure")
    assert job.result["records"] == {"new": 3}
    entered = world.workspace().log.entries("records.import")[-1]
    assert (entered.by, entered.content["how"]) == (actor.signature, "monitoring")
    with acting(actor, plant.enterprise) as workspace:
        book = workspace.folder / "output.csv"
        book.write_text(OUTPUT, encoding="utf-8")
        assert import_files(workspace.store, [book], catalogue()).ok
        (n2o,) = [
            one["quantity"]
            for one in workspace.store.read_activity(LINE)
            if one["item"] == "n2o_measured"
        ]
        made = run(rulebook(), workspace.store, ["cn.pollution.chemicals"], [2025])
        mark = workspace.runs.keep(made, actor.signature).id
        take_step(actor, plant, 2025, "open")
        make_version(workspace.runs, LINE, 2025, [mark], actor.signature, "original", "")
    (stated,) = preparer.get(f"/api/v1/plants/{LINE}/monitoring/2025").json()["stated"]
    numbers = {one["column"]: one["value"] for one in stated["numbers"]}
    # Rate of an hour: 1200 mg/Nm3 x 40000 Nm3/h = 48 kg; 744 h of it
    assert numbers["n2o"] == pytest.approx(n2o) == pytest.approx(35.712, rel=1e-6)
    assert numbers["n2o_per_product"] == pytest.approx(357.12, rel=1e-6)
    assert (stated["route"], stated["handed_in"]) == ("measured", False)
    shown = page(preparer, address)
    assert "实测法" in shown
    # every hour of January is alike, and screening does not take that for granted
    assert "先看哪里" in shown and "2025-01-31 23:00" in shown
    # What was not handed in is nobody else's.
    assert world.client("city").get(f"/api/v1/plants/{LINE}/monitoring/2025").json()["stated"] == []


def _january(world: World) -> None:
    """Every hour of January: 1200 mg/Nm3 of dry N2O in 40000 Nm3/h of dry gas."""
    folder = world.workspace(A).folder / "monitoring"
    folder.mkdir(parents=True)
    (folder / "monitoring.toml").write_text(PROFILE, encoding="utf-8")
    sent = dict.fromkeys(NAMES, 1.0)
    sent |= {"n2o": 1200.0, "flow": 40_000.0, "temperature": 0.0, "pressure": 0.0, "moisture": 0.0}
    start = datetime(2025, 1, 1)
    with SeriesStore.open(folder / "series") as store:
        store.put(
            Value(f"MN1/{name}", start + timedelta(hours=at), 3600, {"avg": value}, "N")
            for at in range(31 * 24)
            for name, value in sent.items()
        )
