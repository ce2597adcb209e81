"""The grid: typed, kept as drafts, saved, corrected; what is not one's own is not there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.site.world import YEAR, World
from tongjian.site.entry.models import Draft
from tongjian.site.entry.saving import ENTER

CODE, OTHER = "DEMO-STEEL", "OTHER-STEEL"


def cell(**changes: Any) -> dict[str, Any]:
    """A cell as the page sends it."""
    return {
        "process_unit": "",
        "stream": "coke",
        "item": "consumed",
        "slot": "",
        "period": f"{YEAR}-01",
        "value": "1,234.5",
        "unit": "万t",
        "tier": "tested",
        "evidence": "磅单 1",
        "version": 0,
        **changes,
    }


def send(client: Client, *cells: dict[str, Any], code: str = CODE) -> Any:
    address = reverse("entry:cells", args=[code, YEAR])
    answer = client.post(address, json.dumps({"cells": cells}), "application/json")
    return answer.json() if answer["Content-Type"].startswith("application/json") else answer


def save(client: Client, code: str = CODE, **more: str) -> Any:
    return client.post(reverse("entry:save", args=[code, YEAR]), more)


def grid(client: Client, code: str = CODE, query: str = "") -> Any:
    return client.get(reverse("entry:grid", args=[code, YEAR]) + query)


def test_what_is_typed_is_a_draft_then_a_record_then_corrected_with_its_history(
    world: World,
) -> None:
    client = world.client("preparer")

    [kept] = send(client, cell())["cells"]
    assert (kept["state"], kept["version"], kept["problems"]) == ("draft", 1, [])
    assert world.workspace().store.read_activity() == []
    assert "1,234.5" in grid(client).content.decode()
    assert save(client).status_code == 302

    [row] = world.workspace().store.read_activity(CODE, YEAR)
    # 1 234.5 ten thousand tonnes are 12 345 000 t; both are kept.
    assert (row["quantity"], row["unit"]) == (12_345_000.0, "t")
    assert (row["entered_quantity"], row["entered_unit"]) == ("1,234.5", "万t")
    assert not Draft.every.exists()
    [entry] = world.workspace().log.entries(ENTER)
    assert entry.by == world.actor("preparer").signature
    assert entry.content["import"] == 1 and entry.content["new"] == 1

    again = cell(slot="t", value="1200", unit="t", evidence="磅单 1 更正")
    assert send(client, again)["cells"][0]["state"] == "draft"
    save(client, reason="磅单抄错", evidence="磅单 1 第2页")
    [row] = world.workspace().store.read_activity(CODE, YEAR)
    assert row["quantity"] == 1200.0

    query = f"?stream=coke&item=consumed&slot=t&period={YEAR}-01"
    page = client.get(reverse("entry:cell", args=[CODE, YEAR]) + query).content.decode()
    assert "更正" in page and "磅单抄错" in page and "磅单 1 第2页" in page
    assert "1,234.5" in page and "1200" in page
    assert page.count(world.actor("preparer").signature) == 2

    # Emptied and saved, it is withdrawn: known as it was, no longer there.
    send(client, cell(slot="t", value=""))
    save(client, reason="别厂的数据")
    store = world.workspace().store
    assert store.read_activity() == [] and len(store.as_of(2).read_activity()) == 1


def test_a_cell_is_checked_at_once_as_an_import_would(world: World) -> None:
    client = world.client("preparer", language="en")

    told = send(
        client,
        cell(value="12,5"),
        cell(period=f"{YEAR}-02", unit="kWh"),
        cell(period=f"{YEAR}-03", item="oxidation", value="98", unit="1"),
        cell(period=f"{YEAR}-04", tier=""),
    )["cells"]

    codes = [[one["code"] for one in each["problems"]] for each in told]
    assert codes == [
        ["records.number_ambiguous"],
        ["records.unit_mismatch"],
        ["records.percent_expected"],
        ["records.required_empty"],
    ]
    assert all(each["state"] == "error" for each in told)
    assert told[0]["problems"][0]["message"].isascii() and told[0]["problems"][0]["repair"]
    # Nothing is saved as long as anything is wrong, and all of it is told.
    refused = save(client)
    assert refused.status_code == 422
    assert refused.content.decode().count("<li>") >= 4
    assert world.workspace().store.number == 0 and Draft.every.count() == 4


def test_a_line_keeps_its_kind_of_quantity(world: World) -> None:
    client = world.client("preparer")
    send(client, cell())
    save(client)

    [kept] = send(client, cell(slot="t", period=f"{YEAR}-02", unit="万Nm3"))["cells"]

    assert [one["code"] for one in kept["problems"]] == ["site.entry_unit"]


def test_two_who_type_in_one_cell_learn_of_each_other(world: World) -> None:
    first, second = world.client("preparer"), world.client("preparer")
    send(first, cell(value="1"))

    [told] = send(second, cell(value="2"))["cells"]
    assert told["state"] == "conflict" and told["theirs"]["value"] == "1"
    assert told["theirs"]["by"] == world.actor("preparer").signature
    assert Draft.every.get().value == "1"

    [told] = send(second, cell(value="2", version=told["version"]))["cells"]
    assert (told["state"], told["version"]) == ("draft", 2)
    assert Draft.every.get().value == "2"


def test_a_record_that_changed_since_is_not_overwritten_unseen(world: World) -> None:
    client = world.client("preparer")
    send(client, cell())
    save(client)
    send(client, cell(slot="t", value="5", unit="t"))
    Draft.every.update(base="1.0")

    refused = save(client, reason="x")

    assert refused.status_code == 422 and "他人改动" in refused.content.decode()


def test_a_year_gives_way_to_its_months_in_one_step(world: World) -> None:
    world.import_example()
    client = world.client("preparer")

    send(
        client,
        cell(slot="t", period=str(YEAR), value=""),
        cell(slot="t", period=f"{YEAR}-01", value="60000", unit="t"),
        cell(slot="t", period=f"{YEAR}-02", value="40000", unit="t"),
    )
    assert save(client).status_code == 302

    rows = world.workspace().store.read_activity(CODE, YEAR)
    coke = {
        one["period"]: one["quantity"]
        for one in rows
        if (one["stream"], one["item"]) == ("coke", "consumed")
    }
    assert coke == {f"{YEAR}-01": 60000.0, f"{YEAR}-02": 40000.0}


def test_the_grid_shows_default_status_range_and_what_an_input_feeds(world: World) -> None:
    world.import_example()
    client = world.client("preparer")

    zh = grid(client, query="?items=every").content.decode()
    en = grid(world.client("approver", language="en"), query="?items=every").content.decode()

    assert 'placeholder="28.435"' in zh or 'placeholder="0.02942"' in zh
    assert "碳市场边界" in zh and "能耗" in zh and "大气污染物" not in zh.split("<tbody")[0]
    assert "Net consumption" in en and "carbon-market boundary" in en.lower()
    # A reader of the grid can change nothing.
    assert "readonly" in en and 'id="add-stream"' not in en
    query = f"?stream=coke&item=ncv&slot=GJ/t&period={YEAR}"
    about = client.get(reverse("entry:cell", args=[CODE, YEAR]) + query).content.decode()
    assert "28.435" in about and "Annex A" in about and "碳市场边界" in about


def test_every_field_has_a_label(world: World) -> None:
    import re

    world.import_example()
    page = grid(world.client("preparer")).content.decode()
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    named = re.findall(r'aria-labelledby="([^"]+)"', page)
    assert len(named) > 20
    assert {one for each in named for one in each.split()} <= ids
    table = page[page.index("<table") : page.index("</table")]
    fields = re.findall(r"<(?:input|select)[^>]*>", table)
    assert all("aria-labelledby" in one for one in fields)


@pytest.mark.parametrize("role", ["verifier", "city", "nation", "analyst", "admin", "public"])
def test_the_desk_is_not_for_others(world: World, role: str) -> None:
    client = world.client(role)
    for address in (reverse("entry:home"), reverse("entry:grid", args=[CODE, YEAR])):
        assert client.get(address).status_code in (302, 403)


def test_approvers_look_on(world: World) -> None:
    client = world.client("approver")
    assert grid(client).status_code == 200
    assert client.post(reverse("entry:cells", args=[CODE, YEAR])).status_code == 403
    assert save(client).status_code == 403


def test_another_enterprises_plant_is_as_unknown_as_one_that_is_none(world: World) -> None:
    world.import_example()
    client = world.client("preparer", "B")
    told = []
    for code in (CODE, "NONE-STEEL"):
        answers = [
            grid(client, code),
            send(client, cell(), code=code),
            save(client, code),
            client.get(reverse("entry:cell", args=[code, YEAR]) + "?stream=coke&item=ncv"),
            client.get(reverse("entry:export", args=[code, YEAR])),
            client.get(reverse("entry:template", args=[code, YEAR])),
            client.get(reverse("entry:months", args=[code, YEAR])),
            client.get(reverse("entry:meters", args=[code, YEAR])),
            client.post(reverse("entry:discard", args=[code, YEAR])),
            client.get(reverse("entry:home") + f"?plant={code}"),
        ]
        told.append([(one.status_code, len(one.content)) for one in answers])
        assert all(one.status_code == 404 for one in answers)
    assert told[0] == told[1]
    assert not Draft.every.exists()


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"cells": []}', '{"cells": [1]}', '{"cells": [{"period": "2023-01"}]}'],
)
def test_what_no_page_sends_is_refused(world: World, body: str) -> None:
    client = world.client("preparer")
    answer = client.post(reverse("entry:cells", args=[CODE, YEAR]), body, "application/json")
    assert answer.status_code == 422 and not Draft.every.exists()
