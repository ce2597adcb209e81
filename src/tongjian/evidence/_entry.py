"""One entry of the log, and the bytes by which it is hashed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import rfc8785

from tongjian.problems import Problem, TongjianError

START = "0" * 64
"""What the first entry has for the hash of the one before."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


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
    entry can be proven without showing its content.
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

        Raises `TongjianError` for a content that JSON cannot hold, or a file that is no digest.
        """
        for name in act.files:
            if not _SHA256.fullmatch(name):
                raise TongjianError(Problem("evidence.file_digest", values={"value": name}))
        digest = content_digest(act.content)
        bare = cls(
            number=number,
            time=time,
            by=act.by,
            act=act.act,
            subject=act.subject,
            content=act.content,
            files=act.files,
            digest=digest,
            previous=previous,
            hash="",
        )
        return cls(**{**bare._fields(), "hash": leaf_hash(bare.header())})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Entry:
        """The entry that `as_dict` was made from; raises KeyError, TypeError or ValueError."""
        if set(data) != set(cls.__slots__):
            raise ValueError(f"fields {sorted(data)}")
        return cls(**{**data, "files": tuple(data["files"])})

    def as_dict(self) -> dict[str, Any]:
        """The entry as plain data."""
        return {**self._fields(), "files": list(self.files)}

    def header(self) -> bytes:
        """What is hashed: everything but the content itself and the hash."""
        data = self.as_dict()
        del data["content"], data["hash"]
        return rfc8785.dumps(data)

    def is_whole(self) -> bool:
        """Whether content, digest and hash belong together."""
        try:
            found = content_digest(self.content), leaf_hash(self.header())
        except (TongjianError, rfc8785.CanonicalizationError):
            return False
        return found == (self.digest, self.hash)

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of a content in canonical form; raises `TongjianError` if it has none."""
    try:
        return hashlib.sha256(rfc8785.dumps(dict(content))).hexdigest()
    except (rfc8785.CanonicalizationError, TypeError) as error:
        values = {"detail": str(error)}
        raise TongjianError(Problem("evidence.content", values=values)) from error


def leaf_hash(data: bytes) -> str:
    """The hash of a leaf by RFC 6962 section 2.1: a zero byte goes before the data."""
    return hashlib.sha256(b"\x00" + data).hexdigest()


__all__ = ["START", "Act", "Entry", "content_digest", "leaf_hash"]
