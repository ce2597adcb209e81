"""Reading what departs from the standard (宽容解析): what can be understood, and what is wrong."""

from __future__ import annotations

import re

from tongjian.monitoring.hj212._deviation import Deviation

ORDER = ("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF")
_BY_CASE = {name.upper(): name for name in ORDER}
_NUMBERS = ("Flag", "PNUM", "PNO", "RF")
_OPEN = re.compile(r"[;, ]*CP=(&&)?")
_LOG = re.compile(r"//.*?//", re.DOTALL)
_HIDDEN = re.compile(r"[;,=]")


def read_fields(text: str, deviations: list[Deviation]) -> tuple[dict[str, str], str]:
    """The fields before the data area by their standard names, and the text of the data area."""
    opening = _OPEN.search(text)
    if opening is None:
        deviations.append(Deviation("cp_missing", text[:40], "CP=&&...&&"))
        return {}, ""
    if opening.group(1) is None:
        deviations.append(Deviation("cp_open", text[opening.start() :][:8], "CP=&&", opening.end()))
    separator = opening.group(0).partition("CP")[0]
    if separator != ";":
        deviations.append(Deviation("field_separator", separator, ";", opening.start()))
    area = text[opening.end() :]
    if area.endswith("&&"):
        area = area[:-2]
    else:
        deviations.append(Deviation("cp_end", area[-8:], "&&", len(text)))
        area = area.rstrip("&")
    return _named(text[: opening.start()], deviations), area


def _named(header: str, deviations: list[Deviation]) -> dict[str, str]:
    fields: dict[str, str] = {}
    at = 0
    for separator, part in _parts(header):
        at += len(separator)
        if separator not in ("", ";"):
            deviations.append(Deviation("field_separator", separator, ";", at - len(separator)))
        name, _, value = part.partition("=")
        known = _BY_CASE.get(name.strip().upper())
        if known is None:
            deviations.append(Deviation("field_unknown", part, ", ".join(ORDER), at))
        else:
            if name != known:
                deviations.append(Deviation("field_case", name, known, at))
            if known in fields:
                deviations.append(Deviation("field_twice", part, known, at))
            else:
                fields[known] = value.strip()
            _value(known, value, at, deviations)
        at += len(part)
    places = [ORDER.index(name) for name in fields]
    if places != sorted(places):
        deviations.append(Deviation("field_order", " ".join(fields), " ".join(ORDER)))
    if not fields.get("CN"):
        deviations.append(Deviation("cn_missing", header[:40], "CN=...."))
    return fields


def _parts(header: str) -> list[tuple[str, str]]:
    """Separators and the parts that follow them; a comma instead of a semicolon separates too."""
    found = re.split(r"([;,\s]+)", header)
    return [("", found[0]), *zip(found[1::2], found[2::2], strict=True)] if header else []


def _value(name: str, value: str, at: int, deviations: list[Deviation]) -> None:
    if value == "":
        deviations.append(Deviation("field_empty", f"{name}=", name, at))
    elif name in _NUMBERS and not (value.isdecimal() and value.isascii()):
        deviations.append(Deviation("field_number", f"{name}={value}", "0-9", at))
    elif name == "QN" and not (len(value) == 17 and value.isdecimal()):
        deviations.append(Deviation("qn_form", value, "YYYYMMDDhhmmsszzz", at))
    elif name == "CN" and not (len(value) == 4 and value.isdecimal()):
        deviations.append(Deviation("cn_form", value, "1000-9999", at))
    elif name == "ST" and len(value) != 2:
        deviations.append(Deviation("st_form", value, "00-Z9", at))


def read_groups(area: str, deviations: list[Deviation]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The data area as groups of pairs; text between ``//`` and ``//`` is one value."""
    area = _LOG.sub(
        lambda match: _HIDDEN.sub(lambda one: chr(0xE000 + ord(one[0])), match[0]), area
    )
    groups = []
    at = 0
    for number, text in enumerate(area.split(";")):
        if text.strip():
            pairs = tuple(_pairs(text, at, deviations))
            if pairs:
                groups.append(pairs)
        elif area:
            last = number == area.count(";")
            deviations.append(Deviation("item_trailing" if last else "item_empty", ";", "", at))
        at += len(text) + 1
    return tuple(groups)


def _pairs(text: str, at: int, deviations: list[Deviation]) -> list[tuple[str, str]]:
    pairs = []
    for item in text.split(","):
        name, equals, value = map(_shown, item.partition("="))
        if name != name.strip() or value != value.strip():
            deviations.append(Deviation("blank", _shown(item), name.strip(), at))
        if not equals or not name.strip():
            deviations.append(Deviation("item_bare", _shown(item), "name=value", at))
        elif "=" in value and not value.startswith("//"):
            deviations.append(Deviation("item_equals", _shown(item), "name=value", at))
            pairs.append((name.strip(), value.strip()))
        else:
            pairs.append((name.strip(), value.strip()))
        at += len(item) + 1
    return pairs


def _shown(text: str) -> str:
    return "".join(chr(ord(one) - 0xE000) if 0xE000 <= ord(one) < 0xE100 else one for one in text)
