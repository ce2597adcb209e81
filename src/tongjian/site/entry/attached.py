"""A file to be saved by the reader (下载)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

_BLOCK = 1 << 18


def attached(path: Path, name: str) -> HttpResponse:
    """A file in pieces. It is never shown within the site: whatever is in it is only saved."""
    response = StreamingHttpResponse(_pieces(path), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Length"] = str(path.stat().st_size)
    # Views promise a response; of a streaming one nothing else is asked.
    return cast("HttpResponse", cast("Any", response))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(_BLOCK):
            yield piece


__all__ = ["attached"]
