"""The Chinese fonts that documents and charts are set in (中文字体).

They come from the package `pylopdf-fonts-zh-cn` (Noto Serif SC and Noto Sans SC, SIL Open Font
License), so that the same document has the same bytes on every machine; where it is missing, from
the folder named by TONGJIAN_FONTS or from the system's folders.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from tongjian.problems import Problem, TongjianError

PACKAGE = "pylopdf-fonts-zh-cn"
_MODULE = "pylopdf_fonts_zh_cn"
_FOLDER = "TONGJIAN_FONTS"


@dataclass(frozen=True, slots=True)
class Fonts:
    """The families to set in and the folders in which they lie."""

    serif: str
    sans: str
    folders: tuple[Path, ...]


def find_fonts() -> Fonts:
    """The fonts of this machine; raises `TongjianError` saying what to install."""
    listing = tomllib.loads(
        (files("tongjian") / "charts" / "fonts.toml").read_text(encoding="utf-8")
    )
    searched: list[str] = []
    for folders in _places(listing["folders"]):
        found = fonts_in(folders, listing["fonts"])
        if found is not None:
            return found
        searched += map(str, folders)
    values = {"package": PACKAGE, "variable": _FOLDER, "searched": ", ".join(searched) or "-"}
    raise TongjianError(Problem("charts.no_font", values=values))


def _places(system: Iterable[str]) -> Iterator[list[Path]]:
    """Folders to search, a group at a time: named by the user, of the package, of the system."""
    named = os.environ.get(_FOLDER)
    if named:
        yield [Path(named)]
    spec = find_spec(_MODULE)
    if spec is not None and spec.origin is not None:
        yield [Path(spec.origin).parent]
    expanded = (Path(os.path.expandvars(one)).expanduser() for one in system)
    yield [one for one in expanded if one.is_dir()]


def fonts_in(folders: Iterable[Path], listing: Iterable[dict[str, object]]) -> Fonts | None:
    """The best fonts within `folders`; one of either kind serves for both."""
    there: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            there.setdefault(path.name.lower(), path)
    best: dict[str, tuple[str, Path]] = {}
    for one in listing:
        names = one["files"]
        assert isinstance(names, list)
        found = [there[name.lower()] for name in names if name.lower() in there]
        if found:
            best.setdefault(str(one["kind"]), (str(one["family"]), found[0]))
    if not best:
        return None
    serif = best.get("serif") or best["sans"]
    sans = best.get("sans") or best["serif"]
    return Fonts(serif[0], sans[0], tuple(dict.fromkeys((serif[1].parent, sans[1].parent))))


@lru_cache(maxsize=1)
def fonts() -> Fonts:
    """As `find_fonts`, looked for once."""
    return find_fonts()


__all__ = ["PACKAGE", "Fonts", "find_fonts", "fonts", "fonts_in"]
