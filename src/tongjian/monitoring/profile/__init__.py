"""What is measured where (监测档案): stations, other sources, channels and measuring points."""

from tongjian.monitoring.profile._channel import (
    POSITION_TITLES,
    POSITIONS,
    Channel,
    Point,
    Position,
)
from tongjian.monitoring.profile._file import Profile, Source, read_profile, read_stations
from tongjian.monitoring.profile._quantities import MeasuredQuantity, measured_quantities
from tongjian.monitoring.profile._stations import Station, Stations
from tongjian.monitoring.profile._units import conversion, factor_of, is_of_standard_state

__all__ = [
    "POSITIONS",
    "POSITION_TITLES",
    "Channel",
    "MeasuredQuantity",
    "Point",
    "Position",
    "Profile",
    "Source",
    "Station",
    "Stations",
    "conversion",
    "factor_of",
    "is_of_standard_state",
    "measured_quantities",
    "read_profile",
    "read_stations",
]
