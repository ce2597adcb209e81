"""Shapes that several resources share (公用结构), and the forms of what stands in addresses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Path, Schema
from pydantic import ConfigDict, Field

from tongjian.rules import Words
from tongjian.site.operations.models import Job
from tongjian.site.ui.downloads import ANYTHING

Code = Annotated[
    str,
    Path(max_length=80, pattern=r"^[^\x00-\x1f/]+$", description="@code"),
]
Year = Annotated[int, Path(ge=1990, le=2100, description="@year")]
Number = Annotated[int, Path(ge=1, le=1_000_000, description="@number")]
Key = Annotated[str, Path(max_length=40, pattern=r"^[0-9a-zA-Z-]+$", description="@key")]


FILE: dict[str, Any] = {
    "responses": {
        "200": {
            "description": "@file",
            "content": {ANYTHING: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
"""What is described of an operation that answers with a file."""


class Given(Schema):
    """What is sent: nothing besides what is named."""

    model_config = ConfigDict(extra="forbid")


class Text(Schema):
    """A phrase in both languages."""

    zh: str
    en: str

    @classmethod
    def of(cls, words: Words) -> Text:
        """From words of the library."""
        return cls(zh=words.zh, en=words.en)


class Told(Schema):
    """A problem, with its repair, in both languages."""

    code: str
    severity: str
    place: dict[str, Any]
    values: dict[str, str]
    zh: str
    en: str
    repair_zh: str
    repair_en: str


class JobShape(Schema):
    """A job: how far it is, and what came of it where that is for the one who asks."""

    key: str
    kind: str
    state: Annotated[str, Field(description="@job_state")]
    by: str
    done: int
    total: int
    made: datetime
    started: datetime | None
    ended: datetime | None
    result: dict[str, Any] | None
    problems: list[Told] | None

    @classmethod
    def of(cls, one: Job, inside: bool) -> JobShape:
        """From a row; `inside` says whether its outcome is for the one who asks."""
        return cls(
            key=one.key,
            kind=one.kind,
            state=one.state,
            by=one.by,
            done=one.done,
            total=one.total,
            made=one.made,
            started=one.started,
            ended=one.ended,
            result=one.result if inside else None,
            problems=[Told(**told) for told in one.problems] if inside else None,
        )


def exact(micro: int | None) -> str | None:
    """Micro-units as a decimal number, to the last digit; as text, so that none is lost."""
    if micro is None:
        return None
    plain = format(Decimal(micro).scaleb(-6), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


__all__ = ["FILE", "Code", "Given", "JobShape", "Key", "Number", "Text", "Told", "Year", "exact"]
