"""The task list, imports from files, monthly evidence, meters, what can be taken away."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.site.world import EXAMPLE, YEAR, World
from tongjian.control_plan import read_plan, revise
from tongjian.records import Store, import_files
from tongjian.site.acting import acting
from tongjian.site.entry.models import Draft, MeterReading, TaskList, Upload, UploadProblem
from tongjian.site.entry.uploads import folder_of
from tongjian.site.operations.jobs import work
from tongjian.site.operations.models import Job
from tongjian.site.workspaces import catalogue

CODE, OTHER = "DEMO-STEEL", "OTHER-STEEL"
HEADER = ["设施", "期间", "工序", "物料或能源", "项目", "数值", "单位", "数据来源", "证据"]
GOOD = [CODE, f"{YEAR}-01", "", "焦炭", "净消耗量", "1200", "t", "实测", "磅单 1"]


def as_csv(*rows: Sequence[object], name: str = "data.csv") -> SimpleUploadedFile:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([HEADER, *rows])
    return SimpleUploadedFile(name, stream.getvalue().encode("utf-8-sig"))


def do_jobs() -> None:
    """What a worker does."""
    for one in Job.every.filter(state=Job.WAITING):
        work.func(one.pk)


def bring(client: Client, *files: SimpleUploadedFile, **more: str) -> Upload:
    """Bring files and have them looked at."""
    answer = client.post(reverse("entry:import"), {"files": files, "mode": "add", **more})
    assert answer.status_code == 302, answer.content.decode()
    made = Upload.every.order_by("-pk")[0]
    do_jobs()
    made.refresh_from_db()
    return made


def record(client: Client, upload: Upload) -> Upload:
    assert client.post(reverse("entry:upload-apply", args=[upload.key])).status_code == 302
    do_jobs()
    upload.refresh_from_db()
    return upload


def page(client: Client, name: str, *args: object, query: str = "") -> str:
    answer = client.get(reverse(f"entry:{name}", args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def change(row: Sequence[str], **cells: str) -> list[str]:
    at = {"facility": 0, "period": 1, "item": 4, "quantity": 5, "unit": 6, "tier": 7}
    found = list(row)
    for name, value in cells.items():
        found[at[name]] = value
    return found


# ---- imports ----


def test_two_row_errors_are_found_marked_fixed_and_recorded(world: World) -> None:
    client = world.client("preparer")
    bad = [
        GOOD,
        change(GOOD, period=f"{YEAR}-02", quantity="12,5"),
        change(GOOD, period=f"{YEAR}-03", unit="kWh"),
    ]

    upload = bring(client, as_csv(*bad))

    assert (upload.state, upload.errors, upload.counts["read"]) == (Upload.FAULTY, 2, 3)
    shown = page(client, "upload", upload.key)
    assert "data.csv" in shown and "第3行" in shown and "第4行" in shown
    assert "12,5" in shown and "kWh" in shown
    assert world.workspace().store.read_activity() == []
    assert client.post(reverse("entry:upload-apply", args=[upload.key])).status_code == 422
    # The copy has the list of problems, then one's own sheet.
    answer = client.get(reverse("entry:upload-marked", args=[upload.key]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue()))
    listed, own = (book.get_sheet_by_name(one).to_python() for one in book.sheet_names)
    assert [row[2] for row in listed[1:]] == [3.0, 4.0] and len(own) == 4 and own[2][5] == "12,5"

    fixed = bring(client, as_csv(GOOD, change(bad[1], quantity="12.5"), change(bad[2], unit="t")))
    assert fixed.state == Upload.READY and fixed.counts["new"] == 3
    assert world.workspace().store.read_activity() == []
    done = record(client, fixed)

    assert (done.state, done.number) == (Upload.APPLIED, world.workspace().store.number)
    assert len(world.workspace().store.read_activity(CODE, YEAR)) == 3
    [entry] = world.workspace().log.entries("records.import")
    assert entry.by == world.actor("preparer").signature and entry.content["new"] == 3
    # The file that was recorded is kept, the faulty one is not.
    [kept] = world.workspace().files.stored()
    assert kept.files == entry.files and kept.number < entry.number
    assert world.workspace().files.read(kept.files[0]).startswith(b"\xef\xbb\xbf")
    assert not folder_of(done).exists()


def test_files_correct_and_withdraw_with_a_reason(world: World) -> None:
    client = world.client("preparer")
    record(client, bring(client, as_csv(GOOD)))
    refused = client.post(reverse("entry:import"), {"files": [as_csv(GOOD)], "mode": "correct"})
    assert refused.status_code == 422 and "理由" in refused.content.decode()

    right = change(GOOD, quantity="1300")
    plain = bring(client, as_csv(right))
    assert plain.state == Upload.FAULTY
    record(client, bring(client, as_csv(right), mode="correct", reason="磅单抄错"))
    assert world.workspace().store.read_activity()[0]["quantity"] == 1300.0
    record(client, bring(client, as_csv(right), mode="withdraw", reason="别厂的"))
    assert world.workspace().store.read_activity() == []
    query = f"?stream=coke&item=consumed&period={YEAR}-01"
    about = page(client, "cell", CODE, YEAR, query=query)
    assert "撤回" in about and "磅单抄错" in about and "别厂的" in about


def test_a_plant_that_is_not_ours_reads_like_one_that_is_none(world: World) -> None:
    client = world.client("preparer")

    told = []
    for code in (OTHER, "NONE-STEEL"):
        upload = bring(client, as_csv(change(GOOD, facility=code)))
        problem = UploadProblem.every.get(upload=upload)
        told.append(str(problem.data).replace(code, "?"))

    assert told[0] == told[1] and "records.unknown_facility" in told[0]
    assert OTHER not in told[0]
    facilities = b"facility,name_zh,sector,province\n%s,x,steel,Jiangsu\n" % OTHER.encode()
    upload = bring(client, SimpleUploadedFile("f.csv", facilities))
    assert UploadProblem.every.get(upload=upload).code == "records.unknown_facility"
    assert not world.workspace("B").store.read_facilities()


def test_uploads_of_another_enterprise_are_not_there(world: World) -> None:
    upload = bring(world.client("preparer"), as_csv(change(GOOD, unit="kWh")))
    stranger = world.client("preparer", "B")

    for name in ("upload", "upload-progress", "upload-marked"):
        assert stranger.get(reverse(f"entry:{name}", args=[upload.key])).status_code == 404
    for name in ("upload-apply", "upload-discard"):
        assert stranger.post(reverse(f"entry:{name}", args=[upload.key])).status_code == 404
    assert "data.csv" not in page(stranger, "import")
    assert not Job.objects.seen_by(world.actor("preparer", "B")).exists()
    upload.refresh_from_db()
    assert upload.state == Upload.FAULTY


def test_names_of_files_lead_nowhere(world: World) -> None:
    client = world.client("preparer")
    other = change(GOOD, period=f"{YEAR}-02")
    files = as_csv(GOOD, name="../../x\u202e.csv"), as_csv(other, name="marked.xlsx")
    upload = bring(client, *files)
    names = {one.name for one in folder_of(upload).iterdir()}
    assert all("/" not in one and "\u202e" not in one for one in upload.names)
    assert set(upload.names) <= names and "marked.xlsx" not in upload.names


# ---- the task list ----


def test_the_task_list_tells_what_is_missing_and_where_to_mend_it(world: World) -> None:
    client = world.client("preparer")
    # One month has no coke, and nobody has yet said what limestone was used.
    rows = [change(GOOD, period=f"{YEAR}-{month:02d}") for month in range(1, 13) if month != 5]
    assert record(client, bring(client, as_csv(*rows))).state == Upload.APPLIED

    zh = page(client, "home", query=f"?plant={CODE}&year={YEAR}")
    en = page(world.client("approver", language="en"), "home", query=f"?plant={CODE}&year={YEAR}")

    assert f"缺 1 个月（{YEAR}-05）" in zh and f"1 months are missing ({YEAR}-05)" in en
    assert f'href="/entry/{CODE}/{YEAR}/#g-coke-consumed"' in zh
    found = TaskList.every.get(plant=world.plant())
    assert found.matrix["lines"][0]["cells"] == ["full"] * 4 + ["none"] + ["full"] * 7
    assert "控制计划" in zh
    first = client.get("/").content.decode()
    assert "缺 1 项数据" in first or re.search(r"缺 \d+ 项数据", first)
    # It is worked out again only when something has changed.
    made = found.made
    page(client, "home", query=f"?plant={CODE}&year={YEAR}")
    assert TaskList.every.get().made == made


def test_the_anchor_of_a_task_is_in_the_grid(world: World) -> None:
    client = world.client("preparer")
    record(client, bring(client, as_csv(GOOD)))
    home = page(client, "home", query=f"?plant={CODE}&year={YEAR}")
    grid = page(client, "grid", CODE, YEAR)
    anchors = re.findall(r'href="/entry/[^"#]*#([^"]+)"', home)
    assert anchors and all(f'id="{one}"' in grid for one in anchors)


# ---- months, meters ----


def make_plan(world: World) -> None:
    """The plan of the example, as if it had been entered at the beginning of the year."""
    actor = world.actor("preparer")
    with acting(actor, world.enterprise()) as workspace:
        revise(workspace.log, read_plan(EXAMPLE / "plan.yaml"), actor.signature)


def monthly(world: World, month: str = f"{YEAR}-01") -> None:
    workspace = world.workspace()
    path = workspace.store.root / "m.csv"
    path.write_bytes(as_csv(change(GOOD, period=month)).read())
    report = import_files(workspace.store, [EXAMPLE / "facilities.csv", path], catalogue())
    assert report.ok


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def test_a_month_gets_its_evidence_and_is_frozen(world: World) -> None:
    make_plan(world)
    monthly(world)
    client, month = world.client("preparer"), f"{YEAR}-01"
    assert "逾期未存" in page(client, "months", CODE, YEAR)
    assert TaskList.every.count() == 0 and "关键参数逾期未存证" in page(
        client, "home", query=f"?plant={CODE}&year={YEAR}"
    )

    file = SimpleUploadedFile("磅单.pdf", PDF)
    answer = client.post(reverse("entry:bring", args=[CODE, YEAR, month]), {"files": [file]})
    assert answer.status_code == 302
    answer = client.post(reverse("entry:freeze", args=[CODE, YEAR, month]))
    assert answer.status_code == 302

    [entry] = world.workspace().log.entries("month.freeze")
    [kept] = world.workspace().files.stored()
    assert entry.files == kept.files and entry.content["late"] is True
    assert kept.content["keep_until"] and kept.subject == f"month:{CODE}/{month}"
    shown = page(client, "months", CODE, YEAR)
    assert "迟存" in shown and "磅单.pdf" in shown
    # Once more without a change or a reason: the library refuses, and says why.
    again = client.post(reverse("entry:freeze", args=[CODE, YEAR, month]))
    assert again.status_code == 422

    address = reverse("entry:file", args=[CODE, YEAR, kept.files[0]])
    answer = client.get(address)
    assert answer.getvalue() == PDF and "attachment" in answer["Content-Disposition"]
    stranger = world.client("preparer", "B")
    assert stranger.get(address).status_code == 404
    own = reverse("entry:file", args=[OTHER, YEAR, kept.files[0]])
    assert stranger.get(own).status_code == 404
    assert client.get(reverse("entry:file", args=[CODE, YEAR, "0" * 64])).status_code == 404


def test_what_may_not_be_attached_is_refused(world: World) -> None:
    make_plan(world)
    client = world.client("preparer")
    file = SimpleUploadedFile("a.exe", b"MZ\x90\x00" + b"\0" * 200)
    answer = client.post(reverse("entry:bring", args=[CODE, YEAR, f"{YEAR}-01"]), {"files": [file]})
    assert answer.status_code == 422 and not world.workspace().files.stored()


def test_a_reading_is_evidence_and_becomes_a_draft(world: World) -> None:
    client = world.client("preparer")
    form = {
        "meter": "E1",
        "month": f"{YEAR}-01",
        "line": "@electricity@purchased",
        "before": "99990",
        "after": "15",
        "multiplier": "40",
        "digits": "5",
        "unit": "kWh",
    }

    assert client.post(reverse("entry:meters", args=[CODE, YEAR]), form).status_code == 302

    # 100 000 − 99 990 + 15 = 25, times 40 = 1000 kWh.
    reading, draft = MeterReading.every.get(), Draft.every.get()
    assert reading.quantity == "1000" and reading.source == "manual"
    assert (draft.value, draft.unit) == ("1000", "kWh")
    assert (draft.tier, draft.source) == ("monitored", "meter")
    [entry] = world.workspace().log.entries("meter.read")
    assert entry.number == reading.entry and entry.content["after"] == "15"
    client.post(reverse("entry:save", args=[CODE, YEAR]))
    [row] = world.workspace().store.read_activity()
    assert (row["quantity"], row["unit"], row["entered_unit"]) == (1.0, "MWh", "kWh")
    assert "E1" in row["evidence"]
    refused = client.post(reverse("entry:meters", args=[CODE, YEAR]), {**form, "digits": "0"})
    assert refused.status_code == 422 and MeterReading.every.count() == 1


# ---- what can be taken away ----


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_ones_data_come_back_as_they_are_and_as_they_were(
    world: World, tmp_path: Path, kind: str
) -> None:
    world.import_example()
    client = world.client("preparer")
    before = world.workspace().store.digest
    client.post(
        reverse("entry:cells", args=[CODE, YEAR]),
        {"cells": [_coke("120000")]},
        "application/json",
    )
    client.post(reverse("entry:save", args=[CODE, YEAR]))
    address = reverse("entry:export", args=[CODE, YEAR])

    def said(store: Store) -> list[tuple[Any, ...]]:
        names = ("period", "stream", "item", "quantity", "unit", "tier", "evidence")
        return [tuple(row[name] for name in names) for row in store.read_activity()]

    def imported(query: str) -> Store:
        answer = client.get(f"{address}?format={kind}{query}")
        path = tmp_path / f"out{len(query)}.{kind}"
        path.write_bytes(answer.content)
        store = Store.create(tmp_path / f"w{len(query)}")
        report = import_files(store, [EXAMPLE / "facilities.csv", path], catalogue())
        assert report.ok, [one.text() for one in report.errors]
        return store

    now = world.workspace().store
    assert said(imported("")) == said(now) and now.digest != before
    assert imported("&as_of=1").digest == before
    assert client.get(f"{address}?as_of=99").status_code == 422
    assert client.get(f"{address}?format=exe").status_code == 404


def _coke(value: str) -> dict[str, Any]:
    return {
        "process_unit": "",
        "stream": "coke",
        "item": "consumed",
        "slot": "t",
        "period": str(YEAR),
        "value": value,
        "unit": "t",
        "tier": "tested",
        "evidence": "过磅单汇总 2024",
        "version": 0,
    }


def test_the_template_knows_the_plant(world: World, tmp_path: Path) -> None:
    client = world.client("preparer")
    answer = client.get(reverse("entry:template", args=[CODE, YEAR]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    facilities = book.get_sheet_by_name("设施").to_python()
    assert facilities[1][0] == CODE
    assert len(book.get_sheet_by_name("活动数据").to_python()) == 1
    upload = bring(client, SimpleUploadedFile("t.xlsx", answer.content))
    assert upload.counts["read"] == 1 and not upload.errors


def test_after_a_submission_every_change_needs_a_reason(world: World) -> None:
    from tongjian.site.mrv.models import Report

    world.import_example()
    Report.every.create(
        enterprise=world.enterprise(), plant=world.plant(), year=YEAR, submitted=1, version=1
    )
    client = world.client("preparer")
    client.post(
        reverse("entry:cells", args=[CODE, YEAR]), {"cells": [_coke("9")]}, "application/json"
    )
    save = reverse("entry:save", args=[CODE, YEAR])

    refused = client.post(save)
    assert refused.status_code == 422 and "理由" in refused.content.decode()
    assert client.post(save, {"reason": "核查发现 F-1"}).status_code == 302
    [entry] = world.workspace().log.entries("records.enter")
    assert entry.content["reason"] == "核查发现 F-1" and entry.content["corrected"] == 1


def test_pages_are_in_both_languages(world: World) -> None:
    make_plan(world)
    monthly(world)
    for language, word in (("zh-hans", "填报"), ("en", "Data entry")):
        client = world.client("preparer", language=language)
        for name, args in (
            ("home", ()),
            ("import", ()),
            ("grid", (CODE, YEAR)),
            ("months", (CODE, YEAR)),
            ("meters", (CODE, YEAR)),
        ):
            shown = page(client, name, *args)
            assert word.lower() in shown.lower() and shown.count("<h1>") == 1, name
