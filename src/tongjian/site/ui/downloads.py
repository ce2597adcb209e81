"""What is saved by the reader and never shown within the site (下载)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ANYTHING = "application/octet-stream"
_BLOCK = 1 << 18
R = TypeVar("R", bound=HttpResponseBase)


def saved_as(response: R, name: str) -> R:
    """The response as a file of that name."""
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def attached(path: Path, name: str) -> HttpResponse:
    """A file in pieces. It is never shown within the site: whatever is in it is only saved."""
    response = saved_as(StreamingHttpResponse(_pieces(path), content_type=ANYTHING), name)
    response["Content-Length"] = str(path.stat().st_size)
    # Views promise a response; of a streaming one nothing else is asked.
    return cast("HttpResponse", cast("Any", response))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(_BLOCK):
            yield piece


__all__ = ["ANYTHING", "XLSX", "attached", "saved_as"]
