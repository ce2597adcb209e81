"""From the unit that is sent to the one that is used (单位换算)."""

from __future__ import annotations

from functools import lru_cache

from tongjian.monitoring.profile._channel import Channel
from tongjian.monitoring.profile._quantities import MeasuredQuantity, measured_quantities
from tongjian.units import ONE, UnitError, convert, parse_unit


def factor_of(channel: Channel) -> float:
    """By what values of `channel` are multiplied to be in the unit of its quantity."""
    return conversion(channel.unit, channel.quantity)


_NORMAL = "mg/Nm3"


@lru_cache(maxsize=1024)
def conversion(unit: str, quantity: str) -> float:
    """The factor from `unit` to the unit of `quantity`; all units here begin at the same zero.

    A gas may be sent as a share of volume (ppm, %): M/V of its molar mass and the molar volume of
    the standard state (标准状态) make mg/m3 of it, HJ 212-2017 Annex D (20).

    Raises
    ------
    UnitError
        The unit is unknown, or measures something else.
    """
    measured = measured_quantities()[quantity]
    sent, used = parse_unit(unit), parse_unit(measured.unit)
    if sent.same_dimension(ONE) and not used.same_dimension(ONE):
        density = _density(measured)
        if density is not None:
            return convert(convert(density, parse_unit("g/L"), parse_unit("mg/m3")), sent, ONE)
    normal = parse_unit(_NORMAL)
    if sent.same_dimension(normal) and not used.same_dimension(normal):
        # Already of the standard state (标准状态): the number stays, and the unit tells.
        return convert(1.0, sent, normal)
    return convert(1.0, sent, used)


@lru_cache(maxsize=64)
def is_of_standard_state(unit: str) -> bool:
    """Whether a concentration in `unit` is one of the standard state (标准状态浓度).

    mg/Nm3 is, and so is a share of volume, which `conversion` turns into it.
    """
    sent = parse_unit(unit)
    return sent.same_dimension(ONE) or sent.same_dimension(parse_unit(_NORMAL))


def convertible(unit: str, quantity: str) -> bool:
    """Whether `conversion` has a factor."""
    try:
        conversion(unit, quantity)
    except UnitError:
        return False
    return True


def _density(measured: MeasuredQuantity) -> float | None:
    """g/L of the pure gas in the standard state."""
    if measured.molar_mass is None or measured.molar_volume is None:
        return None
    return measured.molar_mass / measured.molar_volume
