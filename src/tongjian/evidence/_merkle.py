"""The Merkle tree over the entries (默克尔树), by RFC 6962 section 2.1.

The tree of n leaves is split at the largest power of two below n. Nodes over whole powers of two
never change again; they are kept, level by level, so that roots and proofs of any size take
O(log n) hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

_SIZE = 32
EMPTY = sha256().digest()
"""The root of no leaves."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node: a byte of one goes before its two children."""
    return sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """A tree over leaf hashes (SHA-256 of a zero byte and the leaf's data) of 32 bytes each."""

    __slots__ = ("_levels",)

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = [bytearray()]
        for leaf in leaves:
            self.append(leaf)

    def __len__(self) -> int:
        return len(self._levels[0]) // _SIZE

    def append(self, leaf: bytes) -> None:
        """Add the hash of a leaf, and every node that it completes."""
        if len(leaf) != _SIZE:
            raise ValueError(f"a leaf hash has {_SIZE} bytes, not {len(leaf)}")
        level, node = 0, leaf
        while True:
            nodes = self._levels[level]
            nodes += node
            if (len(nodes) // _SIZE) % 2:
                return
            node = node_hash(bytes(nodes[-2 * _SIZE : -_SIZE]), node)
            level += 1
            if level == len(self._levels):
                self._levels.append(bytearray())

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves (树根), by default all."""
        size = self._within(len(self) if size is None else size)
        return self._over(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof that leaf `index` (from 0) is in the tree of `size` leaves (存在证明)."""
        size = self._within(len(self) if size is None else size)
        if not 0 <= index < size:
            raise ValueError(f"no leaf {index} among {size}")
        low, high, path = 0, size, []
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, first: int, size: int | None = None) -> list[bytes]:
        """The proof that the first `first` leaves begin the tree of `size` (一致性证明)."""
        size = self._within(len(self) if size is None else size)
        if not 0 <= first <= size:
            raise ValueError(f"no beginning of {first} leaves in {size}")
        low, high, path = 0, size, []
        whole = True
        while first and high - low > first:
            middle = low + _split(high - low)
            if first <= middle - low:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                first -= middle - low
                low, whole = middle, False
        # Whoever checks has the root of the first tree; a part of it has to be told.
        if first and not whole:
            path.append(self._over(low, high))
        return path[::-1]

    def _over(self, low: int, high: int) -> bytes:
        """The node over leaves `low` to `high`, `low` being where such a node begins."""
        count = high - low
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            start = (low >> level) * _SIZE
            return bytes(self._levels[level][start : start + _SIZE])
        middle = low + _split(count)
        return node_hash(self._over(low, middle), self._over(middle, high))

    def _within(self, size: int) -> int:
        if not 0 <= size <= len(self):
            raise ValueError(f"no tree of {size} leaves: there are {len(self)}")
        return size


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves leaf `index` under `root` over `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for node in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(node, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, node)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistent(
    first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the tree of `first` leaves begins that of `second` (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        # Nothing is the beginning of everything.
        return not path and first_root == EMPTY
    nodes = list(path)
    if first & (first - 1) == 0:
        nodes.insert(0, first_root)
    if not nodes:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, node)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


__all__ = ["EMPTY", "MerkleTree", "consistent", "included", "node_hash"]
