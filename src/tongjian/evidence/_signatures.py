"""The two ways to sign: Ed25519 (RFC 8032) and SM2 with SM3 (GB/T 32918.2, GB/T 32905)."""

from __future__ import annotations

import secrets
from types import ModuleType
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tongjian.problems import Problem, TongjianError

_RAW = serialization.Encoding.Raw


class Scheme(Protocol):
    """A way to sign (签名算法); keys and signatures are bytes."""

    def make(self) -> bytes:
        """A new private key."""

    def public(self, private: bytes) -> bytes:
        """The public key of a private one; raises ValueError for bytes that are none."""

    def sign(self, private: bytes, data: bytes) -> bytes:
        """The signature of `data`."""

    def verify(self, public: bytes, signature: bytes, data: bytes) -> bool:
        """Whether `signature` is of `data` by the owner of `public`."""


class Ed25519:
    """Ed25519: private and public keys of 32 bytes, signatures of 64."""

    def make(self) -> bytes:
        return Ed25519PrivateKey.generate().private_bytes(
            _RAW, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        )

    def public(self, private: bytes) -> bytes:
        key = Ed25519PrivateKey.from_private_bytes(private).public_key()
        return key.public_bytes(_RAW, serialization.PublicFormat.Raw)

    def sign(self, private: bytes, data: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(private).sign(data)

    def verify(self, public: bytes, signature: bytes, data: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


class Sm2:
    """SM2 with SM3 and the default identity 1234567812345678: public keys x, y of 64 bytes.

    The curve is the library's; random numbers are the system's, for the library's own are no
    secret ones.
    """

    def make(self) -> bytes:
        return (1 + secrets.randbelow(self._order() - 2)).to_bytes(32, "big")

    def public(self, private: bytes) -> bytes:
        number = int.from_bytes(private, "big")
        if len(private) != 32 or not 1 <= number <= self._order() - 2:
            raise ValueError("no private key of SM2")
        library = self._library()
        curve = library.CryptSM2(private_key="", public_key="")
        found: str = curve._kg(number, library.default_ecc_table["g"])
        return bytes.fromhex(found)

    def sign(self, private: bytes, data: bytes) -> bytes:
        return self.sign_with(private, data, None)

    def sign_with(self, private: bytes, data: bytes, nonce: int | None) -> bytes:
        """Like `sign`; a `nonce` that is given is for known answers only."""
        curve = self._curve(self.public(private))
        curve.private_key = private.hex()
        while True:
            number = 1 + secrets.randbelow(self._order() - 1) if nonce is None else nonce
            found: str | None = curve.sign_with_sm3(data, f"{number:064x}")
            if found is not None:
                return bytes.fromhex(found)

    def verify(self, public: bytes, signature: bytes, data: bytes) -> bool:
        if len(signature) != 64 or not self._on_curve(public):
            return False
        r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
        if not (0 < r < self._order() and 0 < s < self._order()):
            return False
        return bool(self._curve(public).verify_with_sm3(signature.hex(), data))

    def _curve(self, public: bytes) -> Any:
        curve = self._library().CryptSM2(private_key="", public_key="")
        # Set apart: the library takes zeros and fours off the front of what it is given.
        curve.public_key = public.hex()
        return curve

    def _on_curve(self, public: bytes) -> bool:
        if len(public) != 64:
            return False
        table = self._library().default_ecc_table
        p, a, b = (int(table[name], 16) for name in "pab")
        x, y = (int.from_bytes(part, "big") for part in (public[:32], public[32:]))
        return x < p and y < p and (y * y - x**3 - a * x - b) % p == 0

    def _order(self) -> int:
        return int(self._library().default_ecc_table["n"], 16)

    def _library(self) -> ModuleType:
        try:
            from gmssl import sm2
        except ImportError as error:
            raise TongjianError(Problem("evidence.no_sm")) from error
        found: ModuleType = sm2
        return found


SCHEMES: dict[str, Scheme] = {"ed25519": Ed25519(), "sm2": Sm2()}

__all__ = ["SCHEMES", "Scheme", "Sm2"]
