"""The service: what is started is watched, started again, and ended with its parent, however."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ports import HERE, free_port
from tongjian.problems import TongjianError
from tongjian.rules import Rulebook
from tongjian.site.config import Config
from tongjian.site.operations.serving import answers, require_free, require_safe


def until(asked: Callable[[], Any], seconds: float = 120) -> Any:
    """What is asked, as soon as it is something."""
    end = time.monotonic() + seconds
    while not (found := asked()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
    return found


def children_of(pid: int) -> dict[int, str]:
    """The processes that a process has started and that live, with their commands."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    found = {}
    for one in listed.read_text("ascii").split() if listed.exists() else []:
        try:
            found[int(one)] = (
                Path(f"/proc/{one}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            )
        except OSError:
            continue
    return found


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="reads /proc to see processes"
)


@needs_proc
@pytest.mark.exhaustive
def test_serve_keeps_its_processes_and_none_outlives_it(site: Path, rulebook: Rulebook) -> None:
    """`tongjian site serve` as it is: what is killed comes again; `kill -9` ends all."""
    port = free_port()
    command = [sys.executable, "-m", "tongjian", "site", "serve", "--site", str(site)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1"}
    environment.pop("TONGJIAN_DATABASE", None)
    told = (site / "told").open("w+b")
    serve = subprocess.Popen(
        [*command, "--port", str(port), "--workers", "1", "--lang", "en"],
        env=environment, stdout=told, stderr=told,
    )  # fmt: skip
    try:
        until(lambda: b"The site is ready" in (site / "told").read_bytes() or serve.poll())
        assert serve.poll() is None, (site / "told").read_text("utf-8")
        with urllib.request.urlopen(f"http://{HERE}:{port}/operations/alive", timeout=5) as answer:
            assert answer.read() == b'{"ok": true}'
        # What is drawn by the browser was built before the first page asked for it.
        with urllib.request.urlopen(f"http://{HERE}:{port}/account/login/", timeout=5) as answer:
            page = answer.read().decode()
        (script,) = re.findall(r'src="(/static/assets/htmx\.[0-9a-f]{12}\.js)"', page)
        with urllib.request.urlopen(f"http://{HERE}:{port}{script}", timeout=5) as answer:
            assert answer.status == 200 and "immutable" in answer.headers["Cache-Control"]

        started = children_of(serve.pid)
        (worker,) = [pid for pid, said in started.items() if said.rstrip().endswith(" work")]
        (web,) = [pid for pid in started if pid != worker]
        (server,) = [pid for pid, said in children_of(web).items() if "tracker" not in said]
        os.kill(worker, signal.SIGKILL)
        os.kill(web, signal.SIGKILL)
        until(lambda: gone(server))
        until(lambda: len(set(children_of(serve.pid)) - set(started)) == 2)
        until(lambda: answers(f"http://{HERE}:{port}/operations/alive"))
        others = list(children_of(serve.pid))
        others += [pid for one in others for pid in children_of(one)]
        assert len(others) > 2
        serve.kill()
        serve.wait()
        until(lambda: all(map(gone, others)))
    finally:
        serve.kill()
        serve.wait()
        told.close()


SUPERVISOR = """
import sys
from tongjian.site.operations import serving

serving.answers = lambda address: True
serving.STOP_S = 1.0
service = serving.Service("127.0.0.1", 1, 1)
service.children = [
    serving.Child(str(at), [sys.executable, "-c", code]) for at, code in enumerate(sys.argv[1:])
]
service.run(lambda address: print("ready", flush=True))
print("stopped", flush=True)
"""
QUIET = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
FAITHFUL = (
    "import time; from tongjian.site.operations.parents import end_with_parent; "
    "end_with_parent(grace={}); print('watching', flush=True); time.sleep(60)"
)
BROKEN = "raise SystemExit(7)"


def supervised(*codes: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, *codes],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_all_of_them_also_one_that_will_not(number: signal.Signals) -> None:
    one = supervised(QUIET, f"{STUBBORN}; time.sleep(60)")
    assert one.stdout is not None
    assert one.stdout.readline() == "ready\n"
    first = set(children_of(one.pid))
    assert len(first) == 2
    quiet = min(first)
    os.kill(quiet, signal.SIGKILL)
    (again,) = until(lambda: set(children_of(one.pid)) - first)
    time.sleep(0.2)  # until the stubborn one is stubborn
    one.send_signal(number)
    out, _ = one.communicate(timeout=20)
    assert (out, one.returncode) == ("stopped\n", 0)
    assert all(map(gone, (*first, again)))


@needs_proc
def test_none_outlives_a_parent_that_was_killed() -> None:
    one = supervised(FAITHFUL.format("None"), f"{STUBBORN}; {FAITHFUL.format('0.2')}")
    assert one.stdout is not None
    told = sorted(one.stdout.readline() for _ in range(3))
    assert told == ["ready\n", "watching\n", "watching\n"]
    children = list(children_of(one.pid))
    assert len(children) == 2
    one.kill()
    one.communicate()
    until(lambda: all(map(gone, children)), 20)


def test_one_that_never_stays_up_ends_the_service_with_its_exit_code() -> None:
    one = supervised(QUIET, BROKEN)
    _, told = one.communicate(timeout=30)
    assert one.returncode == 1 and "site.child_ended" in told and "exit code 7" in told


def test_an_address_that_is_taken_or_not_safe_is_refused(tmp_path: Path) -> None:
    with socket.socket() as one:
        one.bind((HERE, 0))
        one.listen()
        with pytest.raises(TongjianError) as caught:
            require_free(HERE, one.getsockname()[1])
    assert caught.value.problems[0].code == "site.port_taken"
    config = Config.of({"TONGJIAN_SITE": str(tmp_path)})
    require_safe(HERE, config)
    with pytest.raises(TongjianError) as caught:
        require_safe("0.0.0.0", config)
    told = caught.value.problems[0].message("zh")
    assert all(name in told for name in ("TONGJIAN_HTTPS", "TONGJIAN_PROXIES", "TONGJIAN_HOSTS"))
