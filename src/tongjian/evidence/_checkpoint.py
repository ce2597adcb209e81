"""A signed root of the log at the end of a month (月度根)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tongjian.evidence._canonical import canonical
from tongjian.evidence._china import CHINA
from tongjian.evidence._keys import PrivateKey, PublicKey, unhex

_SAYS = b"tongjian-checkpoint/1\n"
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed: that the log had `size` entries with this root when the month was over.

    `month` is as ``2026-01``, `root` hexadecimal, `time` that of signing in UTC, `key` the
    fingerprint of the key that signs.
    """

    log: str
    month: str
    size: int
    root: str
    time: str
    key: str

    def says(self) -> bytes:
        """The bytes that are signed."""
        return _SAYS + canonical(asdict(self))

    def days_late(self) -> int:
        """Whole days from the end of the month to the signature."""
        return (datetime.fromisoformat(self.time) - month_end(self.month)).days


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with its signature and the key to verify it by (签名的月度根)."""

    checkpoint: Checkpoint
    public: PublicKey
    signature: bytes

    @classmethod
    def make(cls, checkpoint: Checkpoint, key: PrivateKey) -> SignedCheckpoint:
        """Sign; the checkpoint names the key already."""
        return cls(checkpoint, key.public, key.sign(checkpoint.says()))

    def is_valid(self) -> bool:
        """Whether the key that it names has signed it."""
        return self.public.fingerprint == self.checkpoint.key and self.public.verify(
            self.signature, self.checkpoint.says()
        )

    def as_dict(self) -> dict[str, Any]:
        """The signed checkpoint as plain data."""
        return {
            "checkpoint": asdict(self.checkpoint),
            "public_key": self.public.as_dict(),
            "signature": self.signature.hex(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SignedCheckpoint:
        """The signed checkpoint that `as_dict` was made from; raises ValueError."""
        try:
            said = data["checkpoint"]
            if data.keys() != {"checkpoint", "public_key", "signature"}:
                raise ValueError("not the fields of a signed checkpoint")
            kinds = {**dict.fromkeys(("log", "month", "root", "time", "key"), str), "size": int}
            if said.keys() != kinds.keys() or any(
                type(said[name]) is not kind for name, kind in kinds.items()
            ):
                raise ValueError("not the fields of a checkpoint")
            if len(unhex(said["root"])) != 32:
                raise ValueError("no root")
            month_end(said["month"])
            if datetime.fromisoformat(said["time"]).utcoffset() != timedelta(0):
                raise ValueError("time is not in UTC")
            public = PublicKey.from_dict(data["public_key"])
            return cls(Checkpoint(**said), public, unhex(data["signature"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no signed checkpoint: {error}") from error


def month_end(month: str) -> datetime:
    """The first moment after a month such as ``2026-01``, in UTC; raises ValueError."""
    if not _MONTH.fullmatch(month):
        raise ValueError(f"no month: {month}")
    year, number = int(month[:4]), int(month[5:])
    following = (year + 1, 1) if number == 12 else (year, number + 1)
    return datetime(*following, 1, tzinfo=CHINA).astimezone(UTC)


def month_of(time: datetime) -> str:
    """The month of China in which a moment lies."""
    return time.astimezone(CHINA).strftime("%Y-%m")


def month_before(time: datetime) -> str:
    """The last month of China that was over at a moment."""
    return month_of(time.astimezone(CHINA).replace(day=1) - timedelta(days=1))


__all__ = ["Checkpoint", "SignedCheckpoint", "month_before", "month_end", "month_of"]
