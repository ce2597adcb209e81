"""A site with people of every role, in a folder and a database of its own for each test.

Migrations run once; every test gets a copy of the file. Nothing is rolled back or flushed: what is
frozen could not be, and the logs are written on connections of their own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import pytest

_HOME = Path(tempfile.mkdtemp(prefix="tongjian-site-"))
os.environ["TONGJIAN_SITE"] = str(_HOME)
os.environ.pop("TONGJIAN_DATABASE", None)
os.environ["TONGJIAN_API_RATE"] = "0"  # that there is a limit is tested by itself
os.environ["DJANGO_SETTINGS_MODULE"] = "tongjian.site.settings"
django.setup()

from django.conf import settings as _settings  # noqa: E402

# Hashing that takes half a second is right for a site and wrong for a thousand tests; that a site
# has it is tested by itself (test_access_settings).
_settings.PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    *_settings.PASSWORD_HASHERS,
]

from tests.site.world import World, make_world  # noqa: E402  (Django has to be set up first)


def pytest_unconfigure() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def environment() -> None:
    """What Django needs for tests by its client."""
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)


@pytest.fixture(scope="session")
def template(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that was migrated and has its world, to be copied."""
    from django.core.management import call_command

    folder = tmp_path_factory.mktemp("template")
    _use(folder)
    call_command("migrate", verbosity=0)
    make_world()
    _leave()
    return folder


@pytest.fixture
def site(template: Path, tmp_path: Path) -> Iterator[Path]:
    """The folder of a site; its database is Django's default one while the test runs."""
    folder = tmp_path / "site"
    shutil.copytree(template, folder)
    _use(folder)
    yield folder
    _leave()


@pytest.fixture(scope="module")
def stage(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that the tests of a module share, one after the other."""
    folder = tmp_path_factory.mktemp("stage") / "site"
    shutil.copytree(template, folder)
    _use(folder)
    yield World()
    _leave()


@pytest.fixture
def world(site: Path) -> World:
    """Two enterprises, and people of every role."""
    return World()


@pytest.fixture(scope="session")
def stations(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The story of a report, station by station (`tests.site.story`)."""
    from tests.site.story import play

    found = play(template, tmp_path_factory.mktemp("story"), _use)
    _leave()
    return found


@pytest.fixture
def at(stations: dict[str, Path], tmp_path: Path) -> Iterator[Callable[[str], World]]:
    """The world at a station of the story."""

    def go(station: str) -> World:
        folder = tmp_path / station
        shutil.copytree(stations[station], folder)
        _use(folder)
        return World()

    yield go
    _leave()


def _use(folder: Path) -> None:
    """Make a folder the site's; its database is Django's default one until `_leave`."""
    from django.conf import settings
    from django.db import connection

    folder.mkdir(parents=True, exist_ok=True)
    connection.close()
    settings.SITE_FOLDER = folder
    # What a test writes need not outlive the machine.
    options = connection.settings_dict["OPTIONS"]
    options["init_command"] = options["init_command"].replace("=FULL", "=OFF")
    connection.settings_dict["NAME"] = str(folder / "site.sqlite3")


def _leave() -> None:
    """Leave the database of the folder in use."""
    from django.db import connection

    connection.close()
