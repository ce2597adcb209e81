"""The contract check of targets and tasks: agencies, sectors, clauses."""

from pathlib import Path

from tests.support import BASIS, WORDS, says, write_rulebook
from tests.targets.made import METHOD, RULES, policy, target
from tongjian.contract import check_contract


def findings(folder: Path, *documents: object) -> dict[str, list]:
    """What the check of policies finds in a rulebook, by code."""
    done = check_contract((), write_rulebook(folder, METHOD, RULES, *documents))
    found: dict[str, list] = {}
    for one in done.findings:
        if one.check == "policies":
            found.setdefault(one.problem.code, []).append(one.problem)
    return found


def test_sound_documents_have_no_findings(tmp_path: Path):
    assert findings(tmp_path / "x", policy(target())) == {}


def test_names_that_nobody_knows(tmp_path: Path):
    task = {"id": "K1", "title": WORDS, "agencies": ["NASA"], "clause": "1"}
    tasks = {"tasks": "made.tasks", "title": WORDS, "basis": BASIS, "list": [task]}
    one = target(agencies=["MEE", "EPA"], sectors=["ships"], clause=None)
    found = findings(tmp_path / "x", policy(one), tasks)
    assert {code: len(problems) for code, problems in found.items()} == {
        "contract.unknown_agency": 2,
        "contract.unknown_term": 1,
        "contract.policy_clause": 1,
    }
    says(found["contract.unknown_agency"][0], "EPA")
    says(found["contract.unknown_term"][0], "ships")
    assert [one.severity for one in found["contract.unknown_agency"]] == ["error", "error"]
