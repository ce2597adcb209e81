"""Fixtures that any test may ask for."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from hypothesis import settings

from tests.backends import Backends, start_spark
from tests.postgres import CannotStart, start_postgres
from tests.support import Records, write_rulebook
from tongjian.contract import Contract, check_contract
from tongjian.rules import Rulebook, load_rulebook

# The same examples on every machine, and no judgement by the clock.
settings.register_profile("tongjian", deadline=None, derandomize=True, database=None)
settings.load_profile("tongjian")
# A worker of several has a terminal of 80 columns, which folds tables.
os.environ["COLUMNS"] = "120"
# A process of tests holds a rulebook and thousands of tests, none of which is garbage: looking
# through them as often as Python does by itself takes a fifth of the time.
gc.set_threshold(50_000, 10, 10)


_T = TypeVar("_T")


class Portion(Protocol):
    """Of a long row of like things every `step`-th, or all of them with ``--exhaustive``."""

    def __call__(self, things: Sequence[_T], step: int, *, first: int = 0) -> Sequence[_T]: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--exhaustive",
        action="store_true",
        help="also run tests marked exhaustive, and try all where otherwise a portion is tried",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is exhaustive, and deals out the rest.

    Tests that share something dear run in one process, where several share the work. All of Spark
    is one of them: it is started once. A file is the next, for its fixtures; only the golden cases
    are dealt out one by one, because they are many and need nothing.
    """
    if not config.getoption("--exhaustive"):
        left_out = [item for item in items if item.get_closest_marker("exhaustive")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("exhaustive")]
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        if _on_spark(item):
            item.add_marker(pytest.mark.xdist_group("spark"))
        elif item.path.name != "test_cases.py":
            item.add_marker(pytest.mark.xdist_group(item.path.as_posix()))
    items.sort(key=lambda item: -3 if _on_spark(item) else -_LONG.get(item.path.parent.name, 0))


_LONG = {"site": 2, "contract": 2, "cases": 1, "engine": 1, "reports": 1, "verification": 1}
"""Folders with files that take a minute or close to it: the larger, the earlier."""


def _on_spark(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return "spark" in names or "backends" in names


def pytest_collection_finish() -> None:
    """What is there now stays."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Modules in C look at their end whether all of theirs is gone."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def exhaustive(pytestconfig: pytest.Config) -> bool:
    """Whether everything is to be tried (``make test-all``), and not a portion of it."""
    return bool(pytestconfig.getoption("--exhaustive"))


@pytest.fixture(scope="session")
def portion(exhaustive: bool) -> Portion:
    """Takes a portion of a long row of like things; all of it in the exhaustive run."""
    return lambda things, step, *, first=0: things if exhaustive else things[first % step :: step]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Compiled rulebooks stay out of the user's cache; the processes of a run share them."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # where each worker has its own
    with pytest.MonkeyPatch.context() as patch:
        folder = shared / "compiled"
        patch.setenv("TONGJIAN_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def rulebook(own_cache: Path) -> Rulebook:
    """The rulebook of the package."""
    return load_rulebook()


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Rulebook]:
    """Makes a rulebook from documents: ``book(doc, doc, ..., files={name: text})``."""

    def make(*documents: object, files: dict[str, str] | None = None) -> Rulebook:
        folder = write_rulebook(tmp_path / "rulebook", *documents, files=files)
        return load_rulebook(folder, cache=False)

    return make


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """Builds a snapshot of records row by row; see `tests.support.Records`."""
    return Records(tmp_path / "records")


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """Spark with an executor in a process of its own; see `tests.backends.start_spark`."""
    with start_spark() as session:
        yield session


@pytest.fixture(scope="session")
def backends(request: pytest.FixtureRequest) -> Backends:
    """Every back-end by name; Spark is started by the first test that asks for it."""
    return Backends(lambda: request.getfixturevalue("spark"))


@pytest.fixture(scope="session")
def shipped(own_cache: Path) -> Contract:
    """The contract check of the package's own documents: long, and therefore made once."""
    return check_contract(docs=Path(__file__).resolve().parents[1] / "docs" / "methods")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL server, as a conninfo; see `tests.postgres.start_postgres`."""
    pytest.importorskip("psycopg")
    server = start_postgres()
    try:
        conninfo = server.__enter__()
    except CannotStart as reason:
        pytest.skip(f"no PostgreSQL: {reason}")
    try:
        yield conninfo
    finally:
        server.__exit__(None, None, None)
