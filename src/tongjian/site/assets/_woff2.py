"""Wraps a font into the container WOFF2 (W3C Recommendation "WOFF File Format 2.0").

The tables stay as they are (null transform); Brotli does the work. Writing it here leaves the
choice of Brotli's effort: the highest is too slow for ten thousand rare characters.
"""

from __future__ import annotations

import struct

# Tags that have a number of their own (section 4.1 of the recommendation), as far as needed here.
_KNOWN = (
    *("cmap", "head", "hhea", "hmtx", "maxp", "name", "OS/2", "post", "cvt ", "fpgm", "glyf"),
    *("loca", "prep", "CFF ", "VORG"),
)
_ANY_TAG = 0x3F
# Of these two the number for "as it is" is 3, of all others 0.
_TRANSFORMED = frozenset({"glyf", "loca"})
_HEADER = ">4sLLHHLLHHLLLLL"
_LOSSLESS = 1 << 11


def woff2(font: bytes, quality: int) -> bytes:
    """A font (OpenType or TrueType) as WOFF2; `quality` is Brotli's, 0 to 11."""
    import brotli

    flavour, count = struct.unpack_from(">4sH", font)
    tables: list[tuple[str, bytes]] = []
    for at in range(count):
        tag, _, offset, length = struct.unpack_from(">4sLLL", font, 12 + 16 * at)
        data = font[offset : offset + length]
        if tag == b"head":
            flags = struct.unpack_from(">H", data, 16)[0] | _LOSSLESS
            data = data[:16] + struct.pack(">H", flags) + data[18:]
        tables.append((tag.decode("ascii"), data))
    directory = b"".join(_entry(tag, len(data)) for tag, data in tables)
    body = b"".join(data for _, data in tables)
    packed: bytes = brotli.compress(body, mode=brotli.MODE_FONT, quality=quality)
    unpacked = 12 + 16 * count + sum(-(-len(data) // 4) * 4 for _, data in tables)
    size = struct.calcsize(_HEADER) + len(directory) + len(packed)
    padding = -size % 4
    header = struct.pack(
        _HEADER, b"wOF2", int.from_bytes(flavour, "big"), size + padding, count, 0, unpacked,
        len(packed), 1, 0, 0, 0, 0, 0, 0,
    )  # fmt: skip
    return header + directory + packed + b"\0" * padding


def _entry(tag: str, length: int) -> bytes:
    number = _KNOWN.index(tag) if tag in _KNOWN else _ANY_TAG
    flags = number | (0xC0 if tag in _TRANSFORMED else 0)
    name = tag.encode("ascii") if number == _ANY_TAG else b""
    return bytes([flags]) + name + _base128(length)


def _base128(value: int) -> bytes:
    """A number in seven bits a byte, the highest first."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append((value & 0x7F) | 0x80)
    return bytes(reversed(digits))


__all__ = ["woff2"]
