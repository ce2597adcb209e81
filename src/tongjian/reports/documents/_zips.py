"""Archives whose bytes depend on what is in them alone (确定性压缩包)."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The first moment that the format can hold; it says nothing and never changes.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def archive(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP archive of `entries` (name and content), in their order."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as target:
        for name, content in entries:
            info = ZipInfo(name, _MOMENT)
            info.compress_type = ZIP_DEFLATED
            # Readable by all, whatever machine it is unpacked on.
            info.external_attr = 0o644 << 16
            info.create_system = 3
            target.writestr(info, content)
    return stream.getvalue()


def repacked(content: bytes) -> bytes:
    """The same archive without the times at which its members were written."""
    with ZipFile(BytesIO(content)) as source:
        return archive((name, source.read(name)) for name in source.namelist())


__all__ = ["archive", "repacked"]
