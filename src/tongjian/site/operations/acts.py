"""What acts in logs are called (事项名称): ``acts.toml``, and the flow's words for its steps."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from tongjian.rules import Words
from tongjian.workflow import report_flow


@lru_cache(maxsize=1)
def acts() -> dict[str, Words]:
    """All acts that have a name, in the order in which they are offered for a search."""
    flow = report_flow()
    found = {
        flow.act(name): Words(one.title.zh, one.title.en) for name, one in flow.transitions.items()
    }
    text = Path(__file__).with_name("acts.toml").read_text(encoding="utf-8")
    return found | {name: Words(one["zh"], one["en"]) for name, one in tomllib.loads(text).items()}


def act_title(act: str) -> Words:
    """What an act is called; its code where it has no name."""
    return acts().get(act) or Words(act, act)


__all__ = ["act_title", "acts"]
