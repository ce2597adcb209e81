"""``tongjian workflow`` and ``tongjian verification`` as people type them: a whole walk through."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.verification.house import (
    COKE,
    EXAMPLES,
    PEOPLE,
    REPORT,
    RULESET,
    STEEL,
    TOTAL,
    YEAR,
)
from tongjian.cli import app
from tongjian.engine import run
from tongjian.evidence import Act, EvidenceLog, FileStore
from tongjian.records import Store
from tongjian.rules import Rulebook

NAME = "DEMO-STEEL/2024"
Call = Callable[..., Result]


def call(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exit_code == code, result.output
    return result


class Desk:
    """A workspace on somebody's laptop."""

    def __init__(self, folder: Path, rulebook: Rulebook) -> None:
        self.folder, self.rulebook = folder, rulebook
        self.fill((STEEL / "activity.csv").read_text(encoding="utf-8"))

    def fill(self, activity: str) -> None:
        """Records anew, as after a correction; the log stays."""
        shutil.rmtree(self.folder / "records", ignore_errors=True)
        file = self.folder / "activity.csv"
        self.folder.mkdir(exist_ok=True)
        file.write_text(activity, encoding="utf-8")
        call("import", STEEL / "facilities.csv", file, "-w", self.folder)

    def version(self) -> None:
        """What `tongjian.versions` enters when a version is made of the present records."""
        log = EvidenceLog(FileStore(self.folder / "evidence" / "log.jsonl"))
        made = run(self.rulebook, Store.open(self.folder), years=[YEAR]).manifest
        content = {
            "version": len(log.entries("version.make")) + 1,
            "records": [{"digest": made["records"]}],
            "rulebooks": [made["rulebook"]],
        }
        log.append([Act("version.make", "preparer", REPORT, content)])

    def __call__(self, *arguments: object, code: int = 0) -> Result:
        return call(*arguments, "-w", self.folder, code=code)

    def data(self, *arguments: object, code: int = 0) -> Any:
        """What a command prints as JSON."""
        return json.loads(self(*arguments, "--json", code=code).output)

    def codes(self, *arguments: object) -> list[str]:
        """With which codes a command refuses."""
        return [one["code"] for one in self.data(*arguments, code=1)["problems"]]

    def step(self, transition: str, by: str, *more: object, code: int = 0) -> Result:
        return self("workflow", "advance", NAME, transition, "--by", by, *more, code=code)


@pytest.fixture
def desk(tmp_path: Path, rulebook: Rulebook) -> Desk:
    made = Desk(tmp_path / "works", rulebook)
    for person, role in PEOPLE.items():
        made("workflow", "grant", person, "--role", role, "--by", "admin")
    return made


def test_from_draft_to_accepted(desk: Desk) -> None:
    by = ("--by", "verifier")
    desk.step("open", "preparer")
    refusal = desk.step("submit", "preparer", code=1).output
    # Everything at once: role, four eyes, no version, and who can go on.
    assert "企业审定人" in refusal and "由另一人办理" in refusal and "没有制作报告版本" in refusal
    desk.version()
    desk.step("submit", "approver")
    desk.step("start", "verifier")
    assert desk.codes("verification", "sample", NAME, *by) == ["verification.ruleset_choice"]

    drawn = desk.data("verification", "sample", NAME, "-r", RULESET, *by)
    assert (drawn["total"], len(drawn["left"])) == (pytest.approx(TOTAL, abs=1e-6), 5)
    # From here on the rule set is the one of the sample.
    questions = desk.data("verification", "checklist", NAME)
    assert {one["answer"] for one in questions} == {None}
    desk("verification", "answer", NAME, "*", *by)
    desk("verification", "check", NAME, "2024//bfg/*", "*/ncv/*", "*limestone*", "*steel*", *by)
    told = desk(
        *("verification", "check", NAME, "*coke/consumed*", "--outcome", "differs"),
        *("--note", "slips add up to 90 000 t", *by),
    )
    assert "还有 0 项没有核对" in told.output
    again = desk.data("verification", "recompute", NAME, *by)
    assert (again["same"], again["engines"]) == (True, ["python", "duckdb", "decimal"])

    raised = desk.data(
        *("verification", "finding", "raise", NAME, "--kind", "nonconformity"),
        *("--about", "record:DEMO-STEEL/2024//coke/consumed/t", "--text", "counted twice"),
        *("--effect", COKE / 10, "--file", STEEL / "activity.csv", *by),
    )
    finding = raised["finding"]
    assert finding == "finding:DEMO-STEEL/2024/1"
    assert desk.codes("verification", "opinion", NAME, "unmodified", *by) == [
        "verification.open_nonconformity",
        "verification.is_material",
    ]
    desk.step("notify", "verifier")

    desk("verification", "finding", "respond", finding, "--text", "so it was", "--by", "preparer")
    rows = (STEEL / "activity.csv").read_text(encoding="utf-8")
    desk.fill(rows.replace("consumed,100000,t", "consumed,90000,t"))
    desk.version()
    desk.step("correct", "approver")
    closing = ("verification", "finding", "close", finding.removeprefix("finding:"))
    desk(*closing, "--outcome", "corrected", *by)

    status = desk.data("verification", "status", NAME)
    assert status["possible"] == []
    assert {one["code"] for one in status["against"]["unmodified"]} == {
        "verification.sample_of_other_data",
        "verification.not_recomputed",
    }
    left = desk.data("verification", "sample", NAME, *by)["left"]
    assert left == ["DEMO-STEEL/2024//coke/consumed/t"]
    desk("verification", "check", NAME, *left, *by)
    desk("verification", "recompute", NAME, *by)
    given = desk.data("verification", "opinion", NAME, "unmodified", *by)
    assert given["total"] == pytest.approx(TOTAL - COKE / 10, abs=1e-5)
    assert given["version"] == f"{REPORT}/2"

    desk.step("verify", "reviewer")
    desk.step("pass", "city")
    desk.step("accept", "province")
    told = desk.data("workflow", "history", NAME)
    assert (told["state"], told["problems"]) == ("accepted", [])
    assert [one["to"] for one in told["steps"]] == [
        *("draft", "submitted", "under_verification", "findings_open"),
        *("corrected", "verified", "city_reviewed", "accepted"),
    ]
    (listed,) = desk.data("workflow", "status")
    assert listed == {"subject": REPORT, "state": "accepted", "steps": 8}
    assert "现为“已接受”" in desk("workflow", "history", NAME).output


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_in_both_languages(desk: Desk, lang: str) -> None:
    by, words = ("--by", "verifier"), ("--lang", lang)
    zh = lang == "zh"
    assert ("还没有报告" if zh else "no report yet") in desk("workflow", "status", *words).output
    desk.step("open", "preparer")
    desk.version()
    desk.step("submit", "approver")
    desk.step("start", "verifier")
    desk("verification", "sample", NAME, "-r", RULESET, *by)
    desk(
        *("verification", "finding", "raise", NAME, "--kind", "clarification"),
        *("--about", "meter:W1", "--text", "?", *by),
    )
    pages: dict[tuple[str, ...], tuple[str, str]] = {
        ("workflow", "status"): ("核查中", "under verification"),
        ("workflow", "status", NAME, *by): ("发出整改通知", "notify of findings"),
        ("workflow", "history", NAME): ("复查", "Looked at again"),
        ("workflow", "roles"): ("授权人", "grantor"),
        ("verification", "sample", NAME): ("达到重要性水平", "reaches materiality"),
        ("verification", "checklist", NAME): ("核查清单", "Check list"),
        ("verification", "status", NAME): ("无保留意见", "unmodified opinion"),
        ("verification", "finding", "list", NAME): ("澄清", "clarification"),
        ("verification", "recompute", NAME, *by): ("结果一致", "the same"),
    }
    for command, expected in pages.items():
        assert expected[0 if zh else 1] in desk(*command, *words).output
    states = call("workflow", "states", *words).output
    assert ("核查评审通过" if zh else "pass the technical review") in states
    assert call("workflow", "states", "--mermaid", *words).output.startswith("stateDiagram-v2")


def test_terms_of_an_engagement_are_agreed_with_the_sample(desk: Desk) -> None:
    by = ("--by", "verifier")
    desk.step("open", "preparer")
    desk.version()
    desk.step("submit", "approver")
    desk.step("start", "verifier")
    agreed = ("--assurance", "limited", "--materiality", "2.5", "--source", "contract 7")
    drawn = desk.data("verification", "sample", NAME, "-r", RULESET, *agreed, *by)
    assert drawn["materiality"] == {
        "share": "1/40",
        "source": "contract 7",
        "status": "agreed",
    }

    status = desk.data("verification", "status", NAME)
    assert (status["assurance"], status["share"]) == ("limited", 0.025)
    assert status["threshold"] == pytest.approx(TOTAL / 40)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("workflow", "advance", "DEMO-STEEL", "open", "--by", "preparer"), "cli.option"),
        (("workflow", "advance", NAME, "jump", "--by", "preparer"), "workflow.no_transition"),
        (
            ("workflow", "advance", "NOBODY/2024", "open", "--by", "preparer"),
            "records.unknown_facility",
        ),
        (
            ("workflow", "advance", NAME, "demand", "--by", "city", "--set", "deadline"),
            "cli.option",
        ),
        (("workflow", "grant", "x", "--role", "boss", "--by", "admin"), "workflow.role"),
        (("verification", "sample", NAME, "-r", RULESET), "verification.no_sample"),
        (
            ("verification", "answer", NAME, "nothing", "--by", "verifier"),
            "verification.no_sample",
        ),
        (
            ("verification", "finding", "respond", "X/2024/1", "--text", "t", "--by", "preparer"),
            "verification.not_now",
        ),
        (("verification", "factors", "nowhere.csv"), "verification.printed_file"),
    ],
)
def test_what_is_wrong_is_said(desk: Desk, arguments: tuple[str, ...], expected: str) -> None:
    if arguments[1] == "factors":
        result = call(*arguments, "--json", code=1)
        assert json.loads(result.output)["problems"][0]["code"] == expected
    else:
        assert expected in desk.codes(*arguments)


def test_factors_of_printed_statements() -> None:
    file = EXAMPLES / "verification" / "printed-statements.csv"
    found = json.loads(call("verification", "factors", file, "--json", code=1).output)

    assert [one["verdict"] for one in found] == [*["follows"] * 4, "does_not_follow"]
    assert "5 行中 3 行有发现" in call("verification", "factors", file, code=1).output
    assert "3 of 5 rows" in call("verification", "factors", file, "--lang", "en", code=1).output
