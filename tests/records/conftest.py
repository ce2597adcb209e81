from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.records.support import Bench


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace that knows facility F1 with process unit U1."""
    return Bench(tmp_path_factory.mktemp("prepared")).prepare().folder


@pytest.fixture
def bench(prepared: Path, tmp_path: Path) -> Bench:
    """A workspace of one's own that knows facility F1 with process unit U1."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    return Bench(tmp_path)
