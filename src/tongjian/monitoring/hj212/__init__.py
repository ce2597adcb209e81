"""The telegrams of pollution monitoring (污染源在线监控数据传输): HJ 212, pure, without I/O.

HJ/T 212-2005, HJ 212-2017 and what is known of HJ 212-2025. `Deframer` takes bytes as they come
from a line and gives frames; `parse` reads the data segment of one, `review` holds its contents
against the standard, `readings` gives what was measured; `Assembler` puts packets together.
`build`, `split` and `frame` go the other way. What a device does otherwise than the standard says
is a `Deviation`; which of them stop a telegram is for its reader to decide, except the fatal ones.
"""

from tongjian.monitoring.hj212._build import build, frame
from tongjian.monitoring.hj212._crc import VARIANTS
from tongjian.monitoring.hj212._crc import hj212 as check_sum
from tongjian.monitoring.hj212._deviation import FATAL, Deviation, TelegramError
from tongjian.monitoring.hj212._frame import LONGEST_SEGMENT, Deframer, Frame, Refused, segment_of
from tongjian.monitoring.hj212._packets import Assembler, split
from tongjian.monitoring.hj212._readings import INTERVALS, Reading, readings
from tongjian.monitoring.hj212._review import CHINA, moment, review
from tongjian.monitoring.hj212._sm4 import key_of
from tongjian.monitoring.hj212._tables import (
    EDITIONS,
    Command,
    FlagMeaning,
    Quantity,
    Result,
    command,
    commands,
    flags,
    quantities,
    results,
    systems,
)
from tongjian.monitoring.hj212._telegram import Group, Pair, Telegram, parse

__all__ = [
    "CHINA",
    "EDITIONS",
    "FATAL",
    "INTERVALS",
    "LONGEST_SEGMENT",
    "VARIANTS",
    "Assembler",
    "Command",
    "Deframer",
    "Deviation",
    "FlagMeaning",
    "Frame",
    "Group",
    "Pair",
    "Quantity",
    "Reading",
    "Refused",
    "Result",
    "Telegram",
    "TelegramError",
    "build",
    "check_sum",
    "command",
    "commands",
    "flags",
    "frame",
    "key_of",
    "moment",
    "parse",
    "quantities",
    "readings",
    "results",
    "review",
    "segment_of",
    "split",
    "systems",
]
