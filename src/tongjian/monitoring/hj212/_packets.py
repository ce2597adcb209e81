"""Long data in several packets (拆分包): cutting between items, and putting together.

Each packet is a whole telegram with a QN of its own; nothing is cut inside an item. What belongs
together has the same station, system, command and DataTime (HJ 212-2017, 6.3.1 and Annex C).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tongjian.monitoring.hj212._build import build
from tongjian.monitoring.hj212._frame import LONGEST_SEGMENT
from tongjian.monitoring.hj212._telegram import Group, Telegram

Key = tuple[str | None, str | None, str, str | None]


def split(
    telegram: Telegram, next_qn: Callable[[], str], longest: int = LONGEST_SEGMENT
) -> list[Telegram]:
    """`telegram` in packets of at most `longest` bytes; itself if it is short enough.

    DataTime, where it is the first group, is repeated in each. `next_qn` gives the QN of each
    further packet. Raises ValueError if one group alone is too long.
    """
    if len(build(telegram)) <= longest:
        return [telegram]
    head = telegram.groups[:1] if telegram.groups[0][0][0] == "DataTime" else ()
    flag = (telegram.flag or 0) | 2
    sample = telegram._replace(flag=flag, pnum=9999, pno=9999, groups=head)
    room = longest - len(build(sample))
    parts: list[list[Group]] = [[]]
    left = room
    for group in telegram.groups[len(head) :]:
        size = len(build(sample._replace(groups=(group,)))) - len(build(sample._replace(groups=())))
        size += 1  # the semicolon before it
        if size > room:
            raise ValueError(f"{size} bytes > {room}: {group[0][0]}")
        if size > left:
            parts.append([])
            left = room
        parts[-1].append(group)
        left -= size
    return [
        telegram._replace(
            flag=flag,
            pnum=len(parts),
            pno=number,
            qn=telegram.qn if number == 1 else next_qn(),
            groups=(*head, *part),
        )
        for number, part in enumerate(parts, 1)
    ]


@dataclass
class Assembler:
    """Puts the packets of one telegram together (组包), whatever their order.

    Holds at most `limit` unfinished ones; the oldest is given up when another one begins.
    """

    limit: int = 64
    _open: dict[Key, dict[int, Telegram]] = field(default_factory=dict)

    @property
    def unfinished(self) -> int:
        """How many wait for a packet."""
        return len(self._open)

    def add(self, telegram: Telegram) -> Telegram | None:
        """The whole, once every packet is there; a telegram that is no part at once."""
        if not telegram.is_part or telegram.pno is None or telegram.pnum is None:
            return telegram
        key = (telegram.mn, telegram.st, telegram.cn, telegram.value("DataTime"))
        parts = self._open.setdefault(key, {})
        parts[telegram.pno] = telegram
        if len(parts) < telegram.pnum:
            while len(self._open) > self.limit:
                self._open.pop(next(iter(self._open)))
            return None
        del self._open[key]
        ordered = [parts[number] for number in sorted(parts)]
        head = ordered[0].groups[:1]  # DataTime, which each packet repeats
        groups: list[Group] = list(head)
        for part in ordered:
            groups.extend(part.groups[1:] if part.groups[:1] == head else part.groups)
        flag = None if telegram.flag is None else telegram.flag & ~2
        deviations = tuple(one for part in ordered for one in part.deviations)
        return ordered[0]._replace(
            flag=flag, pnum=None, pno=None, groups=tuple(groups), deviations=deviations
        )
