"""The catalogue of streams and items (物料能源与项目目录): what may be recorded, in which unit.

Content lives in a folder: ``streams.csv`` (stream, class, zh, en, aliases), ``items.yaml`` (items
by stream class; a class inherits those of the classes above it, `fuel.solid` those of `fuel`) and
``terms.csv`` (key, code, sector, zh, en: sectors, provinces, technologies). Each of them can have
further parts, such as ``items-market.yaml``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from tongjian.problems import Place, Problem, RecordError
from tongjian.records._entries import Item, Stream, Term
from tongjian.records._read_catalogue import read_items, read_streams, read_terms
from tongjian.records._text import look_up_form, show

# 江苏 is also written 江苏省.
_PROVINCE_SUFFIXES = ("省", "市", "自治区", "壮族自治区", "回族自治区", "维吾尔自治区")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Streams, items by class, and terms; look-ups take ids, Chinese and English names."""

    streams: Mapping[str, Stream]
    classes: Mapping[str, Mapping[str, Item]]
    terms: tuple[Term, ...] = ()
    _names: dict[str, str] = field(default_factory=dict, repr=False)
    _items: dict[str, dict[str, Item]] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, folder: Path | None = None) -> Catalogue:
        """The catalogue in `folder`, by default the one of the package, which is read once."""
        return _shipped() if folder is None else cls._read(folder)

    @classmethod
    def _read(cls, root: Path) -> Catalogue:
        problems: list[Problem] = []
        streams = read_streams(_parts(root, "streams.csv"), problems)
        classes = read_items(_parts(root, "items.yaml"), problems)
        terms = read_terms(_parts(root, "terms.csv"), problems)
        catalogue = cls(streams, classes, terms)
        if not problems:
            catalogue._index(root, problems)
        if problems:
            raise RecordError(problems)
        return catalogue

    def resolve_stream(self, text: str) -> Stream | None:
        """The stream with this id, name or alias."""
        found = self._names.get(look_up_form(text))
        return self.streams[found] if found is not None else None

    def suggest_streams(self, text: str) -> list[Stream]:
        """Up to three streams with a similar name."""
        near = difflib.get_close_matches(look_up_form(text), self._names, n=6, cutoff=0.5)
        return list({self._names[name]: self.streams[self._names[name]] for name in near}.values())[
            :3
        ]

    def items_of(self, stream_class: str) -> Mapping[str, Item]:
        """Items of a class, with those of the classes above it."""
        if stream_class not in self._items:
            parts = stream_class.split(".")
            merged: dict[str, Item] = {}
            for length in range(1, len(parts) + 1):
                merged |= self.classes.get(".".join(parts[:length]), {})
            self._items[stream_class] = merged
        return self._items[stream_class]

    def resolve_item(self, stream: Stream, text: str) -> Item | None:
        """The item of this stream with this id or name."""
        wanted = look_up_form(text)
        for item in self.items_of(stream.stream_class).values():
            if wanted in {look_up_form(name) for name in (item.id, item.zh, item.en)}:
                return item
        return None

    def item(self, stream: str, item: str) -> Item:
        """The allowed units and the limits of an item; raises `RecordError` if there is none."""
        found = self.resolve_stream(stream)
        if found is None:
            raise RecordError(unknown_stream(stream, self.suggest_streams(stream)))
        spec = self.resolve_item(found, item)
        if spec is None:
            raise RecordError(unknown_item(item, found, self.items_of(found.stream_class)))
        return spec

    def terms_of(self, key: str, sector: str | None = None) -> list[Term]:
        """The terms of a kind, of one sector if given."""
        return [term for term in self.terms if term.key == key and sector in (None, term.sector)]

    def resolve_term(self, key: str, text: str, sector: str | None = None) -> Term | None:
        """The term of a kind with this code or name."""
        wanted = look_up_form(text)
        shortened = {wanted.removesuffix(suffix) for suffix in _PROVINCE_SUFFIXES}
        for term in self.terms_of(key, sector):
            if wanted in {look_up_form(name) for name in (term.code, term.zh, term.en)}:
                return term
            if key == "province" and look_up_form(term.zh) in shortened:
                return term
        return None

    def _index(self, root: Path, problems: list[Problem]) -> None:
        """Fill the name index; a name that means two things is a fault of the content."""
        for stream in self.streams.values():
            for name in (stream.id, stream.zh, stream.en, *stream.aliases):
                owner = self._names.setdefault(look_up_form(name), stream.id)
                if owner != stream.id:
                    problems.append(_name_twice(root / "streams.csv", name, owner, stream.id))
        for stream_class in sorted({stream.stream_class for stream in self.streams.values()}):
            items = self.items_of(stream_class)
            owners: dict[str, str] = {}
            for item in items.values():
                for name in (item.id, item.zh, item.en):
                    owner = owners.setdefault(look_up_form(name), item.id)
                    if owner != item.id:
                        problems.append(_name_twice(root / "items.yaml", name, owner, item.id))
            if not items:
                place = Place(file=str(root / "items.yaml"))
                problems.append(Problem("records.catalogue_class", place, {"class": stream_class}))


def _name_twice(path: Path, name: str, first: str, second: str) -> Problem:
    values = {"name": name, "first": first, "second": second}
    return Problem("records.catalogue_name_twice", Place(file=str(path)), values)


def unknown_stream(text: str, near: Iterable[Stream], place: Place | None = None) -> Problem:
    """The problem for a stream that is not in the catalogue."""
    listed = list(near)
    values = {
        "value": show(text),
        "hint_zh": f"是否为：{'、'.join(entry.zh for entry in listed)}？" if listed else "",
        "hint_en": f"Did you mean {', '.join(entry.en for entry in listed)}? " if listed else "",
    }
    return Problem("records.unknown_stream", place or Place(), values)


def unknown_item(
    text: str, stream: Stream, items: Mapping[str, Item], place: Place | None = None
) -> Problem:
    """The problem for an item that the class of the stream does not have."""
    values = {
        "value": show(text),
        "stream_zh": stream.zh,
        "stream_en": stream.en,
        "items_zh": "、".join(f"{item.zh}（{item.id}）" for item in items.values()),
        "items_en": ", ".join(f"{item.en} ({item.id})" for item in items.values()),
    }
    return Problem("records.unknown_item", place or Place(), values)


def _parts(root: Path, name: str) -> list[Path]:
    """The file of this name and its further parts."""
    stem, _, ending = name.partition(".")
    return [root / name, *sorted(root.glob(f"{stem}-*.{ending}"))]


@cache
def _shipped() -> Catalogue:
    # The package is always a folder on disk: its other parts need real paths too.
    return Catalogue._read(Path(str(files("tongjian") / "rulebook" / "catalogue")))
