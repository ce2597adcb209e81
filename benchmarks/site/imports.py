"""Importing many rows (大批量导入): by an upload, as its owner sees it, with a worker of the site.

The file is looked at first and then recorded; both are jobs that tell how far they are.
"""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.importing import HEADER
from benchmarks.importing import rows as invented
from benchmarks.site.real import LARGE, actor
from benchmarks.site.rows import YEAR

_MOST_S = 600.0


@dataclass(slots=True)
class Imported:
    """Seconds until it was looked at and until it was recorded, and the progress that was told."""

    rows: int
    looked: float = 0.0
    recorded: float = 0.0
    bare: float = 0.0
    told: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


def there() -> bool:
    """Whether the rows are in the records already."""
    from tongjian.site.entry.models import Upload

    return Upload.every.filter(state=Upload.APPLIED).exists()


def measure(count: int) -> Imported:
    """Bring a file of `count` rows, have it looked at and recorded by a worker."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tongjian.records import Catalogue
    from tongjian.site.entry.models import Upload
    from tongjian.site.entry.uploads import apply, put_aside
    from tongjian.site.registry.models import Plant

    content = _content(invented(Catalogue.load(), count))
    found = Imported(count)
    begun = time.perf_counter()
    list(csv.reader(io.StringIO(content.decode())))
    found.bare = time.perf_counter() - begun
    enterprise = Plant.every.get(code=f"{LARGE}-000").enterprise
    preparer = actor("preparer", enterprise)
    command = [sys.executable, "-m", "tongjian.site.operations.children", str(os.getpid())]
    worker = subprocess.Popen([*command, "work"])
    try:
        _until(lambda: _workers() > 0)
        begun = time.perf_counter()
        upload = put_aside(
            preparer, enterprise, [SimpleUploadedFile("data.csv", content)], Upload.ADD, "", ""
        )
        found.told["look"] = _follow(upload)
        found.looked = time.perf_counter() - begun
        begun = time.perf_counter()
        upload.refresh_from_db()
        apply(preparer, upload)
        found.told["record"] = _follow(upload)
        found.recorded = time.perf_counter() - begun
    finally:
        worker.terminate()
        worker.wait(30)
    upload.refresh_from_db()
    if upload.state != Upload.APPLIED:
        raise SystemExit(f"the import ended as {upload.state}: {upload.counts}")
    return found


def _content(rows: list[list[Any]]) -> bytes:
    stream = io.StringIO()
    out = csv.writer(stream)
    out.writerow(HEADER)
    for plant, month, *rest in rows:
        out.writerow([f"{LARGE}-{int(plant[1:]):03d}", f"{YEAR}-{month[-2:]}", *rest])
    return stream.getvalue().encode()


def _follow(upload: Any) -> list[tuple[int, int]]:
    """Every different state of progress that a page could have shown."""
    told: list[tuple[int, int]] = []

    def over() -> bool:
        upload.job.refresh_from_db()
        said = (upload.job.done, upload.job.total)
        if not told or told[-1] != said:
            told.append(said)
        return bool(upload.job.over)

    _until(over)
    return told


def _until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + _MOST_S
    while not done():
        if time.monotonic() > until:
            raise SystemExit("the worker does not come to an end")
        time.sleep(0.1)


def _workers() -> int:
    from tongjian.site.operations.workers import living

    return len(living())


def report(found: Imported) -> None:
    """Print seconds, rows in a second, the ratio to merely reading the file, and the progress."""
    for name, seconds in (("look", found.looked), ("record", found.recorded)):
        steps = [f"{100 * done // total}%" for done, total in found.told[name] if total]
        print(
            f"import of {found.rows} rows, {name}: {seconds:.1f} s, "
            f"{found.rows / seconds:.0f} rows/s, x bare reading: {seconds / found.bare:.0f}, "
            f"progress: {' '.join(steps)}"
        )


__all__ = ["Imported", "measure", "report", "there"]
