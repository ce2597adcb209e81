"""The cited values of the cross-check, recomputed from the publishers' files."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import crosscheck
import pytest
from crosscheck import Comparison, comparisons

from tongjian.rules import Rulebook

pytestmark = pytest.mark.real_data


def cells(path: Path, row: dict[str, Any], column: str) -> list[str]:
    """The column's cells in the rows that carry all of these values."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            line[column]
            for line in csv.DictReader(file)
            if all(line[name] == str(value) for name, value in row.items())
        ]


@pytest.fixture(scope="module")
def made(rulebook: Rulebook) -> list[Comparison]:
    return list(comparisons(crosscheck.read(), rulebook))


def test_every_cited_value_is_what_the_publisher_prints(
    published_file: Callable[[str], Path], made: list[Comparison]
) -> None:
    wrong = []
    for one in made:
        found = cells(published_file(one.file), dict(one.row), one.column)
        if found != [one.printed]:
            wrong.append((one.file, dict(one.row), one.column, one.printed, found))
    assert wrong == []


def test_one_file_is_compared_for_each_process_that_we_have(
    published_file: Callable[[str], Path], made: list[Comparison]
) -> None:
    """No factor of theirs for a plant of ours is left out: all rows of these files are compared."""
    for name, column in (
        ("production__nitricAcid.csv", "plantType"),
        ("production__adipicAcid.csv", "abatementTechnology"),
        ("production__aluminium__pfc__defaults.csv", "cellType"),
        ("production__aluminium__pfc__slope.csv", "cellType"),
        ("production__aluminium__pfc__overvoltage.csv", "cellType"),
    ):
        with published_file(name).open(encoding="utf-8-sig", newline="") as file:
            theirs = {line[column] for line in csv.DictReader(file)}
        assert {one.row[column] for one in made if one.file == name} == theirs
