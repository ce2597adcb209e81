"""The thorough check of a workspace's evidence (存证检查): log, keys, roots, files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tongjian.evidence._attachments import Attachments
from tongjian.evidence._checkpoint import SignedCheckpoint
from tongjian.evidence._entry import Entry
from tongjian.evidence._log import EvidenceLog
from tongjian.evidence._merkle import MerkleTree
from tongjian.evidence._proof import read_proof, root_file
from tongjian.evidence._roots import INTRODUCE, REPLACE, SIGN, KnownKey, Roots, against, read_key
from tongjian.evidence._settings import settings
from tongjian.problems import Place, Problem, TongjianError

# How a line of the log begins: its fields stand in the order of the alphabet.
_ENTRY = b'{"act":'


def check(
    log: EvidenceLog,
    files: Attachments | None = None,
    roots: Path | None = None,
    kept: Sequence[Path] = (),
) -> list[Problem]:
    """Everything that was changed, removed or left undone, each with its place.

    `roots` is the folder of root files beside the log; `kept` are root files, proof files and
    copies of the log that were kept elsewhere, which alone can tell that the log was put back as a
    whole. Only errors mean that something was changed; notes say what cannot be known.
    """
    found = log.problems()
    if any(one.severity == "error" for one in found):
        # What a broken log says about keys and files says nothing.
        return found
    entries, place = log.entries(), log.store.place
    tree = MerkleTree(bytes.fromhex(one.hash) for one in entries)
    found += _signatures(entries, tree, place)
    if roots is not None:
        found += _root_files(log, roots)
    found += _kept(kept, entries, tree, place)
    if files is not None:
        found += files.problems()
    return found + _undone(log) + _beyond(entries, place, kept)


def _signatures(entries: Sequence[Entry], tree: MerkleTree, place: str) -> Iterator[Problem]:
    """Keys in the order in which they came, and each root by the key of its time."""
    key: KnownKey | None = None
    last: SignedCheckpoint | None = None
    right = 0
    for entry in entries:
        where = Place(file=place, line=entry.number)
        try:
            if entry.act in (INTRODUCE, REPLACE):
                new = read_key(entry.number, entry.content)
                yield from _key(entry, key, new, where)
                key = new
            elif entry.act == SIGN:
                made = SignedCheckpoint.from_dict(entry.content)
                yield from _root(made, key, last, where)
                said = made.checkpoint
                wrong = list(against(said, tree, place, right + 1))
                yield from wrong
                right = right if wrong else max(right, said.size)
                last = made
        except ValueError as error:
            yield Problem("evidence.unreadable", where, {"detail": str(error)})


def _key(entry: Entry, old: KnownKey | None, new: KnownKey, where: Place) -> Iterator[Problem]:
    values = {"old": old.public.fingerprint if old else "-", "new": new.public.fingerprint}
    if entry.act == INTRODUCE:
        if old is not None:
            reason = entry.content.get("reason", "")
            yield Problem("evidence.key_unvouched", where, {**values, "reason": reason}, "warning")
    elif (
        old is None
        or new.vouched is None
        or new.previous != old.public.fingerprint
        or not old.public.verify(new.vouched, new.says())
    ):
        yield Problem("evidence.handed_not", where, values)


def _root(
    made: SignedCheckpoint, key: KnownKey | None, last: SignedCheckpoint | None, where: Place
) -> Iterator[Problem]:
    said = made.checkpoint
    values = {"month": said.month, "size": said.size, "key": said.key, "days": said.days_late()}
    if key is None or key.public != made.public or not made.is_valid():
        yield Problem("evidence.signature_wrong", where, values)
    if said.days_late() < 0:
        yield Problem("evidence.signed_early", where, {**values, "time": said.time})
    if last is not None and (last.checkpoint.log, last.checkpoint.month) >= (said.log, said.month):
        months = {"before": last.checkpoint.month, "month": said.month}
        yield Problem("evidence.continues_not", where, months)
    due = settings().sign_within_days
    if said.days_late() > due:
        yield Problem("evidence.signed_late", where, {**values, "due": due}, "warning")


def _root_files(log: EvidenceLog, folder: Path) -> Iterator[Problem]:
    """Root files beside the log are those that the log makes."""
    signed = {one.checkpoint.month for one in Roots(log).signed()}
    there = {path.stem: path for path in sorted(folder.glob("*.json"))}
    for month in sorted(signed - there.keys()):
        place = Place(file=str(folder / f"{month}.json"))
        yield Problem("evidence.root_file_missing", place, {"month": month})
    for month, path in there.items():
        if month not in signed:
            yield Problem("evidence.root_file_foreign", Place(file=str(path)), {"month": month})
        elif path.read_bytes() != root_file(log, month):
            yield Problem("evidence.root_file_changed", Place(file=str(path)), {"month": month})


def _kept(
    paths: Iterable[Path], entries: Sequence[Entry], tree: MerkleTree, place: str
) -> Iterator[Problem]:
    """What was kept elsewhere against the log."""
    names = [one.content["checkpoint"]["log"] for one in entries if one.act == SIGN]
    for path in paths:
        where = Place(file=str(path))
        try:
            data = path.read_bytes()
            if data.startswith(_ENTRY):
                yield from _copy(data, entries, where)
                continue
            read = read_proof(data)
            if names and read["log"] != names[0]:
                values = {"log": read["log"], "expected": names[0]}
                yield Problem("evidence.kept_of_other", where, values)
                continue
            for one in read["checkpoints"]:
                made = SignedCheckpoint.from_dict(
                    {name: value for name, value in one.items() if name != "consistency"}
                )
                said = made.checkpoint
                if not made.is_valid():
                    values = {"month": said.month, "key": said.key}
                    yield Problem("evidence.signature_wrong", where, values)
                yield from against(said, tree, place)
            for one in read["entries"]:
                header = one["header"]
                number = header["number"]
                own = entries[number - 1].as_dict() if 0 < number <= len(entries) else {}
                if {name: own.get(name) for name in header} != header:
                    yield Problem("evidence.entry_differs", where, {"number": number})
        except TongjianError as error:
            yield from error.problems
        except (OSError, ValueError, KeyError, TypeError) as error:
            yield Problem("evidence.proof_unreadable", where, {"detail": str(error)})


def _copy(data: bytes, entries: Sequence[Entry], where: Place) -> Iterator[Problem]:
    """A copy of the log that was kept elsewhere, entry by entry."""
    for number, line in enumerate(data.splitlines(keepends=True), start=1):
        one = Entry.from_line(line)
        at = Place(file=where.file, line=number)
        if number > len(entries):
            yield Problem("evidence.entry_gone", at, {"number": number})
        elif _own(one) != _own(entries[number - 1]):
            yield Problem("evidence.entry_differs", at, {"number": number})


def _own(entry: Entry) -> tuple[object, ...]:
    """What an entry says itself: hashes change with every entry before."""
    return (entry.number, entry.time, entry.by, entry.act, entry.subject, entry.digest, entry.files)


def _beyond(entries: Sequence[Entry], place: str, kept: Sequence[Path]) -> list[Problem]:
    """What no check of the log alone can find, said as it is."""
    sizes = [one.content["checkpoint"]["size"] for one in entries if one.act == SIGN]
    first = max(sizes, default=0) + 1
    found = []
    if entries and first <= len(entries):
        values = {"first": first, "last": len(entries)}
        where = Place(file=place, line=first)
        found.append(Problem("evidence.tail_open", where, values, "note"))
    if entries and not kept:
        found.append(Problem("evidence.nothing_kept", Place(file=place), severity="note"))
    return found


def _undone(log: EvidenceLog) -> list[Problem]:
    return [
        Problem("evidence.unsigned", values={"month": month}, severity="warning")
        for month in Roots(log).unsigned()
    ]


__all__ = ["check"]
