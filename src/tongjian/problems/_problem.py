"""One problem: code, place, values; its words come from the package's ``codes.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

LANGUAGES = ("zh", "en")

_PACKAGES = (
    "units",
    "rules",
    "engine",
    "records",
    "monitoring",
    "measured",
    "evidence",
    "cases",
    "contract",
    "uncertainty",
    "statutory",
    "control_plan",
    "versions",
    "workflow",
    "verification",
    "book",
    "footprint",
    "targets",
    "scores",
    "screening",
    "charts",
    "reports",
    "sample",
    "site",
    "cli",
)
_PLACE_WORDS = {
    "zh": {
        "file": "{}",
        "sheet": "工作表“{}”",
        "row": "第{}行",
        "line": "第{}行",
        "column": "第{}列",
        "field": "列“{}”",
    },
    "en": {
        "file": "{}",
        "sheet": "sheet '{}'",
        "row": "row {}",
        "line": "line {}",
        "column": "column {}",
        "field": "column '{}'",
    },
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem is (位置): in a text file (line, column) or a table (sheet, row, field)."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    sheet: str | None = None
    row: int | None = None
    field: str | None = None

    def text(self, lang: str) -> str:
        """The place in words, `""` if nothing is known."""
        words = _PLACE_WORDS[lang]
        parts = [
            words[name].format(value)
            for name in ("file", "sheet", "row", "line", "column", "field")
            if (value := getattr(self, name)) is not None
        ]
        return ("，" if lang == "zh" else ", ").join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong or doubtful (问题), with its place and its repair."""

    code: str
    place: Place = field(default_factory=Place)
    values: Mapping[str, object] = field(default_factory=dict)
    severity: Literal["error", "warning", "note"] = "error"

    def message(self, lang: str = "zh") -> str:
        """What is wrong, in `lang` ("zh" or "en")."""
        return self._fill(lang)

    def repair(self, lang: str = "zh") -> str:
        """What to do about it, in `lang`; may be empty."""
        return self._fill(f"fix_{lang}")

    def text(self, lang: str = "zh") -> str:
        """Place, message and repair on one or two lines."""
        where, colon = self.place.text(lang), "：" if lang == "zh" else ": "
        head = f"[{self.code}] {where}{colon if where else ''}{self.message(lang)}"
        repair = self.repair(lang)
        return f"{head}\n    → {repair}" if repair else head

    def as_dict(self) -> dict[str, Any]:
        """The problem as plain data, for JSON."""
        place = {
            name: value
            for name in Place.__slots__
            if (value := getattr(self.place, name)) is not None
        }
        return {
            "code": self.code,
            "severity": self.severity,
            "place": place,
            "values": {key: str(value) for key, value in self.values.items()},
            "zh": self.message("zh"),
            "en": self.message("en"),
            "repair_zh": self.repair("zh"),
            "repair_en": self.repair("en"),
        }

    def _fill(self, key: str) -> str:
        template = code_catalogue()[self.code].get(key, "")
        return template.format(**self.values)


@lru_cache(maxsize=1)
def code_catalogue() -> dict[str, dict[str, str]]:
    """Every problem code with its templates, read from each package's ``codes.toml``."""
    catalogue: dict[str, dict[str, str]] = {}
    root = files("tongjian")
    for package in _PACKAGES:
        source = root / package / "codes.toml"
        if source.is_file():
            for key, templates in tomllib.loads(source.read_text(encoding="utf-8")).items():
                catalogue[f"{package}.{key}"] = templates
    return catalogue
