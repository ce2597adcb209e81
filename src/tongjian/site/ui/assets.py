"""Built static files in pages (静态文件): `tongjian.site.assets` as ``{% asset "charts.js" %}``.

They are built when a server starts (`prepare`) and only looked for in a page. Where they are not
there, because a package is missing, pages do with what other packages serve: everything works,
fonts are those of the reader's machine, and charts are tables.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage
from django.templatetags.static import static

from tongjian.problems import TongjianError
from tongjian.site.assets import Assets, build, found

PREFIX = "assets"
_OTHERWISE = {"htmx.js": "django_htmx/htmx-2.min.js"}
_log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def assets() -> Assets | None:
    """The built files, if there are any: decided once, since a server lists its files once."""
    return found()


def prepare() -> bool:
    """Build the files unless they are there (some seconds, once); returns whether they are."""
    try:
        build()
    except TongjianError as error:
        for problem in error.problems:
            _log.warning("%s %s", problem.message("zh"), problem.message("en"))
    assets.cache_clear()
    return assets() is not None


def address(name: str) -> str:
    """The address of a built file, or of what stands in for it; empty where nothing does."""
    built = assets()
    if built is not None:
        return static(f"{PREFIX}/{built.name(name)}")
    return static(_OTHERWISE[name]) if name in _OTHERWISE else ""


class AssetFinder(BaseFinder):
    """Shows the built files to Django's collecting of static files, and to WhiteNoise."""

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing is set that could be wrong."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Where a file lies, by its path under the static files."""
        built, head = assets(), f"{PREFIX}/"
        name = path.removeprefix(head)
        known = built is not None and path.startswith(head) and name in _names(built)
        place = str(built.folder / name) if built is not None and known else None
        if find_all:
            return [place] if place else []
        return place or []  # what Django expects of a finder that has not found it

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every file, with the copies that are packed."""
        built = assets()
        if built is None:
            return
        storage = FileSystemStorage(location=built.folder)
        storage.prefix = PREFIX  # type: ignore[attr-defined]  # as Django's own finders do
        for name in _names(built):
            if not matches_patterns(name, ignore_patterns or []):
                yield name, storage


@lru_cache(maxsize=4)
def _listed(folder: Any) -> frozenset[str]:
    return frozenset(one.name for one in folder.iterdir() if one.name != "manifest.json")


def _names(built: Assets) -> list[str]:
    return sorted(_listed(built.folder))


__all__ = ["PREFIX", "AssetFinder", "address", "assets", "prepare"]
