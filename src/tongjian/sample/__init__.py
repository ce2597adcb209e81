"""A fictitious province to try everything on (虚构省份示例数据).

About 300 invented plants of eight sectors in the cities of Jiangsu, with two years of monthly
activity data around published intensities and a handful of planted faults. No plant, name or
number is that of a real enterprise; `WATERMARK` says so and belongs on whatever is made from it.

A plant model here makes plausible *records*. It contains no accounting: what the records mean is
for the rulebook to say.
"""

from tongjian.sample.generator import (
    MONTHS,
    PLANTS,
    SEED,
    SampleData,
    generate,
    planted_faults,
)
from tongjian.sample.places import CITIES, City
from tongjian.sample.plants import SECTOR_CODES, WATERMARK, WATERMARK_EN, WATERMARK_ZH
from tongjian.sample.store import write_files, write_sample

__all__ = [
    "CITIES",
    "MONTHS",
    "PLANTS",
    "SECTOR_CODES",
    "SEED",
    "WATERMARK",
    "WATERMARK_EN",
    "WATERMARK_ZH",
    "City",
    "SampleData",
    "generate",
    "planted_faults",
    "write_files",
    "write_sample",
]
