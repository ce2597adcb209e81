"""Verifying a proof file without the log (离线验证): what it proves, and what it does not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tongjian.evidence._canonical import canonical
from tongjian.evidence._checkpoint import SignedCheckpoint, month_end
from tongjian.evidence._entry import SHA256, leaf_hash
from tongjian.evidence._keys import unhex
from tongjian.evidence._merkle import consistent, included
from tongjian.evidence._proof import read_proof
from tongjian.evidence._roots import read_key
from tongjian.problems import Place, Problem, TongjianError

# A fingerprint that is cut shorter could be hit by trying.
_LEAST_DIGITS = 32
_HEADER: dict[str, type] = {
    **dict.fromkeys(("time", "by", "act", "subject", "digest", "previous"), str),
    "number": int,
    "files": list,
}
_HANDED = {"public_key", "previous", "signature"}
_BLOCK = 1 << 20


@dataclass(slots=True)
class Verdict:
    """What verifying a proof file found (验证结果), each statement as a `Problem` in two languages.

    `failed` is empty if and only if everything in the file holds.
    """

    proven: list[Problem] = field(default_factory=list)
    unproven: list[Problem] = field(default_factory=list)
    failed: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything in the file holds."""
        return not self.failed

    @property
    def by_named_key(self) -> bool:
        """Whether everything holds and a key that was named as trusted stands behind it."""
        return self.ok and any(one.code == "evidence.key_named" for one in self.proven)

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain data."""
        return {
            "ok": self.ok,
            "by_named_key": self.by_named_key,
            **{
                name: [one.as_dict() for one in getattr(self, name)]
                for name in ("proven", "unproven", "failed")
            },
        }

    def _proves(self, code: str, **values: object) -> None:
        self.proven.append(Problem(f"evidence.{code}", values=values, severity="note"))

    def _leaves_open(self, code: str, **values: object) -> None:
        self.unproven.append(Problem(f"evidence.{code}", values=values, severity="warning"))

    def _fails(self, code: str, **values: object) -> None:
        self.failed.append(Problem(f"evidence.{code}", values=values))


def verify(data: bytes, keys: Sequence[str] = (), attachments: Sequence[Path] = ()) -> Verdict:
    """Verify the bytes of a proof file, offline.

    `keys` are fingerprints (all 64 digits, or the first 32 at least) of keys that whoever verifies
    trusts, had on another way; `attachments` are files to hold against the entries. Raises nothing:
    whatever is wrong stands in the verdict.
    """
    verdict = Verdict()
    try:
        read = read_proof(data)
        roots = [
            SignedCheckpoint.from_dict(_but(one, "consistency")) for one in read["checkpoints"]
        ]
        sound = _check_roots(verdict, read, roots)
        files = _check_entries(verdict, read["entries"], roots)
        if sound:
            _check_keys(verdict, read, roots, keys)
    except TongjianError as error:
        verdict.failed += error.problems
        return verdict
    except (ValueError, KeyError, TypeError) as error:
        verdict._fails("proof_unreadable", detail=f"{type(error).__name__}: {error}")
        return verdict
    _check_files(verdict, attachments, files)
    verdict._leaves_open("times_claimed")
    return verdict


def _check_roots(
    verdict: Verdict, read: Mapping[str, Any], roots: Sequence[SignedCheckpoint]
) -> bool:
    """Signatures, and that each root continues the one before."""
    before: SignedCheckpoint | None = None
    if not roots:
        verdict._fails("no_root")
    for one, written in zip(roots, read["checkpoints"], strict=True):
        said = one.checkpoint
        about = {"month": said.month, "size": said.size, "time": said.time, "key": said.key}
        if not one.is_valid():
            verdict._fails("signature_wrong", **about)
        elif said.log != read["log"]:
            verdict._fails("other_log", month=said.month, log=said.log, expected=read["log"])
        elif one.checkpoint.days_late() < 0:
            verdict._fails("signed_early", **about)
        else:
            verdict._proves("root_signed", days=said.days_late(), root=said.root, **about)
        path = [unhex(node) for node in written["consistency"]]
        if before is None:
            if path:
                verdict._fails("proof_unreadable", detail="consistency of the first root")
        else:
            old = before.checkpoint
            holds = old.month < said.month and consistent(
                old.size, bytes.fromhex(old.root), said.size, bytes.fromhex(said.root), path
            )
            months = {"before": old.month, "month": said.month}
            if holds:
                verdict._proves("continues", **months)
            else:
                verdict._fails("continues_not", **months)
        before = one
    return not verdict.failed


def _check_entries(
    verdict: Verdict, entries: Sequence[Mapping[str, Any]], roots: Sequence[SignedCheckpoint]
) -> dict[str, int]:
    """Each entry under its root; returns the digests of files that entries name."""
    files: dict[str, int] = {}
    for one in entries:
        header = one["header"]
        if header.keys() != _HEADER.keys() or any(
            type(header[name]) is not kind for name, kind in _HEADER.items()
        ):
            raise ValueError("not the header of an entry")
        if not one.keys() <= {"header", "content", "checkpoint", "inclusion"}:
            raise ValueError("not the fields of an entry")
        place = one["checkpoint"]
        if type(place) is not int or not 0 <= place < len(roots):
            raise ValueError("no such checkpoint")
        said, number = roots[place].checkpoint, header["number"]
        leaf = bytes.fromhex(leaf_hash(canonical(header)))
        path = [unhex(node) for node in one["inclusion"]]
        about = {
            "number": number,
            "time": header["time"],
            "by": header["by"],
            "act": header["act"],
            "subject": header["subject"],
            "month": said.month,
        }
        within = header["time"] < month_end(said.month).isoformat(timespec="milliseconds")
        root = bytes.fromhex(said.root)
        if not within or not included(leaf, number - 1, said.size, path, root):
            verdict._fails("entry_not_included", **about)
            continue
        verdict._proves("entry_included", **about)
        for digest in header["files"]:
            files.setdefault(digest, number)
        if "content" not in one:
            verdict._leaves_open("content_hidden", number=number, digest=header["digest"])
        elif hashlib.sha256(canonical(one["content"])).hexdigest() == header["digest"]:
            verdict._proves("content_fits", number=number)
        else:
            verdict._fails("content_differs", number=number)
    return files


def _check_keys(
    verdict: Verdict,
    read: Mapping[str, Any],
    roots: Sequence[SignedCheckpoint],
    named: Sequence[str],
) -> None:
    """Whether a key that was named stands behind the roots, itself or by handing over."""
    for text in named:
        if len(text) < _LEAST_DIGITS or not SHA256.fullmatch(text.lower().ljust(64, "0")):
            verdict._fails("fingerprint", value=text, least=_LEAST_DIGITS)
    trusted = tuple(text.lower() for text in named)
    believed: set[str] = set()
    if any(one.keys() not in ({"public_key"}, _HANDED) for one in read["keys"]):
        raise ValueError("not the fields of a key")
    handed = [read_key(0, one) for one in read["keys"]]
    signers = sorted({one.checkpoint.key for one in roots})
    known = {one.public.fingerprint: one.public for one in handed}
    if not known.keys() >= set(signers) or not known.keys() <= {
        *signers,
        *(one.previous for one in handed),
    }:
        raise ValueError("not the keys behind these roots")
    for found in known:
        if trusted and found.startswith(trusted):
            believed.add(found)
    for new in handed:
        if new.vouched is None:
            continue
        old = known.get(new.previous or "")
        if old is None or not old.verify(new.vouched, new.says()):
            verdict._fails("handed_not", old=new.previous, new=new.public.fingerprint)
            continue
        verdict._proves("handed_over", old=new.previous, new=new.public.fingerprint)
        if new.previous in believed:
            believed.add(new.public.fingerprint)
    if not trusted:
        verdict._leaves_open("key_unnamed", keys=", ".join(signers))
    elif believed.isdisjoint(signers):
        verdict._fails("key_other", keys=", ".join(signers), named=", ".join(named))
    else:
        # The roots continue each other: the last believed one covers all before it.
        last = max(n for n, one in enumerate(roots) if one.checkpoint.key in believed)
        verdict._proves("key_named", keys=", ".join(sorted(believed.intersection(signers))))
        for one in roots[last + 1 :]:
            said = one.checkpoint
            verdict._leaves_open("root_of_other", month=said.month, key=said.key)
        for entry in read["entries"]:
            if entry["checkpoint"] > last:
                verdict._fails("entry_of_other", number=entry["header"]["number"])


def _check_files(verdict: Verdict, paths: Sequence[Path], files: Mapping[str, int]) -> None:
    """Files against the digests in entries."""
    shown: set[str] = set()
    for path in paths:
        try:
            digest = file_digest(path)
        except OSError as error:
            problem = Problem("evidence.file_unread", Place(file=str(path)), {"detail": str(error)})
            verdict.failed.append(problem)
            continue
        shown.add(digest)
        if digest in files:
            verdict._proves("file_fits", file=path.name, number=files[digest], digest=digest)
        else:
            verdict._fails("file_of_none", file=path.name, digest=digest)
    for digest, number in files.items():
        if digest not in shown:
            verdict._leaves_open("file_not_shown", number=number, digest=digest)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal; raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for block in _blocks(stream):
            digest.update(block)
    return digest.hexdigest()


def _blocks(stream: Any) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _but(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


__all__ = ["Verdict", "file_digest", "verify"]
