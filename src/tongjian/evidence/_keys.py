"""Keys that sign the monthly roots (签名密钥), and the files in which they are kept."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tongjian.evidence._canonical import canonical, parse
from tongjian.evidence._disk import replace_file
from tongjian.evidence._signatures import SCHEMES
from tongjian.problems import Place, Problem, TongjianError

_FORMAT, _PUBLIC_FORMAT = "tongjian-key/1", "tongjian-public-key/1"
# What RFC 7914 and its users take for keys in files: 32 MiB and a tenth of a second.
_SCRYPT = {"n": 2**15, "r": 8, "p": 1}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key (公钥): its algorithm ("ed25519" or "sm2") and its bytes."""

    algorithm: str
    data: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of algorithm, a zero byte and key, hexadecimal (指纹)."""
        return hashlib.sha256(self.algorithm.encode() + b"\x00" + self.data).hexdigest()

    def verify(self, signature: bytes, data: bytes) -> bool:
        """Whether `signature` is of `data` by this key's owner.

        Raises `TongjianError` where the extra `sm` is needed and not installed.
        """
        return SCHEMES[self.algorithm].verify(self.data, signature, data)

    def as_dict(self) -> dict[str, str]:
        """The key as plain data."""
        return {"algorithm": self.algorithm, "key": self.data.hex()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PublicKey:
        """The key that `as_dict` was made from; raises ValueError."""
        if data.keys() != {"algorithm", "key"} or data["algorithm"] not in SCHEMES:
            raise ValueError("no public key")
        return cls(data["algorithm"], unhex(data["key"]))

    def save(self, path: Path) -> None:
        """Write the key to a file, for whoever verifies."""
        replace_file(path, canonical({"format": _PUBLIC_FORMAT, **self.as_dict()}) + b"\n")

    @classmethod
    def load(cls, path: Path) -> PublicKey:
        """The key in a file; raises `TongjianError`."""
        try:
            read = parse(path.read_bytes().removesuffix(b"\n"))
            if not isinstance(read, dict) or read.pop("format", None) != _PUBLIC_FORMAT:
                raise ValueError(f"format is not {_PUBLIC_FORMAT}")
            return cls.from_dict(read)
        except (OSError, ValueError, TypeError) as error:
            values = {"detail": str(error)}
            problem = Problem("evidence.no_public_key", Place(file=str(path)), values)
            raise TongjianError(problem) from error


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key (私钥) with its public one."""

    public: PublicKey
    secret: bytes = field(repr=False)

    @classmethod
    def make(cls, algorithm: str = "ed25519") -> PrivateKey:
        """A new key; raises `TongjianError` for an algorithm that is not there."""
        if algorithm not in SCHEMES:
            values = {"algorithm": algorithm, "known": ", ".join(SCHEMES)}
            raise TongjianError(Problem("evidence.algorithm", values=values))
        secret = SCHEMES[algorithm].make()
        return cls(PublicKey(algorithm, SCHEMES[algorithm].public(secret)), secret)

    def sign(self, data: bytes) -> bytes:
        """The signature of `data`."""
        return SCHEMES[self.public.algorithm].sign(self.secret, data)

    def save(self, path: Path, password: str | None = None) -> None:
        """Write the key to a new file that only its owner can read, encrypted by a password."""
        if path.exists():
            raise TongjianError(Problem("evidence.key_exists", Place(file=str(path))))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept: dict[str, Any] = {"secret": self.secret.hex()}
        if password:
            salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
            sealed = AESGCM(_derive(password, salt)).encrypt(nonce, self.secret, self._about())
            kept = {"salt": salt.hex(), "nonce": nonce.hex(), "sealed": sealed.hex()}
        data = {"format": _FORMAT, "public": self.public.as_dict(), **kept}
        replace_file(path, canonical(data) + b"\n", mode=0o600)

    @classmethod
    def load(cls, path: Path, password: str | None = None) -> PrivateKey:
        """The key in a file.

        Raises `TongjianError` where the file is open to others, damaged, or needs the password.
        """
        place = Place(file=str(path))
        if not path.is_file():
            raise TongjianError(Problem("evidence.no_key_file", place))
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise TongjianError(Problem("evidence.key_open", place))
        try:
            data = path.read_bytes()
            read = parse(data[:-1]) if data.endswith(b"\n") else None
            if not isinstance(read, dict) or read.get("format") != _FORMAT:
                raise ValueError("no key file")
            public = PublicKey.from_dict(read["public"])
            if "sealed" not in read:
                secret = unhex(read["secret"])
            elif not password:
                raise TongjianError(Problem("evidence.key_password", place))
            else:
                bare = cls(public, b"")
                opened = AESGCM(_derive(password, unhex(read["salt"])))
                secret = opened.decrypt(unhex(read["nonce"]), unhex(read["sealed"]), bare._about())
            if SCHEMES[public.algorithm].public(secret) != public.data:
                raise ValueError("private and public key do not belong together")
        except InvalidTag:
            raise TongjianError(Problem("evidence.key_wrong_password", place)) from None
        except (ValueError, KeyError, TypeError) as error:
            detail = {"detail": str(error)}
            raise TongjianError(Problem("evidence.key_damaged", place, detail)) from error
        return cls(public, secret)

    def _about(self) -> bytes:
        return f"{_FORMAT} {self.public.fingerprint}".encode()


def unhex(text: object) -> bytes:
    """Bytes of hexadecimal digits in lower case, the only way they are written here."""
    if not isinstance(text, str):
        raise ValueError("no text")
    data = bytes.fromhex(text)
    if data.hex() != text:
        raise ValueError("not in lower-case hexadecimal digits")
    return data


def _derive(password: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **_SCRYPT).derive(password.encode())


__all__ = ["PrivateKey", "PublicKey", "unhex"]
