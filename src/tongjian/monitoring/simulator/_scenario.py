"""What is simulated (仿真情景): an invented plant and its points, read from a TOML file.

The scenarios that come with the package are named by their file (``adipic``, ``boiler``); any
other is a path. All numbers of plants and of how loggers average are in these files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tongjian.monitoring.profile import POSITIONS, Position, measured_quantities
from tongjian.problems import Place, Problem, RecordError

FOLDER = files("tongjian.monitoring.simulator") / "scenarios"


@dataclass(frozen=True, slots=True)
class Made:
    """A gas that the process makes: `kg_h` at full load before abatement, noise as shares.

    `passes` is the share that the abatement lets through while it is on; all while it is not.
    """

    kg_h: float
    noise: float = 0.0
    passes: float = 1.0
    passes_noise: float = 0.0
    power: float = 1.0


@dataclass(frozen=True, slots=True)
class SimChannel:
    """A channel as it is simulated: ``base * load ** power``, with `noise` as a share of it.

    `idle` is its value while the source is stopped, `spread` how far Min and Max lie from Avg.
    """

    code: str
    quantity: str
    unit: str
    decimals: int = 2
    base: float = 0.0
    power: float = 0.0
    noise: float = 0.0
    idle: float = 0.0
    spread: float = 0.02
    dry: bool = False
    lowest: float | None = None
    highest: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class SimPoint:
    """A measuring point with its own station (one data logger each)."""

    position: Position
    name_zh: str
    name_en: str
    channels: tuple[SimChannel, ...]
    after_abatement: bool = False
    area: float = 1.0
    velocity_factor: float = 1.0
    barometric: float | None = None
    reference_oxygen: float | None = None


@dataclass(frozen=True, slots=True)
class SimPlant:
    """What the points of one plant have in common."""

    facility: str
    process_unit: str
    stream: str = ""
    load: Mapping[str, float] = field(default_factory=dict)
    stops: Mapping[str, Any] = field(default_factory=dict)
    trips: Mapping[str, Any] = field(default_factory=dict)
    calibration: Mapping[str, int] = field(default_factory=dict)
    made: Mapping[str, Made] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A plant and its points."""

    name: str
    plant: SimPlant
    points: tuple[SimPoint, ...]


@lru_cache(maxsize=1)
def ways() -> Mapping[str, Any]:
    """How loggers average and convert (`scenarios/standard.toml`)."""
    return tomllib.loads((FOLDER / "standard.toml").read_text(encoding="utf-8"))


def scenario_names() -> list[str]:
    """The scenarios that come with the package."""
    found = (Path(one.name) for one in FOLDER.iterdir() if one.name.endswith(".toml"))
    return sorted(one.stem for one in found if one.stem != "standard")


def read_scenario(name: str) -> Scenario:
    """The scenario called `name`, or that of the file `name`.

    Raises
    ------
    RecordError
        No such scenario, or a file that does not describe one.
    """
    source = FOLDER / f"{name}.toml" if name in scenario_names() else Path(name)
    try:
        return _scenario(name, tomllib.loads(source.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError) as error:
        detail = error.strerror if isinstance(error, OSError) else f"{type(error).__name__} {error}"
        values = {"name": name, "detail": detail, "known": ", ".join(scenario_names())}
        problem = Problem("monitoring.scenario_file", Place(file=name), values)
        raise RecordError(problem) from error


def _scenario(name: str, found: Mapping[str, Any]) -> Scenario:
    plant = dict(found["plant"])
    made = {gas: Made(**one) for gas, one in plant.pop("made", {}).items()}
    return Scenario(
        name,
        SimPlant(**plant, made=made),
        tuple(_point(one, made) for one in found["station"]),
    )


def _point(found: Mapping[str, Any], made: Mapping[str, Made]) -> SimPoint:
    channels = tuple(SimChannel(**one) for one in found["channel"])
    rest = {key: value for key, value in found.items() if key != "channel"}
    if rest["position"] not in POSITIONS:
        raise ValueError(f"position: {rest['position']}")
    for channel in channels:
        if channel.quantity not in measured_quantities():
            raise ValueError(f"quantity: {channel.quantity}")
        if channel.quantity not in ways()["roles"] and channel.quantity not in made:
            raise ValueError(f"plant.made: {channel.quantity}")
    return SimPoint(channels=channels, **rest)
