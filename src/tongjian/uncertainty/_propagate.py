"""Drawing (蒙特卡罗传播): distributions in, the distribution of the result out.

After JCGM 101:2008. Every quantity has a random stream of its own, made from the seed and its name,
so that a result depends neither on the size of the blocks nor on the order of the quantities.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

BLOCK = 2_000
_COVERED = 1.959963984540054  # half width of the 95 % interval of a normal, in standard deviations
_NORMAL_UP_TO = 0.30

Model = Callable[[Mapping[str, np.ndarray]], np.ndarray]


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution (分布) by its mean and standard deviation."""

    kind: Literal["normal", "lognormal", "rectangular", "triangular"]
    mean: float
    sd: float

    @classmethod
    def relative(cls, half_width: float) -> Distribution:
        """A share of the value: mean 1, 95 % half width `half_width` (0.05 is 5 %).

        Up to 30 % it is normal; above, lognormal, so that it cannot become negative (IPCC 2006
        volume 1 chapter 3, 3.2.2.4).
        """
        kind: Literal["normal", "lognormal"]
        kind = "normal" if half_width <= _NORMAL_UP_TO else "lognormal"
        return cls(kind, 1.0, half_width / _COVERED)

    def draw(self, random: np.random.Generator, count: int) -> np.ndarray:
        """So many draws."""
        if self.kind == "normal":
            return self.mean + self.sd * random.standard_normal(count)
        if self.kind == "lognormal":
            spread = math.log1p((self.sd / self.mean) ** 2)
            centre = math.log(self.mean) - spread / 2
            drawn: np.ndarray = np.exp(centre + math.sqrt(spread) * random.standard_normal(count))
            return drawn
        if self.kind == "rectangular":
            return self.mean + self.sd * math.sqrt(3) * (2 * random.random(count) - 1)
        both = random.random(count) + random.random(count) - 1
        return self.mean + self.sd * math.sqrt(6) * both


@dataclass(frozen=True, slots=True)
class Propagated:
    """The distribution of a result (结果分布): 95 % interval from `low` to `high`.

    `standard_error` is that of the mean. `stable` says whether the half width of the interval would
    move by less than one per cent (two standard errors, from blocks of draws); `without_value`
    counts draws in which the result had no value.
    """

    draws: int
    seed: int
    mean: float
    median: float
    sd: float
    low: float
    high: float
    standard_error: float
    half_width_error: float
    stable: bool
    without_value: int

    @property
    def half_width(self) -> float:
        """Half of the 95 % interval."""
        return (self.high - self.low) / 2


def propagate(
    model: Model, distributions: Mapping[str, Distribution], draws: int = 10_000, seed: int = 1
) -> Propagated:
    """Draw every quantity `draws` times and work out `model` for each draw."""
    streams = {name: _stream(seed, name) for name in distributions}
    pieces: list[np.ndarray] = []
    for start in range(0, draws, BLOCK):
        count = min(BLOCK, draws - start)
        drawn = {name: one.draw(streams[name], count) for name, one in distributions.items()}
        result = np.asarray(model(drawn), dtype=float)
        pieces.append(np.broadcast_to(result, (count,)))
    return _summary(np.concatenate(pieces), draws, seed)


def _stream(seed: int, name: str) -> np.random.Generator:
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])


def _summary(results: np.ndarray, draws: int, seed: int) -> Propagated:
    usable = results[np.isfinite(results)]
    if usable.size < 2:
        return _without_value(draws, seed)
    low, median, high = np.quantile(usable, [0.025, 0.5, 0.975])
    sd = float(usable.std(ddof=1))
    error = _half_width_error(usable)
    width = float(high - low) / 2
    return Propagated(
        draws=draws,
        seed=seed,
        mean=float(usable.mean()),
        median=float(median),
        sd=sd,
        low=float(low),
        high=float(high),
        standard_error=sd / math.sqrt(usable.size),
        half_width_error=error,
        stable=2 * error <= 0.01 * width,
        without_value=int(draws - usable.size),
    )


def _without_value(draws: int, seed: int) -> Propagated:
    nan = math.nan
    return Propagated(draws, seed, nan, nan, nan, nan, nan, nan, nan, False, draws)


def _half_width_error(usable: np.ndarray) -> float:
    """The standard error of the half width: how much it differs between ten parts of the draws."""
    parts = [part for part in np.array_split(usable, 10) if part.size > 1]
    widths = [np.diff(np.quantile(part, [0.025, 0.975]))[0] / 2 for part in parts]
    if len(widths) < 2:
        return math.inf
    return float(np.std(widths, ddof=1) / math.sqrt(len(widths)))


__all__ = ["BLOCK", "Distribution", "Propagated", "propagate"]
