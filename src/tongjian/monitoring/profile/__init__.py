"""What is measured where (监测档案): stations, other sources, channels and measuring points."""

from tongjian.monitoring.profile._channel import POSITIONS, Channel, Point, Position
from tongjian.monitoring.profile._quantities import MeasuredQuantity, measured_quantities

__all__ = [
    "POSITIONS",
    "Channel",
    "MeasuredQuantity",
    "Point",
    "Position",
    "measured_quantities",
]
