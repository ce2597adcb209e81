"""Speaks to a gateway that runs (与运行中的网关对话), from another process of the same user."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tongjian.monitoring.gateway._socket import connected
from tongjian.problems import Place, Problem, TongjianError


def is_running(journal: Path) -> bool:
    """Whether a gateway that can be spoken to keeps the journal in this folder."""
    try:
        connection = connected(journal)
    except PermissionError:
        return True  # of another user
    if connection is None:
        return False
    connection.close()
    return True


def ask(
    journal: Path, request: Mapping[str, Any], seconds: float = 900.0
) -> Iterator[dict[str, Any]]:
    """Ask the gateway that keeps the journal in this folder; gives each part, then the answer.

    Parts are ``{"part": ...}``, the last is ``{"done": ...}``. `seconds` bound each wait.

    Raises
    ------
    TongjianError
        No gateway runs there, it says what is wrong, or it stopped meanwhile.
    """
    place = Place(file=str(journal))
    try:
        connection = connected(journal)
    except OSError as error:
        values = {"detail": error.strerror or error}
        raise TongjianError(Problem("monitoring.control_closed", place, values)) from error
    if connection is None:
        raise TongjianError(Problem("monitoring.control_absent", place))
    with connection:
        connection.settimeout(seconds)
        try:
            connection.sendall(json.dumps(request, ensure_ascii=False).encode() + b"\n")
            with connection.makefile("rb") as lines:
                for line in lines:
                    told: dict[str, Any] = json.loads(line)
                    if "problems" in told:
                        raise TongjianError(
                            Problem(one["code"], values=one["values"]) for one in told["problems"]
                        )
                    yield told
                    if "done" in told:
                        return
        except (OSError, ValueError) as error:
            raise TongjianError(Problem("monitoring.control_lost", place)) from error
    raise TongjianError(Problem("monitoring.control_lost", place))
