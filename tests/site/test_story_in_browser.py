"""The whole story of a report in a real browser, in Chinese and in English.

Each language has an enterprise of its own, and each person a browser of their own. What they see is
asserted step by step (`acts`, `acts_review`); every station is looked at as well: axe, the width of
the page, and a picture of it (`browsing.shots_folder`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.site import acts, acts_review
from tests.site.browsing import IN_A_BROWSER, Person, browsing, served, shots_folder, worked
from tests.site.world import World
from tongjian.site.access.models import Membership, User
from tongjian.site.workspaces import rulebook

pytestmark = IN_A_BROWSER
ENTERPRISE = {"zh": ("a", "DEMO-STEEL"), "en": ("b", "OTHER-STEEL")}


@pytest.fixture(scope="module")
def address(stage: World) -> Iterator[str]:
    """The site, with an authority for the city of the second enterprise as well."""
    password = stage.user("city").password
    second = User.objects.create(username="cityb", name="市级主管部门B", password=password)
    Membership.objects.create(user=second, role="city", division="3205")
    User.objects.filter(username="city").update(username="citya")
    rulebook()  # as a server does before it answers; else the first page waits for it
    with served() as found, worked():
        yield found


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Any]:
    """One browser for all; everybody has a profile of their own in it."""
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def judged(exhaustive: bool) -> set[str] | None:
    """The kinds of page that axe has seen: once each is enough in an ordinary run."""
    return None if exhaustive else set()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_report_goes_from_a_workbook_to_its_supplement(
    browser: Any, address: str, judged: set[str] | None, lang: str, tmp_path: Path
) -> None:
    of, plant = ENTERPRISE[lang]
    folder = shots_folder(lang)
    enter = partial(Person.at, browser, address, lang=lang, folder=folder, judged=judged)

    accountant = enter(f"preparer{of}")
    acts.begin_with_the_tasks(accountant)
    acts.bring_a_workbook_with_two_errors(accountant, plant, tmp_path)
    acts.bring_it_again(accountant, tmp_path)
    acts.enter_what_is_missing(accountant)
    acts.open_report(accountant)
    acts.compute_and_make_a_version(accountant)
    approver = enter(f"approver{of}")
    acts_review.submit(approver)

    verifier = enter(f"verifier{of}")
    acts_review.begin_to_verify(verifier)
    acts_review.check_the_sample(verifier)
    acts_review.raise_a_finding(verifier)
    acts_review.answer_the_list_and_notify(verifier)
    acts.answer_the_finding(accountant, tmp_path)
    acts_review.hand_in_corrections(approver)
    acts_review.close_and_give_the_opinion(verifier)
    reviewer = enter(f"reviewer{of}")
    acts_review.review_the_opinion(reviewer)

    city = enter(f"city{of}")
    acts_review.pass_by_the_city(city)
    province = enter("province")
    acts_review.accept_by_the_province(province)
    acts_review.ask_for_a_supplement(province)
    acts.correct_and_make_a_supplement(accountant)
    acts_review.look_at_the_difference(approver)

    people = (accountant, approver, verifier, reviewer, city, province)
    wrong = [one for person in people for one in person.leave()]
    assert not wrong, "\n".join(wrong)


REPORT = "/reports/DEMO-STEEL/2024"
# The pages of everybody's day, and those of whoever runs the site; "/*/" is the first in the list.
NARROW = {
    "preparera": (
        *("/", "/entry/", "/entry/import/", "/entry/DEMO-STEEL/2024/", "/reports/", REPORT),
        *("/operations/jobs/", "/operations/jobs/*/"),
    ),
    "verifiera": (
        *("/reports/queue?part=all", f"{REPORT}/verification", f"{REPORT}/verification/sample"),
        *(f"{REPORT}/verification/checklist", f"{REPORT}/findings/1", f"{REPORT}/versions/1"),
    ),
    "province": ("/", "/reports/queue?part=all", REPORT, f"{REPORT}/versions/2/changes"),
    "admin": (
        *("/operations/jobs/", "/operations/audit/", "/operations/audit/*/"),
        *("/operations/health/", "/operations/backups/"),
    ),
}


@pytest.mark.exhaustive  # after the story, whose reports it visits
def test_pages_on_a_narrow_screen(browser: Any, address: str, judged: set[str] | None) -> None:
    folder, wrong = shots_folder("en-narrow"), []
    for username, paths in NARROW.items():
        person = Person.at(browser, address, username, "en", folder, True, judged)
        for number, path in enumerate(paths, 1):
            if path.endswith("/*/"):
                person.page.locator("main tbody a").first.click()
            else:
                person.go(path)
            person.shot(f"{username}-{number}")
        wrong += person.leave()
    assert not wrong, "\n".join(wrong)
