"""The list of reports and the page of one report: who sees what, and what is open to whom."""

from __future__ import annotations

import pytest

from tests.site.world import YEAR, World

ADDRESS = f"/reports/DEMO-STEEL/{YEAR}"
SEE = ("preparer", "approver", "verifier", "reviewer", "city", "province", "nation")


def opened(world: World) -> None:
    answer = world.client("preparer").post(
        "/reports/begin", {"plant": "DEMO-STEEL", "year": str(YEAR)}
    )
    assert answer.status_code == 302 and answer["Location"] == ADDRESS


def test_a_preparer_opens_a_report_and_everybody_it_concerns_sees_it(world: World) -> None:
    opened(world)

    for role in SEE:
        client = world.client(role)
        assert "示例钢铁甲厂" in client.get("/reports/").content.decode(), role
        page = client.get(ADDRESS)
        assert page.status_code == 200 and "编制中" in page.content.decode(), role
    english = world.client("city", language="en").get(ADDRESS).content.decode()
    assert "Sample Steel A works" in english and "draft" in english


def test_others_see_neither_row_nor_page(world: World) -> None:
    opened(world)

    for role in ("preparer", "approver", "verifier", "reviewer"):
        client = world.client(role, "B")
        assert "示例钢铁甲" not in client.get("/reports/").content.decode()
        assert client.get(ADDRESS).status_code == 404
        sent = client.post("/reports/begin", {"plant": "DEMO-STEEL", "year": "2023"})
        assert sent.status_code in (400, 403)
    assert world.client("admin").get(ADDRESS).status_code == 403
    assert world.client("public").get(ADDRESS).status_code == 302


def test_the_page_offers_what_the_flow_offers_and_says_why_not(world: World) -> None:
    client = world.client("preparer")
    before = client.get(ADDRESS).content.decode()
    assert f'action="{ADDRESS}/act/open"' in before

    opened(world)
    page = world.client("approver").get(ADDRESS).content.decode()
    assert f'action="{ADDRESS}/act/submit"' not in page and "不能办理" in page

    refused = world.client("approver").post(f"{ADDRESS}/act/submit")
    assert refused.status_code == 422
    assert world.client("preparer").post(f"{ADDRESS}/act/submit").status_code == 403


@pytest.mark.parametrize("query", ["?year=2024", "?state=draft", "?sector=steel", "?text=DEMO"])
def test_the_list_is_filtered(world: World, query: str) -> None:
    opened(world)
    client = world.client("nation")

    assert "示例钢铁甲厂" in client.get(f"/reports/{query}").content.decode()
    other = {"?year=2024": "?year=1999", "?state=draft": "?state=accepted"}.get(query, "?text=~")
    assert "示例钢铁甲厂" not in client.get(f"/reports/{other}").content.decode()
