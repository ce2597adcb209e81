"""Proof files (证明文件): entries, their place in the tree and signed roots, for anyone to verify.

The form is described in docs/evidence.md. Like a line of the log, a proof is written in one way
only (RFC 8785), so that two programs cannot read it differently.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

from tongjian.evidence._canonical import canonical, parse
from tongjian.evidence._checkpoint import SignedCheckpoint
from tongjian.evidence._entry import Entry
from tongjian.evidence._log import EvidenceLog
from tongjian.evidence._merkle import MerkleTree
from tongjian.evidence._roots import SIGN, KnownKey, known_keys
from tongjian.problems import Problem, TongjianError

FORMAT = "tongjian-proof/1"


def prove(log: EvidenceLog, numbers: Collection[int], hide: Collection[int] = ()) -> bytes:
    """A proof file for entries by number; the contents of those in `hide` are left out.

    Each entry is proven under the first root that covers it, and every later root is shown to
    continue that one. Raises `TongjianError` for numbers that are not there or not covered yet.
    """
    entries = log.entries()
    signed = [SignedCheckpoint.from_dict(one.content) for one in entries if one.act == SIGN]
    covered = signed[-1].checkpoint.size if signed else 0
    wrong = [
        Problem("evidence.not_signed_yet", values={"number": number, "covered": covered})
        if 0 < number <= len(entries)
        else Problem("evidence.no_entry", values={"number": number, "count": len(entries)})
        for number in sorted({*numbers, *hide})
        if not 0 < number <= covered
    ]
    if wrong:
        raise TongjianError(wrong)
    first = next(place for place, one in enumerate(signed) if one.checkpoint.size >= min(numbers))
    roots = signed[first:]
    tree = MerkleTree(bytes.fromhex(one.hash) for one in entries)
    written = [
        _entry(entries[number - 1], roots, tree, number not in hide) for number in sorted(numbers)
    ]
    return _file(roots, tree, written, list(known_keys(entries)))


def root_file(log: EvidenceLog, month: str) -> bytes:
    """The signed root of a month alone, to be kept elsewhere (交他处保存的月度根).

    Raises `TongjianError` where it is not signed.
    """
    entries = log.entries()
    signed = [SignedCheckpoint.from_dict(one.content) for one in entries if one.act == SIGN]
    found = [one for one in signed if one.checkpoint.month == month]
    if not found:
        raise TongjianError(Problem("evidence.month_unsigned", values={"month": month}))
    # Keys that came later say nothing about this root, and the file stays the same for ever.
    number = next(one.number for one in entries if one.content == found[0].as_dict())
    return _file(found, MerkleTree(), [], list(known_keys(entries[:number])))


def read_proof(data: bytes) -> dict[str, Any]:
    """The contents of a proof file; raises `TongjianError` for anything else."""
    try:
        read = parse(data.removesuffix(b"\n"))
        if not isinstance(read, dict) or read.get("format") != FORMAT:
            raise ValueError(f"format is not {FORMAT}")
        if read.keys() != {"format", "log", "keys", "checkpoints", "entries"}:
            raise ValueError("not the fields of a proof")
        lists = ("keys", "checkpoints", "entries")
        if not isinstance(read["log"], str) or not all(
            isinstance(read[name], list) and all(isinstance(one, dict) for one in read[name])
            for name in lists
        ):
            raise ValueError("not the kinds of a proof")
    except ValueError as error:
        values = {"detail": str(error)}
        raise TongjianError(Problem("evidence.proof_unreadable", values=values)) from error
    return read


def _file(
    roots: Sequence[SignedCheckpoint],
    tree: MerkleTree,
    entries: Sequence[dict[str, Any]],
    keys: Sequence[KnownKey],
) -> bytes:
    sizes = [one.checkpoint.size for one in roots]
    paths = [[], *(tree.consistency(*pair) for pair in pairwise(sizes))]
    read = {
        "format": FORMAT,
        "log": roots[0].checkpoint.log,
        "keys": [_key(one) for one in _behind(roots, keys)],
        "checkpoints": [
            {**one.as_dict(), "consistency": _hex(path)}
            for one, path in zip(roots, paths, strict=True)
        ],
        "entries": list(entries),
    }
    return canonical(read) + b"\n"


def _entry(
    entry: Entry, roots: Sequence[SignedCheckpoint], tree: MerkleTree, shown: bool
) -> dict[str, Any]:
    place = next(n for n, one in enumerate(roots) if one.checkpoint.size >= entry.number)
    header = entry.as_dict()
    content = header.pop("content")
    del header["hash"]
    path = tree.inclusion(entry.number - 1, roots[place].checkpoint.size)
    made = {"header": header, "checkpoint": place, "inclusion": _hex(path)}
    return {**made, "content": content} if shown else made


def _behind(roots: Sequence[SignedCheckpoint], keys: Sequence[KnownKey]) -> list[KnownKey]:
    """The keys that signed, and those that handed over to them: nothing idle is in a proof."""
    wanted = {one.checkpoint.key for one in roots}
    found = []
    for one in reversed(keys):
        if one.public.fingerprint in wanted:
            found.append(one)
            wanted.add(one.previous or one.public.fingerprint)
    return found[::-1]


def _key(key: KnownKey) -> dict[str, Any]:
    made: dict[str, Any] = {"public_key": key.public.as_dict()}
    if key.vouched is not None:
        made |= {"previous": key.previous, "signature": key.vouched.hex()}
    return made


def _hex(path: Sequence[bytes]) -> list[str]:
    return [node.hex() for node in path]


__all__ = ["FORMAT", "prove", "read_proof", "root_file"]
