"""The frame of the API: who gets in, what refusals look like, lists, repeats, the description."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.test import Client, RequestFactory
from jsonschema import Draft202012Validator
from ninja import Router

from tests.site.matrix import may, people
from tests.site.world import A, B, World
from tongjian.site.access.permissions import actions
from tongjian.site.access.tokens import make_token
from tongjian.site.api.document import document, phrases
from tongjian.site.api.interface import API, interface
from tongjian.site.api.models import KeptAnswer
from tongjian.site.mrv.models import Report

V1 = "/api/v1"
BEGIN = f"{V1}/reports/DEMO-STEEL/2024/steps/open"
VALUES = {"code": "DEMO-STEEL", "year": "2024", "number": "1", "key": "0" * 16, "name": "cn.none"}
VALUES |= {"username": "nobody", "mark": "run0", "known": "NONE", "month": "2024-03"}
VALUES |= {"digest": "0" * 64, "prefix": "0" * 8}


def operations() -> list[tuple[str, str, str]]:
    """Every operation as method, path and action."""
    return [
        (method.upper(), path, one["x-action"])
        for path, methods in document()["paths"].items()
        for method, one in methods.items()
    ]


def by_key(world: World, scopes: list[str], role: str = "preparer", of: str = A) -> Client:
    _, whole = make_token(world.actor(role, of), "test", scopes, 1)
    return Client(headers={"Authorization": f"Bearer {whole}"}, enforce_csrf_checks=True)


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem that an answer is, of the form that all have."""
    assert answer.status_code == status, (answer.status_code, answer.content)
    assert answer["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = json.loads(answer.content)
    assert told["status"] == status and told["title"] and told["problems"]
    for one in told["problems"]:
        assert one["zh"] and one["en"] and one["repair_zh"] and one["repair_en"]
    return told


def test_every_operation_is_an_action_of_the_matrix_and_is_described() -> None:
    for path, one in API.operations():
        assert getattr(one.view_func, "action", None) in actions(), path
    listed = operations()
    assert len(listed) == len(API.operations()) >= 175
    for methods in document()["paths"].values():
        for one in methods.values():
            assert one["summary"] and one["description"] and one["security"], one["operationId"]
    assert all(words.zh and words.en for words in phrases().values())
    whole = json.dumps(document(), ensure_ascii=False)
    assert '"@' not in whole
    used = {one["operationId"] for each in document()["paths"].values() for one in each.values()}
    other = ("title", "about", "security_", "idempotency_", "if_match", "status_", "tag_", "field_")
    left = [name for name in phrases() if name not in used and not name.startswith(other)]
    assert not left, "written about what is not there"


def test_every_operation_is_reached_at_the_address_it_is_described_at(world: World) -> None:
    """Two groups with one path would hide each other's methods."""
    client = world.client("public")
    for method, path, _ in operations():
        answer = client.generic(method, path.format(**VALUES))
        assert answer.status_code != 405, (method, path)


def test_an_operation_without_an_action_answers_nobody(world: World) -> None:
    router = Router()

    @router.get("/forgotten")
    def forgotten(request: HttpRequest) -> str:
        return "secret"

    api = interface([("x", router)])
    view = api.addresses()[0].callback
    for who, status in (("public", 401), ("preparer", 403), ("admin", 403), ("province", 403)):
        request: Any = RequestFactory().get("/forgotten")
        request.actor, request.held = world.actor(who), ()
        problem(view(request), status)


def test_who_may_is_what_the_matrix_says(world: World) -> None:
    """Every operation x everybody: refused are exactly those whom the files do not name."""
    clients = {who: world.client(*who.split(" ")) for who in people()}
    for method, path, action in operations():
        address = path.format(**VALUES)
        for who, client in clients.items():
            answer = client.generic(method, address, "{}", content_type="application/json")
            told = f"{method} {path} as {who}: {answer.status_code}"
            if may(who, action):
                assert answer.status_code not in (401, 403, 405, 500), told
            else:
                assert answer.status_code == (401 if who == "public" else 403), told
                problem(answer, answer.status_code)


def test_a_key_acts_for_its_owner_within_its_scopes(world: World) -> None:
    client = by_key(world, ["api.me", "mrv.act_open"])
    told = client.get(f"{V1}/me").json()

    assert told["username"] == "preparera" and told["role"] == "preparer" and told["by_key"]
    assert [one["action"] for one in told["actions"]] == ["api.me", "mrv.act_open"]
    problem(client.get(f"{V1}/reports"), 403)
    # No session, so nothing to be proven by a CSRF token.
    assert client.post(BEGIN, {}, content_type="application/json").status_code == 201


def test_a_bad_key_is_nobody_whatever_session_there_is(world: World) -> None:
    client = world.client("preparer")
    answer = client.get(f"{V1}/me", headers={"Authorization": "Bearer tongjian_x_y"})

    problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert problem(world.client("public").get(f"{V1}/me"), 401)


def test_a_change_by_session_needs_the_csrf_token(world: World) -> None:
    signed_in = world.client("preparer")
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in.cookies
    told = problem(client.post(BEGIN, {}, content_type="application/json"), 403)
    assert told["problems"][0]["code"] == "site.api_csrf"
    assert not Report.every.exists()
    client.get("/")
    token = client.cookies["csrftoken"].value
    answer = client.post(BEGIN, {}, content_type="application/json", headers={"X-CSRFToken": token})

    assert answer.status_code == 201


def test_the_same_request_with_the_same_key_is_done_once(world: World) -> None:
    client = world.client("preparer")

    def begin(year: int, key: str) -> Any:
        address = BEGIN.replace("2024", str(year))
        headers = {"Idempotency-Key": key}
        return client.post(address, {}, content_type="application/json", headers=headers)

    first, again = begin(2024, "k1"), begin(2024, "k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content and again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    told = problem(begin(2023, "k1"), 422)
    assert told["problems"][0]["code"] == "site.api_key_reused"
    # Without the key the flow says that it was opened already.
    assert begin(2024, "k2").status_code == 422
    assert problem(begin(2022, "a b"), 400)["problems"][0]["code"] == "site.api_key_form"
    KeptAnswer.objects.filter(key="k1").update(status=None)
    assert problem(begin(2024, "k1"), 409)["problems"][0]["code"] == "site.api_key_busy"
    KeptAnswer.objects.filter(key="k1").update(made="2020-01-01T00:00:00Z")
    assert problem(begin(2024, "k1"), 422)["problems"][0]["code"] != "site.api_key_reused"


def test_anothers_key_is_another_key(world: World) -> None:
    headers = {"Idempotency-Key": "same"}
    for of, code in ((A, "DEMO-STEEL"), (B, "OTHER-STEEL")):
        answer = world.client("preparer", of).post(
            f"{V1}/reports/{code}/2024/steps/open", {}, content_type="application/json",
            headers=headers,
        )  # fmt: skip
        assert answer.status_code == 201 and "Idempotency-Replayed" not in answer


def test_refusals_tell_everything_at_once_in_the_language_asked_for(world: World) -> None:
    address = f"{V1}/reports?limit=0&year=1&sort=x"
    zh = problem(world.client("preparer").get(address), 422)
    en = problem(world.client("preparer", language="en").get(address), 422)

    assert len(zh["problems"]) == 3 and zh["problems"] == en["problems"]
    assert zh["title"] != en["title"]
    body = {"reason": 1, "more": 2}
    told = problem(world.client("preparer").post(BEGIN, body, content_type="application/json"), 422)
    assert {one["code"] for one in told["problems"]} == {
        "site.api_field",
        "site.api_field_unknown",
    }
    broken = world.client("preparer").post(BEGIN, "{", content_type="application/json")
    problem(broken, 400)


def test_what_is_sent_is_of_the_kind_that_is_read(world: World) -> None:
    client = world.client("preparer")
    for address, kind in ((BEGIN, "text/plain"), (f"{V1}/imports", "application/json")):
        told = problem(client.generic("POST", address, "{}", content_type=kind), 415)
        assert told["problems"][0]["values"]["found"] == kind
    assert not Report.every.exists()


def test_no_name_stands_twice_in_the_description(world: World) -> None:
    """As JSON it would be the last that counts; the page refuses it."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), [name for name, _ in pairs]
        return dict(pairs)

    json.loads(world.client("public").get(f"{V1}/openapi.json").content, object_pairs_hook=once)


def test_every_example_is_of_the_form_that_is_described() -> None:
    shapes = {"components": document()["components"]}
    for methods in document()["paths"].values():
        for one in methods.values():
            for content in one.get("requestBody", {}).get("content", {}).values():
                files = any("binary" in str(p) for p in _fields(content["schema"]).values())
                assert files or "example" in content, one["operationId"]
                if not files:
                    validator = Draft202012Validator({**content["schema"], **shapes})
                    assert not list(validator.iter_errors(content["example"])), one["operationId"]


def _fields(schema: dict[str, Any]) -> dict[str, Any]:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found = document()["components"]["schemas"].get(name, schema)
    fields: dict[str, Any] = found.get("properties", {})
    return fields


def test_what_is_no_operation_is_refused_in_the_same_form(world: World) -> None:
    client = world.client("preparer")
    problem(client.get(f"{V1}/nothing"), 404)
    answer = client.delete(f"{V1}/reports")
    problem(answer, 405)
    assert "GET" in answer["Allow"]


def test_lists_go_on_by_cursor(world: World) -> None:
    client = world.client("province")
    seen, cursor = [], ""
    for _ in range(40):
        told = client.get(f"{V1}/divisions?within=32&limit=7&cursor={cursor}").json()
        seen += [one["code"] for one in told["items"]]
        cursor = told["next"]
        if cursor is None:
            break
    whole = client.get(f"{V1}/divisions?within=32&limit=500").json()
    assert whole["next"] is None and seen == [one["code"] for one in whole["items"]]
    first = client.get(f"{V1}/plants?limit=1").json()
    assert [one["code"] for one in first["items"]] == ["DEMO-STEEL"]
    then = client.get(f"{V1}/plants?limit=1&cursor={first['next']}").json()
    assert [one["code"] for one in then["items"]] == ["OTHER-STEEL"] and then["next"] is None
    # It is good for its reader and its list alone.
    for other, address in ((client, "divisions"), (world.client("nation"), "plants")):
        told = problem(other.get(f"{V1}/{address}?cursor={first['next']}"), 422)
        assert told["problems"][0]["code"] == "site.api_cursor"
    problem(client.get(f"{V1}/plants?cursor=nonsense"), 422)


def test_what_has_not_changed_is_not_sent_again(world: World) -> None:
    client = world.client("preparer")
    first = client.get(f"{V1}/plants/DEMO-STEEL")
    again = client.get(f"{V1}/plants/DEMO-STEEL", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304 and not again.content
    assert "no-store" in first["Cache-Control"]


def test_the_page_of_the_description_needs_no_other_site(world: World) -> None:
    client = world.client("public")
    page = client.get("/api/")
    told = page.content.decode()

    assert page.status_code == 200 and "http://" not in told and "https://" not in told
    assert "style=" not in told and "'unsafe" not in page["Content-Security-Policy"]
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.")
