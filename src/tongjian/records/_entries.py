"""What the catalogue holds: streams, items, terms."""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.units import Unit, dimension


@dataclass(frozen=True, slots=True)
class Stream:
    """What flows (物料、燃料、能源或产品)."""

    id: str
    stream_class: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the words that an item can be (选项)."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A property of a stream that may be recorded (项目)."""

    id: str
    units: tuple[Unit, ...]
    minimum: float | None
    maximum: float | None
    kind: str
    zh: str
    en: str
    typical: float | None = None
    """A plausible value in the first unit, for trying out rules; never used as a default."""
    choices: tuple[Choice, ...] = ()
    """What an item of kind "choice" can be, in the order by which it is stored."""

    @property
    def coded(self) -> bool:
        """Whether it is a word or a day and no number."""
        return self.kind in ("choice", "date")

    def canonical(self, unit: Unit) -> Unit | None:
        """The allowed unit of the same kind of quantity as `unit`.

        Plain tonnes are taken for tonnes of a named product: the stream says which product.
        """
        for allowed in self.units:
            if allowed.same_dimension(unit):
                return allowed
        for allowed in self.units:
            if _without_product(allowed) == unit.dimension:
                return allowed
        return None


@dataclass(frozen=True, slots=True)
class Term:
    """A coded word (代码词): a sector, a province, a technology."""

    key: str
    code: str
    sector: str
    zh: str
    en: str


def _without_product(unit: Unit) -> tuple[tuple[str, int], ...]:
    powers: dict[str, int] = {}
    for name, exponent in unit.dimension:
        plain = "mass" if dimension(name).product else name
        powers[plain] = powers.get(plain, 0) + exponent
    return tuple(sorted((name, power) for name, power in powers.items() if power))
