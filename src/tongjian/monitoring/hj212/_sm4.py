"""The cipher of HJ 212-2025, 6.4 (数据加密): SM4 in ECB mode over the data area, not padded.

Only whole blocks of 16 bytes are enciphered; what is left over stays plain. Length and check sum
of the frame are those of the plain text. Neither tells whether somebody has changed the text: use
TLS as well where both ends can.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = _KEY = 16
_OPEN, _CLOSE = b"CP=&&", b"&&"


def key_of(text: str) -> bytes | None:
    """The key that `text` writes in hexadecimal digits (密钥); None where it is not 16 bytes."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return None
    return key if len(key) == _KEY else None


def enciphered(segment: bytes, key: bytes) -> bytes:
    """`segment` with its data area enciphered by `key` (16 bytes)."""
    return _through(segment, key, encrypt=True) or segment


def deciphered(segment: bytes, key: bytes) -> bytes | None:
    """`segment` with its data area in plain text; None where it has no data area."""
    return _through(segment, key, encrypt=False)


def _through(segment: bytes, key: bytes, encrypt: bool) -> bytes | None:
    start = segment.find(_OPEN)
    if start < 0 or not segment.endswith(_CLOSE) or len(segment) < start + len(_OPEN + _CLOSE):
        return None
    start += len(_OPEN)
    whole = (len(segment) - len(_CLOSE) - start) // _BLOCK * _BLOCK
    cipher = Cipher(algorithms.SM4(key), modes.ECB())
    context = cipher.encryptor() if encrypt else cipher.decryptor()
    turned = context.update(segment[start : start + whole]) + context.finalize()
    return segment[:start] + turned + segment[start + whole :]
