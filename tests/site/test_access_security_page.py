"""The checklist of docs/security.md names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text("utf-8")


def test_every_test_that_the_checklist_names_exists() -> None:
    folder = Path(__file__).parent
    known = set()
    for path in folder.glob("test_*.py"):
        known |= set(re.findall(r"^def (test_\w+)", path.read_text("utf-8"), flags=re.M))
    named = set(re.findall(r"`(test_\w+)`", PAGE))

    assert len(named) > 40 and not named - known


def test_every_line_has_a_test_or_a_reason_and_none_is_there_twice() -> None:
    lines = re.findall(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \|$", PAGE, flags=re.M)
    numbers = [number for number, _, _ in lines]

    assert len(numbers) == len(set(numbers)) > 200
    assert all(len(told) >= 4 for _, _, told in lines)
