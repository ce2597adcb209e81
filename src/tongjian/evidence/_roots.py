"""Signing the roots month by month, with keys that the log itself has (月度签名与密钥更换)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tongjian.evidence._canonical import canonical
from tongjian.evidence._checkpoint import Checkpoint, SignedCheckpoint, month_end, month_of
from tongjian.evidence._entry import Act, Entry
from tongjian.evidence._keys import PrivateKey, PublicKey, unhex
from tongjian.evidence._log import EvidenceLog
from tongjian.evidence._merkle import MerkleTree, consistent
from tongjian.problems import Place, Problem, TongjianError

INTRODUCE, REPLACE, SIGN = "key.introduce", "key.replace", "root.sign"
_SAYS = b"tongjian-key-replacement/1\n"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key of the log (在册公钥), from the entry `number` on.

    `vouched` is the signature by which the key `previous` hands over to it, none for the first key
    or one that came because the old was lost.
    """

    number: int
    public: PublicKey
    previous: str | None = None
    vouched: bytes | None = None

    def says(self) -> bytes:
        """What the old key signs."""
        return _SAYS + canonical({"from": self.previous, "to": self.public.fingerprint})


@dataclass(frozen=True, slots=True)
class Roots:
    """The monthly roots of a log (月度根)."""

    log: EvidenceLog

    def keys(self) -> list[KnownKey]:
        """Every key that was introduced, oldest first; the last one signs."""
        return list(known_keys(self.log.entries(INTRODUCE, REPLACE)))

    def signed(self) -> list[SignedCheckpoint]:
        """Every signed root, oldest first."""
        return [SignedCheckpoint.from_dict(one.content) for one in self.log.entries(SIGN)]

    def introduce(self, public: PublicKey, by: str, reason: str = "") -> Entry:
        """Enter the first key; a later one only with a `reason`, such as that the old was lost."""
        with self.log.locked():
            keys = self.keys()
            if keys and not reason.strip():
                values = {"key": keys[-1].public.fingerprint}
                raise TongjianError(Problem("evidence.key_known", values=values))
            content = {"public_key": public.as_dict(), "reason": reason.strip()}
            act = Act(INTRODUCE, by, f"key:{public.fingerprint}", content)
            return self.log.append_locked([act])[0]

    def replace(self, old: PrivateKey, new: PublicKey, by: str) -> Entry:
        """Enter that the key in use hands over to another, signed by itself (更换密钥)."""
        with self.log.locked():
            self._require(self.keys(), old.public)
            handed = KnownKey(0, new, old.public.fingerprint)
            content = {
                "public_key": new.as_dict(),
                "previous": handed.previous,
                "signature": old.sign(handed.says()).hex(),
            }
            act = Act(REPLACE, by, f"key:{new.fingerprint}", content)
            return self.log.append_locked([act])[0]

    def sign(self, key: PrivateKey, month: str, by: str, name: str = "") -> Entry:
        """Sign the root at the end of `month` and enter the signature.

        The month has to be over, and later than those signed before, all of which the log must
        still continue. `name` names the log at its first signature; without one it is called by
        the hash of its first entry. Raises `TongjianError`.
        """
        with self.log.locked():
            entries = self.log.entries()
            self._require(list(known_keys(entries)), key.public)
            earlier = [
                SignedCheckpoint.from_dict(one.content) for one in entries if one.act == SIGN
            ]
            end = self._end(month, [one.checkpoint.month for one in earlier])
            tree = MerkleTree(bytes.fromhex(one.hash) for one in entries)
            place = self.log.store.place
            wrong = [problem for one in earlier for problem in against(one.checkpoint, tree, place)]
            if wrong:
                raise TongjianError(wrong)
            size = sum(datetime.fromisoformat(one.time) < end for one in entries)
            if not size:
                raise TongjianError(Problem("evidence.month_empty", values={"month": month}))
            if earlier and name and name != earlier[0].checkpoint.log:
                values = {"name": name, "known": earlier[0].checkpoint.log}
                raise TongjianError(Problem("evidence.log_name", values=values))
            said = Checkpoint(
                log=earlier[0].checkpoint.log if earlier else name or f"log:{entries[0].hash}",
                month=month,
                size=size,
                root=tree.root(size).hex(),
                time=self.log.clock().astimezone(UTC).isoformat(timespec="milliseconds"),
                key=key.public.fingerprint,
            )
            made = SignedCheckpoint.make(said, key)
            return self.log.append_locked([Act(SIGN, by, f"root:{month}", made.as_dict())])[0]

    def unsigned(self) -> list[str]:
        """Months that are over, have entries of their own and no root yet (应签未签的月份)."""
        signed = [one.checkpoint.month for one in self.signed()]
        now = month_of(self.log.clock())
        months = {month_of(datetime.fromisoformat(one.time)) for one in self.log.entries()}
        # A later root covers the months before it.
        after = max(signed, default="")
        return sorted(one for one in months if after < one < now)

    def _require(self, keys: Sequence[KnownKey], public: PublicKey) -> None:
        if not keys:
            raise TongjianError(Problem("evidence.no_key"))
        if keys[-1].public != public:
            values = {"key": public.fingerprint, "known": keys[-1].public.fingerprint}
            raise TongjianError(Problem("evidence.other_key", values=values))

    def _end(self, month: str, signed: Sequence[str]) -> datetime:
        try:
            end = month_end(month)
        except ValueError:
            raise TongjianError(Problem("evidence.month", values={"month": month})) from None
        if self.log.clock() < end:
            values = {"month": month, "end": end.isoformat(timespec="minutes")}
            raise TongjianError(Problem("evidence.month_open", values=values))
        if signed and month <= signed[-1]:
            values = {"month": month, "last": signed[-1]}
            raise TongjianError(Problem("evidence.month_signed", values=values))
        return end


def known_keys(entries: Iterable[Entry]) -> Iterator[KnownKey]:
    """The keys that entries introduce; those that make no sense are passed over."""
    for one in entries:
        if one.act in (INTRODUCE, REPLACE):
            try:
                yield read_key(one.number, one.content)
            except ValueError:
                continue


def read_key(number: int, content: Any) -> KnownKey:
    """A key from the content of its entry; raises ValueError."""
    try:
        public = PublicKey.from_dict(content["public_key"])
        if "signature" not in content:
            return KnownKey(number, public)
        return KnownKey(number, public, content["previous"], unhex(content["signature"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no key: {error}") from error


def against(said: Checkpoint, tree: MerkleTree, place: str, first: int = 1) -> Iterator[Problem]:
    """What is wrong where the log does not continue a root that was signed.

    Entries before `first` are known to be right, by an earlier root.
    """
    where = Place(file=place, line=said.size)
    values = {"month": said.month, "first": first, "size": said.size, "found": len(tree)}
    if said.size > len(tree):
        yield Problem("evidence.rolled_back", where, values)
        return
    root = bytes.fromhex(said.root)
    proof = tree.consistency(said.size)
    if tree.root(said.size) != root or not consistent(
        said.size, root, len(tree), tree.root(), proof
    ):
        yield Problem("evidence.root_differs", where, values)


__all__ = [
    "INTRODUCE",
    "REPLACE",
    "SIGN",
    "KnownKey",
    "Roots",
    "against",
    "known_keys",
    "read_key",
]
