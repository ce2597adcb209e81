"""Reading telegrams (报文解析): frames a second of one core, and what the check sum costs of it.

    python -m benchmarks.telegrams

The frame is an hourly one of a stack as the field sends it: seven quantities
with their flags. Seconds are CPU seconds. The ratios do not depend on the machine: how much dearer
a byte-by-byte check sum would be, and what share of the reading the check sum is.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from tongjian.monitoring.hj212 import VARIANTS, Deframer, Frame, check_sum, frame, parse

CODES = ("a24088", "a01012", "a01013", "a01011", "a01014", "a19001", "a00000")
KINDS = ("Min", "Avg", "Max", "Cou", "ZsAvg")


def hourly_frame() -> bytes:
    """A frame of about 823 bytes: seven quantities of one hour."""
    items = ";".join(
        ",".join(f"{code}-{kind}=12.{number}{place}" for place, kind in enumerate(KINDS))
        + f",{code}-Flag=N"
        for number, code in enumerate(CODES)
    )
    header = "QN=20210722140000509;ST=31;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"
    return frame(f"{header}CP=&&DataTime=20210722130000;{items}&&".encode())


def measure(rounds: int = 7, frames: int = 2000) -> dict[str, float]:
    """Frames a second, and ratios; the least disturbed of `rounds` counts."""
    one = hourly_frame()
    stream = one * frames
    segment = one[6:-6]

    def read() -> None:
        found = Deframer(crc="hj212").feed(stream)
        assert len(found) == frames
        for each in found:
            assert isinstance(each, Frame)
            parse(each.segment)

    reading = _least(read, rounds) / frames
    summing = _least(lambda: [check_sum(segment) for _ in range(frames)], rounds) / frames
    bytewise = _least(lambda: VARIANTS["modbus"](segment), rounds * 10)
    return {
        "bytes": len(one),
        "frames_per_s": 1 / reading,
        "check_sum_share": summing / reading,
        "bytewise_to_folded": bytewise / summing,
    }


def _least(work: Callable[[], object], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:20} {value:12,.2f}")
