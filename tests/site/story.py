"""The story of a report by HTTP, from the first page of its preparer to the province's acceptance.

It is played once, in Chinese, and every station of it is kept as a folder; tests copy the station
that they need (`at`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.site.world import EXAMPLE, YEAR, World
from tongjian.records import Catalogue, Correction, import_files
from tongjian.site.mrv.models import Report
from tongjian.site.operations.jobs import work
from tongjian.site.operations.models import Job

ADDRESS = f"/reports/DEMO-STEEL/{YEAR}"
VERIFY = f"{ADDRESS}/verification"
RULESET = "cn.steel.mee-v01-2024"
SUBJECT = f"report:DEMO-STEEL/{YEAR}"


def work_off() -> None:
    """Do what a worker would do."""
    for one in Job.every.filter(state=Job.WAITING).order_by("pk"):
        work.call(one.pk)
    failed = Job.every.filter(state=Job.FAILED)
    assert not failed.exists(), [one.problems for one in failed]


def page(client: Client, address: str) -> str:
    """A page that is to be there, as its reader sees it."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return unescape(answer.content.decode())


def sent(client: Client, address: str, data: dict[str, object] | None = None) -> None:
    """Post a form that is to be taken."""
    answer = client.post(address, data or {})
    told = unescape(answer.content.decode())
    assert answer.status_code == 302, (address, answer.status_code, told[-3000:])


def refused(client: Client, address: str, data: dict[str, object] | None = None) -> str:
    """Post a form that is to be refused; returns what is told."""
    answer = client.post(address, data or {})
    assert answer.status_code == 422, (address, answer.status_code)
    return unescape(answer.content.decode())


def compute(world: World) -> None:
    sent(world.client("preparer"), f"{ADDRESS}/compute")
    work_off()


def computed_version(world: World, reason: str = "") -> None:
    compute(world)
    make_version(world, reason)


def make_version(world: World, reason: str = "") -> None:
    run = Job.every.filter(kind="mrv.run").order_by("pk").last()
    assert run is not None
    form = {"run": run.result["run"], "reason": reason}
    sent(world.client("preparer"), f"{ADDRESS}/make-version", form)
    work_off()


def state() -> str:
    return Report.every.get(plant__code="DEMO-STEEL", year=YEAR).state


def sampled(client: Client) -> list[str]:
    return re.findall(r'name="datum" value="([^"]+)"', page(client, f"{VERIFY}/sample"))


def questions(client: Client) -> list[str]:
    return re.findall(r'name="item" value="([^"]+)"', page(client, f"{VERIFY}/checklist"))


def computed(world: World) -> None:
    sent(world.client("preparer"), "/reports/begin", {"plant": "DEMO-STEEL", "year": str(YEAR)})
    world.import_example()
    compute(world)


def submitted(world: World) -> None:
    make_version(world)
    sent(world.client("approver"), f"{ADDRESS}/act/submit")


def begun(world: World) -> None:
    verifier = world.client("verifier")
    sent(verifier, f"{ADDRESS}/act/start")
    sent(verifier, f"{VERIFY}/sample/draw", {"ruleset": RULESET, "assurance": "reasonable"})


def raised(world: World) -> None:
    """Four data agree, one differs: a finding with an effect and a file; the enterprise is told."""
    verifier = world.client("verifier")
    data = sampled(verifier)
    sent(verifier, f"{VERIFY}/sample/check", {"datum": data[1:], "outcome": "agrees"})
    slip = SimpleUploadedFile("slip.txt", "过磅单 90000 t".encode(), "text/plain")
    form = {"datum": data[:1], "outcome": "differs", "note": "过磅单合计 90000 t", "files": slip}
    sent(verifier, f"{VERIFY}/sample/check", form)
    finding = {
        "kind": "nonconformity",
        "about_kind": "record",
        "about_what": data[0],
        "text": "过磅单合计与录入不符",
        "effect": "1,234.5",
        "rests_on": data[:1],
        "files": SimpleUploadedFile("sum.txt", b"90000", "text/plain"),
    }
    sent(verifier, f"{ADDRESS}/findings/raise", finding)
    sent(verifier, f"{ADDRESS}/act/notify")


def correct_coke(world: World, tonnes: str) -> None:
    """Correct the record of the coke that was consumed, 100000 t in the example."""
    lines = (EXAMPLE / "activity.csv").read_text("utf-8").splitlines()
    old = next(one for one in lines if ",consumed,100000,t," in one)
    store = world.workspace().store
    fix = store.root / "fix.csv"
    fix.write_text("\n".join([lines[0], old.replace("100000", tonnes)]) + "\n", "utf-8")
    why = Correction("李填报", "磅单重复计入", "更正单")
    assert import_files(store, [fix], Catalogue.load(), correction=why).ok


def corrected(world: World) -> None:
    """The enterprise answers with a file, corrects the record and hands a new version in."""
    form = {
        "text": "两张磅单重复计入，已更正",
        "files": SimpleUploadedFile("slips.txt", b"1;2", "text/plain"),
    }
    sent(world.client("preparer"), f"{ADDRESS}/findings/1/respond", form)
    correct_coke(world, "99600")
    computed_version(world, "磅单重复计入")
    sent(world.client("approver"), f"{ADDRESS}/act/correct")


def verified(world: World) -> None:
    """The sample is drawn anew, the finding closed, everything answered, the opinion reviewed."""
    verifier = world.client("verifier")
    sent(verifier, f"{ADDRESS}/findings/1/close", {"outcome": "corrected", "note": "已核对"})
    sent(verifier, f"{VERIFY}/sample/draw", {"ruleset": RULESET, "assurance": "reasonable"})
    left = re.findall(r'name="datum" value="([^"]+)"', page(verifier, f"{VERIFY}/sample"))
    sent(verifier, f"{VERIFY}/sample/check", {"datum": left, "outcome": "agrees"})
    asked = questions(verifier)
    sent(verifier, f"{VERIFY}/checklist/answer", {"item": asked, "answer": "yes"})
    sent(verifier, f"{VERIFY}/recompute")
    work_off()
    sent(verifier, f"{VERIFY}/opinion", {"opinion": "unmodified"})
    sent(world.client("reviewer"), f"{ADDRESS}/act/verify")


def accepted(world: World) -> None:
    sent(world.client("city"), f"{ADDRESS}/act/pass")
    sent(world.client("province"), f"{ADDRESS}/act/accept")


STATIONS: tuple[Callable[[World], None], ...] = (
    *(computed, submitted, begun, raised, corrected, verified, accepted),
)
At = Callable[[str], World]
"""The world at a station, by its name."""


def play(template: Path, folder: Path, use: Callable[[Path], None]) -> dict[str, Path]:
    """Play the story in a folder; returns where each station is kept."""
    shutil.copytree(template, folder / "site")
    use(folder / "site")
    found = {}
    for station in STATIONS:
        station(World())
        found[station.__name__] = folder / station.__name__
        shutil.copytree(folder / "site", found[station.__name__])
    return found
