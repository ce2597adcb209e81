"""Who may confirm (授权), and what was confirmed by whom with which reference (确认记录)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.statutory._doubts import Doubt

RIGHTS = ("confirm", "grant")
_GRANT, _CONFIRM, _WITHDRAW = "authority.grant", "authority.confirm", "authority.withdraw"
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
    """Rights and confirmations as the evidence log has them (授权与确认)."""

    log: EvidenceLog

    def entries(self) -> list[Entry]:
        """Grants, confirmations and withdrawals, oldest first.

        Raises `TongjianError` if the log was tampered with.
        """
        return self.log.entries(_GRANT, _CONFIRM, _WITHDRAW)

    def rights(self) -> dict[str, set[str]]:
        """The rights that each person has now."""
        return _rights(self.entries())

    def confirmations(self) -> dict[tuple[str, str], Confirmation]:
        """The confirmations that stand, by id and digest of what was confirmed."""
        found: dict[tuple[str, str], Confirmation] = {}
        for entry in self.entries():
            said = entry.content
            mark = (said.get("doubt", ""), said.get("digest", ""))
            if entry.act == _CONFIRM:
                found[mark] = Confirmation(*mark, entry.by, entry.time, said["reference"])
            elif entry.act == _WITHDRAW:
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
            content = {"person": person, "rights": wanted}
            self.log.append_locked([Act(_GRANT, by, f"person:{person}", content)])

    def confirm(self, found: Sequence[Doubt], by: str, reference: str) -> None:
        """Record that `by` has checked `found` against the printed text at `reference`.

        Raises `TongjianError` when `by` lacks the right "confirm" or the reference names nothing.
        """
        said = reference.strip()
        if len(said) < _REFERENCE_AT_LEAST:
            raise TongjianError(Problem("statutory.reference", values={"reference": said or "-"}))
        self._record(_CONFIRM, found, by, said)

    def withdraw(self, found: Sequence[Doubt], by: str, reason: str) -> None:
        """Take confirmations back, with a reason; the log keeps both."""
        self._record(_WITHDRAW, found, by, reason.strip())

    def _record(self, act: str, found: Sequence[Doubt], by: str, reference: str) -> None:
        with self.log.locked():
            _demand(_rights(self.entries()), by, "confirm")
            self.log.append_locked(
                Act(act, by, f"doubt:{one.id}", {"reference": reference, **_named(one)})
                for one in found
            )


def _named(one: Doubt) -> dict[str, str]:
    """What is confirmed, so that the entry can be read without the rulebook."""
    return {
        "doubt": one.id,
        "digest": one.digest,
        "content": one.content,
        "document": one.document,
        "clause": one.clause,
    }


def _rights(entries: Iterable[Entry]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in entries:
        if entry.act == _GRANT:
            # A grant states all rights of the person: an empty one takes them away.
            found[entry.content["person"]] = set(entry.content["rights"])
    return found


def _demand(rights: dict[str, set[str]], person: str, right: str) -> None:
    if right not in rights.get(person, set()):
        having = sorted(name for name, its in rights.items() if right in its)
        values = {"person": person or "-", "right": right, "having": ", ".join(having) or "-"}
        raise TongjianError(Problem("statutory.no_right", values=values))


__all__ = ["RIGHTS", "Authority", "Confirmation"]
