"""Whatever is tried in whatever order, the rules of the flow are kept.

The rules are stated here once more, on the bare entries of the log, without the library's fold.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.support import FACTS, PEOPLE, SUBJECT, peopled
from tests.workflow.test_advance import FLOW, GUARDS
from tongjian.evidence import Act, Entry
from tongjian.problems import TongjianError
from tongjian.workflow import advance, audit

PARTY = {
    **dict.fromkeys(("preparer", "approver"), "enterprise"),
    **dict.fromkeys(("verifier", "reviewer"), "verifier"),
    **dict.fromkeys(("city", "province", "nation"), "authority"),
}
MOVES = st.tuples(
    st.sampled_from([*FLOW.transitions, "opinion.give", "finding.raise"]),
    st.sampled_from([name for name in PEOPLE if name != "admin"]),
)
# Sequences that begin well get further than random ones.
GOOD = [
    ("open", "preparer"),
    ("submit", "approver"),
    ("start", "verifier"),
    ("notify", "verifier"),
    ("correct", "approver"),
    ("opinion.give", "verifier"),
    ("verify", "reviewer"),
    ("pass", "city"),
    ("accept", "province"),
]


@settings(max_examples=60)
@given(head=st.integers(0, len(GOOD)), moves=st.lists(MOVES, max_size=14))
def test_no_order_of_transitions_breaks_a_rule(head: int, moves: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        log = peopled(Path(folder) / "log.jsonl")
        taken = 0
        for name, by in [*GOOD[:head], *moves]:
            if "." in name:
                log.append([Act(name, by, SUBJECT)])
                continue
            content = {"deadline": "2026-02-01", "emission_tco2e": 1, "method": "m"}
            try:
                advance(
                    *(log, FLOW, SUBJECT, name, by),
                    guards=GUARDS,
                    reason="r",
                    content=content,
                    facts=FACTS,
                )
                taken += 1
            except TongjianError:
                pass
        entries = [entry for entry in log.entries() if entry.subject == SUBJECT]
        assert taken >= head - (head > 5)
        check(entries)
        assert audit(log, FLOW, SUBJECT, GUARDS) == []


def check(entries: list[Entry]) -> None:
    """The rules, in order of the entries."""
    state, opinion, opened, worked, passed, demanded = "unopened", False, set(), set(), set(), set()
    parties: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        name, by, said = entry.act.removeprefix("report."), entry.by, entry.content
        if name == "opinion.give" or name == "finding.raise":
            opinion = opinion or name == "opinion.give"
            worked.add(by)
            continue
        assert said["from"] == state, "no step out of turn"
        state = said["to"]
        assert said["role"] in PEOPLE[by][0], "only by a role that one has"
        parties[by].add(PARTY[said["role"]])
        if name in ("open", "revise"):
            opened.add(by)
        if name == "submit":
            assert by not in opened, "who prepared it does not submit it"
            opinion = False
        if name == "correct":
            assert by not in opened
        if name in ("start", "notify", "reopen"):
            worked.add(by)
        if name == "verify":
            assert opinion, "nothing is verified without an opinion since it was submitted"
            assert by not in worked, "who verified does not review"
        if name == "pass":
            passed.add(by)
        if name == "accept":
            assert opinion, "nothing is accepted without an opinion"
            assert by not in passed, "city and province are two persons"
        if name == "demand":
            demanded.add(by)
        if name == "determine":
            assert demanded and by not in demanded
        assert by != "elsewhere", "nobody acts outside of the reach of the role"
        assert all(len(one) == 1 for one in parties.values()), "one person, one party"
