"""The gateway over real connections: kept before answered, once, whoever sends and however."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.monitoring.station import KEY, MN, PASSWORD, Client, minute, stations
from tongjian.monitoring.gateway import (
    ENCIPHERED,
    FRAME,
    REFUSED,
    Command,
    Gateway,
    Journal,
    Kept,
    Settings,
    Station,
    serve_metrics,
    unpacked,
)
from tongjian.monitoring.hj212 import Telegram, build, frame, parse

OLD = Station("88888880000001", "654321", crc="hj212")
QUICK = Settings(group_s=0, over_time_s=0.05, resends=3, frame_s=0.0)


@asynccontextmanager
async def served(folder: Path, settings: Settings = QUICK) -> AsyncIterator[tuple[Gateway, int]]:
    gateway = Gateway(folder, stations(OLD), settings)
    port = await gateway.start("127.0.0.1", 0)
    try:
        yield gateway, port
    finally:
        await gateway.stop()


def kept(folder: Path) -> list[Kept]:
    return [unpacked(content) for content in Journal(folder).read()]


def test_what_is_answered_is_on_the_disk(tmp_path: Path) -> None:
    async def play() -> None:
        async with served(tmp_path) as (_, port), Client(port) as station:
            for number in range(5):
                station.send(minute(number))
                answer = await station.answer()
                assert (answer.cn, answer.st, answer.flag) == ("9014", "91", 4)
                assert (answer.mn, answer.pw, answer.groups) == (MN, PASSWORD, ())
                assert answer.qn == parse(minute(number)[6:-6]).qn
                assert [one.raw for one in kept(tmp_path)][-1] == minute(number)

    asyncio.run(play())


def test_many_lines_at_once_and_pieces_of_any_size(tmp_path: Path) -> None:
    async def one(port: int, first: int) -> None:
        async with Client(port) as station:
            stream = b"".join(minute(first + number) for number in range(50))
            for at in range(0, len(stream), 37):
                station.send(stream[at : at + 37])
                await asyncio.sleep(0)
            assert len(await station.answers(50)) == 50

    async def play() -> None:
        async with served(tmp_path, Settings()) as (gateway, port):
            await asyncio.gather(*(one(port, 50 * number) for number in range(8)))
            assert gateway.committer.commits < 400  # many share one

    asyncio.run(play())
    # The end marks of a frame may come after it was kept.
    found = sorted(one.raw.rstrip() for one in kept(tmp_path))
    assert found == sorted(minute(number).rstrip() for number in range(400))


def test_what_comes_again_is_answered_and_kept_once_even_after_a_restart(tmp_path: Path) -> None:
    async def play() -> float:
        async with served(tmp_path) as (gateway, port), Client(port) as station:
            station.send(minute(1) * 3)
            assert len(await station.answers(3)) == 3
            return gateway.metrics.get("duplicates_total")

    assert asyncio.run(play()) == 2
    assert asyncio.run(play()) == 3
    assert [one.raw for one in kept(tmp_path)] == [minute(1)]


def test_no_answer_where_none_is_wanted(tmp_path: Path) -> None:
    async def play() -> None:
        async with served(tmp_path) as (_, port), Client(port) as station:
            station.send(minute(1, flag=4) + minute(2))
            assert (await station.answer()).qn == parse(minute(2)[6:-6]).qn

    asyncio.run(play())
    assert len(kept(tmp_path)) == 2


def test_a_station_of_2005_is_answered_in_its_manner(tmp_path: Path) -> None:
    sent = frame(
        b"QN=20240101000000001;ST=32;CN=2011;PW=654321;MN=88888880000001;Flag=1;"
        b"CP=&&DataTime=20240101000000;B01-Rtd=1.0&&"
    )

    async def play() -> None:
        async with served(tmp_path) as (_, port), Client(port) as station:
            station.send(sent)
            answer = await station.answer()
            assert (answer.cn, answer.mn, answer.pw, answer.qn) == ("9014", None, None, None)
            assert answer.groups == ((("QN", "20240101000000001"),), (("CN", "2011"),))

    asyncio.run(play())


def test_strangers_and_wrong_passwords_are_not_kept(tmp_path: Path) -> None:
    async def play() -> None:
        async with served(tmp_path, Settings(group_s=0, faults=2)) as (gateway, port):
            for sent in (minute(1, password="654321"), minute(1, mn="F" * 24)):
                async with Client(port) as station:
                    station.send(sent * 3)
                    with pytest.raises((EOFError, ConnectionResetError)):
                        await station.answer()
            assert gateway.metrics.get("denied_total", "password") == 6
            assert gateway.metrics.get("closed_total", "faults") == 2

    asyncio.run(play())
    assert kept(tmp_path) == []


def test_a_line_belongs_to_one_station(tmp_path: Path) -> None:
    other = frame(
        b"QN=20240101000000001;ST=32;CN=2011;PW=654321;MN=88888880000001;Flag=1;CP=&&a=1&&"
    )

    async def play() -> None:
        async with served(tmp_path) as (gateway, port), Client(port) as station:
            station.send(minute(1))
            await station.answer()
            station.send(other)
            with pytest.raises((EOFError, ConnectionResetError)):
                await station.answer()
            assert gateway.metrics.get("closed_total", "mn_changed") == 1

    asyncio.run(play())


def test_damage_is_kept_with_its_reason_and_costs_nothing_else(tmp_path: Path) -> None:
    broken = minute(1).replace(b"1.5", b"7.5")

    async def play() -> None:
        async with served(tmp_path) as (gateway, port), Client(port) as station:
            station.send(broken + b"\x01\x02" + minute(2))
            assert (await station.answer()).qn == parse(minute(2)[6:-6]).qn
            assert gateway.metrics.get("refused_total", "crc_wrong") == 1

    asyncio.run(play())
    assert [(one.kind, one.raw) for one in kept(tmp_path)] == [
        (REFUSED, broken),
        (REFUSED, b"\x01\x02"),
        (FRAME, minute(2)),
    ]
    assert kept(tmp_path)[0].segment == b"crc_wrong"


@pytest.mark.parametrize("named", ["hj212", "modbus"])
def test_a_station_is_heard_with_its_check_sum_only_and_answered_with_it(
    tmp_path: Path, named: str
) -> None:
    """What has another one is kept as refused: it may be damage that fits by chance."""
    who = Station("88888880000002", PASSWORD, crc=named)
    other = "modbus" if named == "hj212" else "hj212"
    wrong, right = (
        frame(minute(number, mn=who.mn)[6:-6], crc) for number, crc in ((1, other), (2, named))
    )

    async def play() -> None:
        gateway = Gateway(tmp_path, stations(who), QUICK)
        port = await gateway.start("127.0.0.1", 0)
        async with Client(port, crc=named) as station:
            station.send(wrong + right)
            assert (await station.answer()).qn == parse(right[6:-6]).qn
            asked = asyncio.create_task(gateway.command(who.mn, Command("1011")))
            assert (await station.answer()).cn == "1011"  # it has the same check sum
            asked.cancel()
            # A damaged MN does not take the line out of its station's check sum.
            station.send(frame(minute(3, mn="8" * 14)[6:-6], other) + right)
            await station.answer()
            assert gateway.metrics.get("closed_total", "mn_changed") == 0
        await gateway.stop()

    asyncio.run(play())
    found = [(one.kind, one.raw) for one in kept(tmp_path)]
    assert [kind for kind, _ in found] == [REFUSED, FRAME, REFUSED]
    assert [raw for _, raw in found[:2]] == [wrong, right]


def test_without_a_name_any_known_check_sum_is_heard_and_answered_in_kind(tmp_path: Path) -> None:
    async def play() -> None:
        async with served(tmp_path) as (gateway, port), Client(port, crc="modbus") as station:
            station.send(frame(minute(1)[6:-6], "modbus"))
            assert (await station.answer()).cn == "9014"
            assert gateway.metrics.get("deviations_total", "crc_variant") == 1

    asyncio.run(play())
    assert [one.kind for one in kept(tmp_path)] == [FRAME]


def test_an_enciphered_telegram_is_kept_both_ways(tmp_path: Path) -> None:
    segment = minute(1)[6:-6].replace(b"Flag=5", b"Flag=9")

    async def play() -> None:
        async with served(tmp_path) as (_, port), Client(port) as station:
            station.send(frame(segment, key=KEY))
            assert (await station.answer()).flag == 8

    asyncio.run(play())
    (one,) = kept(tmp_path)
    assert (one.kind, one.raw, one.segment) == (ENCIPHERED, frame(segment, key=KEY), segment)


def test_silent_and_unfinished_lines_are_given_up(tmp_path: Path) -> None:
    async def play() -> None:
        settings = Settings(group_s=0, idle_s=0.5, frame_s=0.2)
        async with served(tmp_path, settings) as (gateway, port), Client(port) as station:
            station.send(minute(1)[:60])
            with pytest.raises((EOFError, ConnectionResetError)):
                await station.answer()
            assert gateway.metrics.get("closed_total", "idle") == 1

    asyncio.run(play())
    assert [one.segment for one in kept(tmp_path)] == [b"incomplete"]


def test_who_never_reads_answers_is_given_up(tmp_path: Path) -> None:
    beats = 500 * frame(
        f"QN=20240101000000001;ST=91;CN=9015;PW={PASSWORD};MN={MN};Flag=9;CP=&&&&".encode()
    )

    async def play() -> None:
        settings = Settings(group_s=0, unread_bytes=1000, burst=1e9)
        async with served(tmp_path, settings) as (gateway, port), Client(port) as station:
            station.writer.transport.pause_reading()
            for _ in range(1000):
                if gateway.metrics.get("closed_total", "unread"):
                    break
                station.send(beats)
                await asyncio.sleep(0.001)
            assert gateway.metrics.get("closed_total", "unread") == 1

    asyncio.run(play())


def test_who_sends_too_fast_is_slowed_and_loses_nothing(tmp_path: Path) -> None:
    async def play() -> float:
        settings = Settings(group_s=0, rate=400, burst=10)
        async with served(tmp_path, settings) as (_, port), Client(port) as station:
            loop = asyncio.get_running_loop()
            started = loop.time()
            for number in range(150):
                station.send(minute(number))
                await asyncio.sleep(0)
            assert len(await station.answers(150)) == 150
            station.send(minute(150))
            await station.answer()
            return loop.time() - started

    assert asyncio.run(play()) > 0.2
    assert len(kept(tmp_path)) == 151


def test_a_slow_disk_holds_the_lines_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda file: (__import__("time").sleep(0.02), sync(file)))

    async def play() -> None:
        settings = Settings(group_s=0, pending_bytes=2000)
        async with served(tmp_path, settings) as (_, port), Client(port) as station:
            for number in range(200):
                station.send(minute(number))
            assert len(await station.answers(200)) == 200

    asyncio.run(play())
    assert [one.raw for one in kept(tmp_path)] == [minute(number) for number in range(200)]


def test_when_the_disk_refuses_nothing_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    async def play() -> None:
        gateway = Gateway(tmp_path, stations(), QUICK)
        port = await gateway.start("127.0.0.1", 0)
        async with Client(port) as station:
            monkeypatch.setattr(os, "fdatasync", full)
            station.send(minute(1))
            with pytest.raises((EOFError, ConnectionResetError)):
                await station.answer()
            await asyncio.wait_for(gateway.stopped.wait(), 5)
        assert gateway.failure is not None
        assert gateway.failure.errno == errno.ENOSPC

    asyncio.run(play())


def reply(command: Telegram, cn: str, **values: str) -> bytes:
    """What a station of 2017 answers to `command`."""
    groups = tuple(((name, value),) for name, value in values.items())
    return frame(build(Telegram("91", cn, MN, command.qn, PASSWORD, 4, groups=groups)))


def test_a_command_in_two_steps(tmp_path: Path) -> None:
    async def play() -> None:
        async with (
            served(tmp_path, Settings(group_s=0)) as (gateway, port),
            Client(port) as station,
        ):
            station.send(minute(1))
            await station.answer()
            order = Command("1062", ((("RtdInterval", "30"),),))
            running = asyncio.create_task(gateway.command(MN, order))
            asked = await station.answer()
            assert (asked.cn, asked.flag, asked.value("RtdInterval")) == ("1062", 5, "30")
            station.send(reply(asked, "9011", QnRtn="1") + reply(asked, "9012", ExeRtn="1"))
            outcome = await running
            assert (outcome.sent, outcome.succeeded, outcome.qn) == (1, True, asked.qn)

    asyncio.run(play())


@pytest.mark.parametrize(("returned", "asked", "done"), [("2", 2, None), ("3", 3, None)])
def test_a_refused_command_says_why(
    tmp_path: Path, returned: str, asked: int, done: int | None
) -> None:
    async def play() -> None:
        async with served(tmp_path) as (gateway, port), Client(port) as station:
            station.send(minute(1))
            await station.answer()
            running = asyncio.create_task(gateway.command(MN, Command("3011")))
            station.send(reply(await station.answer(), "9011", QnRtn=returned))
            outcome = await running
            assert (outcome.asked, outcome.done, outcome.succeeded) == (asked, done, False)

    asyncio.run(play())


def test_an_unanswered_command_is_sent_again_with_its_qn(tmp_path: Path) -> None:
    async def play() -> None:
        async with served(tmp_path) as (gateway, port), Client(port) as station:
            station.send(minute(1))
            await station.answer()
            outcome = await gateway.command(MN, Command("1011"))
            assert (outcome.sent, outcome.asked) == (4, None)
            assert {one.qn for one in await station.answers(4)} == {outcome.qn}
            assert (await gateway.command("0" * 24, Command("1011"))).sent == 0

    asyncio.run(play())


def test_a_station_that_asks_for_the_time_gets_it(tmp_path: Path) -> None:
    asks = frame(
        f"QN=20240101000000001;ST=31;CN=1013;PW={PASSWORD};MN={MN};Flag=5;CP=&&&&".encode()
    )

    async def play() -> None:
        async with served(tmp_path) as (gateway, port), Client(port) as station:
            station.send(asks)
            found = {one.cn: one for one in await station.answers(2)}
            assert set(found) == {"9013", "1012"}
            sent = found["1012"].value("SystemTime")
            assert sent is not None
            assert sent[:10] == gateway.now().strftime("%Y%m%d%H")

    asyncio.run(play())


def test_a_heartbeat_is_answered_and_not_kept(tmp_path: Path) -> None:
    beat = frame(
        f"QN=20240101000000001;ST=91;CN=9015;PW={PASSWORD};MN={MN};Flag=9;CP=&&&&".encode()
    )

    async def play() -> None:
        async with served(tmp_path) as (_, port), Client(port) as station:
            station.send(beat)
            assert (await station.answer()).cn == "9014"

    asyncio.run(play())
    assert kept(tmp_path) == []


def test_metrics_can_be_fetched(tmp_path: Path) -> None:
    async def play() -> str:
        async with served(tmp_path) as (gateway, port), Client(port) as station:
            station.send(minute(1) + b"noise")
            await station.answer()
            server = await serve_metrics(gateway.metrics, "127.0.0.1", 0)
            address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/metrics"
            text = await asyncio.to_thread(lambda: urllib.request.urlopen(address).read().decode())
            server.close()
            return str(text)

    text = asyncio.run(play())
    assert "tongjian_gateway_telegrams_total 1\n" in text
    assert text.count("# TYPE tongjian_gateway_lines gauge") == 1


def test_over_tls(tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path)
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(certificate, key)

    async def play() -> None:
        gateway = Gateway(tmp_path / "journal", stations(), QUICK)
        port = await gateway.start("127.0.0.1", 0, tls=server_side)
        trusted = ssl.create_default_context(cafile=str(certificate))
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=trusted, server_hostname="localhost"
        )
        writer.write(minute(1))
        assert b"CN=9014" in await asyncio.wait_for(reader.read(1000), 5)
        writer.close()
        await gateway.stop()

    asyncio.run(play())


def _certificate(folder: Path) -> tuple[Path, Path]:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
