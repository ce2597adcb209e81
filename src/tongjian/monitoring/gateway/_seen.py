"""Which telegrams came already (去重): a station sends again what it believes was lost."""

from __future__ import annotations

Key = tuple[bytes, ...]


class Seen:
    """The latest keys, between `limit` and twice as many; the oldest half is forgotten at once.

    Two sets that take turns are smaller and faster than one in order of age.
    """

    def __init__(self, limit: int = 1_000_000) -> None:
        self.limit = limit
        self._new: set[Key] = set()
        self._old: set[Key] = set()

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def __contains__(self, key: Key) -> bool:
        return key in self._new or key in self._old

    def add(self, key: Key) -> None:
        """Remember `key`."""
        self._new.add(key)
        if len(self._new) >= self.limit:
            self._old, self._new = self._new, set()
