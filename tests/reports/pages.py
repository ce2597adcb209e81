"""Reads a page back: elements in balance, texts, tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "col"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str | None]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.children)

    def all(self, name: str, **attributes: str) -> list[Element]:
        """Every element of this name below, in order."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                wanted = {key.rstrip("_"): value for key, value in attributes.items()}
                fits = all(child.attributes.get(key) == value for key, value in wanted.items())
                if child.name == name and fits:
                    found.append(child)
                found.extend(child.all(name, **attributes))
        return found

    def texts(self, skip: frozenset[str] = frozenset()) -> list[str]:
        """Every text below that is not inside an element of `skip`."""
        found = []
        for child in self.children:
            if isinstance(child, str):
                found.append(child)
            elif child.name not in skip:
                found.extend(child.texts(skip))
        return found

    def rows(self) -> list[list[str]]:
        """The cells of a table's rows."""
        return [
            [cell.text for cell in row.children if isinstance(cell, Element)]
            for row in self.all("tr")
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), f"attribute twice in {tag}"
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)


def read_page(text: str) -> Element:
    """The tree of a page; fails where elements are not closed in order."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root], "elements are left open"
    return reader.root
