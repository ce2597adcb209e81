"""The steel works under verification."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verification.house import House
from tongjian.rules import Rulebook


@pytest.fixture
def house(tmp_path: Path, rulebook: Rulebook) -> House:
    """A workspace with its log, nothing done yet."""
    return House(tmp_path / "workspace", rulebook)


@pytest.fixture
def started(house: House) -> House:
    """The same with verification started."""
    return house.started()
