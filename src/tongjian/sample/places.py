"""The thirteen prefecture cities of Jiangsu with their division codes (GB/T 2260 行政区划代码).

The cities are real, so that grid factors and maps have something to hold on to. Everything that
stands in them here is invented.
"""

from __future__ import annotations

from dataclasses import dataclass

PROVINCE = "Jiangsu"


@dataclass(frozen=True, slots=True)
class City:
    """A prefecture city (地级市)."""

    division: str
    zh: str
    en: str


CITIES: tuple[City, ...] = (
    City("320100", "南京市", "Nanjing"),
    City("320200", "无锡市", "Wuxi"),
    City("320300", "徐州市", "Xuzhou"),
    City("320400", "常州市", "Changzhou"),
    City("320500", "苏州市", "Suzhou"),
    City("320600", "南通市", "Nantong"),
    City("320700", "连云港市", "Lianyungang"),
    City("320800", "淮安市", "Huai'an"),
    City("320900", "盐城市", "Yancheng"),
    City("321000", "扬州市", "Yangzhou"),
    City("321100", "镇江市", "Zhenjiang"),
    City("321200", "泰州市", "Taizhou"),
    City("321300", "宿迁市", "Suqian"),
)
