"""Proof files: verified here, by a second path that uses nothing of the package, and mutated."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pymerkle
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.book.filled import INVOICE, Filled, fill, fixed_key, flips
from tests.book.stores import Clock
from tests.conftest import Portion
from tongjian.evidence import (
    Act,
    EvidenceLog,
    FileStore,
    Roots,
    Verdict,
    prove,
    root_file,
    verify,
)
from tongjian.problems import LANGUAGES, TongjianError


@pytest.fixture
def it(tmp_path: Path) -> Filled:
    return fill(lambda: FileStore(tmp_path / "log.jsonl"), tmp_path)


def codes(verdict: Verdict) -> dict[str, list[str]]:
    return {
        name: [one.code.removeprefix("evidence.") for one in getattr(verdict, name)]
        for name in ("proven", "unproven", "failed")
    }


def named(it: Filled) -> list[str]:
    return [it.key.public.fingerprint]


def test_a_proof_holds_and_says_what_it_proves(it: Filled) -> None:
    verdict = verify(prove(it.log, [2, 4]), named(it))

    assert verdict.by_named_key
    said = codes(verdict)
    assert said["failed"] == []
    assert said["unproven"] == ["times_claimed"]
    # Both roots, and that the second continues the first; both entries with their contents.
    assert sorted(said["proven"]) == sorted(
        ["root_signed"] * 2 + ["continues", "key_named"] + ["entry_included", "content_fits"] * 2
    )
    for one in verdict.proven + verdict.unproven:
        assert all(one.message(lang) for lang in LANGUAGES)
    assert len(prove(it.log, [2])) < 4000


def test_without_a_named_key_it_only_fits_itself(it: Filled) -> None:
    verdict = verify(prove(it.log, [2]))
    assert verdict.ok and not verdict.by_named_key
    assert "key_unnamed" in codes(verdict)["unproven"]

    other = verify(prove(it.log, [2]), ["ab" * 32])
    assert codes(other)["failed"] == ["key_other"]
    short = verify(prove(it.log, [2]), [it.key.public.fingerprint[:20]])
    assert "fingerprint" in codes(short)["failed"]
    assert verify(prove(it.log, [2]), [it.key.public.fingerprint[:32].upper()]).by_named_key


def test_contents_can_be_left_out(it: Filled) -> None:
    proof = prove(it.log, [2, 4], hide=[2])
    said = codes(verify(proof, named(it)))

    assert said["failed"] == [] and "content_hidden" in said["unproven"]
    assert b"1e+21" not in proof and b"1e+21" in prove(it.log, [2])


def test_files_are_held_against_entries(it: Filled, tmp_path: Path) -> None:
    proof = prove(it.log, [3])
    right, wrong = tmp_path / "发票.csv", tmp_path / "假.csv"
    right.write_bytes(INVOICE)
    wrong.write_bytes(INVOICE.replace(b"1200", b"1300"))

    assert "file_not_shown" in codes(verify(proof, named(it)))["unproven"]
    said = codes(verify(proof, named(it), [right]))
    assert "file_fits" in said["proven"] and "file_not_shown" not in said["unproven"]
    assert codes(verify(proof, named(it), [wrong]))["failed"] == ["file_of_none"]
    assert codes(verify(proof, named(it), [tmp_path / "no"]))["failed"] == ["file_unread"]


@pytest.mark.slow
def test_every_byte_of_a_proof_counts(it: Filled, portion: Portion) -> None:
    """Two keys, three roots, an entry with and one without its content."""
    new = fixed_key(2)
    Roots(it.log).replace(it.key, new.public, "张三")
    assert isinstance(it.log.clock, Clock)
    it.log.clock.now = datetime(2026, 4, 2, tzinfo=UTC)
    Roots(it.log).sign(new, "2026-03", "张三")
    proof = prove(it.log, [2, 7], hide=[7])
    assert verify(proof, named(it)).by_named_key
    believed = []
    for place, byte in portion(list(enumerate(proof)), 5):
        for other in flips(byte, place):
            forged = proof[:place] + bytes([other]) + proof[place + 1 :]
            if verify(forged, named(it)).ok:
                believed.append((place, byte, other))
        # Of a file that was cut nothing is left but the last end of line.
        if place < len(proof) - 1 and verify(proof[:place], named(it)).ok:
            believed.append((place, byte, -1))
    assert believed == []


@pytest.mark.slow
def test_every_byte_of_a_root_file_counts(it: Filled, portion: Portion) -> None:
    path = it.roots / "2026-01.json"
    data = path.read_bytes()
    assert verify(data, named(it)).by_named_key
    for place, byte in portion(list(enumerate(data)), 5):
        for other in flips(byte, place):
            forged = data[:place] + bytes([other]) + data[place + 1 :]
            assert not verify(forged, named(it)).ok, place
            path.write_bytes(forged)
            found = [(one.code, one.place and one.place.file) for one in it.errors()]
            assert found == [("evidence.root_file_changed", str(path))]
    path.unlink()
    assert [one.code for one in it.errors()] == ["evidence.root_file_missing"]


def parts(proof: bytes) -> Any:
    return json.loads(proof)


def write(read: Any) -> bytes:
    return rfc8785.dumps(read) + b"\n"


def test_parts_of_two_proofs_make_none(it: Filled) -> None:
    """Each part is right in its own place."""
    proof = prove(it.log, [2, 7])
    swapped = parts(proof)
    first, second = swapped["entries"]
    first["content"], second["content"] = second["content"], first["content"]
    assert codes(verify(write(swapped), named(it)))["failed"] == ["content_differs"] * 2

    moved = parts(proof)
    moved["entries"][1]["inclusion"] = moved["entries"][0]["inclusion"]
    assert codes(verify(write(moved), named(it)))["failed"] == ["entry_not_included"]

    renumbered = parts(proof)
    renumbered["entries"][0]["header"]["number"] = 3
    assert codes(verify(write(renumbered), named(it)))["failed"] == ["entry_not_included"]

    early = parts(proof)
    early["entries"][1]["checkpoint"] = 0
    assert codes(verify(write(early), named(it)))["failed"] == ["entry_not_included"]

    without = parts(proof)
    del without["checkpoints"][0]
    assert not verify(write(without), named(it)).ok

    turned = parts(proof)
    turned["checkpoints"].reverse()
    assert not verify(write(turned), named(it)).ok

    empty = parts(proof)
    empty["checkpoints"] = empty["entries"] = []
    assert "no_root" in codes(verify(write(empty), named(it)))["failed"]


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"null", b"[]", b"\xff", b'{"format":"tongjian-proof/1"}', b"9" * 5000]
)
def test_anything_else_is_refused_without_an_exception(data: bytes) -> None:
    assert codes(verify(data))["failed"] == ["proof_unreadable"]


def test_a_log_of_ones_own_is_signed_by_somebody_else(it: Filled, tmp_path: Path) -> None:
    """A whole log of his own with a key of his own fits itself; the signer is another."""
    own = EvidenceLog(FileStore(tmp_path / "own.jsonl"), Clock())
    key = fixed_key(8)
    Roots(own).introduce(key.public, "张三")
    for one in it.log.entries()[1:5]:
        own.append([Act(one.act, one.by, one.subject, one.content, one.files)])
    assert isinstance(own.clock, Clock)
    own.clock.now = datetime(2026, 2, 3, 8, tzinfo=UTC)
    Roots(own).sign(key, "2026-01", "张三", "厂")
    forged = prove(own, [2])

    assert verify(forged).ok
    assert codes(verify(forged, named(it)))["failed"] == ["key_other"]
    mixed = parts(prove(it.log, [2]))
    mixed["entries"] = parts(forged)["entries"]
    assert codes(verify(write(mixed), named(it)))["failed"] == ["entry_not_included"]


def test_what_cannot_be_proven_is_said(it: Filled) -> None:
    with pytest.raises(TongjianError) as caught:
        prove(it.log, [0, 2, 9, 99])
    assert [(one.code, one.values["number"]) for one in caught.value.problems] == [
        ("evidence.no_entry", 0),
        ("evidence.not_signed_yet", 9),
        ("evidence.no_entry", 99),
    ]
    with pytest.raises(TongjianError) as caught:
        root_file(it.log, "2025-12")
    assert [one.code for one in caught.value.problems] == ["evidence.month_unsigned"]


def test_a_proof_is_verified_by_a_second_path(it: Filled) -> None:
    """From the specification in docs/evidence.md, with other libraries and none of the package."""
    read = json.loads(prove(it.log, [2, 5, 7]))
    for made in read["checkpoints"]:
        said = made["checkpoint"]
        assert made["public_key"]["algorithm"] == "ed25519"
        public = bytes.fromhex(made["public_key"]["key"])
        assert said["key"] == hashlib.sha256(b"ed25519\x00" + public).hexdigest()
        message = b"tongjian-checkpoint/1\n" + rfc8785.dumps(said)
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(made["signature"]), message)
    # An independent tree over the headers of the stored lines.
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for line in Path(it.log.store.place).read_bytes().splitlines():
        header = json.loads(line)
        digest = hashlib.sha256(rfc8785.dumps(header.pop("content"))).hexdigest()
        assert digest == header["digest"]
        stored = header.pop("hash")
        tree.append_entry(rfc8785.dumps(header))
        assert tree.get_leaf(tree.get_size()).hex() == stored
    sizes = [made["checkpoint"]["size"] for made in read["checkpoints"]]
    roots = [bytes.fromhex(made["checkpoint"]["root"]) for made in read["checkpoints"]]
    assert [tree.get_root(size) for size in sizes] == roots
    for one in read["entries"]:
        number, size = one["header"]["number"], sizes[one["checkpoint"]]
        theirs = tree.prove_inclusion(number, size)
        leaf = hashlib.sha256(b"\x00" + rfc8785.dumps(one["header"])).digest()
        pymerkle.verify_inclusion(leaf, roots[one["checkpoint"]], theirs)
        assert [node.hex() for node in theirs.path[1:]] == one["inclusion"]
    theirs = tree.prove_consistency(*sizes)
    pymerkle.verify_consistency(roots[0], roots[1], theirs)
