"""Webhooks: who is told what, signed, again where it was not taken, and never inwards."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from tests.site.story import work_off
from tests.site.world import A, B, World
from tongjian.evidence import Act
from tongjian.problems import TongjianError
from tongjian.site.access.models import Membership
from tongjian.site.acting import acting
from tongjian.site.api import outward, pushing
from tongjian.site.api.models import Delivery, Webhook
from tongjian.site.api.outward import checked, resolved
from tongjian.site.api.pushing import WAITS, begin_push
from tongjian.site.operations.models import Job

HOOKS = "/api/v1/webhooks"
JSON = "application/json"


class Receiver(HTTPServer):
    """A service that keeps what it is told."""

    got: list[tuple[dict[str, str], bytes]]
    answers: int


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.answers)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    server = Receiver(("127.0.0.1", 0), _Handler)
    server.got, server.answers = [], 204
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    monkeypatch.setattr(settings, "WEBHOOK_HOSTS", frozenset({"127.0.0.1"}))
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def subscribed(world: World, receiver: Receiver, role: str = "preparer", *acts: str) -> Any:
    url = f"http://127.0.0.1:{receiver.server_address[1]}/hook?x=1"
    given = {"url": url, "acts": list(acts)}
    answer = world.client(role).post(HOOKS, given, content_type=JSON)
    assert answer.status_code == 201, answer.content
    return answer.json()


def act(world: World, of: str, name: str = "meter.calibrate") -> None:
    """Something that happens at an enterprise."""
    actor = world.actor("preparer", of)
    with acting(actor, world.enterprise(of)) as workspace:
        workspace.log.append([Act(name, actor.signature, f"meter:{of}", {"secret": "content"})])


def told(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in receiver.got]


def test_an_address_is_told_what_its_owner_may_know_signed_and_once(
    world: World, receiver: Receiver
) -> None:
    made = subscribed(world, receiver, "preparer", "meter.")
    act(world, B)
    act(world, A)
    assert begin_push() and not begin_push(), "one job at a time"
    work_off()

    assert [(one["type"], one["subject"]) for one in told(receiver)] == [
        ("meter.calibrate", "meter:A")
    ]
    headers, body = receiver.got[0]
    assert "content" not in body.decode() and world.enterprise(B).key not in body.decode()
    moment, said = headers["Tongjian-Signature"].split(",")
    signed = moment.removeprefix("t=").encode() + b"." + body
    expected = hmac.new(made["secret"].encode(), signed, hashlib.sha256).hexdigest()
    assert said == f"v1={expected}"
    assert not begin_push()
    listed = world.client("preparer").get(f"{HOOKS}/{made['key']}/deliveries").json()["items"]
    assert [(one["state"], one["status"], one["tries"]) for one in listed] == [
        ("delivered", 204, 1)
    ]


def test_what_is_not_taken_is_sent_again_and_given_up_in_the_end(
    world: World, receiver: Receiver
) -> None:
    subscribed(world, receiver, "preparer", "meter.")
    receiver.answers = 500
    act(world, A)
    for tries in range(1, len(WAITS) + 2):
        assert begin_push()
        work_off()
        one = Delivery.objects.get()
        assert one.tries == tries and one.status == 500 and len(receiver.got) == tries
        if tries <= len(WAITS):
            wait = (one.due - timezone.now()).total_seconds()
            assert one.state == Delivery.WAITING and abs(wait - WAITS[tries - 1]) < 30
            assert not begin_push()
            Delivery.objects.update(due=timezone.now())
    assert Delivery.objects.get().state == Delivery.FAILED and not begin_push()


def test_an_address_that_is_slow_keeps_nobody_waiting(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One answers only once the other was told all: in turn, neither would ever be done."""
    subscribed(world, receiver, "preparer", "meter.")
    subscribed(world, receiver, "approver", "meter.")
    for _ in range(3):
        act(world, A)
    fast, slow = Webhook.objects.order_by("pk")
    Webhook.objects.filter(pk=slow.pk).update(url="https://slow.example.org/")
    told = threading.Event()
    sent: list[str] = []

    def sending(url: str, body: bytes, headers: Any) -> int:
        sent.append(url)
        if "slow" in url:
            assert told.wait(20), "nobody else was told meanwhile"
            return 503
        if sent.count(fast.url) == 3:
            told.set()
        return 204

    monkeypatch.setattr(pushing, "post", sending)
    begin_push()
    work_off()

    states = Delivery.objects.filter(webhook=fast).values_list("state", flat=True)
    assert list(states) == [Delivery.DELIVERED] * 3
    # It was tried once, and left alone with all that waits for it.
    waiting = Delivery.objects.filter(webhook=slow, state=Delivery.WAITING)
    assert sent.count("https://slow.example.org/") == 1 and waiting.count() == 3
    assert sorted(waiting.values_list("tries", flat=True)) == [0, 0, 1]
    assert all(one.due > timezone.now() for one in waiting) and not begin_push()


def test_an_answer_that_comes_drop_by_drop_is_broken_off(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outward, "LONGEST_S", 0.3)

    def dripping(self: _Handler) -> None:
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: ")
            for _ in range(100):
                self.wfile.write(b"a")
                time.sleep(0.05)

    monkeypatch.setattr(_Handler, "do_POST", dripping)
    begun = time.monotonic()
    with pytest.raises(TongjianError) as found:
        outward.post(f"http://127.0.0.1:{receiver.server_address[1]}/", b"x", {})
    assert found.value.problems[0].code == "site.webhook_unreached"
    assert time.monotonic() - begun < 3


def test_a_redirection_is_not_followed(world: World, receiver: Receiver) -> None:
    subscribed(world, receiver, "preparer", "meter.")
    receiver.answers = 302
    act(world, A)
    begin_push()
    work_off()

    assert len(receiver.got) == 1 and Delivery.objects.get().state == Delivery.WAITING


def test_nobody_is_told_once_the_role_or_the_subscription_has_ended(
    world: World, receiver: Receiver
) -> None:
    made = subscribed(world, receiver, "preparer", "meter.")
    act(world, A)
    begin_push()
    Membership.objects.filter(user=world.user("preparer")).update(ended="2025-01-01")
    work_off()
    assert not receiver.got and not begin_push()
    Membership.objects.filter(user=world.user("preparer")).update(ended=None)
    ended = world.client("preparer").delete(f"{HOOKS}/{made['key']}")
    assert ended.status_code == 200 and ended.json()["ended"]
    act(world, A)
    assert not begin_push() and not Job.every.filter(state=Job.WAITING).exists()


def test_a_subscription_is_its_owners_alone(world: World, receiver: Receiver) -> None:
    key = subscribed(world, receiver)["key"]
    for who, of in (("approver", A), ("preparer", B), ("admin", A)):
        client = world.client(who, of)
        assert client.get(HOOKS).json() == []
        assert client.delete(f"{HOOKS}/{key}").status_code == 404
        assert client.get(f"{HOOKS}/{key}/deliveries").status_code == 404
    listed = world.client("preparer").get(HOOKS)
    assert "secret" not in listed.content.decode() and len(listed.json()) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://",
        "https://user:pass@example.org/",
        "https://example.org/#x",
        "https://example.org:0/",
        "https://example.org:x/",
        "https://example.org/a b",
        "https://example.org/\r\nHost: x",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_address_is_refused(world: World, url: str) -> None:
    answer = world.client("preparer").post(HOOKS, {"url": url}, content_type=JSON)

    assert answer.status_code == 422 and not Webhook.objects.exists()
    assert answer.json()["problems"][0]["code"] == "site.webhook_url"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "[::1]",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "224.0.0.1",
        "2130706433",
    ],
)
def test_nothing_is_sent_inwards(host: str) -> None:
    with pytest.raises(TongjianError) as found:
        resolved(checked(f"https://{host}/"))
    assert found.value.problems[0].code in ("site.webhook_inside", "site.webhook_host")


def test_a_name_of_which_one_address_is_within_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a name that is pointed inwards after it was subscribed."""

    def found(*_: Any, **__: Any) -> list[Any]:
        outer, inner = ("203.0.114.7", 443), ("127.0.0.1", 443)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", one) for one in (outer, inner)]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(TongjianError):
        resolved(checked("https://example.org/"))
