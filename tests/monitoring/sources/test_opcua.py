"""OPC UA against a real server: changes, times, states, namespaces, and a server that goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.monitoring.sources.support import collecting, until
from tests.ports import HERE, free_port
from tongjian.monitoring.sources import OpcUaSource, SourceError, SourceSettings, Tag

pytest.importorskip("asyncua", reason="needs the extra opcua")
from asyncua import Server, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.permission_rules import User, UserRole
from cryptography.x509.oid import ExtendedKeyUsageOID

SECRET = "quite-long-and-secret"
URI = "urn:example:tongjian:test"
SPACE = "urn:example:plant"
N2O, GONE = f"nsu={SPACE};s=N2O", f"nsu={SPACE};s=Gone"


@dataclass
class Plant:
    """A server with one variable, made once (it is dear) and cut off the network at will."""

    server: Server
    node: Any

    async def write(self, value: float, time: datetime, status: int = 0) -> None:
        data = ua.DataValue(
            ua.Variant(value, ua.VariantType.Double),
            StatusCode=ua.StatusCode(status),
            SourceTimestamp=time,
        )
        await self.node.write_value(data)

    async def cut(self) -> None:
        await self.server.bserver.stop()

    async def mend(self) -> None:
        await self.server.bserver.start()

    async def renumber(self) -> None:
        """The plant's namespace gets another number, as after a change of the server's project."""
        array = self.server.get_node(ua.ObjectIds.Server_NamespaceArray)
        known = await array.read_value()
        await array.write_value([*known[:-1], "urn:example:other", SPACE])
        await self.node.delete()
        self.node = await self.variable(len(known))

    async def variable(self, space: int) -> Any:
        name = ua.NodeId("N2O", space)
        return await self.server.nodes.objects.add_variable(
            name, "N2O", 400.0, ua.VariantType.Double
        )


class Users:
    """Who may read: one user by a password."""

    def get_user(
        self, server: Any, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        known = (username, password) == ("reader", SECRET)
        return User(role=UserRole.User) if known else None


async def certificate(folder: Path, name: str) -> dict[str, str]:
    """A self-signed certificate and its key, as files."""
    made = {"certificate": str(folder / f"{name}.der"), "private_key": str(folder / f"{name}.pem")}
    await setup_self_signed_certificate(
        *(Path(made["private_key"]), Path(made["certificate"]), URI, HERE),
        [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH],
        {},
    )
    return made


@asynccontextmanager
async def plant(port: int, files: dict[str, str]) -> AsyncIterator[Plant]:
    server = Server(user_manager=Users())
    await server.init()
    await server.set_application_uri(URI)
    server.set_endpoint(f"opc.tcp://{HERE}:{port}/plant/")
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    await server.load_certificate(files["certificate"])
    await server.load_private_key(files["private_key"])
    space = await server.register_namespace(SPACE)
    made = Plant(server, None)
    made.node = await made.variable(space)
    async with server:
        yield made


def source(port: int, files: dict[str, str], password_from: str, *codes: str) -> OpcUaSource:
    options = {
        **{"url": f"opc.tcp://{HERE}:{port}/plant/", "publish_s": 0.02, "timeout_s": 2.0},
        **{"security": "Basic256Sha256", "mode": "SignAndEncrypt", **files},
        **{"user": "reader", "password_from": password_from},
    }
    tags = tuple(Tag(code) for code in codes)
    return OpcUaSource(SourceSettings("opc", "opcua", options, tags))


# The server that is cut off leaves a callback of its own unawaited.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_changes_with_the_sources_time_and_state_over_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it over an enciphered channel, with a user's password from the environment."""
    monkeypatch.setenv("TEST_OPC_PASSWORD", SECRET)

    async def play() -> None:
        files = await certificate(tmp_path, "both")
        port = free_port()
        start = datetime.now(UTC).replace(microsecond=250_000)
        key = f"opc/{N2O}"
        async with (
            plant(port, files) as server,
            collecting(source(port, files, "TEST_OPC_PASSWORD", N2O, GONE)) as kit,
        ):
            kept, told, collector = kit
            with pytest.raises(SourceError) as refused:
                await anext(source(port, files, "TEST_OPC_NOT_SET", N2O).batches(told.append))
            assert "BadUserAccessDenied" in refused.value.problems[0].text("en")
            await until(lambda: len(kept.samples(key)) >= 1)
            await server.write(401.5, start + timedelta(seconds=1))
            await until(lambda: len(kept.samples(key)) >= 2)
            await server.write(401.5, start + timedelta(seconds=2), ua.StatusCodes.BadSensorFailure)
            await until(lambda: len(kept.samples(key)) >= 3)
            await server.cut()
            await until(lambda: collector.counts.broken >= 1)
            await server.renumber()
            await server.write(401.5, start + timedelta(seconds=1))  # what it said before
            await server.mend()
            await until(lambda: collector.counts.repeated >= 1)
            await server.write(399.0, start + timedelta(seconds=4))
            await until(lambda: any(row.kinds.get("rtd") == 399 for row in kept.rows))
        said = [(row.kinds.get("rtd"), row.flag) for row in kept.samples(key)]
        # A bad state comes without a value.
        assert said == [(400.0, "N"), (401.5, "N"), (None, "D"), (399.0, "N")]
        china = (start + timedelta(hours=8)).replace(tzinfo=None)
        assert kept.samples(key)[1].time == china + timedelta(seconds=1)
        rows = [(row.key, row.time, row.flag) for row in kept.rows]
        assert len(rows) == len(set(rows))
        assert {row.flag for row in kept.samples(f"opc/{GONE}")} == {"D"}
        assert "monitoring.opcua_node" in {one.code for one in told}

    asyncio.run(play())


@pytest.mark.parametrize(
    ("status", "flag"),
    [
        (0x0000_0000, "N"),
        (0x0000_0480, "N"),  # information bits of a good value
        (0x808C_0000, "D"),
        (0x8031_0000, "B"),
        (0x4094_0000, "T"),
        (0x80FF_0000, "D"),  # a bad one that is not listed
        (0x40FF_0000, "D"),
        (0x00FF_0000, "N"),
    ],
)
def test_states_are_flags(status: int, flag: str) -> None:
    from tongjian.monitoring.sources._opcua import flag_of

    assert flag_of(status) == flag
