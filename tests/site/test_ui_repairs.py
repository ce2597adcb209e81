"""Whoever sits at a page is told what a page can do, and not which command to type."""

from __future__ import annotations

import string

import pytest

from tongjian.problems import Problem, code_catalogue
from tongjian.site.ui.repairs import page_repairs, repair_of

# What those packages say is told on the command line alone.
NOT_ON_PAGES = {"cli", "contract", "cases", "sample"}
# For whoever has the site's own machine: nobody else is told these.
FOR_THE_CONSOLE = {
    *("site.no_user", "site.backup_unreadable", "site.rows_behind", "site.columns_differ"),
    # A running gateway is asked where it runs.
    *("monitoring.control_station", "monitoring.control_absent", "monitoring.control_lost"),
}
REPAIRS = ("fix_zh", "fix_en")


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_no_page_names_a_command() -> None:
    naming = {
        code
        for code, said in code_catalogue().items()
        if code.partition(".")[0] not in NOT_ON_PAGES
        and any("tongjian " in said.get(key, "") for key in REPAIRS)
    }
    assert len(naming) > 40
    assert naming - FOR_THE_CONSOLE == page_repairs().keys()


@pytest.mark.parametrize("code", page_repairs())
def test_what_a_page_says_is_in_both_languages_and_needs_no_more_values(code: str) -> None:
    said, templates = page_repairs()[code], code_catalogue()[code]
    assert said.keys() == {"zh", "en"} and said["zh"] and said["en"]
    known = set().union(*map(fields, templates.values()))
    for words in said.values():
        assert "tongjian " not in words and fields(words) <= known
    assert fields(said["zh"]) - {"expected_zh"} == fields(said["en"]) - {"expected_en"}


def test_a_problem_as_it_is_and_as_plain_data_say_the_same() -> None:
    values = {"facility": "A", "revision": 2, "expected": 3}
    problem = Problem("control_plan.revision", values=values)
    assert "tongjian plan show" in problem.repair("zh")
    for lang, words in (("zh", "把 revision 改为 3；现行版本见控制计划页"), ("en", "plan's page")):
        assert words in repair_of(problem, lang)
        assert repair_of(problem, lang) == repair_of(problem.as_dict(), lang)
    # What was kept without its values is told as it was kept; others are as the library has them.
    assert repair_of({"code": problem.code, "repair_zh": "旧"}, "zh") == "旧"
    other = Problem("site.job_broke")
    assert repair_of(other, "en") == other.repair("en")
