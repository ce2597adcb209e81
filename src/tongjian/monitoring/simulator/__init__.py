"""Simulated stations (仿真现场机): they speak HJ 212 as data loggers do, with faults on demand."""

from tongjian.monitoring.simulator._faults import FORMS, Fault, Injected, Truth, read_faults
from tongjian.monitoring.simulator._feed import Feed, Schedule
from tongjian.monitoring.simulator._fleet import (
    Member,
    Options,
    member_of,
    members_of,
    run_stations,
    station_of,
)
from tongjian.monitoring.simulator._habits import Habits, Sent
from tongjian.monitoring.simulator._orders import Manners
from tongjian.monitoring.simulator._profile import profile_of
from tongjian.monitoring.simulator._scenario import Scenario, read_scenario, scenario_names
from tongjian.monitoring.simulator._series import Series, read_series
from tongjian.monitoring.simulator._station import Station
from tongjian.monitoring.simulator._telegrams import Identity

__all__ = [
    "FORMS",
    "Fault",
    "Feed",
    "Habits",
    "Identity",
    "Injected",
    "Manners",
    "Member",
    "Options",
    "Scenario",
    "Schedule",
    "Sent",
    "Series",
    "Station",
    "Truth",
    "member_of",
    "members_of",
    "profile_of",
    "read_faults",
    "read_scenario",
    "read_series",
    "run_stations",
    "scenario_names",
    "station_of",
]
