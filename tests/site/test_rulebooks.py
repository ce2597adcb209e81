"""The rulebook's pages: read by anyone, confirmed by those who may, in both languages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.site.world import World
from tongjian.site.rulebooks.catalogue import KINDS, listed
from tongjian.site.rulebooks.waiting import authority, waiting

SHOWN = {kind: [one.id for one in listed() if one.kind == kind] for kind in KINDS}


def test_there_is_every_kind() -> None:
    assert all(len(SHOWN[kind]) > 5 for kind in KINDS), {k: len(v) for k, v in SHOWN.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_documents_of_every_kind_open_in_both_languages(world: World, kind: str) -> None:
    # All of a kind is a few hundred pages; the first, the middle and the last one stand for it.
    names = SHOWN[kind]
    for name in {names[0], names[len(names) // 2], names[-1]}:
        for language in ("zh-hans", "en"):
            client = world.client("public", language=language)
            for page in ("document", "source", "difference"):
                found = client.get(reverse(f"rulebooks:{page}", args=[name]))
                assert found.status_code == 200, (name, page)


def test_a_method_shows_formulas_in_words_with_their_clause(world: World) -> None:
    address = reverse("rulebooks:document", args=["cn.combustion"])
    page = world.client("public").get(address).content.decode()

    assert "×" in page and "44/12" in page.replace(" ", "") and "cn.steel.ndrc-2013" in page


def test_a_substitution_rule_shows_its_bands_with_clause_and_status(world: World) -> None:
    """40 CFR 75.33(b)(1)(ii): over 24 hours, the greater of the 90th percentile and the mean."""
    address = reverse("rulebooks:document", args=["us.40cfr75-33"])
    page = world.client("public", language="en").get(address).content.decode()
    for said in (
        *("availability ≥ 95 %, gap &gt; 24 h", "90th percentile of the last 720 valid hours"),
        *("75.33(b)(1)(ii)", "sulphur dioxide", "the last 8760 operating hours", "26,280 h"),
    ):
        assert said in page, said
    address = reverse("rulebooks:document", args=["cn.hj75-2017"])
    page = world.client("public").get(address).content.decode()
    for said in ("二氧化硫 排放量", "失控", "比照使用", "总是"):
        assert said in page, said
    listed_too = world.client("public").get("/api/v1/rulebook", {"kind": "substitutions"}).json()
    assert [one["id"] for one in listed_too["items"]] == SHOWN["substitutions"]


def test_search_finds_by_any_word_and_status(world: World) -> None:
    client = world.client("public", language="en")
    page = client.get(reverse("rulebooks:index"), {"text": "gwp AR5", "kind": "tables"})
    assert b"gwp.ar5" in page.content
    assert b"gwp.ar5" not in client.get(reverse("rulebooks:index"), {"text": "zzz"}).content


def test_who_may_confirms_a_recalled_value_and_takes_it_back(world: World) -> None:
    first = next(one for one in waiting() if not one.confirmed)
    send = {"value": [first.doubt.id], "reference": "GB/T 32151.5-2015 表B.1"}
    given, back = reverse("rulebooks:confirm-given"), reverse("rulebooks:confirm-withdrawn")

    assert world.client("preparer").post(given, send).status_code == 403
    assert world.client("province").post(given, {**send, "reference": "x"}).status_code == 422
    assert world.client("province").post(given, send).status_code == 302
    (done,) = authority().confirmations().values()
    assert done.doubt == first.doubt.id and done.by == world.actor("province").signature
    page = world.client("city").get(reverse("rulebooks:confirm"), {"state": "done"})
    assert first.doubt.id in page.content.decode()
    assert (
        world.client("nation").post(back, {**send, "reference": "原文为另一数值"}).status_code
        == 302
    )
    assert authority().confirmations() == {}
