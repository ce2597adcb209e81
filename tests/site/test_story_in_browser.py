"""The whole story of a report in a real browser, in Chinese and in English."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site import acts
from tests.site.browsing import IN_A_BROWSER, Person, browsing, served, shots_folder, worked
from tests.site.conftest import _leave, _use

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def address(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("stage") / "site"
    shutil.copytree(template, folder)
    _use(folder)
    with served() as found, worked():
        yield found
    _leave()


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Any]:
    with browsing() as found:
        yield found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_story(browser, address, lang, tmp_path):
    of, code = {"zh": ("a", "DEMO-STEEL"), "en": ("b", "OTHER-STEEL")}[lang]
    p = Person.at(browser, address, f"preparer{of}", lang, shots_folder(lang))
    try:
        acts.begin_with_the_tasks(p)
        acts.bring_a_workbook_with_two_errors(p, code, tmp_path)
        acts.bring_it_again(p, tmp_path)
        acts.enter_what_is_missing(p, code)
        acts.compute_and_make_a_version(p, code)
    except Exception:
        p.page.screenshot(path=p.folder / "stuck.png", full_page=True)
        print(p.text("body"))
        raise
    print("\n".join(p.leave()))
