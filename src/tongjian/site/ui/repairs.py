"""What to do about a problem, for somebody in a browser (网页上的处置办法).

The library's repairs may name commands, which nobody has who sits at a page. ``repairs.toml`` of
`tongjian.site` says for those codes what a page offers instead.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import tongjian.site
from tongjian.problems import Problem


@lru_cache(maxsize=1)
def page_repairs() -> dict[str, dict[str, str]]:
    """The repairs of pages by the code of the problem, each in both languages."""
    text = Path(tongjian.site.__file__).with_name("repairs.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def repair_of(problem: Problem | Mapping[str, Any], lang: str) -> str:
    """What to do about a problem, or about one that was kept as plain data; may be empty."""
    if isinstance(problem, Problem):
        code, values, otherwise = problem.code, problem.values, problem.repair(lang)
    else:
        code, values = str(problem.get("code", "")), problem.get("values", {})
        otherwise = str(problem.get(f"repair_{lang}", ""))
    said = page_repairs().get(code)
    if said is None:
        return otherwise
    try:
        return said[lang].format(**values)
    except KeyError:  # kept by an earlier version, without a value
        return otherwise


__all__ = ["page_repairs", "repair_of"]
