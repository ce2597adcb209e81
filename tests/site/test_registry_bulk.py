"""Registering many by a file, and exporting what one sees."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from tests.site.world import A, B, World
from tongjian.site.operations.jobs import work
from tongjian.site.operations.models import Job
from tongjian.site.registry.bulk import check
from tongjian.site.registry.bulk_file import template
from tongjian.site.registry.credit_code import check_character
from tongjian.site.registry.models import BulkUpload, Enterprise, Outlet, Plant
from tongjian.site.registry.services import change


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """Sheets and fields are named in the language of the page, whatever came before."""
    with translation.override("zh-hans"):
        yield


CEMENT = "91320200MA1DEM0C0M"
ENTERPRISE = [CEMENT, "示例水泥丙", "Sample Cement C", 320200, "", "", "是"]


def workbook(enterprises: list[list[object]], plants: list[list[object]]) -> bytes:
    book = openpyxl.load_workbook(BytesIO(template()))
    for name, rows in (("企业", enterprises), ("设施", plants)):
        for row in rows:
            book[name].append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def plant(code: str = "", name: str = "丙一厂", uscc: str = CEMENT, **more: object) -> list[object]:
    said = {"sector": "水泥", "division": "320281", "longitude": 120.3, "latitude": 31.9, **more}
    where = [said["division"], "", said["longitude"], said["latitude"]]
    return [uscc, code, name, "", said["sector"], *where]


def test_a_file_is_looked_at_then_applied_by_a_job(world: World) -> None:
    client = world.client("province")
    content = workbook([ENTERPRISE], [plant("SAMPLE-0001"), plant(name="丙二厂")])
    given = {"file": SimpleUploadedFile("企业.xlsx", content)}
    page = client.post(reverse("registry:bulk"), given)
    address = page["Location"]
    looked = client.get(address).content.decode()
    assert "将登记 1 家企业、2 个设施" in looked and not Enterprise.every.filter(uscc=CEMENT)

    client.post(address), client.post(address)
    job = Job.every.get()
    assert "正在登记" in client.get(address).content.decode()
    work.func(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"enterprises": 1, "plants": 2, "known": 0})
    assert "已登记 1 家企业、2 个设施" in client.get(address).content.decode()
    made = Enterprise.every.get(uscc=CEMENT)
    assert made.fictitious and {one.name_zh for one in made.plants.all()} == {"丙一厂", "丙二厂"}
    assert Plant.every.get(code="SAMPLE-0001").longitude == 120.3

    # The same file again: everything is known.
    again = check(world.actor("province"), content, "x.xlsx")
    assert (again.ok, again.total, again.known) == (True, 0, 3)
    # Nobody else gets at the file, not even by its address.
    assert world.client("admin").get(address).status_code == 404
    assert world.client("city").get(address).status_code == 403


def test_every_row_error_is_told_with_sheet_row_and_field(world: World) -> None:
    rows = [
        ["91320200MA1DEM0C0N", "示例水泥丙", "", "320200", "", "", ""],
        ["91320100MA1DEM0A0E", "抢注", "", "320100", "", "", ""],
        ["91330100MA1DEM0D0" + check_character("91330100MA1DEM0D0"), "浙江", "", "330000"],
        [CEMENT, "", "", "329999", "某某园区", "", "也许"],
        [CEMENT, "重复", "", "320200"],
    ]
    plants = [
        plant("DEMO-STEEL"),
        plant("A B", sector="养猪", longitude="东经", latitude=99),
        plant(uscc="91320300MA1DEM0E0" + check_character("91320300MA1DEM0E0")),
    ]
    found = check(world.actor("province"), workbook(rows, plants), "表.xlsx")

    told = {
        (one.place.sheet, one.place.row, one.place.field, one.code[5:]) for one in found.problems
    }
    assert told == {
        ("企业", 2, "统一社会信用代码", "credit_code_check"),
        ("企业", 3, "统一社会信用代码", "registry_taken"),
        ("企业", 4, "行政区划", "registry_outside"),
        ("企业", 5, "中文名称", "registry_empty"),
        ("企业", 5, "行政区划", "registry_division"),
        ("企业", 5, "园区", "registry_park"),
        ("企业", 5, "虚构示例", "ds.yes_or_no"),
        ("企业", 6, "统一社会信用代码", "registry_twice"),
        ("设施", 2, "编码", "registry_taken"),
        ("设施", 3, "编码", "registry_plant_code"),
        ("设施", 3, "行业", "registry_sector"),
        ("设施", 3, "经度（°）", "registry_number"),
        ("设施", 3, "纬度（°）", "registry_value"),
        ("设施", 4, "统一社会信用代码", "registry_no_enterprise"),
    }
    assert all(one.message("zh") != one.message("en") for one in found.problems)
    text = " ".join(one.text(lang) for one in found.problems for lang in ("zh", "en"))
    assert "示例钢铁" not in text

    client = world.client("province")
    given = {"file": SimpleUploadedFile("表.xlsx", workbook(rows, plants))}
    address = client.post(reverse("registry:bulk"), given)["Location"]
    assert "共 14 个问题" in client.get(address).content.decode()
    client.post(address)
    assert not Job.every.exists() and Enterprise.every.count() == 2


def test_csv_in_both_encodings_and_what_is_no_file(world: World) -> None:
    actor = world.actor("province")
    text = f"统一社会信用代码,中文名称,行政区划\n{CEMENT},示例水泥丙,320200\n"
    for encoding in ("utf-8-sig", "gb18030"):
        assert check(actor, text.encode(encoding), "a.csv").total == 1
    english = "Unified social credit code,Name (Chinese),Sector,Division\n"
    plants = check(actor, f"{english}91320100MA1DEM0A0E,新厂,cement,320100\n".encode(), "p.csv")
    assert plants.ok and plants.plants[0][1].sector == "cement"

    def codes(content: bytes) -> list[str]:
        return [one.code for one in check(actor, content, "x").problems]

    assert codes(b"") == ["site.registry_no_table"]
    assert codes(b"a,b\n1,2\n") == ["site.registry_no_table"]
    assert codes(b'"a\n1') == ["site.registry_file"]
    assert codes(b"\xff\xfe\x00\x81\xff") == ["site.registry_file"]
    assert codes(b"PK\x03\x04nonsense") and not codes(template())
    missing = f"统一社会信用代码,中文名称\n{CEMENT},x\n".encode()
    assert codes(missing) == ["site.registry_header"]


@pytest.mark.parametrize("role", ["preparer", "verifier", "city", "nation", "analyst"])
def test_only_province_and_administrator_register_many(world: World, role: str) -> None:
    client = world.client(role)
    for name in ("registry:bulk", "registry:bulk-template"):
        assert client.get(reverse(name)).status_code == 403
    content = SimpleUploadedFile("x.xlsx", workbook([ENTERPRISE], []))
    assert client.post(reverse("registry:bulk"), {"file": content}).status_code == 403
    assert not BulkUpload.objects.exists()


def test_a_job_of_somebody_who_lost_the_role_registers_nothing(world: World) -> None:
    client = world.client("province")
    given = {"file": SimpleUploadedFile("x.xlsx", workbook([ENTERPRISE], []))}
    address = client.post(reverse("registry:bulk"), given)["Location"]
    client.post(address)
    world.user("province").memberships.update(ended="2026-01-01")
    job = Job.every.get()
    work.func(job.pk)
    job.refresh_from_db()
    assert job.state == "failed" and not Enterprise.every.filter(uscc=CEMENT)


def table(world: World, role: str, name: str = "enterprises", of: str = A) -> list[list[str]]:
    address = reverse("registry:export", args=[name, "csv"])
    response = world.client(role, of).get(address)
    body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(StringIO(body)))[1:]


def test_an_export_has_what_one_sees(world: World) -> None:
    for of in (A, B):
        change(
            world.actor("preparer", of),
            Outlet(plant=world.plant(of), code="DA001", name_zh=f"=排放口{of}"),
        )
    for role, of, seen in (
        ("province", A, {"A", "B"}),
        ("city", A, {"A"}),
        ("preparer", B, {"B"}),
        ("verifier", B, {"B"}),
    ):
        rows = table(world, role, "outlets", of)
        assert {one[2] for one in rows} == {f"'=排放口{name}" for name in seen}, role
        names = {"示例钢铁甲": "A", "示例钢铁乙": "B"}
        assert {names[one[1]] for one in table(world, role, of=of)} == seen, role
    filtered = reverse("registry:export", args=["plants", "csv"]) + "?division=320500"
    body = b"".join(world.client("province").get(filtered).streaming_content).decode()
    assert "OTHER-STEEL" in body and "DEMO-STEEL" not in body
    body = b"".join(world.client("city").get(filtered).streaming_content).decode()
    assert "OTHER-STEEL" not in body

    whole = world.client("city", language="en").get(
        reverse("registry:export", args=["registry", "xlsx"])
    )
    book = openpyxl.load_workbook(BytesIO(whole.content))
    assert book.sheetnames[:2] == ["Enterprises", "Plants"]
    assert [one.value for one in book["Plants"]["B"]] == ["Code", "DEMO-STEEL"]
    assert [one.value for one in book["Outlets"]["C"]] == ["Name (Chinese)", "=排放口A"]
    assert all(cell.data_type == "s" for cell in book["Outlets"]["C"])
    wrong = reverse("registry:export", args=["users", "csv"])
    assert world.client("province").get(wrong).status_code == 404
    assert world.client("admin").get(filtered).status_code == 403
