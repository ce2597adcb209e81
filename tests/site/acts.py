"""What the people of an enterprise do in the story, a function for each act: look, click, type."""

from __future__ import annotations

from pathlib import Path

from tests.site.browsing import Person
from tests.site.workbook import ROW_OF, fill_in, mend

YEAR = 2024
TOTAL = "428,220.96"
# Two slips of 200 t of coke were counted twice:
# 400 t x 28.6 GJ/t x 0.02942 tC/GJ x 0.98 x 44/12 = 1,209.389515 tCO2, and
# 428,220.962667 - 1,209.389515 = 427,011.573152.
FEWER, TOTAL_AFTER, MOVED = 99_600, "427,011.573152", "−1,209.389515"
WHY = ("两张磅单重复计入", "Two slips were counted twice")


def begin_with_the_tasks(accountant: Person) -> None:
    accountant.sees(accountant.word("待办", "To do"))
    accountant.shot("01-first-page")
    accountant.take_up("打开填报任务", "Open the tasks of data entry")
    accountant.sees(accountant.word("年还没有任何数据", "Nothing is recorded for"))
    accountant.shot("02-tasks")


def bring_a_workbook_with_two_errors(accountant: Person, plant: str, folder: Path) -> None:
    accountant.follow("从文件导入", "Import from files")
    accountant.shot("03-import")
    accountant.download("填报模板", "Template to fill in", folder / "template.xlsx")
    book = fill_in(folder / "template.xlsx", folder / "year.xlsx", plant, YEAR, accountant.lang)
    accountant.bring("文件（最多 10 个）", "Files (at most 10)", book)
    accountant.press("上传并核对", "Bring and check")
    accountant.sees(
        accountant.word("有 2 个错误、0 个警告，没有写入任何数据", "2 errors and 0 warnings")
    )
    first, second = accountant.rows("#problems + .wide")
    sheet, head = accountant.word("活动数据", "activity"), ("Quantity", "Unit")
    for said, row, column in ((first, "limestone", head[0]), (second, "power", head[1])):
        for part in ("year.xlsx", sheet, str(ROW_OF[row]), column):
            assert part in said, (part, said)
    for part in ("-80000 t", "0 t", accountant.word("检查正负号", "sign")):
        assert part in first, (part, first)
    for part in ("万kW", "万kWh", "MWh"):
        assert part in second, (part, second)
    accountant.shot("04-two-errors")


def bring_it_again(accountant: Person, folder: Path) -> None:
    name = ("下载标好错误的副本（XLSX）", "Download a copy with the errors marked (XLSX)")
    accountant.download(*name, folder / "marked.xlsx")
    accountant.follow("重新上传", "Bring files again")
    book = mend(folder / "marked.xlsx", folder / "mended.xlsx")
    accountant.bring("文件（最多 10 个）", "Files (at most 10)", book)
    accountant.press("上传并核对", "Bring and check")
    accountant.sees(accountant.word("核对无误：读取 6 行，新增 5", "6 rows read, 5 new"))
    accountant.shot("05-no-errors")
    accountant.press("入库", "Record it")
    accountant.sees(accountant.word("已入库（第 2 次导入）", "Recorded (import 2)"))
    accountant.shot("06-recorded")


def enter_what_is_missing(accountant: Person) -> None:
    accountant.follow("看还缺什么", "See what is missing")
    accountant.sees(accountant.word("石灰石", "Limestone"))
    accountant.shot("07-what-is-missing")
    accountant.follow("填报表格", "Open the grid")
    accountant.fill("物料或能源", "Stream", accountant.word("电力", "electricity"))
    accountant.press("增加", "Add")
    type_into(accountant, "electricity", "purchased", "15000", "万kW")
    accountant.sees(accountant.word("未知单位“万kW”", "万kW"), within=".line-errors:not([hidden])")
    accountant.shot("08-grid-error")
    type_into(accountant, "electricity", "purchased", "15000", "万kWh")
    accountant.sees(accountant.word("草稿已保存", "Draft kept"), within="#grid-status")
    accountant.shot("09-grid-draft")
    accountant.press("保存入库", "Save to the records")
    accountant.sees(accountant.word("新增 1，更正 0", "1 new, 0 corrected"), within="#messages")


def type_into(accountant: Person, stream: str, item: str, value: str, unit: str = "") -> None:
    line = accountant.page.locator(f"tr.line[data-stream='{stream}'][data-item='{item}']").first
    with accountant.page.expect_response("**/cells"):
        if unit:
            line.locator("[data-part=tier]").select_option("invoiced")
            line.locator("[data-part=unit]").fill(unit)
        line.locator("input.v").first.fill(value)
        line.locator("input.v").first.press("Enter")


def open_report(accountant: Person) -> None:
    accountant.choose("报告", "Reports")
    accountant.shot("10-reports")
    accountant.fill("年度", "Year", str(YEAR), within="section.card")
    accountant.press("建立", "Open")
    accountant.sees(accountant.word("编制中", "draft"), within="h1")
    accountant.shot("11-report-begun")


def compute_and_make_a_version(accountant: Person) -> None:
    accountant.press("核算全年", "Compute the year")
    accountant.waits_for_jobs()
    accountant.shot("12-computed")
    accountant.follow("预览", "Preview", within="#jobs")
    accountant.sees(TOTAL)
    accountant.shot("13-preview")
    accountant.page.locator("a.number", has_text=TOTAL).first.click()
    accountant.page.locator("details").first.wait_for()
    accountant.shot("14-lineage")
    accountant.page.go_back()
    accountant.follow("据此生成版本", "Make a version of it")
    accountant.press("生成", "Make it")
    accountant.waits_for_jobs()
    accountant.shot("15-version-made")


def answer_the_finding(accountant: Person, folder: Path) -> None:
    accountant.choose("首页", "Start")
    accountant.shot("40-accountant-first-page")
    accountant.take_up("有待整改的发现", "has findings to answer")
    accountant.shot("41-report-with-finding")
    accountant.follow("发现 1", "Finding 1")
    slip = folder / accountant.word("石灰石结算单.txt", "limestone-invoice.txt")
    slip.write_text("80000 t", "utf-8")
    accountant.fill("回复内容", "Your answer", accountant.word("补上结算单", "Here is the invoice"))
    accountant.bring("附件", "Files", slip)
    accountant.press("回复", "Answer")
    accountant.sees(
        accountant.word("补上结算单", "Here is the invoice"), slip.name, within="ol.talk"
    )
    accountant.shot("42-finding-answered")


def correct_and_make_a_supplement(accountant: Person) -> None:
    accountant.choose("首页", "Start")
    accountant.take_up("已退回，请重新编制", "was returned: revise it")
    accountant.shot("70-returned")
    accountant.press("重新编制", "Revise", within="#acts")
    accountant.choose("填报", "Data entry")
    accountant.follow("填报表格", "Open the grid")
    type_into(accountant, "coke", "consumed", str(FEWER))
    why = accountant.word(*WHY)
    accountant.fill("修改理由", "Reason for changes", why)
    accountant.shot("71-corrected-in-the-grid")
    accountant.press("保存入库", "Save to the records")
    accountant.sees(accountant.word("更正 1", "1 corrected"), within="#messages")
    accountant.follow("本年报告", "The report of this year")
    accountant.press("核算全年", "Compute the year")
    accountant.waits_for_jobs()
    accountant.fill("理由", "Reason", why, within="#work")
    accountant.shot("72-before-the-supplement")
    accountant.press("生成", "Make it")
    accountant.waits_for_jobs()
    accountant.shot("73-supplement-made")
