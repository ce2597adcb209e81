"""One plant with three products, computed once: the example in ``examples/coke-works``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongjian.engine import Run, run
from tongjian.footprint import About
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import Rulebook

EXAMPLE = Path(__file__).parents[2] / "examples" / "coke-works"
RULESET = "product.coking"


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coke-works")
    report = import_files(Store.create(folder), sorted(EXAMPLE.glob("*.csv")), Catalogue.load())
    assert report.committed and report.problems == ()
    return folder


@pytest.fixture(scope="session")
def coke_works(workspace: Path, rulebook: Rulebook) -> Run:
    return run(rulebook, Store.open(workspace), [RULESET])


@pytest.fixture(scope="session")
def by_ar5(workspace: Path, rulebook: Rulebook) -> Run:
    return run(rulebook, Store.open(workspace), [RULESET], binds={"gwp": "gwp.ar5"})


@pytest.fixture
def about() -> About:
    return About.read(EXAMPLE / "about.yaml")
