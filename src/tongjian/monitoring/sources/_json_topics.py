"""Plain JSON over MQTT (JSON 报文): where in a payload a value, its time and its flag stand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tongjian.monitoring.sources._flags import NORMAL
from tongjian.monitoring.sources._settings import Tag
from tongjian.monitoring.sources._tags import FAULT, sample
from tongjian.monitoring.sources._value import CHINA, Value, from_epoch_ms, local_time
from tongjian.problems import Problem

CODE = re.compile(r"(?P<topic>[^#+\x00]+)(?:#(?P<path>.+))?")
_MISSING = object()


class Topics:
    """Reads payloads by the tags of a source.

    The code of a tag is ``topic#path``: path is a name, or names and positions between dots
    (``stack.0.n2o``); without it the payload is the number itself. `time` and `flag` are paths of
    their own, for the source or for a tag; `time_form` is iso (without a zone: time of China), s
    or ms since 1970. Without `time` a value has the time at which it came.
    """

    def __init__(self, source: str, tags: Sequence[Tag], defaults: Mapping[str, Any]) -> None:
        self._source = source
        self._tags: dict[str, list[tuple[Tag, str, Mapping[str, Any]]]] = {}
        self._told: set[str] = set()
        for tag in tags:
            found = CODE.fullmatch(tag.code)
            assert found is not None  # checked when the settings were read
            entry = (tag, found["path"] or "", {**defaults, **tag.options})
            self._tags.setdefault(found["topic"], []).append(entry)

    @property
    def topics(self) -> Sequence[str]:
        """The topics to subscribe to."""
        return list(self._tags)

    def take(
        self, topic: str, data: bytes, received: datetime, *, retained: bool
    ) -> tuple[list[Value], list[Problem]]:
        """The values of one message; what is wrong with it is told until it is right again.

        A retained message has been said some time ago: without a time of its own it is left out.
        """
        values: list[Value] = []
        problems: list[Problem] = []
        try:
            content = json.loads(data)
        except (ValueError, RecursionError):
            content = _MISSING
        for tag, path, option in self._tags.get(topic, ()):
            if retained and "time" not in option:
                continue
            try:
                values.append(self._value(tag, _at(content, path), content, option, received))
                self._told.discard(tag.code)
            except (ValueError, TypeError, OverflowError) as error:
                if tag.code not in self._told:
                    self._told.add(tag.code)
                    told = {"source": self._source, "code": tag.code, "detail": error}
                    problems.append(
                        Problem("monitoring.mqtt_payload", values=told, severity="warning")
                    )
        return values, problems

    def _value(
        self,
        tag: Tag,
        found: object,
        content: object,
        option: Mapping[str, Any],
        received: datetime,
    ) -> Value:
        if found is _MISSING:
            raise ValueError("∅")
        if isinstance(found, str):
            found = float(found)  # numbers are often sent as texts
        if found is not None and not isinstance(found, int | float):
            raise TypeError(json.dumps(found, ensure_ascii=False)[:40])
        time = local_time(received)
        if "time" in option:
            time = _time(_at(content, option["time"]), option.get("time_form", "iso"))
        flag = NORMAL
        if "flag" in option:
            said = _at(content, option["flag"])
            shown = json.dumps(said) if isinstance(said, bool) else str(said)
            flag = option.get("flags", {NORMAL: NORMAL}).get(shown, FAULT)
        number = None if found is None else float(found)
        origin = f"mqtt:{self._source}"
        return sample(self._source, tag, number, time, received, origin, flag)


def _at(content: object, path: str) -> object:
    for part in path.split(".") if path else ():
        if isinstance(content, dict) and part in content:
            content = content[part]
        elif isinstance(content, list) and part.isdecimal() and int(part) < len(content):
            content = content[int(part)]
        else:
            return _MISSING
    return content


def _time(value: object, form: str) -> datetime:
    """The time in a payload, as local time of China; raises `ValueError` for what is none."""
    if form == "iso":
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None:
            return local_time(moment if moment.tzinfo else moment.replace(tzinfo=CHINA))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return from_epoch_ms(int(value) if form == "ms" else round(value * 1000))
    raise ValueError(f"time ({form}): {'∅' if value is _MISSING else value}")
