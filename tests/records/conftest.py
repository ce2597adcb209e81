from __future__ import annotations

from pathlib import Path

import pytest

from tests.records.support import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A workspace that knows facility F1 with process unit U1."""
    return Bench(tmp_path)
