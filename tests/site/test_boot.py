"""The site answers, in both languages, and tells the public from the signed-in."""

from __future__ import annotations

from tests.site.world import World


def test_the_first_page_explains_what_to_do(world: World) -> None:
    zh = world.client("public").get("/").content.decode()
    en = world.client("public", language="en").get("/").content.decode()

    assert '<html lang="zh-Hans">' in zh and "从企业台账到被接受的报告" in zh
    assert '<html lang="en">' in en and "From a plant&#x27;s records" in en


def test_a_signed_in_person_sees_in_which_role_they_act(world: World) -> None:
    page = world.client("preparer").get("/").content.decode()

    assert "填报人" in page and "示例钢铁甲" in page and "待办" in page
