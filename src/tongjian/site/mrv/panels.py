"""Parts of the page of a report (报告页的分栏): each topic brings its own, for whoever it is for.

    @adds_panel("verification", order=30)
    def verification(desk: ReportDesk) -> Panel | None: ...

A panel that is None is not shown. Apps import the modules that register panels when ready.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tongjian.site.mrv.services_reports import ReportDesk


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page (分栏): a template, which gets `content` as ``panel``."""

    title: str
    """A key of texts.toml."""
    template: str
    content: Mapping[str, Any] = field(default_factory=dict)


Source = Callable[["ReportDesk"], Panel | None]
_sources: dict[str, tuple[int, Source]] = {}


def adds_panel(name: str, order: int) -> Callable[[Source], Source]:
    """Register a part of the page under the anchor `name`; a lower `order` comes first."""

    def register(source: Source) -> Source:
        _sources[name] = (order, source)
        return source

    return register


def panels_of(desk: ReportDesk) -> list[dict[str, Any]]:
    """The parts of the page for the one who asks, in their order."""
    found = []
    for name, (_, source) in sorted(_sources.items(), key=lambda one: one[1][0]):
        panel = source(desk)
        if panel is not None:
            found.append(
                {"name": name, "title": panel.title, "template": panel.template, **panel.content}
            )
    return found


__all__ = ["Panel", "adds_panel", "panels_of"]
