"""Nothing of one tenant shows up with another, and nothing that is sent breaks an operation.

Requests are made up by schemathesis from the OpenAPI document and asked as two tenants. Everything
that belongs to the other has names that occur nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from typing import Any

import pytest
import requests
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
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

MARKS = {A: "ZZALPHA", B: "ZZBETA"}
"""In every name of each; never in anything of the other."""
CODES = {A: "DEMO-STEEL", B: "OTHER-STEEL"}
SCHEMA = schemathesis.openapi.from_dict(document())
AUTHORITIES = ("city", "province", "nation", "analyst", "admin")
FEW, MANY = 1, 20
EACH = 12
"""In the ordinary run every so many operations are asked; with ``--exhaustive`` all."""
HOST = "http://testserver"
ONE = {"year": "2024", "number": "1"}
OF_B = {**ONE, "code": CODES[B]}
NEEDED = (
    "ruleset=cn.x&stream=coke&item=consumption&period=2024-01&text=steel&measure=enterprise::tCO2e"
)
"""What some lists cannot be asked without."""
_SENT = ("method", "url", "headers", "params", "json", "data", "files")


@pytest.fixture
def two(world: World) -> World:
    """A and B with a report, jobs, units and log entries each, all of them marked."""
    for of in MARKS:
        take_step(world.actor("preparer", of), world.plant(of), 2024, "open")
    return marked(world)


@pytest.fixture
def told(at: Callable[[str], World]) -> World:
    """The same where the report of A is being verified, with versions, sample and findings."""
    found = at("corrected")
    take_step(found.actor("preparer", B), found.plant(B), 2024, "open")
    return marked(found)


def marked(world: World) -> World:
    """Names that tell whose something is, and a job and a log entry of each."""
    for of, mark in MARKS.items():
        enterprise, where = world.enterprise(of), world.plant(of)
        enterprise.name_zh = enterprise.name_en = f"{mark} enterprise"
        enterprise.save()
        where.name_zh = where.name_en = f"{mark} plant"
        where.save()
        ProcessUnit.every.create(plant=where, code=f"{mark}-BF", name_zh=mark)
        Outlet.every.create(plant=where, code="DA001", name_zh=mark)
        Meter.every.create(plant=where, code=f"{mark}-M1", name_zh=mark)
        preparer = world.actor("preparer", of)
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


def marks_of(world: World, of: str) -> list[str]:
    """What tells that something is of one of them."""
    enterprise = world.enterprise(of)
    signature = world.actor("preparer", of).signature
    return [MARKS[of], CODES[of], enterprise.key, enterprise.uscc, signature]


def assert_nothing_of(marks: list[str], answer: Any, sent: str, told: str) -> None:
    """None of the marks, but for what the request itself said."""
    text = answer.getvalue().decode("utf-8", "replace")  # also of what is sent as a stream
    for mark in marks:
        assert mark not in text or mark in sent, (told, mark)


def test_what_is_anothers_is_in_no_list_and_looks_absent(two: World) -> None:
    marks = marks_of(two, B)
    for who in ("preparer", "approver", "verifier", "city"):
        client = two.client(who)
        for method, path, action in operations():
            if not may(f"{who} A" if who != "city" else who, action) or method != "GET":
                continue
            if "{" not in path:
                more = f"?{NEEDED}&limit=500" if path != "/api/v1/me" else ""
                answer = client.get(path + more)
                assert answer.status_code == 200, path
                assert_nothing_of(marks, answer, "", f"{path} as {who}")
            elif "{code}" in path:
                asked = f"{path}?{NEEDED}"
                there = client.get(asked.format(**{**VALUES, **OF_B}))
                absent = client.get(asked.format(**{**VALUES, "code": "NO-SUCH-PLANT"}))
                assert (there.status_code, absent.status_code) == (404, 404), path
                assert there.content == absent.content, path
    key = two.enterprise(B).key
    job = Job.every.get(result__run=MARKS[B])
    for address in (f"/api/v1/enterprises/{key}", f"/api/v1/jobs/{job.key}"):
        assert two.client("preparer").get(address).status_code == 404
        assert two.client("preparer", B).get(address).status_code == 200


def test_each_sees_their_own(two: World) -> None:
    for who in people():
        if not may(who, "registry.enterprises"):
            continue
        told = two.client(*who.split(" ")).get("/api/v1/plants?limit=500").json()
        found = {one["code"] for one in told["items"]}
        expected = {code for of, code in CODES.items() if sees(who, of, _PLANT)}
        assert found == expected, who


def test_nobody_changes_what_is_anothers(two: World) -> None:
    """With what the description gives as an example, so that the address alone is wrong."""
    known = {
        one["operationId"]: one for each in document()["paths"].values() for one in each.values()
    }
    tried = 0
    for (method, path, action), name in zip(operations(), known, strict=True):
        if method == "GET" or "{code}" not in path:
            continue
        for who in ("preparer A", "approver A", "verifier A", "reviewer A", "city"):
            if may(who, action):
                client, tried = two.client(*who.split(" ")), tried + 1
                before = two.workspace(B).log.entries()
                answer = _sent(client, method, path.format(**{**VALUES, **OF_B}), known[name])
                assert answer.status_code == 404, (path, who, answer.content)
                assert two.workspace(B).log.entries() == before
    assert tried > 60


def _sent(client: Client, method: str, address: str, described: Any) -> Any:
    content = described.get("requestBody", {}).get("content", {"application/json": {}})
    kind, said = next(iter(content.items()))
    example = said.get("example", {})
    if kind == "multipart/form-data":
        files = {name: SimpleUploadedFile("x.csv", b"x") for name in ("file", "files")}
        return client.post(address, {**example, **files})
    return client.generic(method, address, json.dumps(example), content_type="application/json")


def _play(world: World, role: str, examples: int, each: int = 1) -> None:
    """Every operation, as schemathesis makes requests up: no 5xx, as described, and to neither of
    two people of a role (each of another enterprise) anything of the other."""
    asking = [
        (world.client(role, of), marks_of(world, B if of == A else A), f"{role} {of}")
        for of in (A, B)
    ]
    if role in AUTHORITIES:  # they are one; the city sees A alone, the others both
        asking = [(*asking[0][:1], asking[0][1] if role == "city" else [], role)]
    for found in list(SCHEMA.get_all_operations())[::each]:
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _try(operation, operation.as_strategy(generation_mode=mode), asking, examples)


def _try(operation: Any, strategy: Any, asking: list[tuple[Client, list[str], str]],
         examples: int) -> None:  # fmt: skip
    turns = cycle(({}, *({**ONE, "code": code} for code in CODES.values())))

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
        # Also at addresses where there is something: of one of them, and of the other.
        case.path_parameters = {**(case.path_parameters or {}), **_known(operation, next(turns))}
        sent = case.as_transport_kwargs(base_url=HOST)
        kept = {name: value for name, value in sent.items() if name in _SENT}
        request = requests.Request(**kept).prepare()
        for client, marks, who in asking:
            _ask(operation, request, client, marks, who)

    with suppress(Unsatisfiable):  # of what takes nothing, nothing is wrong that could be sent
        check()


def _ask(operation: Any, request: Any, client: Client, marks: list[str], who: str) -> None:
    body = request.body or b""
    answer: Any = client.generic(
        request.method,
        request.url.removeprefix(HOST),
        body if isinstance(body, bytes) else str(body),
        content_type=str(request.headers.get("Content-Type", "application/json")),
    )
    told = f"{request.method} {request.url} as {who}: {answer.status_code}"
    assert answer.status_code < 500, told
    # Made-up methods and codes in an address lead to what is no operation.
    assert str(answer.status_code) in {*operation.definition.raw["responses"], "405"}, told
    assert_nothing_of(marks, answer, f"{request.url} {body!r}", told)
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json", told
        assert json.loads(answer.content)["problems"], told
    elif not answer.streaming:
        operation.validate_response(_response(request, answer))
    answer.close()


def _known(operation: Any, at: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in at.items() if f"{{{name}}}" in operation.path}


def _response(request: Any, answer: Any) -> Response:
    headers = {name: [value] for name, value in answer.headers.items()}
    return Response(answer.status_code, headers, answer.content, request, 0.0, True)


def test_made_up_requests_break_nothing_and_show_nothing_of_another(two: World) -> None:
    _play(two, "preparer", FEW, EACH)


@pytest.mark.exhaustive
@pytest.mark.parametrize("role", ["preparer", "approver", "verifier", "reviewer", *AUTHORITIES])
def test_many_made_up_requests_break_nothing(told: World, role: str) -> None:
    _play(told, role, MANY)


class _Reach:
    reach, unseen = "authority", ()


_PLANT: Any = _Reach()
