"""What a map of the registry shows (地图内容): divisions by their enterprises, and plants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.db.models.functions import Substr
from django.urls import reverse

from tongjian.reports import Words
from tongjian.site.access.actor import Actor
from tongjian.site.registry.divisions import beginning, level
from tongjian.site.registry.map_labels import Box, Label, Spot, place
from tongjian.site.registry.map_projection import Degrees, Projection
from tongjian.site.registry.models import Division, Enterprise, Plant
from tongjian.site.ui.texts import lang

WIDTH, TALLEST, MARGIN = 960.0, 760.0, 70.0
MOST_PLANTS = 400
"""More plants than these are shown by their divisions alone."""
SHAPES = ("circle", "square", "triangle", "diamond", "plus", "star")
HOLLOW = " hollow"
TONES = 6
_SIGN = 6.0


@dataclass(frozen=True, slots=True)
class Bubble:
    """A division in the map: how many enterprises are in it, and where it is drawn."""

    division: Division
    count: int
    x: float | None
    y: float | None
    radius: float
    label: Label | None = None

    @property
    def shown(self) -> bool:
        """Whether it has a place in the picture."""
        return self.x is not None

    @property
    def text(self) -> str:
        """Its name and number."""
        return f"{_name(self.division)} {self.count}"

    @property
    def anchor(self) -> tuple[float, float]:
        """Where the text begins, on its base line."""
        assert self.label is not None
        return self.label.box.x, self.label.box.y + self.label.box.height - 4

    @property
    def lead(self) -> tuple[float, float]:
        """Where a line that leads to the label ends."""
        assert self.label is not None and self.x is not None and self.y is not None
        box = self.label.box
        return (
            min(max(self.x, box.x), box.x + box.width),
            min(max(self.y, box.y), box.y + box.height),
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """A plant in the map, with the shape and the tone of its sector."""

    plant: Plant
    title: str
    sector: str
    address: str
    x: float
    y: float
    shape: str
    tone: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A map: its size, lines, bubbles, marks, and the signs of sectors."""

    width: float
    height: float
    meridians: Sequence[tuple[float, float]]
    parallels: Sequence[tuple[float, float]]
    bubbles: Sequence[Bubble]
    marks: Sequence[Mark]
    legend: Sequence[tuple[str, str, str]]
    """Name of the sector, shape, class of the tone."""
    plants: int
    """How many plants there are, drawn or not."""


def picture(actor: Actor, division: str) -> Picture:
    """The map of a division (its six digits, "" for the country) as `actor` sees it."""
    bubbles = _bubbles(actor, division)
    plants = Plant.objects.seen_by(actor).filter(division__startswith=beginning(division))
    placed = plants.exclude(longitude=None).exclude(latitude=None)
    total = plants.count()
    listed = list(placed.order_by("code")[: MOST_PLANTS + 1])
    if len(listed) > MOST_PLANTS:
        listed = []
    points = [found for one in bubbles if (found := _seat(one.division))]
    points += [_degrees(one) for one in listed]
    if not points:
        own = Division.objects.filter(code=division).first()
        points = [found] if own and (found := _seat(own)) else [(104.0, 35.0)]
    view = Projection.of(points, WIDTH, TALLEST, MARGIN)
    signs = signs_of(sorted({one.sector for one in listed}))
    titles = {one: Words.of(lang()).term("sector", one) for one in signs}
    marks = [
        Mark(
            one,
            _name(one),
            titles[one.sector],
            reverse("registry:plant", args=(one.code,)),
            *view.xy(_degrees(one)),
            *signs[one.sector],
        )
        for one in listed
    ]
    meridians, parallels = view.lines()
    drawn = _labelled(_drawn(bubbles, view), view, marks)
    return Picture(
        view.width,
        view.height,
        meridians,
        parallels,
        drawn,
        marks,
        [(titles[sector], *sign) for sector, sign in signs.items()],
        total,
    )


def signs_of(sectors: Sequence[str]) -> dict[str, tuple[str, str]]:
    """A shape and the class of its tone for each sector.

    The first six are told apart by their shapes, the next by being hollow, whatever the colour.
    """
    signs = {}
    for at, one in enumerate(sectors):
        turn, place_in_turn = divmod(at, len(SHAPES))
        tone = f"tone-{(at + turn // 2) % TONES}"
        signs[one] = (SHAPES[place_in_turn], tone + HOLLOW * (turn % 2))
    return signs


def _bubbles(actor: Actor, division: str) -> list[Bubble]:
    """The divisions one level below with their numbers of enterprises.

    What nobody is registered in is left out, as is what the actor does not see.
    """
    below = min(level(division) + 1, 3)
    digits = 2 * below
    seen = Enterprise.objects.seen_by(actor).filter(division__startswith=beginning(division))
    grouped = seen.order_by().annotate(part=Substr("division", 1, digits)).values_list("part")
    counts = dict(grouped.annotate(count=Count("pk")))
    known = Division.objects.in_bulk([code.ljust(6, "0") for code in counts])
    most = max(counts.values(), default=1)
    found = []
    for part, count in sorted(counts.items()):
        code = part.ljust(6, "0")
        # The name of a division that the package does not know is its code.
        of = known.get(code) or Division(code=code, name_zh=code, name_en=code)
        radius = 5 + 17 * (count / most) ** 0.5
        found.append(Bubble(of, count, None, None, radius))
    return found


def _drawn(bubbles: Sequence[Bubble], view: Projection) -> list[Bubble]:
    found = []
    for one in bubbles:
        seat = _seat(one.division)
        at: tuple[Any, Any] = view.xy(seat) if seat else (None, None)
        found.append(Bubble(one.division, one.count, *at, one.radius))
    return found


def _labelled(bubbles: Sequence[Bubble], view: Projection, marks: Sequence[Mark]) -> list[Bubble]:
    spots = [
        Spot(one.x, one.y, one.radius, one.text, one.count)
        for one in bubbles
        if one.x is not None and one.y is not None
    ]
    signs = [Box(one.x - _SIGN, one.y - _SIGN, 2 * _SIGN, 2 * _SIGN) for one in marks]
    labels = iter(place(spots, view.width, view.height, signs))
    return [
        Bubble(one.division, one.count, one.x, one.y, one.radius, next(labels))
        if one.shown
        else one
        for one in bubbles
    ]


def _seat(division: Division) -> Degrees | None:
    if division.longitude is None or division.latitude is None:
        return None
    return division.longitude, division.latitude


def _degrees(plant: Plant) -> Degrees:
    assert plant.longitude is not None and plant.latitude is not None
    return plant.longitude, plant.latitude


def _name(one: Division | Plant) -> str:
    return (one.name_en if lang() == "en" else "") or one.name_zh


__all__ = ["Bubble", "Mark", "Picture", "picture", "signs_of"]
