"""Fixtures of the tests of targets."""

from pathlib import Path

import pytest

from tests.targets.made import Made


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """No plant yet."""
    return Made(tmp_path)
