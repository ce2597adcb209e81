"""Fixtures of the versions' tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.versions.works import Works, acid, fuel, power, small_works


@pytest.fixture
def works(tmp_path: Path) -> Works:
    """100 t of coke, 50 MWh, 1,000 t of nitric acid under a small rule set."""
    return small_works(tmp_path, [fuel(100), power(50), acid(1000)])
