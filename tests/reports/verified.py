"""A plant's year on its whole way: kept run, version, flow, sample, check list, findings, opinion.

Everything is done with the functions that the commands use, on a real log in a folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tongjian.engine import Run, run
from tongjian.evidence import (
    EvidenceLog,
    FileStore,
    PrivateKey,
    Roots,
    evidence_folder,
    retention,
    workspace_files,
)
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import load_rulebook
from tongjian.verification import (
    Engagement,
    Materiality,
    answer,
    check_datum,
    checklist,
    close_finding,
    draw_sample,
    enter_recomputation,
    give_opinion,
    plan_view,
    raise_finding,
    recompute,
    report_guards,
    respond,
)
from tongjian.versions import RunStore, make_version, report_subject
from tongjian.workflow import advance, grant, report_flow

FACILITY, YEAR = "DEMO-STEEL", 2024
RULESET = "cn.steel.ndrc-2013"


@dataclass
class Clock:
    """A clock that goes on by a minute with each look."""

    now: datetime = field(default_factory=lambda: datetime(2025, 3, 3, 1, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def workspace(folder: Path, example: Path) -> Path:
    """A workspace with the records of an example."""
    store = Store.create(folder)
    files = [one for one in sorted(example.glob("*.csv")) if "budget" not in one.name]
    report = import_files(store, files, Catalogue.load())
    assert not [one for one in report.problems if one.severity == "error"]
    return folder


def verified_workspace(folder: Path, example: Path, *, opinion: bool = True) -> Path:
    """The same, with a version of its report that was verified, and a signed month."""
    workspace(folder, example)
    log = EvidenceLog(FileStore(evidence_folder(folder) / "log.jsonl"), Clock())
    files = workspace_files(folder, log)
    store = RunStore(files, Store.open(folder))
    made = run(load_rulebook(), store.records, None, [YEAR])
    kept = store.keep(made, "王会计")
    note = folder / "coke-invoices.csv"
    note.write_text("month,t\n2024-01,1\n", encoding="utf-8")
    book = load_rulebook()
    files.store(note, "王会计", f"plan:{FACILITY}", retention(book, date(2025, 3, 3)))
    report, flow, guards = report_subject(FACILITY, YEAR), report_flow(), report_guards()
    grant(log, flow, "管理员", ["grantor"], "管理员")
    for person, role in (("王会计", "preparer"), ("李厂长", "approver"), ("赵核查", "verifier")):
        grant(log, flow, person, [role], "管理员")

    def step(name: str, by: str, **more: object) -> None:
        advance(log, flow, report, name, by, guards=guards, **more)  # type: ignore[arg-type]

    step("open", "王会计")
    make_version(store, FACILITY, YEAR, [kept.id], "王会计")
    step("submit", "李厂长")
    step("start", "赵核查")
    engagement = engagement_of(made)
    plan, _ = draw_sample(log, engagement, "赵核查")
    first, *rest = plan.sampled
    check_datum(log, report, first.datum.id, "differs", "赵核查", "磅单合计比台账少 12 t")
    for one in rest:
        check_datum(log, report, one.datum.id, "agrees", "赵核查")
    items = checklist(engagement, plan_view(log, engagement))
    answer(log, report, items, [one.id for one in items], "yes", "赵核查")
    entry = raise_finding(
        log, report, "nonconformity", f"record:{first.datum.id}",
        "焦炭消耗量比磅单合计多 12 t，台账抄写有误", "赵核查",
        effect=34.2, rests_on=[first.datum.id],
    )  # fmt: skip
    respond(log, entry.subject, "已核对磅单，为抄写错误，影响小，下期更正台账。", "王会计")
    close_finding(
        log, entry.subject, "explained", "赵核查", note="影响远低于重要性水平", remaining=34.2
    )
    raise_finding(
        log, report, "observation", "meter:皮带秤", "皮带秤校准证书未归档到存证系统", "赵核查",
    )  # fmt: skip
    enter_recomputation(log, report, recompute(engagement), "赵核查")
    if opinion:
        give_opinion(log, engagement, items, "unmodified", "赵核查")
    key = PrivateKey.make()
    roots = Roots(log)
    roots.introduce(key.public, "管理员")
    assert isinstance(log.clock, Clock)
    log.clock.now = datetime(2025, 4, 1, 1, 0, tzinfo=UTC)
    roots.sign(key, "2025-03", "管理员")
    return folder


def engagement_of(made: Run) -> Engagement:
    """What is verified: the plant's total by the enterprise's rule set."""
    level = Materiality.of(load_rulebook())
    return Engagement.of(made, FACILITY, YEAR, level, "reasonable", RULESET)
