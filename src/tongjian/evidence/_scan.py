"""The hook for a virus scanner (查毒): a command that is given the file."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tongjian.evidence._settings import settings
from tongjian.problems import Place, Problem, TongjianError

_VARIABLE = "TONGJIAN_SCAN"
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Scanner:
    """A command such as ``clamdscan --fdpass --no-summary``; the file's path is put behind it.

    Exit code 0 means clean. The command comes from whoever runs the program, never from a
    workspace: a folder that was sent by somebody must not be able to start a program.
    """

    command: tuple[str, ...]
    timeout_s: float

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Scanner | None:
        """The scanner named by TONGJIAN_SCAN, if any; raises `TongjianError`."""
        text = environment.get(_VARIABLE, "").strip()
        if not text:
            return None
        try:
            return cls(tuple(shlex.split(text)), settings().scan_timeout_s)
        except ValueError as error:
            values = {"command": text, "detail": str(error)}
            raise TongjianError(Problem("evidence.scan_failed", values=values)) from error

    @property
    def name(self) -> str:
        """The program's name."""
        return Path(self.command[0]).name

    def scan(self, path: Path, shown: str) -> None:
        """Raise `TongjianError` unless the file is clean; `shown` is its name for the message."""
        values: dict[str, object] = {"command": self.name}
        place = Place(file=shown)
        try:
            done = subprocess.run(
                [*self.command, str(path)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            values["seconds"] = f"{self.timeout_s:g}"
            raise TongjianError(Problem("evidence.scan_timeout", place, values)) from None
        except OSError as error:
            values["detail"] = str(error)
            raise TongjianError(Problem("evidence.scan_failed", place, values)) from error
        if done.returncode:
            said = (done.stdout + done.stderr).decode(errors="replace").strip()
            values |= {"code": done.returncode, "said": said[:_SHOWN] or "-"}
            raise TongjianError(Problem("evidence.scan_refused", place, values))


__all__ = ["Scanner"]
