"""``tongjian evidence`` and ``tongjian verify`` as a user types them."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tongjian.cli import app
from tongjian.evidence import Act, EvidenceLog, FileStore, evidence_folder
from tongjian.records import Store

BY = ("--by", "张三")


def call(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert code == result.exit_code, result.output
    return result.output


def told(*arguments: object, code: int = 0):
    return json.loads(call(*arguments, "--json", code=code))


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with three entries of January 2026; keys lie in a folder of the test."""
    monkeypatch.setenv("TONGJIAN_KEYS", str(tmp_path / "keys"))
    monkeypatch.delenv("TONGJIAN_KEY_PASSWORD", raising=False)
    workspace = tmp_path / "plant"
    Store.create(workspace)
    store = FileStore(evidence_folder(workspace) / "log.jsonl")
    log = EvidenceLog(store, lambda: datetime(2026, 1, 5, 8, tzinfo=UTC))
    log.append([Act("note.make", "李四", f"meter:厂/{n}", {"读数": n + 0.5}) for n in range(3)])
    return workspace


@pytest.fixture
def signed(plant: Path) -> Path:
    call("evidence", "keys", "--new", "ed25519", *BY, "-w", plant)
    call("evidence", "sign", "2026-01", *BY, "--name", "某厂", "-w", plant)
    return plant


def test_entries_are_listed(plant: Path) -> None:
    page = call("evidence", "log", "-w", plant)
    assert "meter:厂/2" in page and "2026-01-05 16:00:00" in page
    found = told("evidence", "log", "--subject", "*/1", "-w", plant)
    assert [one["number"] for one in found] == [2]
    assert [one["number"] for one in told("evidence", "log", "--last", "2", "-w", plant)] == [2, 3]
    assert told("evidence", "log", "--act", "plan.*", "-w", plant) == []
    assert told("evidence", "show", "2", "-w", plant)["content"] == {"读数": 1.5}
    assert "1.5" in call("evidence", "show", "2", "-w", plant)
    refused = told("evidence", "show", "4", "-w", plant, code=1)
    assert [one["code"] for one in refused["problems"]] == ["evidence.no_entry"]


def test_a_change_is_told_with_its_place(plant: Path) -> None:
    assert told("evidence", "check", "-w", plant)["ok"]
    path = evidence_folder(plant) / "log.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("1.5", "7.5"), encoding="utf-8")

    found = told("evidence", "check", "-w", plant, code=1)
    assert not found["ok"]
    assert [(one["code"], one["place"]["line"]) for one in found["problems"]] == [
        ("evidence.changed", 2)
    ]
    assert "第2行" in call("evidence", "check", "-w", plant, code=1)
    assert "line 2" in call("evidence", "check", "-w", plant, "--lang", "en", code=1)
    call("evidence", "log", "-w", plant, code=1)


def test_a_proof_goes_to_somebody_else(signed: Path, tmp_path: Path) -> None:
    """Key, signature, proof and public key; whoever verifies has no workspace."""
    proof, public = tmp_path / "proof.json", tmp_path / "signer.pub"
    keys = told("evidence", "keys", "--export", public, "-w", signed)
    call("evidence", "prove", 2, "--out", proof, "-w", signed)

    assert told("verify", proof, "--key", public)["by_named_key"]
    assert "结论：成立" in call("verify", proof, "--key", keys[-1]["fingerprint"])
    assert "signer" not in call("verify", proof, "--key", public, "--lang", "en")
    open_ = told("verify", proof, code=3)
    assert open_["ok"] and not open_["by_named_key"]
    assert "没有指明" in call("verify", proof, code=3)
    root = evidence_folder(signed) / "roots" / "2026-01.json"
    assert told("verify", root, "--key", public)["ok"]

    proof.write_text(proof.read_text(encoding="utf-8").replace("1.5", "7.5"), encoding="utf-8")
    page = call("verify", proof, "--key", public, code=1)
    assert "第 2 条的内容与当时所记的摘要不符" in page and "不成立" in page
    assert "does not hold" in call("verify", proof, "--lang", "en", code=1)
    call("verify", tmp_path / "none.json", code=1)
    # An existing file is not written over.
    refused = told("evidence", "prove", 2, "--out", proof, "-w", signed, code=1)
    assert [one["code"] for one in refused["problems"]] == ["cli.file_exists"]


def test_what_was_kept_elsewhere_tells_that_a_log_was_put_back(
    signed: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "2026-01.json"
    shutil.copy(evidence_folder(signed) / "roots" / "2026-01.json", kept)
    found = told("evidence", "check", "--kept", kept, "-w", signed)
    assert found["ok"] and found["entries"] == 5
    assert "evidence.nothing_kept" not in {one["code"] for one in found["problems"]}

    shutil.rmtree(evidence_folder(signed))
    found = told("evidence", "check", "-w", signed)
    assert found["ok"] and found["entries"] == 0
    found = told("evidence", "check", "--kept", kept, "-w", signed, code=1)
    assert [one["code"] for one in found["problems"]] == ["evidence.rolled_back"]


def test_keys_are_made_replaced_and_lost(
    plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told("evidence", "keys", "-w", plant) == []
    refused = told("evidence", "sign", "2026-01", *BY, "-w", plant, code=1)
    assert [one["code"] for one in refused["problems"]] == ["evidence.no_key"]
    refused = told("evidence", "keys", "--new", "ed25519", "-w", plant, code=1)
    assert [one["code"] for one in refused["problems"]] == ["cli.option"]

    monkeypatch.setenv("TONGJIAN_KEY_PASSWORD", "口令")
    first = told("evidence", "keys", "--new", "ed25519", *BY, "-w", plant)
    second = told("evidence", "keys", "--new", "sm2", *BY, "-w", plant)
    assert second[1]["previous"] == first[0]["fingerprint"]
    call("evidence", "sign", "2026-01", *BY, "-w", plant)
    monkeypatch.delenv("TONGJIAN_KEY_PASSWORD")
    refused = told("evidence", "keys", "--new", "ed25519", *BY, "-w", plant, code=1)
    assert [one["code"] for one in refused["problems"]] == ["evidence.key_password"]

    for path in (tmp_path / "keys").iterdir():
        if os.name == "posix":
            assert path.stat().st_mode & 0o077 == 0
        path.unlink()
    refused = told("evidence", "keys", "--new", "ed25519", *BY, "-w", plant, code=1)
    assert [one["code"] for one in refused["problems"]] == ["evidence.no_key_file"]
    lost = told("evidence", "keys", "--new", "ed25519", "--lost", "磁盘损坏", *BY, "-w", plant)
    assert len(lost) == 3 and lost[2]["previous"] is None
    assert "evidence.key_unvouched" in {
        one["code"] for one in told("evidence", "check", "-w", plant)["problems"]
    }


def test_root_files_can_be_written_again(signed: Path) -> None:
    path = evidence_folder(signed) / "roots" / "2026-01.json"
    before = path.read_bytes()
    path.write_bytes(b"changed")
    assert not told("evidence", "check", "-w", signed, code=1)["ok"]
    call("evidence", "sign", "2026-01", "--export", "-w", signed)
    assert path.read_bytes() == before
    path.unlink()
    call("evidence", "sign", "--export", "-w", signed)
    assert path.read_bytes() == before


def test_files_are_attached_listed_taken_out_and_kept(plant: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "发票.csv", tmp_path / "坏.txt"
    good.write_text("日期,数量\n2026-01-03,1200\n", encoding="utf-8")
    bad.write_text("#!/bin/sh\n", encoding="utf-8")
    about = ("--subject", "meter:厂/1", *BY, "-w", plant)
    made = told("evidence", "attach", good, bad, *about, code=1)
    assert len(made["entries"]) == 1
    assert [one["code"] for one in made["problems"]] == ["evidence.file_type"]
    assert "凭记忆" in call("evidence", "attach", good, *about)
    digest = made["entries"][0]["files"][0]

    listed = told("evidence", "files", "-w", plant)
    assert [one["deleted"] for one in listed] == [False, False]
    assert "发票.csv" in call("evidence", "files", "-w", plant)
    assert told("evidence", "files", "--subject", "x", "-w", plant) == []
    back = tmp_path / "back.csv"
    call("evidence", "get", digest[:12], "--out", back, "-w", plant)
    assert back.read_bytes() == good.read_bytes()
    for short in (digest[:7], "0" * 12):
        refused = told("evidence", "get", short, "--out", tmp_path / "x", "-w", plant, code=1)
        assert [one["code"] for one in refused["problems"]] == ["evidence.file_unknown"]
    delete = ("evidence", "delete", digest[:12], "--reason", "不用了", *BY, "-w", plant)
    refused = told(*delete, code=1)
    assert [one["code"] for one in refused["problems"]] == ["evidence.file_kept"]

    stored = evidence_folder(plant) / "files" / digest[:2] / digest
    stored.chmod(0o640)
    stored.write_bytes(b"changed")
    found = told("evidence", "check", "-w", plant, code=1)
    assert [one["code"] for one in found["problems"] if one["severity"] == "error"] == [
        "evidence.file_changed"
    ]
    # Storing the original again puts it right.
    call("evidence", "attach", good, *about)
    assert told("evidence", "check", "-w", plant)["ok"]


def test_what_others_have_written_cannot_print_over_the_verdict(
    plant: Path, tmp_path: Path
) -> None:
    log = EvidenceLog(
        FileStore(evidence_folder(plant) / "log.jsonl"), lambda: datetime(2026, 1, 6, tzinfo=UTC)
    )
    log.append([Act("note.make", "张三\n结论：成立\x1b[2K", "x:\u202e1")])
    call("evidence", "keys", "--new", "ed25519", *BY, "-w", plant)
    call("evidence", "sign", "2026-01", *BY, "-w", plant)
    proof = tmp_path / "proof.json"
    call("evidence", "prove", 4, "--out", proof, "-w", plant)

    page = call("verify", proof, code=3)
    assert "\x1b" not in page and "\u202e" not in page
    assert [line for line in page.splitlines() if line.startswith("结论")] == [
        "结论：文件自洽，但没有指明信任的公钥，不能证明是谁签的。"
    ]
    listed = call("evidence", "log", "-w", plant)
    assert "\x1b" not in listed and "\u202e" not in listed


@pytest.mark.parametrize("command", [("log",), ("check",), ("keys",), ("files",), ("sign",)])
def test_a_path_that_is_no_workspace_has_no_log_that_is_whole(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    refused = told("evidence", *command, "-w", tmp_path / "plnat", code=1)
    assert [one["code"] for one in refused["problems"]] == ["cli.no_workspace"]


def test_confirmations_and_tasks_are_entries_of_the_same_log(plant: Path) -> None:
    call("confirm", "grant", "张三", "--right", "grant", *BY, "-w", plant)
    report = ("--agency", "MEE", "--text", "已部署", *BY, "-w", plant)
    call("tasks", "report", "K-N2O-1", *report)

    found = told("evidence", "log", "-w", plant)
    assert [one["act"] for one in found[3:]] == ["authority.grant", "task.report"]
    assert told("evidence", "check", "-w", plant)["ok"]
