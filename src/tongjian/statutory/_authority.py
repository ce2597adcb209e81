"""Who may confirm (授权), and what was confirmed by whom with which reference (确认记录)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tongjian.problems import Problem, TongjianError
from tongjian.statutory._doubts import Doubt
from tongjian.statutory._log import ChainedLog

RIGHTS = ("confirm", "grant")
_FILE = "authority.jsonl"
# A reference names a document and a place in it; shorter is a tick in a box.
_REFERENCE_AT_LEAST = 6


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One confirmation (确认): a doubt, by whom, when, and where it was looked up."""

    doubt: str
    digest: str
    by: str
    time: str
    reference: str


@dataclass(frozen=True, slots=True)
class Authority:
    """The rights and confirmations of one workspace (授权与确认). Use `Authority.of`."""

    log: ChainedLog

    @classmethod
    def of(cls, workspace: Path | str) -> Authority:
        """Rights and confirmations of the workspace folder; none while nothing was granted."""
        return cls(ChainedLog(Path(workspace) / _FILE))

    def entries(self) -> list[dict[str, Any]]:
        """The whole log, oldest first; raises `TongjianError` if a line was changed."""
        return self.log.entries()

    def rights(self) -> dict[str, set[str]]:
        """The rights that each person has now."""
        return _rights(self.entries())

    def confirmations(self) -> dict[tuple[str, str], Confirmation]:
        """The confirmations that stand, by id and digest of what was confirmed."""
        found: dict[tuple[str, str], Confirmation] = {}
        for entry in self.entries():
            mark = (entry.get("doubt", ""), entry.get("digest", ""))
            if entry["act"] == "confirm":
                found[mark] = Confirmation(*mark, entry["by"], entry["time"], entry["reference"])
            elif entry["act"] == "withdraw":
                found.pop(mark, None)
        return found

    def grant(self, person: str, rights: Iterable[str], by: str) -> None:
        """Give `person` rights ("confirm", "grant").

        The first grant of a workspace is open to whoever set it up; every later one needs the
        right "grant". Raises `TongjianError`.
        """
        wanted = list(dict.fromkeys(rights))
        unknown = [right for right in wanted if right not in RIGHTS]
        if unknown or not person.strip():
            raise TongjianError(
                Problem("statutory.right", values={"right": right, "known": ", ".join(RIGHTS)})
                for right in unknown or [""]
            )
        with self.log.locked():
            entries = self.entries()
            if entries:
                _demand(_rights(entries), by, "grant")
            act = {"act": "grant", "by": by, "time": _now(), "person": person}
            self.log.append([{**act, "rights": wanted}])

    def confirm(self, found: Sequence[Doubt], by: str, reference: str) -> None:
        """Record that `by` has checked `found` against the printed text at `reference`.

        Raises `TongjianError` when `by` lacks the right "confirm" or the reference names nothing.
        """
        said = reference.strip()
        if len(said) < _REFERENCE_AT_LEAST:
            raise TongjianError(Problem("statutory.reference", values={"reference": said or "-"}))
        self._record("confirm", found, by, said)

    def withdraw(self, found: Sequence[Doubt], by: str, reason: str) -> None:
        """Take confirmations back, with a reason; the log keeps both."""
        self._record("withdraw", found, by, reason.strip())

    def _record(self, act: str, found: Sequence[Doubt], by: str, reference: str) -> None:
        with self.log.locked():
            _demand(_rights(self.entries()), by, "confirm")
            time = _now()
            self.log.append(
                [
                    {
                        "act": act,
                        "by": by,
                        "time": time,
                        "reference": reference,
                        "doubt": one.id,
                        "digest": one.digest,
                        "content": one.content,
                        "document": one.document,
                        "clause": one.clause,
                    }
                    for one in found
                ]
            )


def _rights(entries: Iterable[dict[str, Any]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in entries:
        if entry["act"] == "grant":
            # A grant states all rights of the person: an empty one takes them away.
            found[entry["person"]] = set(entry["rights"])
    return found


def _demand(rights: dict[str, set[str]], person: str, right: str) -> None:
    if right not in rights.get(person, set()):
        having = sorted(name for name, its in rights.items() if right in its)
        values = {"person": person or "-", "right": right, "having": ", ".join(having) or "-"}
        raise TongjianError(Problem("statutory.no_right", values=values))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


__all__ = ["RIGHTS", "Authority", "Confirmation"]
