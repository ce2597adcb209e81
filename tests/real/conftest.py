"""Finds published files in the folder named by TONGJIAN_REAL_DATA."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

VARIABLE = "TONGJIAN_REAL_DATA"


@pytest.fixture(scope="session")
def published_file() -> Callable[[str], Path]:
    """Gives the path of a published file by its name, wherever it lies in the folder."""

    def find(name: str) -> Path:
        folder = os.environ.get(VARIABLE)
        if not folder:
            pytest.skip(f"{VARIABLE} is not set: it names the folder of published files")
        found = sorted(Path(folder).rglob(name))
        if not found:
            pytest.skip(f"no file {name} below {VARIABLE}={folder}")
        return found[0]

    return find
