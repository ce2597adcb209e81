"""Starts Spark for a run (Spark 会话), and sets it up so that it means what we mean.

Spark is an optional extra: nothing else in the package imports it. Whoever has a cluster hands in
a session of their own; everybody else gets Spark on this machine, listening on the loopback
address only, without its web page, and with its log in a file instead of on the screen.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongjian.engine._java import find_java
from tongjian.problems import EngineError, Problem

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Whatever of these differs in a session changes a result or hides a fault. They are set on a
# session of our own beside the user's, which keeps theirs.
SETTINGS = {
    # An overflow or a cast that does not fit is an error and never a wrapped number.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.legacy.exponentLiteralAsDecimal.enabled": "false",
    # Texts of records and rules are texts: no ${variables}, one way of escaping.
    "spark.sql.variable.substitute": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.caseSensitive": "false",
    # A file that is gone or damaged is an error and not fewer rows.
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.session.timeZone": "UTC",
}
_LOG = """rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d %p %c: %m%n%ex
"""
_LAST_LINES = 8
_lock = threading.Lock()
_kept: list[Any] = []


def own_session(given: SparkSession | None = None, threads: int | None = None) -> SparkSession:
    """A session with `SETTINGS`: beside the `given` one, or on this machine.

    Spark on this machine takes seconds to start; it is started once and stopped when Python ends.
    Raises `EngineError` when PySpark or Java is not installed, or when Spark does not start.
    """
    _require_pyspark()
    if given is not None and not hasattr(given, "_jsparkSession"):
        # Spark Connect has another client, which needs pandas and pyarrow; it has not been tried.
        values = {"given": f"{type(given).__module__}.{type(given).__name__}"}
        raise EngineError(Problem("engine.spark_session", values=values))
    if given is not None and threads is not None:
        raise EngineError(Problem("engine.spark_threads", values={"threads": threads}))
    theirs = given if given is not None else _kept_session(threads)
    session = theirs.newSession()
    # What the user has set for the session (partitions, joins) holds for ours as well.
    for name, value in {**theirs.conf.getAll, **SETTINGS}.items():
        if session.conf.isModifiable(name):
            session.conf.set(name, value)
    return session


def _kept_session(threads: int | None) -> SparkSession:
    with _lock:
        if not _kept:
            started = local_spark(f"local[{threads or '*'}]")
            _kept.append(started.__enter__())
            atexit.register(started.__exit__, None, None, None)
        found: SparkSession = _kept[0]
        return found


@contextmanager
def local_spark(
    master: str = "local[*]", config: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """Spark on this machine for as long as the context lasts.

    `master` may be ``local-cluster[workers,cores,MiB]`` for executors in processes of their own.
    """
    _require_pyspark()
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is not None:
        # There is one Spark per process: the user's, who has set it up.
        yield SparkSession.builder.getOrCreate()
        return
    folder = Path(tempfile.mkdtemp(prefix="tongjian-spark-"))
    log = folder / "spark.log"
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        conf = SparkConf(loadDefaults=False).setMaster(master).setAppName("tongjian")
        conf.setAll(list(_config(folder, log, config or {}).items()))
        context, gateway = _start(conf, folder, master)
        counters = context._accumulatorServer  # gone from the context once that is stopped
        try:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGINT, interrupt)  # the context takes it over
            yield SparkSession(context)
        finally:
            context.stop()
            counters.server_close()
            _close(gateway)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(conf: Any, folder: Path, master: str) -> tuple[Any, Any]:
    """The context and the connection to its Java; raises `EngineError` with what Spark said."""
    from pyspark import SparkContext
    from pyspark.java_gateway import launch_gateway

    with (folder / "launcher.log").open("wb") as output, _environment(folder, master):
        gateway = None
        try:
            gateway = launch_gateway(conf, {"stdout": output, "stderr": output})
            return SparkContext(conf=conf, gateway=gateway), gateway
        except Exception as error:
            if gateway is not None:
                _close(gateway)
            with warnings.catch_warnings():
                # A launcher that has failed leaves a pipe open in the frames of the error.
                warnings.simplefilter("ignore", ResourceWarning)
                traceback.clear_frames(error.__traceback__)
            said = str(error).splitlines() or [""]
            values = {"error": f"{type(error).__name__}: {said[0]}", "log": _tail(folder)}
            raise EngineError(Problem("engine.spark_start", values=values)) from error


def _require_pyspark() -> None:
    if find_spec("pyspark") is None:
        raise EngineError(Problem("engine.no_pyspark"))


def _config(folder: Path, log: Path, more: Mapping[str, str]) -> dict[str, str]:
    settings = folder / "log4j2.properties"
    settings.write_text(_LOG.format(file=log), encoding="utf-8")
    logging = f"-Dlog4j2.configurationFile={settings.as_uri()}"
    config = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(folder / "scratch"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
        **more,
    }
    for name in ("spark.driver.extraJavaOptions", "spark.executor.extraJavaOptions"):
        # Formulas nest deeper than the stack that Java gives a thread by default.
        config[name] = f"-Xss16m {logging} {more.get(name, '')}".rstrip()
    return config


@contextmanager
def _environment(folder: Path, master: str) -> Iterator[None]:
    """What Spark's launcher reads from the environment, for as long as it starts."""
    import pyspark

    home = Path(pyspark.__file__).parent
    if master.startswith("local-cluster"):
        # Workers write into the installation; they get one of links, with room of its own.
        (folder / "home").mkdir()
        for part in home.iterdir():
            (folder / "home" / part.name).symlink_to(part)
        home = folder / "home"
    wanted = {
        "JAVA_HOME": str(find_java(folder / "java")),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_HOME": str(home),
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _close(gateway: Any) -> None:
    """Close the connection and end its Java; another can be started then."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    SparkSession._instantiatedSession = SparkSession._activeSession = None
    with SparkContext._lock:
        SparkContext._gateway = SparkContext._jvm = None
    gateway.shutdown()
    gateway.proc.stdin.close()  # with which the process ends
    gateway.proc.wait()


def _tail(folder: Path) -> str:
    """The last lines of what Spark said, without the frames of Java."""
    lines: list[str] = []
    for name in ("launcher.log", "spark.log"):
        if (folder / name).is_file():
            lines += (folder / name).read_text("utf-8", errors="replace").splitlines()
    lines = [line for line in lines if line.strip() and not line.startswith("\tat ")]
    return "\n".join(lines[-_LAST_LINES:])
