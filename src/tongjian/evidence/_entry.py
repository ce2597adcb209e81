"""One entry of the log, and the bytes by which it is hashed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tongjian.evidence._canonical import canonical, parse
from tongjian.problems import Problem, TongjianError

START = "0" * 64
"""What the first entry has for the hash of the one before."""
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be entered (存证事项): everything but number, time and hashes.

    `subject` says upon what, as ``kind:id``, such as ``report:320100-0001/2025``; `content` is a
    JSON object without NaN; `files` are SHA-256 digests (hexadecimal) of attachments.
    """

    act: str
    by: str
    subject: str
    content: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry (存证记录), as it stands in the log.

    `time` is UTC, ISO 8601 to the millisecond. `digest` is the SHA-256 of the content in canonical
    form (RFC 8785), `hash` that of the header, which holds the digest and the hash before; so an
    entry can be proven without showing its content. Entries are shared: `content` is for reading.
    """

    number: int
    time: str
    by: str
    act: str
    subject: str
    content: Mapping[str, Any]
    files: tuple[str, ...]
    digest: str
    previous: str
    hash: str

    @classmethod
    def after(cls, act: Act, number: int, time: str, previous: str) -> Entry:
        """The entry that `act` becomes behind the hash `previous`.

        Raises `TongjianError` for a content that JSON cannot hold, a file that is no digest, or an
        act that does not say who, what and upon what.
        """
        blank = [
            Problem("evidence.blank", values={"field": name})
            for name in ("act", "by", "subject")
            if not getattr(act, name).strip()
        ]
        if blank:
            raise TongjianError(blank)
        for name in act.files:
            if not SHA256.fullmatch(name):
                raise TongjianError(Problem("evidence.file_digest", values={"value": name}))
        try:
            written = canonical(dict(act.content))
            bare = cls(
                number=number,
                time=time,
                by=act.by,
                act=act.act,
                subject=act.subject,
                # As it will be read again, and out of reach of whoever holds what was given.
                content=parse(written),
                files=tuple(act.files),
                digest=hashlib.sha256(written).hexdigest(),
                previous=previous,
                hash="",
            )
            return cls(**{**bare._fields(), "hash": leaf_hash(bare.header())})
        except (TypeError, ValueError) as error:
            values = {"detail": str(error)}
            raise TongjianError(Problem("evidence.content", values=values)) from error

    @classmethod
    def from_line(cls, line: bytes) -> Entry:
        """The entry that `line` was made from.

        Raises ValueError for anything that `line` would not have written just so.
        """
        if not line.endswith(b"\n"):
            raise ValueError("no end of line")
        data = parse(line[:-1])
        if not isinstance(data, dict) or data.keys() != set(cls.__slots__):
            raise ValueError("not the fields of an entry")
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Entry:
        """The entry that `as_dict` was made from; raises ValueError."""
        for name, kind in _KINDS.items():
            value = data[name]
            if not isinstance(value, kind) or isinstance(value, bool):
                raise ValueError(f"{name} is no {kind.__name__}")
        if not all(isinstance(one, str) for one in data["files"]):
            raise ValueError("files are no text")
        return cls(**{**data, "files": tuple(data["files"])})

    def as_dict(self) -> dict[str, Any]:
        """The entry as plain data."""
        return {**self._fields(), "files": list(self.files)}

    def line(self) -> bytes:
        """The entry as it is stored: one line of canonical JSON."""
        return canonical(self.as_dict()) + b"\n"

    def header(self) -> bytes:
        """What is hashed: everything but the content itself and the hash."""
        data = self.as_dict()
        del data["content"], data["hash"]
        return canonical(data)

    def is_whole(self) -> bool:
        """Whether content, digest and hash belong together."""
        try:
            content = hashlib.sha256(canonical(self.content)).hexdigest()
            return (content, leaf_hash(self.header())) == (self.digest, self.hash)
        except (ValueError, TypeError):
            return False

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


_KINDS: dict[str, type] = {
    **dict.fromkeys(("time", "by", "act", "subject", "digest", "previous", "hash"), str),
    "number": int,
    "content": dict,
    "files": list,
}


def leaf_hash(data: bytes) -> str:
    """The hash of a leaf by RFC 6962 section 2.1: a zero byte goes before the data."""
    return hashlib.sha256(b"\x00" + data).hexdigest()


__all__ = ["SHA256", "START", "Act", "Entry", "leaf_hash"]
