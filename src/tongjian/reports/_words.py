"""Names and phrases in both languages (双语词汇): codes from the catalogue, texts of the pages."""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import StringIO
from typing import Any

from tongjian.problems import LANGUAGES, Problem, TongjianError
from tongjian.records import Catalogue
from tongjian.rules import Validity
from tongjian.units import dimension

_CATALOGUE = files("tongjian") / "rulebook" / "catalogue"
_OWN = files("tongjian") / "reports"
_NUMERALS = "〇一二三四五六七八九"
_HAN = re.compile(r"[\u3400-\u9fff]")
_FORMULA = re.compile(
    r"(?<![A-Za-z])(t|kg|g)?(CO2|SO2|N2O|CH4|C2F6|CF4|SF6|NF3|HNO3|NH3)(e?)(?![A-Za-z0-9])"
)
_UNIT_WORDS = {
    "tfluoride": "t氟化物",
    "pot_d": "槽日",
    "peq": "污染当量",
    "CNY": "元",
    "weight_case": "重量箱",
    "count": "个",
}
_WORD = re.compile(r"[A-Za-z_]\w*")
_TEN_THOUSAND = re.compile("万 ?")
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# How sources number their parts, in Chinese.
_PARTS = (
    (re.compile(r"\(annex number to be confirmed\)"), "（附录编号待核实）"),
    (re.compile(r"\b(\d{4}) No\.\s?(\d+)"), r"\1年第\2号"),
    (re.compile(r"\bAnnex\s+(?=[A-Z0-9])"), "附录"),
    (re.compile(r"\s*\bannex\s+(?=[0-9])"), "附件"),
    (re.compile(r"\bannex table\b"), "附表"),
    (re.compile(r"\s*\btables?\s+(?=[A-Z0-9])"), "表"),
    (re.compile(r";? as (?:seen at|told by) "), "，见于"),
    (re.compile(r"\bTable\s+(?=[A-Z0-9])"), "表"),
    (re.compile(r"\beq\.\s*(?=[0-9])"), "式"),
    (re.compile(r"\bcl\.\s*(?=[0-9])"), "条款"),
    (re.compile(r"\bV(?=\d\b)"), "卷"),
    (re.compile(r"\bCh(?=\d)"), "章"),
    (re.compile(r"\bMEE\b"), "生态环境部"),
    (re.compile(r"\bdry saturated steam\b"), "干饱和蒸汽"),
)


@dataclass(frozen=True, slots=True)
class Words:
    """Names and texts in one language."""

    lang: str

    @classmethod
    def of(cls, lang: str) -> Words:
        """Words in `lang`; raises `TongjianError` for a language that there is not."""
        if lang not in LANGUAGES:
            values = {"lang": lang, "known": ", ".join(LANGUAGES)}
            raise TongjianError(Problem("reports.language", values=values))
        return cls(lang)

    def term(self, key: str, code: str) -> str:
        """The name of a coded term; the code itself where the catalogue has no name."""
        names = _terms().get((key, code))
        return self.pick(*names) if names else code

    def pick(self, zh: str, en: str) -> str:
        """The one of two names in this language, the other where it is missing."""
        name = (zh or en) if self.lang == "zh" else (en or zh)
        return chemical(name[:1].upper() + name[1:])

    def text(self, key: str, **values: object) -> str:
        """A phrase of the pages, with values filled in."""
        return _texts()[key][self.lang].format(**values)

    def facility(self, row: dict[str, Any]) -> str:
        """The name of a facility."""
        zh, en = row.get("name_zh") or "", row.get("name_en") or ""
        return self.pick(zh, en) if zh or en else str(row["facility"])

    def city(self, name: str, division: str) -> str:
        """A city by its name as entered and the division code of one of its facilities."""
        if not name:
            return self.text("not_stated")
        names = _terms().get(("city", f"{division[:4]}00"))
        return self.pick(*names) if names and name in names else name

    def key(self, name: str, value: str) -> str:
        """The value of a key of a table or row: a stream, province, technology…"""
        if name == "stream":
            found = Catalogue.load().streams.get(value)
            return self.pick(found.zh, found.en) if found else value
        return self.term(name, value)

    def item(self, stream: str, item: str) -> str:
        """The name of an item of a stream."""
        catalogue = Catalogue.load()
        found = catalogue.streams.get(stream)
        names = catalogue.items_of(found.stream_class).get(item) if found else None
        return self.pick(names.zh, names.en) if names else item

    def is_activity(self, stream: str, item: str) -> bool:
        """Whether an item is an amount of its period (and not a content or a rate)."""
        catalogue = Catalogue.load()
        found = catalogue.streams.get(stream)
        known = catalogue.items_of(found.stream_class).get(item) if found else None
        return known is not None and known.kind == "activity"

    def substituted(self, text: str) -> str:
        """A formula with its values; what they are a tonne of in Chinese where the page is."""
        return _WORD.sub(_chinese, text) if self.lang == "zh" else text

    def clause(self, text: str) -> str:
        """A clause or source; its abbreviations in Chinese where the page is Chinese.

        Of one that is given in both languages (``中文 / English``) the part in that of the page.
        """
        zh, both, en = text.partition(" / ")
        if both and is_chinese(zh) and not is_chinese(en):
            return zh if self.lang == "zh" else en
        if self.lang == "zh":
            for pattern, replacement in _PARTS:
                text = pattern.sub(replacement, text)
        return text

    def source(self, noted: str, document: str) -> str:
        """The source of a value: as noted, or in Chinese the document of its table."""
        said = self.clause(noted)
        foreign = self.lang == "zh" and bool(re.search("[a-z]{4}", said) or not is_chinese(said))
        return self.clause(document) if foreign or not said else said

    def unit(self, unit: str) -> str:
        """A unit as it is set in print; what it is a tonne of in Chinese where the page is."""
        if self.lang == "zh":
            return unit_text(_WORD.sub(_chinese, unit))
        # Ten thousand has a word of its own in Chinese only.
        return unit_text(_TEN_THOUSAND.sub("10⁴ ", unit))

    def number(self, count: int) -> str:
        """The number of a chapter: 一、二、… or 1, 2, …."""
        if self.lang == "en":
            return f"{count}. "
        tens, ones = divmod(count, 10)
        lead = "" if tens == 0 else ("十" if tens == 1 else f"{_NUMERALS[tens]}十")
        return f"{lead}{_NUMERALS[ones] if ones else ''}、"

    def validity(self, validity: Validity) -> str:
        """The days in force."""
        first, last = validity.first, validity.last
        key = "span" if first and last else "from" if first else "until" if last else "always"
        return self.text(f"valid_{key}", first=first, last=last)

    def listed(self, names: list[str]) -> str:
        """Several names in one phrase."""
        return ("、" if self.lang == "zh" else ", ").join(names)


def chemical(text: str) -> str:
    """A text with its chemical formulas in subscript; ids are left as they are."""
    return _FORMULA.sub(lambda m: (m[1] or "") + m[2].translate(_SUBSCRIPT) + m[3], text)


def unit_text(unit: str) -> str:
    """A unit as it is set in print; a bare number has none."""
    if unit in ("", "1"):
        return "—"
    raised = re.sub(r"\^(-?\d+)", lambda m: m[1].translate(_SUPERSCRIPT), unit)
    raised = re.sub(r"(?<=m)([23])(?![0-9])", lambda m: m[1].translate(_SUPERSCRIPT), raised)
    return chemical(raised.replace("degC", "°C").replace("_", " ").replace("*", "·"))


def is_chinese(text: str) -> bool:
    """Whether a text has Chinese characters."""
    return bool(_HAN.search(text))


@lru_cache(maxsize=1)
def _terms() -> dict[tuple[str, str], tuple[str, str]]:
    """Names by kind and code; the catalogue comes before the words of this package."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for term in Catalogue.load().terms:
        found.setdefault((term.key, term.code), (term.zh, term.en))
    for row in _rows(_OWN / "words.csv"):
        found.setdefault((row["key"], row["code"]), (row["zh"], row["en"]))
    return found


def _chinese(word: re.Match[str]) -> str:
    """The Chinese name of a product in a unit; chemical formulas stay as they are."""
    name = word[0]
    if name in _UNIT_WORDS:
        return _UNIT_WORDS[name]
    try:
        known = dimension(f"product_{name}")
    except KeyError:
        return name
    if not name.islower():
        return name
    return re.sub(r"[（(].*", "", known.zh)


def _rows(source: Traversable) -> csv.DictReader[str]:
    return csv.DictReader(StringIO(source.read_text(encoding="utf-8-sig")))


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for source in (_OWN / "texts.toml", _OWN / "documents" / "texts.toml"):
        found |= tomllib.loads(source.read_text(encoding="utf-8"))
    return found


__all__ = ["Words", "chemical", "is_chinese", "unit_text"]
