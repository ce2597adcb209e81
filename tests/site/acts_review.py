"""What approver, verifier, reviewer and authorities do in the story, a function for each act."""

from __future__ import annotations

from tests.site.acts import MOVED, TOTAL, TOTAL_AFTER, WHY
from tests.site.browsing import Person


def submit(approver: Person) -> None:
    approver.take_up("已生成版本，待审定提交", "has a version to approve and submit")
    approver.sees(approver.word("企业审定人核对版本后提交", "the approver looks at the version"))
    approver.follow("第 1 版", "version 1", within="#versions")
    approver.sees(TOTAL)
    approver.shot("20-version-before-submitting")
    approver.page.go_back()
    approver.press("提交", "Submit", within="#acts")
    approver.sees(approver.word("已办理：提交", "submit"), within="#messages")
    approver.sees(approver.word("已提交", "submitted"), within="h1")
    approver.shot("21-submitted")


def begin_to_verify(verifier: Person) -> None:
    verifier.shot("30-verifier-first-page")
    verifier.take_up("可以开始核查", "verification can begin")
    verifier.press("开始核查", "Start verification")
    verifier.sees(verifier.word("核查中", "under verification"), within="h1")
    verifier.shot("31-verification")
    verifier.page.locator("#d-ruleset").select_option("cn.steel.mee-v01-2024")
    verifier.press("约定并抽样", "Agree and draw the sample")
    said = ("抽取 5 项，覆盖全部影响的 100.0%", "5 items drawn, covering 100.0% of all effects")
    verifier.sees(verifier.word(*said))
    verifier.shot("32-sample-drawn")


def check_the_sample(verifier: Person) -> None:
    """Four data agree; of the limestone there is no evidence."""
    rows = verifier.page.locator("main tbody tr")
    limestone = rows.filter(has_text=verifier.word("石灰石", "Limestone"))
    verifier.page.locator("[data-chooses=datum]").check()
    limestone.locator("[name=datum]").uncheck()
    verifier.press("登记", "Enter")
    limestone.locator("[name=datum]").check()
    verifier.tick("无凭证", "no evidence")
    verifier.fill("说明", "Note", verifier.word("未见结算单", "no invoice was shown"))
    verifier.press("登记", "Enter")
    verifier.sees(verifier.word("未见结算单", "no invoice was shown"), within="tbody")
    verifier.shot("33-sample-checked")


def raise_a_finding(verifier: Person) -> None:
    verifier.follow("为此提出发现", "Raise a finding for it")
    said = ("石灰石 80000 t 没有结算单", "There is no invoice for 80000 t of limestone")
    verifier.fill("内容", "What was found", verifier.word(*said))
    verifier.fill("影响量（吨二氧化碳当量）", "Effect (t CO2e)", "0")
    verifier.shot("34-finding-form")
    verifier.press("提出", "Raise")
    verifier.sees(verifier.word("待回复", "open"), verifier.word(*said))
    verifier.shot("35-finding")


def answer_the_list_and_notify(verifier: Person) -> None:
    verifier.follow("核查清单", "Check list")
    verifier.page.locator("[data-chooses=item]").check()
    verifier.shot("36-check-list")
    verifier.press("登记回答", "Enter the answer")
    verifier.follow("概况", "Overview")
    verifier.press("复算", "Compute again")
    verifier.waits_for_jobs()
    verifier.shot("37-recomputed")
    verifier.press("发出整改通知", "Notify of findings")
    verifier.sees(verifier.word("有待整改", "findings open"), within="h1")
    verifier.shot("38-notified")


def hand_in_corrections(approver: Person) -> None:
    approver.choose("首页", "Start")
    approver.take_up("整改后提交", "hand in the corrections")
    approver.press("提交整改", "Hand in corrections", within="#acts")
    approver.sees(approver.word("已整改", "corrected"), within="h1")
    approver.shot("43-corrections-handed-in")


def close_and_give_the_opinion(verifier: Person) -> None:
    verifier.choose("首页", "Start")
    verifier.take_up("已整改，请复核", "look at them")
    verifier.follow("发现", "Findings", within="nav.tabs")
    verifier.follow("发现 1", "Finding 1")
    verifier.tick("说明成立", "explained")
    verifier.fill("说明", "Note", verifier.word("已见结算单", "The invoice was seen"))
    verifier.press("关闭", "Close")
    verifier.sees(verifier.word("已关闭", "closed"), within="main h2")
    verifier.shot("50-finding-closed")
    verifier.follow("概况", "Overview")
    verifier.shot("51-before-the-opinion")
    verifier.page.locator("#o-opinion").select_option("unmodified")
    verifier.press("出具意见", "Give the opinion")
    verifier.sees(verifier.word("无保留意见", "unmodified opinion"), within=".opinion")
    verifier.shot("52-opinion-given")


def review_the_opinion(reviewer: Person) -> None:
    reviewer.shot("53-reviewer-first-page")
    reviewer.take_up("评审", "Review the opinion")
    reviewer.press("核查评审通过", "Pass the technical review")
    reviewer.sees(reviewer.word("核查完成", "verified"), within="h1")
    reviewer.shot("54-verified")


def pass_by_the_city(city: Person) -> None:
    city.shot("60-city-first-page")
    city.take_up("审核", "Review the report")
    city.sees(city.word("无保留意见", "unmodified opinion"), within=".opinion")
    city.shot("61-city-reviews")
    city.press("市级审核通过", "Pass by the city", within="#acts")
    city.sees(city.word("市级审核通过", "passed by the city"), within="h1")


def accept_by_the_province(province: Person) -> None:
    province.shot("62-province-first-page")
    province.take_up("审核并接受", "Review and accept")
    province.press("省级审核接受", "Accept by the province", within="#acts")
    province.sees(province.word("已接受", "accepted"), within="h1")
    province.shot("63-accepted")


def ask_for_a_supplement(province: Person) -> None:
    why = province.word("焦炭两张磅单重复计入", "Two slips of coke were counted twice")
    province.page.locator("#acts summary").first.click()
    province.fill("理由", "Reason", why, within="#acts")
    province.press("要求补充报告", "Ask for a supplementary report", within="#acts")
    province.sees(province.word("已退回", "returned"), within="h1")


def look_at_the_difference(approver: Person) -> None:
    """The total of each boundary, before and after, and what moved it."""
    approver.choose("首页", "Start")
    approver.take_up("已生成版本，待审定提交", "has a version to approve and submit")
    approver.follow("与上一版的差异", "What differs from the version before")
    approver.sees(
        approver.word("第 1 版到第 2 版的差异", "From version 1 to version 2"), within="h1"
    )
    market = approver.page.locator("section").filter(has_text="cn.steel.mee-v01-2024")
    before, _, coke, after = market.locator("tbody tr").all_inner_texts()
    assert TOTAL in before and TOTAL_AFTER in after, (before, after)
    who = approver.word("填报人", "填报人")
    for part in ("100000 t", "99600 t", MOVED, who, approver.word(*WHY)):
        assert part in coke, (part, coke)
    approver.shot("74-difference")
    approver.page.go_back()
    approver.press("提交", "Submit", within="#acts")
    approver.sees(approver.word("已提交", "submitted"), within="h1")
    rows = approver.rows("#versions")
    assert [approver.word("补充报告", "supplementary") in one for one in rows] == [True, False]
    approver.shot("75-supplement-submitted")
