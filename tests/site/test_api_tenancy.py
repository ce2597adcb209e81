"""Nothing of one tenant shows up with another, and nothing that is sent breaks an operation.

Requests are made up by schemathesis from the OpenAPI document and asked as two tenants. Everything
that belongs to the other has names that occur nowhere else.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.transport import Response

from tests.site.matrix import may, people, sees
from tests.site.test_api_frame import VALUES, operations
from tests.site.world import A, B, World
from tongjian.evidence import Act
from tongjian.site.api.document import document
from tongjian.site.mrv.services_reports import take_step
from tongjian.site.operations.models import Job
from tongjian.site.registry.models import Meter, Outlet, ProcessUnit

MARK = "ZZUNSEEN"
"""In every name of B; never in anything of A."""
SCHEMA = schemathesis.openapi.from_dict(document())
FEW, MANY = 3, 60
OF_B = {"code": "OTHER-STEEL", "year": "2024", "number": "1"}


@pytest.fixture
def two(world: World) -> World:
    """A and B with a report, jobs, units and log entries each; B's are marked."""
    enterprise, plant = world.enterprise(B), world.plant(B)
    enterprise.name_zh = enterprise.name_en = f"{MARK} enterprise"
    enterprise.save()
    plant.name_zh = plant.name_en = f"{MARK} plant"
    plant.save()
    for of in (A, B):
        mark, where = (MARK if of == B else "SEEN"), world.plant(of)
        ProcessUnit.every.create(plant=where, code=f"{mark}-BF", name_zh=mark)
        Outlet.every.create(plant=where, code="DA001", name_zh=mark)
        Meter.every.create(plant=where, code=f"{mark}-M1", name_zh=mark)
        preparer = world.actor("preparer", of)
        take_step(preparer, where, 2024, "open")
        Job.every.create(
            kind="mrv.run",
            user=preparer.user,
            by=f"{mark} {preparer.signature}",
            enterprise=where.enterprise,
            state=Job.DONE,
            asked={"plant": where.code, "year": 2024},
            result={"run": mark},
        )
        log = world.workspace(of).log
        log.append([Act("meter.calibrate", preparer.signature, f"meter:{mark}", {"m": mark})])
    return world


def marks_of_b(world: World) -> list[str]:
    """What tells that something is B's."""
    signature = world.actor("preparer", B).signature
    enterprise = world.enterprise(B)
    return [MARK, "OTHER-STEEL", enterprise.key, enterprise.uscc, signature]


def assert_nothing_of_b(world: World, answer: Any, sent: str, told: str) -> None:
    """No mark of B, but for what the request itself said."""
    text = answer.getvalue().decode("utf-8", "replace") if not answer.streaming else ""
    for mark in marks_of_b(world):
        assert mark not in text or mark in sent, (told, mark)


def test_what_is_anothers_is_in_no_list_and_looks_absent(two: World) -> None:
    for who in ("preparer", "approver", "verifier", "city"):
        client = two.client(who)
        for method, path, action in operations():
            if not may(f"{who} A" if who != "city" else who, action) or method != "GET":
                continue
            if "{" not in path:
                answer = client.get(f"{path}?limit=500" if path != "/api/v1/me" else path)
                assert answer.status_code == 200, path
                assert_nothing_of_b(two, answer, "", f"{path} as {who}")
            elif "{code}" in path:
                there = client.get(path.format(**{**VALUES, **OF_B}))
                absent = client.get(path.format(**{**VALUES, "code": "NO-SUCH-PLANT"}))
                assert (there.status_code, absent.status_code) == (404, 404), path
                assert there.content == absent.content, path
    key = two.enterprise(B).key
    job = Job.every.get(result__run=MARK)
    for address in (f"/api/v1/enterprises/{key}", f"/api/v1/jobs/{job.key}"):
        assert two.client("preparer").get(address).status_code == 404
        assert two.client("preparer", B).get(address).status_code == 200


def test_each_sees_their_own(two: World) -> None:
    for who in people():
        if not may(who, "registry.enterprises"):
            continue
        told = two.client(*who.split(" ")).get("/api/v1/plants?limit=500").json()
        found = {one["code"] for one in told["items"]}
        expected = {
            code
            for of, code in ((A, "DEMO-STEEL"), (B, "OTHER-STEEL"))
            if sees(who, of, _PLANT)
        }
        assert found == expected, who


def test_nobody_changes_what_is_anothers(two: World) -> None:
    for method, path, action in operations():
        if method == "GET" or "{code}" not in path:
            continue
        for who in ("preparer A", "approver A", "verifier A", "reviewer A", "city"):
            if may(who, action):
                client = two.client(*who.split(" "))
                before = two.workspace(B).log.entries()
                body = {"kind": "enterprise", "form": "pdf", "run": "x"}
                wanted = {} if "/steps/" in path else body
                if "documents" in path:
                    wanted = {"kind": "enterprise", "form": "pdf"}
                elif path.endswith("/versions"):
                    wanted = {"run": "x"}
                answer = client.post(
                    path.format(**{**VALUES, **OF_B}), wanted, content_type="application/json"
                )
                assert answer.status_code == 404, (path, who, answer.status_code)
                assert two.workspace(B).log.entries() == before


def _play(world: World, client: Client, examples: int, person: str) -> None:
    """Every operation, as schemathesis makes requests up: no 5xx, as described, nothing of B."""
    for found in SCHEMA.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            strategy = operation.as_strategy(generation_mode=mode)
            _try(world, client, operation, strategy, examples, person)


def _try(
    world: World, client: Client, operation: Any, strategy: Any, examples: int, person: str
) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def check(case: Any) -> None:
        sent = case.as_transport_kwargs(base_url="http://testserver")
        request = requests.Request(
            **{k: v for k, v in sent.items() if k in _KNOWN and k != "cookies"}
        ).prepare()
        assert request.url is not None
        body = request.body or b""
        answer: Any = client.generic(
            str(request.method),
            request.url.removeprefix("http://testserver"),
            body if isinstance(body, bytes) else str(body),
            content_type=str(request.headers.get("Content-Type", "application/json")),
        )
        told = f"{request.method} {request.url} as {person}"
        assert answer.status_code < 500, told
        documented = operation.definition.raw["responses"]
        assert str(answer.status_code) in {*documented, "304", "405"}, (told, answer.status_code)
        assert_nothing_of_b(world, answer, f"{request.url} {body!r}", told)
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", told
            assert json.loads(answer.content)["problems"], told
        elif not answer.streaming:
            operation.validate_response(_response(request, answer))

    check()


def _response(request: Any, answer: Any) -> Response:
    made = requests.Response()
    made.status_code, made._content = answer.status_code, answer.content
    made.headers.update(answer.headers)
    made.request, made.url = request, str(request.url)
    return Response.from_requests(made, verify=True)


def test_made_up_requests_break_nothing_and_show_nothing_of_another(two: World) -> None:
    for who in ("preparer", "approver"):
        _play(two, two.client(who), FEW, who)


@pytest.mark.exhaustive
@pytest.mark.parametrize("who", ["preparer", "approver", "verifier", "reviewer", "city", "public"])
def test_many_made_up_requests_break_nothing(two: World, who: str) -> None:
    _play(two, two.client(who), MANY, who)


_KNOWN = ("method", "url", "headers", "params", "json", "data", "files", "cookies")


class _Reach:
    reach, unseen = "authority", ()


_PLANT: Any = _Reach()
