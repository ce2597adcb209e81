"""Every problem code: what brings it about, and that both languages name value and place."""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path

import pytest
import xlsxwriter

import tongjian.records._xlsx as xlsx_module
import tongjian.records.store as store_module
from tests.records.support import (
    ACTIVITY_HEADER,
    CATALOGUE_FOLDER,
    FACILITY,
    FACILITY_HEADER,
    UNIT,
    UNIT_HEADER,
    Bench,
    row,
    write_csv,
    write_parquet,
    write_xlsx,
)
from tests.support import says
from tongjian.problems import Problem
from tongjian.records import Catalogue, Correction, RecordError, Store, metered
from tongjian.records.schema import table

Scenario = Callable[[Bench], Iterable[Problem]]
SCENARIOS: dict[str, list[tuple[Scenario, tuple[str, ...]]]] = {}
GOOD_PARQUET = "SELECT 'F1' facility, '2025' period, 'coal' stream, 'consumed' item, 1.0::{} \
quantity, 't' unit, 'tested' tier FROM range({})"


def brings(code: str, *parts: str) -> Callable[[Scenario], Scenario]:
    """Register a scenario that has to bring about `code`, with `parts` in both languages."""

    def register(scenario: Scenario) -> Scenario:
        SCENARIOS.setdefault(code, []).append((scenario, parts))
        return scenario

    return register


def cell(code: str, *parts: str, **changes: object) -> None:
    """A row of activity data with one bad cell; the message names file, row and column."""
    header = ACTIVITY_HEADER[table("activity").column_names.index(next(iter(changes)))]
    brings(code, *parts, "a.csv", "3", header)(
        lambda bench: bench.problems(row(period="2025-09"), row(**changes))
    )


def content(code: str, name: str, data: bytes, *parts: str, **limits: int) -> None:
    """A file with this content."""

    def scenario(bench: Bench) -> Iterable[Problem]:
        (bench.folder / name).write_bytes(data)
        return bench.load(bench.folder / name, **limits).problems

    brings(code, name, *parts)(scenario)


# ---- files ----

content("file_empty", "empty.csv", b"")
content("file_too_large", "large.csv", b"x" * 3_000_000, "2.9 MB", "1.0 MB", file_bytes=1 << 20)
content("old_excel", "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
content("not_a_spreadsheet", "page.xlsx", "<html><table>煤</table></html>".encode())
content("corrupt_xlsx", "torn.xlsx", b"PK\x03\x04" + b"\x00" * 300)
content("corrupt_parquet", "torn.parquet", b"PAR1" + b"\x00" * 300)
content("corrupt_parquet", "text.parquet", b"facility,period\n")
content("not_text", "photo.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
content("encoding", "latin.csv", "Größe;Stück\xa0\xff".encode("latin-1"), "0xF6")
content("no_header", "shopping.csv", b"milk,eggs\n1,2\n", "milk", "eggs")
LONG = ",".join(ACTIVITY_HEADER) + "\nF1," + "x" * 140_000
content("csv_syntax", "long.csv", LONG.encode(), "131072")
content("csv_syntax", "quote.csv", (",".join(ACTIVITY_HEADER) + '\nF1,"2025\n').encode(), "2")


@brings("file_missing", "nowhere.csv")
def _(bench: Bench) -> Iterable[Problem]:
    return bench.load(bench.folder / "nowhere.csv").problems


@brings("file_missing", "workspace")
def _(bench: Bench) -> Iterable[Problem]:
    return bench.load(bench.folder / "workspace").problems


def workbook(bench: Bench, rows: int = 2000) -> Path:
    data = [row(evidence=f"{number}") for number in range(rows)]
    return write_xlsx(bench.folder / "a.xlsx", {"活动数据": [ACTIVITY_HEADER, *data]})


@brings("corrupt_xlsx", "a.xlsx")
def _(bench: Bench) -> Iterable[Problem]:
    path = workbook(bench)
    path.write_bytes(path.read_bytes()[:-400])
    return bench.load(path).problems


def _tampered(bench: Bench, change: Callable[[bytes], bytes]) -> Path:
    """A workbook of which the first sheet was changed and packed again."""
    path, target = workbook(bench, 2), bench.folder / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name.endswith("sheet1.xml") else data)
    return target


@brings("corrupt_xlsx", "b.xlsx")
def _(bench: Bench) -> Iterable[Problem]:
    return bench.load(_tampered(bench, lambda data: data[: len(data) // 2] + b"<<<")).problems


@brings("corrupt_xlsx", "b.xlsx", "sheet1.xml")
def _(bench: Bench) -> Iterable[Problem]:
    return bench.load(_tampered(bench, lambda data: data.decode().encode("utf-16"))).problems


@brings("unpacked_too_large", "a.xlsx", "MB", "0.1 MB")
def _(bench: Bench) -> Iterable[Problem]:
    return bench.load(workbook(bench), unpacked_bytes=100_000).problems


def _lying(bench: Bench) -> Path:
    """A workbook with a sheet of 20 MB that declares 1,000 bytes."""
    path = _tampered(bench, lambda data: data + b" " * 20_000_000)
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = (1000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), lie))
    return path


@brings("unpacked_too_large", "b.xlsx", "MB", "1.0 MB")
def _(bench: Bench) -> Iterable[Problem]:
    return bench.load(_lying(bench), unpacked_bytes=1 << 20).problems


@brings("corrupt_xlsx", "b.xlsx", "styles.xml")
def _(bench: Bench) -> Iterable[Problem]:
    """One byte of the content was changed."""
    path = workbook(bench, 2)
    target = bench.folder / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    target.write_bytes(target.read_bytes().replace(b"<styleSheet", b"<stileSheet"))
    return bench.load(target).problems


@brings("corrupt_xlsx", "b.xlsx", "workbook.xml")
def _(bench: Bench) -> Iterable[Problem]:
    """A compression that spreadsheets do not use."""
    path = workbook(bench, 2)
    target = bench.folder / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as new:
        new.writestr("xl/workbook.xml", old.read("xl/workbook.xml"))
    return bench.load(target).problems


@brings("sheet_too_large", "a.xlsx", "sheet1.xml", "17,179,869,184", "30,000,000")
def _(bench: Bench) -> Iterable[Problem]:
    path = bench.folder / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("活动数据")
        sheet.write_row(0, 0, ACTIVITY_HEADER)
        sheet.write(1_048_575, 16_383, "far away")
    return bench.load(path).problems


@brings("too_many_rows", "a.parquet", "5,000", "1,000")
def _(bench: Bench) -> Iterable[Problem]:
    path = write_parquet(bench.folder / "a.parquet", GOOD_PARQUET.format("DOUBLE", 5000))
    return bench.load(path, rows=1000).problems


@brings("corrupt_parquet", "a.parquet")
def _(bench: Bench) -> Iterable[Problem]:
    """The footer is whole, the data are not."""
    path = write_parquet(bench.folder / "a.parquet", GOOD_PARQUET.format("DOUBLE", 5000))
    data = bytearray(path.read_bytes())
    data[8:200] = b"\xff" * 192
    path.write_bytes(bytes(data))
    return bench.load(path).problems


@brings("float32", "a.parquet", "quantity")
def _(bench: Bench) -> Iterable[Problem]:
    path = write_parquet(bench.folder / "a.parquet", GOOD_PARQUET.format("FLOAT", 1))
    return bench.load(path).problems


# ---- tables ----


@brings("no_sheet", "a.xlsx", "Sheet1")
def _(bench: Bench) -> Iterable[Problem]:
    return bench.load(write_xlsx(bench.folder / "a.xlsx", {"Sheet1": [["煤", 1]]})).problems


@brings("sheet_ignored", "a.xlsx", "Notes")
def _(bench: Bench) -> Iterable[Problem]:
    sheets = {"activity": [ACTIVITY_HEADER, row()], "Notes": [["煤"]]}
    return bench.load(write_xlsx(bench.folder / "a.xlsx", sheets)).problems


@brings("no_header", "a.xlsx", "活动数据", "煤")
def _(bench: Bench) -> Iterable[Problem]:
    return bench.load(write_xlsx(bench.folder / "a.xlsx", {"活动数据": [["煤", 1]]})).problems


@brings("no_rows", "a.csv")
def _(bench: Bench) -> Iterable[Problem]:
    return bench.load(bench.csv()).problems


@brings("missing_columns", "a.csv", "1")
def _(bench: Bench) -> Iterable[Problem]:
    found = bench.load(bench.csv(row()[:5], header=ACTIVITY_HEADER[:5])).problems
    assert "数值、单位、数据来源" in found[0].message("zh")
    assert "Quantity, Unit, Tier" in found[0].message("en")
    return found


@brings("duplicate_header", "a.csv", "数值", "Quantity")
def _(bench: Bench) -> Iterable[Problem]:
    found = bench.load(bench.csv(header=[*ACTIVITY_HEADER, "Quantity"])).problems
    assert found[0].place.row == 1
    return found


@brings("extra_column", "a.csv", "evidense")
def _(bench: Bench) -> Iterable[Problem]:
    header = [*ACTIVITY_HEADER[:8], "evidense"]
    report = bench.load(bench.csv(row(), header=header))
    assert report.committed
    assert "证据" in report.problems[0].repair("zh")
    assert "Evidence" in report.problems[0].repair("en")
    return report.problems


@brings("row_too_long", "a.csv", "2", "9")
def _(bench: Bench) -> Iterable[Problem]:
    (bench.folder / "a.csv").write_text(
        ",".join(ACTIVITY_HEADER) + "\nF1,2025-01,,coal,consumed,12,345,t,监测,票\n", "utf-8"
    )
    return bench.load(bench.folder / "a.csv").problems


@brings("stray_cell", "a.xlsx", "活动数据", "合计", "4")
def _(bench: Bench) -> Iterable[Problem]:
    rows = [ACTIVITY_HEADER, row(), row(period="2025-02"), ["", *[""] * 9, "合计"]]
    report = bench.load(write_xlsx(bench.folder / "a.xlsx", {"活动数据": rows}))
    assert report.committed
    return report.problems


# ---- cells ----

cell("required_empty", facility="")
cell("required_empty", period="  ")
cell("required_empty", stream="")
cell("required_empty", item="")
cell("required_empty", quantity="")
cell("required_empty", unit="")
cell("required_empty", tier="")
cell("formula_cell", "=cmd", evidence="=cmd|' /C calc'!A0")
cell("formula_cell", "@SUM", evidence="@SUM(A1)")
cell("formula_cell", "+86", evidence="+86 510")
cell("formula_cell", "-x", evidence="-x")
cell("formula_cell", "＝1", facility="＝1")
cell("formula_cell", "\\t1", evidence="\t1")
cell("control_character", "U+0007", evidence="bell\x07")
cell("control_character", "U+202E", evidence="abc\u202egnp.exe")
cell("control_character", "U+200B", facility="F\u200b1")
cell("control_character", "U+000A", evidence="two\nlines")
cell("text_too_long", "501", "500", evidence="票" * 501)
cell("number_text", "12,3a", quantity="12,3a")
cell("number_ambiguous", "1.234,5", quantity="1.234,5")
cell("number_not_finite", "NaN", quantity="NaN")
cell("number_not_finite", "1e999", quantity="1e999")
cell("number_not_finite", "1e308", quantity="1e308", unit="万t")
cell("below_min", "-5", "kg", "0 t", quantity="-5", unit="kg")
cell("percent_expected", "98", "1", "%", quantity="98", unit="1", item="oxidation")
cell("above_max", "105", "%", "1", quantity="105", unit="%", item="oxidation")
cell(
    "above_max", "1441", "min/d", "1440", quantity="1441", stream="HNO3", item="时长", unit="min/d"
)
GRADED = {"stream": "企业状况", "process_unit": "", "unit": ""}
cell("choice", "E级", "A", "D", quantity="E级", item="等级", **GRADED)
cell("day", "2025-02-30", quantity="2025-02-30", item="closed_on", **GRADED)
cell("period", "2025-13", period="2025-13")
cell("period", "2025.1", period="2025.1")
cell("unknown_stream", "unobtainium", stream="unobtainium")
cell("unknown_item", "purchased", "consumed", "ncv", item="purchased")
cell("unknown_unit", "kwh", "kWh", unit="kwh")
cell("unit_mismatch", "kWh", "t, Nm3, GJ", unit="kWh")
cell("unit_mismatch", "m3", "Nm3", unit="m3", stream="natural_gas")
cell("tier", "guessed", tier="guessed")
cell("unknown_facility", "F7", "F1", facility="F7")
cell("unknown_process_unit", "U7", "F1", "U1", process_unit="U7")


def facility(code: str, *parts: str, **changes: object) -> None:
    def scenario(bench: Bench) -> Iterable[Problem]:
        cells = dict(zip(FACILITY_HEADER, FACILITY, strict=True)) | {"facility": "F2"} | changes
        path = write_csv(bench.folder / "f.csv", FACILITY_HEADER, [list(cells.values())])
        return bench.load(path).problems

    brings(code, *parts, "f.csv", "2")(scenario)


def process_unit(code: str, column: str, *parts: str, cells: list[object]) -> None:
    def scenario(bench: Bench) -> Iterable[Problem]:
        return bench.load(write_csv(bench.folder / "u.csv", UNIT_HEADER, [cells])).problems

    brings(code, *parts, "u.csv", "2", column)(scenario)


facility("unknown_sector", "bakery", "steel", "nitric_acid", sector="bakery")
facility("unknown_province", "Texas", "Jiangsu", province="Texas")
facility("division", "32020", division="32020")
facility("yes_or_no", "maybe", fictitious="maybe")
facility("dimension_conflict", "二厂", "一厂", "F1", name_zh="二厂", facility="F1")
facility("formula_cell", "=1+1", name_zh="=1+1")
process_unit("required_empty", "产能单位", cells=["F1", "U2", "炉", "", "", "5", ""])
process_unit("number_text", "产能", "five", cells=["F1", "U2", "炉", "", "", "five", "t"])
process_unit("below_min", "产能", "-5", "t", cells=["F1", "U2", "炉", "", "", "-5", "t"])
process_unit("unknown_facility", "设施", "F7", cells=["F7", "U2", "炉", "", "", "", ""])
process_unit(
    "dimension_conflict", "", "F1 / U1", "一号炉", "炉", cells=["F1", "U1", "炉", *UNIT[3:]]
)


@brings("unknown_technology", "u.csv", "2", "土法", "high_pressure")
def _(bench: Bench) -> Iterable[Problem]:
    acid = ["F2", "酸厂", "硝酸", "江苏", "", ""]
    return bench.load(
        write_csv(bench.folder / "f.csv", FACILITY_HEADER, [acid]),
        write_csv(bench.folder / "u.csv", UNIT_HEADER, [["F2", "A", "甲", "土法", "", "", ""]]),
    ).problems


# ---- between rows ----


@brings("duplicate_row", "a.csv", "2", "4", "12.5 t", "7 t", "F1 · 2025-01 · coal · consumed")
def _(bench: Bench) -> Iterable[Problem]:
    return bench.problems(row(), row(period="2025-02"), row(quantity="7000", unit="kg"))


@brings("dimension_conflict", "f.csv", "2", "3", "一厂", "二厂", "F2")
def _(bench: Bench) -> Iterable[Problem]:
    rows = [["F2", name, *FACILITY[2:]] for name in ("一厂", "二厂")]
    return bench.load(write_csv(bench.folder / "f.csv", FACILITY_HEADER, rows)).problems


@brings("year_and_months", "a.csv", "2", "3", "2025", "coal")
def _(bench: Bench) -> Iterable[Problem]:
    return bench.problems(row(period="2025"), row(period="2025-03"), row(period="2025-04"))


@brings("differs_from_store", "a.csv", "2", "13 t", "12.5 t", "a.csv!2")
def _(bench: Bench) -> Iterable[Problem]:
    bench.load(bench.csv(row()))
    return bench.problems(row(quantity="13"))


@brings("evidence_not_updated", "a.csv", "2", "monitored · 磅单", "tested · 化验单", "a.csv!2")
def _(bench: Bench) -> Iterable[Problem]:
    bench.load(bench.csv(row()))
    return bench.problems(row(tier="实测", evidence="化验单"))


# ---- corrections and earlier states ----

FIX = Correction("张三", "抄表错误")
OUT = Correction("张三", "录入了别厂的数据", withdraw=True)


@brings("correction_words", "--by", "--reason")
def _(bench: Bench) -> Iterable[Problem]:
    return raised(lambda: bench.load(bench.csv(row()), correction=Correction(" ", "")))


@brings("nothing_corrected", "a.csv", "1")
def _(bench: Bench) -> Iterable[Problem]:
    bench.load(bench.csv(row()))
    return bench.load(bench.csv(row(period="2025-02")), correction=FIX).problems


@brings("correction_adds", "a.csv", "1")
def _(bench: Bench) -> Iterable[Problem]:
    bench.load(bench.csv(row()))
    rows = row(quantity="13"), row(period="2025-02")
    return bench.load(bench.csv(*rows), correction=FIX).problems


@brings("withdraw_unknown", "a.csv", "2", "F1 · 2025-02 · coal · consumed")
def _(bench: Bench) -> Iterable[Problem]:
    bench.load(bench.csv(row()))
    return bench.load(bench.csv(row(period="2025-02")), correction=OUT).problems


@brings("withdraw_differs", "a.csv", "2", "13 t", "12.5 t", "a.csv!2")
def _(bench: Bench) -> Iterable[Problem]:
    bench.load(bench.csv(row()))
    return bench.load(bench.csv(row(quantity="13")), correction=OUT).problems


@brings("withdraw_in_use", "units.csv", "F1 / U1", "1")
def _(bench: Bench) -> Iterable[Problem]:
    bench.load(bench.csv(row(process_unit="U1")))
    return bench.load(bench.folder / "units.csv", correction=OUT).problems


@brings("no_such_import", "7", "1")
def _(bench: Bench) -> Iterable[Problem]:
    return raised(lambda: bench.store.as_of(7))


@brings("as_of", "soon")
def _(bench: Bench) -> Iterable[Problem]:
    return raised(lambda: bench.store.as_of("soon"))


@brings("as_of_read_only", "1")
def _(bench: Bench) -> Iterable[Problem]:
    return raised(
        lambda: bench.store.as_of(1).add(
            [], [{"facility": "F9", "name_zh": "九厂", "sector": "steel", "province": "Jiangsu"}]
        )
    )


@brings("history_column", "tier", "facility")
def _(bench: Bench) -> Iterable[Problem]:
    return raised(lambda: bench.store.history(tier="tested"))


# ---- store and catalogue ----


def raised(act: Callable[[], object]) -> Iterable[Problem]:
    with pytest.raises(RecordError) as error:
        act()
    return error.value.problems


@brings("no_store", "nowhere")
def _(bench: Bench) -> Iterable[Problem]:
    return raised(lambda: Store.open(bench.folder / "nowhere"))


@brings("store_path", "file")
def _(bench: Bench) -> Iterable[Problem]:
    (bench.folder / "file").write_text("")
    return raised(lambda: Store.create(bench.folder / "file"))


@brings("store_damaged", ".parquet")
def _(bench: Bench) -> Iterable[Problem]:
    bench.store.facilities_file().write_bytes(b"PAR1")
    return bench.store.verify()


@brings("store_busy", ".lock", "0")
def _(bench: Bench) -> Iterable[Problem]:
    with pytest.MonkeyPatch.context() as patch, bench.store.locked():
        patch.setattr(store_module, "_PATIENCE_S", 0.0)
        return raised(lambda: bench.load(bench.csv(row())))


@brings("store_row", "activity", "stream", "colour", "made")
def _(bench: Bench) -> Iterable[Problem]:
    return raised(lambda: bench.store.add([{"facility": "F1", "colour": "red"}], source="made"))


@brings("reading_negative", "-1")
def _(bench: Bench) -> Iterable[Problem]:
    return raised(lambda: metered("-1", "2"))


@brings("register_digits", "16", "15")
def _(bench: Bench) -> Iterable[Problem]:
    return raised(lambda: metered("1", "2", digits=16))


@brings("beyond_register", "1000", "3")
def _(bench: Bench) -> Iterable[Problem]:
    return raised(lambda: metered("1", "1000", digits=3))


@brings("reading_below", "12", "5")
def _(bench: Bench) -> Iterable[Problem]:
    return raised(lambda: metered("12", "5"))


def catalogue(code: str, *parts: str, **contents: str) -> None:
    def scenario(bench: Bench) -> Iterable[Problem]:
        folder = bench.folder / "catalogue"
        folder.mkdir()
        for path in CATALOGUE_FOLDER.iterdir():
            text = contents.get(path.stem) or path.read_text(encoding="utf-8")
            (folder / path.name).write_text(text, encoding="utf-8")
        return raised(lambda: Catalogue.load(folder))

    brings(code, *parts)(scenario)


STREAMS = "stream,class,zh,en,aliases\n"
catalogue("catalogue_unreadable", "streams.csv", "2", streams=STREAMS + "a,b\n")
catalogue(
    "catalogue_name_twice", "甲", "a", "b", streams=STREAMS + "a,fuel,甲,x,\nb,fuel,乙,y,甲\n"
)
catalogue("catalogue_class", "items.yaml", "nothing", streams=STREAMS + "a,nothing,甲,x,\n")


# ---- the tests ----

CODES = {
    code: entry
    for code, entry in tomllib.loads(
        (files("tongjian.records") / "codes.toml").read_text(encoding="utf-8")
    ).items()
    if not code.startswith("reader_")  # of tongjian.records.readers, tested with real files
}


def test_every_code_has_a_scenario_and_is_used() -> None:
    assert set(SCENARIOS) == set(CODES)
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(str(files("tongjian.records"))).glob("*.py")
    )
    assert set(re.findall(r'"records\.(\w+)"', sources)) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_code_says_what_and_what_to_do_in_both_languages(code: str) -> None:
    assert CODES[code].keys() == {"zh", "en", "fix_zh", "fix_en"}
    assert all(text.strip() for text in CODES[code].values())
    # The two languages tell the same things.
    fields = {
        lang: {
            re.sub(f"_{lang}$", "", name)
            for name in re.findall(r"{(\w+)}", CODES[code][lang] + CODES[code][f"fix_{lang}"])
        }
        for lang in ("zh", "en")
    }
    assert fields["zh"] - {"column"} == fields["en"] - {"column"}


@pytest.mark.parametrize(
    ("code", "at"), [(code, at) for code in SCENARIOS for at in range(len(SCENARIOS[code]))]
)
def test_the_code_comes_with_value_and_place(bench: Bench, code: str, at: int) -> None:
    scenario, parts = SCENARIOS[code][at]
    before = {path: path.read_bytes() for path in bench.store.root.rglob("*.parquet")}
    found = list(scenario(bench))
    assert [problem.code for problem in found] == [f"records.{code}"], [
        problem.text("en") for problem in found
    ]
    says(found[0], *parts)
    for lang in ("zh", "en"):
        assert found[0].repair(lang)
        assert "\x07" not in found[0].text(lang) and "\u202e" not in found[0].text(lang)
    assert found[0].as_dict()["code"] == f"records.{code}"
    if found[0].severity == "error" and code != "store_damaged":
        kept = {path: path.read_bytes() for path in before}
        assert kept == before


def test_a_bomb_is_refused_before_it_is_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_args: object) -> None:
        raise AssertionError("the reader was started")

    monkeypatch.setattr(xlsx_module, "_tables", explode)
    problems = bench.load(workbook(bench), unpacked_bytes=10_000).problems
    assert [problem.code for problem in problems] == ["records.unpacked_too_large"]


def test_a_panic_of_the_reader_is_a_corrupt_file(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    panic = type("PanicException", (BaseException,), {})

    def fail(*_args: object) -> None:
        raise panic("index out of bounds")

    monkeypatch.setattr(xlsx_module, "_tables", fail)
    problems = bench.load(workbook(bench)).problems
    says(problems[0], "a.xlsx", "index out of bounds")
    monkeypatch.setattr(
        xlsx_module, "_tables", lambda *_args: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        bench.load(workbook(bench))


def test_many_unknown_words_stay_quick(bench: Bench) -> None:
    rows = [row(stream=f"stream {number}", facility=f"X{number}") for number in range(500)]
    problems = bench.problems(*rows)
    assert len(problems) == 1000
    assert len({problem.place.row for problem in problems}) == 500
