"""What an integrating system does by the API: data, registry, lineage, verification, extracts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.site.story import RULESET, work_off
from tests.site.test_api_frame import by_key, problem
from tests.site.world import YEAR, A, B, World
from tongjian.evidence import file_digest
from tongjian.site.api.models import Allowance
from tongjian.site.mrv.models import SubmittedRow
from tongjian.site.registry.models import Enterprise, Meter, Plant

V1 = "/api/v1"
REPORT = f"{V1}/reports/DEMO-STEEL/{YEAR}"
YEARLY = f"{V1}/plants/DEMO-STEEL/activity/{YEAR}"
JSON = "application/json"
COKE = {"period": f"{YEAR}-03", "stream": "coke", "item": "consumed", "unit": "t"}


def send(client: Client, address: str, body: Any, status: int, method: str = "POST") -> Any:
    answer = client.generic(method, address, _json(body), content_type=JSON)
    assert answer.status_code == status, (address, answer.status_code, answer.content.decode())
    return answer.json() if answer.content else None


def _json(body: Any) -> str:
    return json.dumps(body)


def coke(quantity: str, **more: str) -> dict[str, str]:
    return {**COKE, "quantity": quantity, "tier": "monitored", "evidence": "slip-1", **more}


def test_rows_are_looked_at_entered_corrected_and_withdrawn(world: World) -> None:
    client, store = world.client("preparer"), world.workspace().store

    def enter(quantity: str, **more: Any) -> Any:
        return send(client, f"{YEARLY}/rows", {"rows": [coke(quantity)], **more}, 200)

    looked = enter("100.5", dry_run=True)
    assert looked == {
        **dict.fromkeys(("number", "corrected", "withdrawn", "known"), 0),
        "dry_run": True,
        "new": 1,
    }
    assert not store.read_activity("DEMO-STEEL", YEAR)
    assert enter("100.5")["new"] == 1 and enter("100.5")["known"] == 1
    done = enter("99.5", reason="磅单更正")
    assert (done["new"], done["corrected"]) == (0, 1) and done["number"] > 0
    [row] = store.read_activity("DEMO-STEEL", YEAR)
    assert row["quantity"] == 99.5
    query = f"stream=coke&item=consumed&period={COKE['period']}"
    steps = client.get(f"{YEARLY}/history?{query}").json()
    assert [one["row"]["quantity"] for one in steps] == [99.5, 100.5]
    assert steps[0]["reason"] == "磅单更正" and steps[0]["stands"]
    assert enter("", reason="误报")["withdrawn"] == 1
    assert not world.workspace().store.read_activity("DEMO-STEEL", YEAR)
    assert [one.content["how"] for one in world.workspace().log.entries("records.enter")] == (
        ["api"] * 3
    )


def test_everything_that_is_wrong_with_rows_is_told_with_its_row(world: World) -> None:
    rows = [
        coke("1"),
        coke("2"),
        coke("x"),
        coke("1", period="2023-01"),
        coke("1", stream="no such"),
        coke("", period=f"{YEAR}-04"),
    ]
    answer = world.client("preparer").post(
        f"{YEARLY}/rows", _json({"rows": rows}), content_type=JSON
    )
    told = problem(answer, 422)["problems"]

    assert {one["place"]["row"] for one in told} == {2, 3, 4, 5, 6}
    codes = {one["code"] for one in told}
    assert {"site.entry_twice", "site.entry_year", "site.entry_absent"} <= codes
    assert not world.workspace().store.read_activity("DEMO-STEEL", YEAR)


def test_drafts_are_kept_saved_and_a_colleagues_are_not_overwritten(world: World) -> None:
    client = world.client("preparer")
    cell = {**coke("12"), "slot": "", "version": 0}
    [kept] = send(client, f"{YEARLY}/drafts", {"cells": [cell]}, 200)
    assert (kept["state"], kept["version"]) == ("draft", 1)
    [again] = send(client, f"{YEARLY}/drafts", {"cells": [{**cell, "quantity": "13"}]}, 200)
    assert again["state"] == "conflict"
    grid = client.get(f"{YEARLY}/grid").json()
    [line] = [one for one in grid if (one["stream"], one["item"]) == ("coke", "consumed")]
    assert "12" in [one["quantity"] for one in line["cells"]]
    assert send(client, f"{YEARLY}/drafts/save", {"reason": ""}, 200)["new"] == 1


def test_a_change_needs_what_was_seen(world: World) -> None:
    """Registry: entered, seen, changed once; who saw it before the change is refused."""
    client, at = world.client("preparer"), f"{V1}/plants/DEMO-STEEL/meters"
    given = {"code": "EM-9", "name_zh": "电表", "interval": 12}
    made = send(client, at, given, 201)
    assert made["id"] == "EM-9" and made["fields"]["interval"] == 12
    problem(client.post(at, _json(given), content_type=JSON), 422)
    seen = client.get(f"{at}/EM-9")

    def change(serial: str, **headers: str) -> Any:
        return client.patch(
            f"{at}/EM-9", _json({"serial": serial}), content_type=JSON, headers=headers
        )

    assert problem(change("S1"), 428)["problems"][0]["code"] == "site.api_match_needed"
    assert change("S1", **{"If-Match": seen["ETag"]}).status_code == 200
    refused = change("S2", **{"If-Match": seen["ETag"]})
    assert problem(refused, 412)["problems"][0]["code"] == "site.api_match"
    assert change("S2", **{"If-Match": refused["ETag"]}).status_code == 200
    stands = Meter.every.get(code="EM-9")
    assert (stands.serial, stands.name_zh, stands.interval) == ("S2", "电表", 12)
    # The same change by the same key is answered again, though what was seen is gone.
    headers = {"If-Match": client.get(f"{at}/EM-9")["ETag"], "Idempotency-Key": "k"}
    first, again = change("S3", **headers), change("S3", **headers)
    assert first.status_code == 200 and again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert client.delete(f"{at}/EM-9", headers={"If-Match": '"old"'}).status_code == 412
    assert client.delete(f"{at}/EM-9").status_code == 204
    assert client.get(f"{at}/EM-9").status_code == 404


def test_an_authority_registers_within_its_division(world: World) -> None:
    province = world.client("province")
    given = {"uscc": "91320100MA1DEM0X0R", "name_zh": "新钢", "division": "320100"}
    told = problem(province.post(f"{V1}/enterprises", _json(given), content_type=JSON), 422)
    assert told["problems"][0]["place"]["field"] == "uscc"
    outside = {**given, "uscc": world.enterprise().uscc, "division": "110000"}
    problem(province.post(f"{V1}/enterprises", _json(outside), content_type=JSON), 422)
    key = world.enterprise().key
    plant = {"name_zh": "新厂", "sector": "steel", "division": "320100"}
    made = send(province, f"{V1}/enterprises/{key}/plants", plant, 201)
    assert Plant.every.get(code=made["id"]).enterprise == world.enterprise()
    one = f"{V1}/enterprises/{key}"
    tag = province.get(one)["ETag"]
    body = _json({"address": "示例路 1 号"})
    changed = province.patch(one, body, content_type=JSON, headers={"If-Match": tag})
    assert changed.status_code == 200 and Enterprise.every.get(key=key).address == "示例路 1 号"
    history = province.get(f"{one}/history").json()["items"]
    assert history[0]["after"]["address"] == "示例路 1 号"


def test_the_rate_is_told_and_kept_for_each_key(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "API_RATE", 3)
    one, other = (by_key(world, ["api.me"], of=of) for of in (A, B))
    left = [one.get(f"{V1}/me")["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = one.get(f"{V1}/me")
    assert problem(refused, 429)["problems"][0]["code"] == "site.api_rate"
    assert 0 < int(refused["Retry-After"]) <= 60 and refused["RateLimit-Limit"] == "3"
    assert other.get(f"{V1}/me").status_code == 200
    for _ in range(3):
        bad = Client(headers={"Authorization": "Bearer tongjian_x_y"}).get(f"{V1}/me")
        assert bad.status_code == 401
    bad = Client(headers={"Authorization": "Bearer tongjian_x_y"}).get(f"{V1}/me")
    assert bad.status_code == 429, "guesses are counted by address"
    Allowance.objects.update(window=0)
    assert one.get(f"{V1}/me").status_code == 200


# ---- where a report stands --------------------------------------------------------------------


def test_a_number_is_traced_to_its_records_and_drivers(at: Callable[[str], World]) -> None:
    client = at("submitted").client("city")
    version = f"{REPORT}/versions/1"
    lines = client.get(f"{version}/figures?limit=500").json()["items"]
    total = sum(float(one["co2e"]) for one in lines if one["ruleset"] == RULESET and one["co2e"])
    tree = client.get(f"{version}/lineage?ruleset={RULESET}&depth=1").json()["node"]
    assert tree["value"] == pytest.approx(total, rel=1e-9)
    path = tree["children"][0]["path"]
    deep = client.get(f"{version}/lineage?ruleset={RULESET}&path={path}&depth=12").json()
    found: list[dict[str, Any]] = []

    def walk(node: dict[str, Any]) -> None:
        found.extend(node.get("records", ()))
        for child in node.get("children", ()):
            walk(child)

    walk(deep["node"])
    assert found and all("files" in one and one["stream"] for one in found)
    driven = client.get(f"{version}/drivers?ruleset={RULESET}").json()
    assert driven["by_effect"] and float(driven["value"].replace(",", "")) > 0
    problem(client.get(f"{version}/lineage?ruleset=no.such"), 422)


def test_a_verification_is_done_by_the_api(at: Callable[[str], World]) -> None:
    world = at("submitted")
    client, verify = world.client("verifier"), f"{REPORT}/verification"
    send(client, f"{REPORT}/steps/start", {}, 201)
    told = client.get(verify).json()
    assert told["verifying"] and told["terms"] is None
    problem(client.post(f"{verify}/recomputations"), 422)
    terms = {"ruleset": RULESET, "assurance": "reasonable"}
    drawn = send(client, f"{verify}/sample", terms, 201)
    ids = [one["datum"]["id"] for one in drawn["data"]]
    assert ids and drawn["left"] == len(ids)
    slip = SimpleUploadedFile("slip.txt", "过磅单".encode())
    brought = client.post(f"{REPORT}/attachments", {"files": slip})
    assert brought.status_code == 201, brought.content
    files = brought.json()["files"]
    check = {"data": ids, "outcome": "agrees", "files": files}
    assert send(client, f"{verify}/checks", check, 200)["left"] == 0
    assert client.get(f"{verify}/sample?only_left=true").json()["data"] == []
    asked = [one["item"]["id"] for one in client.get(f"{verify}/checklist").json()]
    send(client, f"{verify}/answers", {"items": asked, "answer": "yes"}, 200)
    assert client.get(f"{verify}/checklist?only_left=true").json() == []
    assert file_digest(world.workspace().files.path(files[0])) == files[0]
    preparer = world.client("preparer")
    finding = {"kind": "nonconformity", "about": "report:DEMO-STEEL", "text": "数据不符"}
    number = send(client, f"{REPORT}/findings", finding, 201)["number"]
    # A file that somebody else brought is not theirs to name.
    answered = {"text": "已核对", "files": files}
    address = f"{REPORT}/findings/{number}/responses"
    told = problem(preparer.post(address, _json(answered), content_type=JSON), 422)
    assert told["problems"][0]["code"] == "site.api_not_brought"
    send(preparer, address, {"text": "已核对"}, 201)
    assert [one["act"] for one in client.get(f"{REPORT}/findings/{number}/messages").json()] == [
        "finding_raise",
        "finding_respond",
    ]
    refused = client.post(f"{verify}/opinion", _json({"opinion": "unmodified"}), content_type=JSON)
    problem(refused, 422)
    send(client, f"{REPORT}/findings/{number}/close", {"outcome": "explained", "note": "属实"}, 200)
    send(client, f"{verify}/recomputations", {}, 202)
    work_off()
    given = send(client, f"{verify}/opinion", {"opinion": "unmodified"}, 201)
    assert given["opinion"] == "unmodified" and client.get(f"{REPORT}/opinion").json() == given


def test_an_extract_is_made_by_a_job_with_what_one_sees(at: Callable[[str], World]) -> None:
    world = at("submitted")
    client = world.client("city")
    made = send(client, f"{V1}/bulk/extracts", {"table": "activity", "form": "parquet"}, 202)
    work_off()
    done = client.get(f"{V1}/jobs/{made['key']}").json()
    assert done["state"] == "done" and done["done"] == done["total"] == SubmittedRow.every.count()
    content = client.get(f"{V1}/jobs/{made['key']}/file")
    assert content.status_code == 200
    with duckdb.connect() as base:
        data = io.BytesIO(b"".join(content.streaming_content))  # type: ignore[arg-type]
        path = world.workspace().folder / "extract.parquet"
        path.write_bytes(data.getvalue())
        [(count, total)] = base.sql(f"SELECT count(*), sum(quantity) FROM '{path}'").fetchall()
    rows = SubmittedRow.every.values_list("quantity", flat=True)
    assert count == len(rows) and total == pytest.approx(sum(rows))
    # Another's job and file are nobody else's.
    assert world.client("province").get(f"{V1}/jobs/{made['key']}/file").status_code == 404
    lines = client.get(f"{V1}/bulk/activity").getvalue().decode().splitlines()
    assert len(lines) == count + 1
