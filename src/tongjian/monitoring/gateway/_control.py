"""Requests to a running gateway (控制通道): a line of JSON each, answered by lines of JSON.

A line has a word `do` and its fields; the answer is any number of ``{"part": ...}``, then
``{"done": ...}`` or ``{"problems": [...]}``. A gateway is never stopped by what is asked here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongjian.monitoring.gateway._asked import (
    Asked,
    asked_command,
    asked_history,
    failure_of,
    wrong,
)
from tongjian.monitoring.gateway._commands import Outcome, clock
from tongjian.monitoring.gateway._socket import NAME, listening
from tongjian.monitoring.gateway._status import status
from tongjian.problems import Problem, TongjianError

if TYPE_CHECKING:
    from tongjian.monitoring.gateway._gateway import Gateway

Told = dict[str, Any]
_FAREWELL_S, _TICK_S = 1.0, 0.02


class Control:
    """The control socket of a gateway, while that runs."""

    def __init__(self, gateway: Gateway, folder: Path) -> None:
        self._gateway = gateway
        self._path = folder / NAME
        self._folder = folder
        self._server: asyncio.Server | None = None
        self._answering: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; raises OSError where the folder allows no socket."""
        listener = listening(self._folder)
        self._server = await asyncio.start_unix_server(self._serve, sock=listener)

    async def close(self) -> None:
        """Listen no more; requests that are not answered yet are given up."""
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)
        # A connection that was just accepted has its task only a few turns of the loop later.
        await asyncio.sleep(_TICK_S)
        tasks = list(self._answering)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._answering.add(task)
        try:
            with suppress(OSError, asyncio.CancelledError):  # gone, or the gateway stops
                while line := await _line_of(reader):
                    async for told in self._told(line):
                        writer.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
                        await writer.drain()
        finally:
            writer.close()
            with suppress(OSError, TimeoutError):  # who does not read is not waited for
                await asyncio.wait_for(writer.wait_closed(), _FAREWELL_S)
            self._answering.discard(task)

    async def _told(self, line: bytes) -> AsyncIterator[Told]:
        try:
            request = _read(line)
            match request.get("do"):
                case "status":
                    yield {"done": status(self._gateway)}
                case "command" | "clock":
                    yield {"done": await self._command(request)}
                case "request":
                    async for told in self._history(request):
                        yield told
                case other:
                    raise wrong("do", other, "status | request | clock | command")
        except TongjianError as error:
            yield {"problems": [one.as_dict() for one in error.problems]}

    async def _command(self, request: Mapping[str, Any]) -> Told:
        if request["do"] == "clock":
            request = {**request, "cn": "1012", "groups": []}
        asked = asked_command(self._gateway, request)
        order = clock(self._gateway.now()) if request["do"] == "clock" else asked.command
        return self._outcome(asked, await self._gateway.command(asked.mn, order))

    async def _history(self, request: Mapping[str, Any]) -> AsyncIterator[Told]:
        """Ask in pieces, the oldest first, as long as the station carries them out."""
        asked = asked_history(self._gateway, request)
        heard = self._gateway.heard[asked.mn.encode()]
        cn = asked.command.cn
        before = heard.counts[cn.encode()]
        parts = empty = 0
        for first, last in asked.spans:
            came = heard.counts[cn.encode()]
            outcome = await self._gateway.request(asked.mn, cn, first, last)
            part = self._outcome(asked, outcome, no_data_is_wrong=False)
            parts += 1
            empty += not outcome.succeeded
            times = {"from": _shown(first), "to": _shown(last)}
            yield {"part": {**part, **times, "telegrams": heard.counts[cn.encode()] - came}}
        came = heard.counts[cn.encode()] - before
        yield {"done": {"mn": asked.mn, "parts": parts, "without_data": empty, "telegrams": came}}

    def _outcome(self, asked: Asked, outcome: Outcome, no_data_is_wrong: bool = True) -> Told:
        problem = failure_of(asked, outcome, no_data_is_wrong)
        if problem is not None:
            raise TongjianError(problem)
        return {
            "mn": asked.mn,
            "cn": asked.command.cn,
            "qn": outcome.qn,
            "sent": outcome.sent,
            "qn_rtn": outcome.asked,
            "exe_rtn": outcome.done,
        }


async def _line_of(reader: asyncio.StreamReader) -> bytes:
    """The next line; one that is too long ends the connection, as its end does."""
    try:
        return await reader.readline()
    except ValueError:
        return b""


def _read(line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except ValueError:
        request = None
    if not isinstance(request, dict):
        raise TongjianError(
            Problem(
                "monitoring.control_request",
                values={"field": "JSON", "value": line[:60].decode("utf-8", "replace").strip(),
                        "expected": '{"do": ...}'},
            )
        )  # fmt: skip
    return request


def _shown(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")
