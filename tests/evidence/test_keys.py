"""Keys and signatures: known answers, files that are kept, and months that are signed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.book.filled import Filled, fill, fixed_key
from tests.book.stores import Clock
from tongjian.evidence import (
    Act,
    EvidenceLog,
    FileStore,
    PrivateKey,
    PublicKey,
    Roots,
    check,
    month_before,
    month_end,
    prove,
    verify,
)
from tongjian.evidence._signatures import SCHEMES, Sm2
from tongjian.problems import TongjianError


def codes(caught: pytest.ExceptionInfo[TongjianError]) -> list[str]:
    return [one.code.removeprefix("evidence.") for one in caught.value.problems]


def test_ed25519_gives_the_known_answer() -> None:
    """RFC 8032 section 7.1, test 2."""
    secret = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    signature = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    scheme = SCHEMES["ed25519"]

    assert scheme.public(secret).hex() == public
    assert scheme.sign(secret, b"\x72").hex() == signature


def test_sm2_gives_the_known_answer() -> None:
    """GB/T 32918.5-2017 annex A.2: the recommended curve, "message digest", the given k."""
    secret = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
    nonce = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
    x = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    r = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    s = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    scheme = Sm2()

    assert scheme.public(secret).hex() == x + y
    found = scheme.sign_with(secret, b"message digest", nonce)
    assert found.hex() == r + s
    assert scheme.verify(bytes.fromhex(x + y), found, b"message digest")


@pytest.mark.parametrize("algorithm", ["ed25519", "sm2"])
def test_only_the_right_key_data_and_signature_fit(algorithm: str) -> None:
    key, other = PrivateKey.make(algorithm), PrivateKey.make(algorithm)
    signature = key.sign(b"data")

    assert key.public.verify(signature, b"data")
    assert not key.public.verify(signature, b"date")
    assert not other.public.verify(signature, b"data")
    for place in range(0, len(signature), 3):
        changed = bytearray(signature)
        changed[place] ^= 1
        assert not key.public.verify(bytes(changed), b"data")
    assert not key.public.verify(b"", b"data")
    assert not key.public.verify(signature + b"\x00", b"data")
    assert not PublicKey(algorithm, b"\x05" * len(key.public.data)).verify(signature, b"data")
    assert not PublicKey(algorithm, b"short").verify(signature, b"data")
    assert repr(key.secret) not in repr(key)


@pytest.mark.parametrize("algorithm", ["ed25519", "sm2"])
@pytest.mark.parametrize("password", [None, "口令 pass"])
def test_a_key_file_comes_back(algorithm: str, password: str | None, tmp_path: Path) -> None:
    key, path = PrivateKey.make(algorithm), tmp_path / "keys" / "a.key"
    key.save(path, password)

    assert PrivateKey.load(path, password) == key
    assert (key.secret.hex().encode() in path.read_bytes()) is (password is None)
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(TongjianError) as caught:
        key.save(path, password)
    assert codes(caught) == ["key_exists"]


def test_a_key_file_that_is_not_right_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    with pytest.raises(TongjianError) as caught:
        PrivateKey.load(path)
    assert codes(caught) == ["no_key_file"]
    fixed_key(1).save(path, "secret")
    for password, code in ((None, "key_password"), ("wrong", "key_wrong_password")):
        with pytest.raises(TongjianError) as caught:
            PrivateKey.load(path, password)
        assert codes(caught) == [code]
    path.chmod(0o644)
    if os.name == "posix":
        with pytest.raises(TongjianError) as caught:
            PrivateKey.load(path, "secret")
        assert codes(caught) == ["key_open"]
    plain = tmp_path / "b.key"
    fixed_key(1).save(plain)
    data = plain.read_bytes()
    for place in range(0, len(data), 3):
        plain.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(TongjianError) as caught:
            PrivateKey.load(plain)
        assert codes(caught) == ["key_damaged"]
    with pytest.raises(TongjianError) as caught:
        PrivateKey.make("rsa")
    assert codes(caught) == ["algorithm"]


def test_a_public_key_is_handed_on_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "signer.pub"
    fixed_key(1).public.save(path)
    assert PublicKey.load(path) == fixed_key(1).public
    path.write_text("{}")
    with pytest.raises(TongjianError) as caught:
        PublicKey.load(path)
    assert codes(caught) == ["no_public_key"]


def test_months_are_those_of_china() -> None:
    assert month_end("2026-01") == datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert month_end("2025-12") == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert month_before(datetime(2026, 1, 31, 15, 59, tzinfo=UTC)) == "2025-12"
    assert month_before(datetime(2026, 1, 31, 16, tzinfo=UTC)) == "2026-01"
    with pytest.raises(ValueError, match="no month"):
        month_end("2026-13")


@pytest.fixture
def it(tmp_path: Path) -> Filled:
    return fill(lambda: FileStore(tmp_path / "log.jsonl"), tmp_path)


@pytest.mark.parametrize(
    ("month", "code"),
    [
        ("2026-02", "month_signed"),
        ("2025-12", "month_signed"),
        ("2026-03", "month_open"),
        ("2026-3", "month"),
        ("März", "month"),
    ],
)
def test_months_are_signed_once_in_order_when_they_are_over(
    it: Filled, month: str, code: str
) -> None:
    with pytest.raises(TongjianError) as caught:
        Roots(it.log).sign(it.key, month, "张三")
    assert codes(caught) == [code]


def test_only_the_key_of_the_log_signs(it: Filled) -> None:
    assert isinstance(it.log.clock, Clock)
    it.log.clock.now = datetime(2026, 4, 2, tzinfo=UTC)
    for act, code in (
        (lambda: Roots(it.log).sign(fixed_key(5), "2026-03", "张三"), "other_key"),
        (lambda: Roots(it.log).replace(fixed_key(5), fixed_key(6).public, "张三"), "other_key"),
        (lambda: Roots(it.log).introduce(fixed_key(5).public, "张三"), "key_known"),
        (lambda: Roots(it.log).sign(it.key, "2026-03", "张三", "别名"), "log_name"),
    ):
        with pytest.raises(TongjianError) as caught:
            act()
        assert codes(caught) == [code]


def test_a_key_hands_over_and_a_verifier_of_the_old_one_goes_along(it: Filled) -> None:
    new = fixed_key(2)
    assert isinstance(it.log.clock, Clock)
    Roots(it.log).replace(it.key, new.public, "张三")
    it.log.clock.now = datetime(2026, 4, 2, tzinfo=UTC)
    Roots(it.log).sign(new, "2026-03", "张三")
    proof = prove(it.log, [9])

    for key in (it.key, new):
        assert verify(proof, [key.public.fingerprint]).by_named_key
    assert not verify(proof, [fixed_key(3).public.fingerprint]).ok
    assert [one.code for one in it.errors() if "root_file" not in one.code] == []


def test_a_lost_key_is_replaced_and_that_is_seen(it: Filled) -> None:
    new = fixed_key(2)
    assert isinstance(it.log.clock, Clock)
    Roots(it.log).introduce(new.public, "张三", "U盘损坏")
    it.log.clock.now = datetime(2026, 4, 2, tzinfo=UTC)
    Roots(it.log).sign(new, "2026-03", "张三")

    found = check(it.log)
    assert "evidence.key_unvouched" in {one.code for one in found if one.severity == "warning"}
    # Whoever trusts the old key does not get along to the new one by itself.
    assert not verify(prove(it.log, [9]), [it.key.public.fingerprint]).ok
    assert verify(prove(it.log, [9]), [new.public.fingerprint]).by_named_key
    both = [it.key.public.fingerprint, new.public.fingerprint]
    assert verify(prove(it.log, [2]), both).by_named_key


def test_a_key_that_somebody_slipped_in_is_told(it: Filled) -> None:
    """An entry that says a key was handed over, with a signature that is not of the old key."""
    thief = fixed_key(9)
    content = {
        "public_key": thief.public.as_dict(),
        "previous": it.key.public.fingerprint,
        "signature": thief.sign(b"whatever").hex(),
    }
    it.log.append([Act("key.replace", "赵六", f"key:{thief.public.fingerprint}", content)])

    found = [(one.code, one.place and one.place.line) for one in it.errors()]
    assert found == [("evidence.handed_not", 11)]


def test_months_that_are_not_signed_are_told(tmp_path: Path) -> None:
    clock = Clock()
    log = EvidenceLog(FileStore(tmp_path / "log.jsonl"), clock)
    key = fixed_key(1)
    Roots(log).introduce(key.public, "张三")
    clock.now = datetime(2026, 3, 20, tzinfo=UTC)
    log.append([Act("note", "张三", "x")])
    assert Roots(log).unsigned() == ["2026-01"]
    clock.now = datetime(2026, 4, 20, tzinfo=UTC)
    assert Roots(log).unsigned() == ["2026-01", "2026-03"]
    Roots(log).sign(key, "2026-03", "张三")

    assert Roots(log).unsigned() == []
    assert [(one.code, one.values.get("days")) for one in check(log)][:1] == [
        ("evidence.signed_late", 19)
    ]


def test_sm2_signs_months_as_well(tmp_path: Path) -> None:
    clock = Clock()
    log = EvidenceLog(FileStore(tmp_path / "log.jsonl"), clock)
    key = PrivateKey.make("sm2")
    Roots(log).introduce(key.public, "张三")
    clock.now = datetime(2026, 2, 2, tzinfo=UTC)
    Roots(log).sign(key, "2026-01", "张三")

    assert verify(prove(log, [1]), [key.public.fingerprint]).by_named_key
    assert [one for one in check(log) if one.severity == "error"] == []
