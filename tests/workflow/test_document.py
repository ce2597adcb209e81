"""The flow of a report is a document, and a document that would stick is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tongjian.problems import TongjianError
from tongjian.workflow import diagram, read_flow, report_flow

DOCUMENT = Path("src/tongjian/workflow/report.toml")
SMALL = """
flow = "f"
initial = "a"
title = { zh = "流程", en = "flow" }
[parties]
p = { zh = "一方", en = "party" }
[roles]
r = { party = "p", zh = "角色", en = "role" }
[states]
a = { zh = "甲", en = "a" }
b = { zh = "乙", en = "b", final = true }
[[transitions]]
name = "go"
from = ["a"]
to = "b"
roles = ["r"]
zh = "去"
en = "go"
"""


def problems(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    path = tmp_path / "flow.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TongjianError) as caught:
        read_flow(path)
    values = [one.values for one in caught.value.problems]
    told = [next((str(v[k]) for k in ("name", "state", "field") if k in v), "") for v in values]
    return sorted(zip([one.code for one in caught.value.problems], told, strict=True))


def test_the_flow_of_a_report_is_whole() -> None:
    flow = report_flow()

    assert flow.initial == "unopened"
    assert {one.id for one in flow.states.values() if one.final} == {"accepted", "determined"}
    # Nobody of the enterprise can move it while the verifiers or the authorities have it,
    # apart from handing in corrections.
    enterprise = {name for name, role in flow.roles.items() if role.party == "enterprise"}
    theirs = {
        (source, one.name)
        for one in flow.transitions.values()
        for source in one.sources
        if enterprise & set(one.roles)
    }
    assert theirs == {
        ("unopened", "open"),
        ("draft", "submit"),
        ("submitted", "withdraw"),
        ("findings_open", "correct"),
        ("returned", "revise"),
    }


def test_a_small_flow_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "flow.toml"
    path.write_text(SMALL, encoding="utf-8")

    flow = read_flow(path)

    assert flow.act("go") == "f.go"
    assert flow.transitions["go"].to == "b"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('initial = "a"', 'initial = "x"', [("workflow.unknown", "x")]),
        ('roles = ["r"]', 'roles = ["q"]', [("workflow.unknown", "q")]),
        ('party = "p"', 'party = "q"', [("workflow.unknown", "q")]),
        ('from = ["a"]', 'from = ["a", "x"]', [("workflow.unknown", "x")]),
        ('zh = "去"\n', "", [("workflow.missing", "zh")]),
        (", final = true", "", [("workflow.no_end", "")]),
        ('to = "b"', 'to = "b"\nnot_by = ["come"]', [("workflow.unknown", "come")]),
        ('to = "b"', 'to = "b"\nnotby = ["go"]', [("workflow.unknown", "notby")]),
        (
            'b = { zh = "乙"',
            'c = { zh = "丙", en = "c" }\nb = { zh = "乙"',
            [("workflow.dead_end", "c"), ("workflow.unreachable", "c")],
        ),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, old: str, new: str, expected: list[tuple[str, str]]
) -> None:
    assert old in SMALL
    found = problems(tmp_path, SMALL.replace(old, new))

    # A wrong start makes other states unreachable; the name is told either way.
    assert set(expected) <= set(found)
    assert {code for code, _ in found} <= {code for code, _ in expected} | {"workflow.unreachable"}


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace('en = "go"', "").replace('roles = ["r"]', "").replace('en = "party"', "")
    text = text.replace('p = { zh = "一方",', 'p = { zh = "一方"')

    found = problems(tmp_path, text)

    assert found == [
        ("workflow.missing", "en"),
        ("workflow.missing", "en"),
        ("workflow.missing", "roles"),
    ]


def test_a_transition_cannot_be_there_twice(tmp_path: Path) -> None:
    again = SMALL[SMALL.index("[[transitions]]") :]

    assert problems(tmp_path, SMALL + again) == [("workflow.twice", "go")]


def test_the_page_shows_the_document() -> None:
    page = Path("docs/workflow.md").read_text(encoding="utf-8")

    shown = re.findall(r"```mermaid\n(.*?)\n```", page, flags=re.DOTALL)
    assert shown == [diagram(report_flow(), "zh"), diagram(report_flow(), "en")]
    for state in report_flow().states.values():
        assert state.title.zh in page and state.title.en in page
