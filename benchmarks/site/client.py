"""People at once (并发访问): they open pages over loopback, from a process of their own."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

from benchmarks.site.people import EMPTY, Person

PORT = 8479
Found = dict[str, list[tuple[float, int]]]


def serve(workers: int) -> subprocess.Popen[bytes]:
    """The web server as ``tongjian site serve`` starts it."""
    command = [sys.executable, "-m", "tongjian.site.operations.children", str(os.getpid())]
    return subprocess.Popen([*command, "web", "127.0.0.1", str(PORT), str(workers)])


def wait() -> None:
    """Until pages are served."""
    from tongjian.site.operations.serving import answers

    until = time.monotonic() + 120
    while not answers(f"http://127.0.0.1:{PORT}/operations/alive"):
        if time.monotonic() > until:
            raise SystemExit("the site does not answer")
        time.sleep(0.2)


def load(people: list[Person], seconds: float, think: float, pid: int) -> tuple[Found, float]:
    """What everybody found, and CPU seconds of the server `pid` and its children meanwhile."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(measure, (people, 10.0, 0.0))  # caches of the database and of templates
        begun = _cpu(pid)
        found = pool.apply(measure, (people, seconds, think))
        return found, _cpu(pid) - begun


def measure(people: list[Person], seconds: float, think: float) -> Found:
    """Everybody opens one page after the other: how long each took (ms), and its status."""
    found: Found = {}
    lock, until = threading.Lock(), time.monotonic() + seconds

    def person(number: int, one: Person) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        pause = random.Random(number)
        order = pause.sample(one.pages, len(one.pages))
        at = 0
        time.sleep(pause.uniform(0, think))
        while time.monotonic() < until:
            name, address = order[at % len(order)]
            at += 1
            begun = time.perf_counter()
            connection.request("GET", quote(address, "/?=&:"), headers={"Cookie": one.cookie})
            answer = connection.getresponse()
            answer.read()
            took = (time.perf_counter() - begun) * 1000
            with lock:
                found.setdefault(name, []).append((took, answer.status))
            if think:
                time.sleep(pause.uniform(0, 2 * think))

    threads = [
        threading.Thread(target=person, args=(number, one)) for number, one in enumerate(people)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def report(found: Found, spent: float, seconds: float) -> None:
    """Print median and 95th percentile of each page, in ms and as multiples of an empty page."""
    everything = [took for each in found.values() for took, _ in each]
    least = statistics.median(took for took, _ in found.get(EMPTY[0], [(1.0, 0)]))
    print(f"{'page':<24}{'asked':>7}{'p50 ms':>9}{'p95 ms':>9}{'x empty':>9}  statuses")
    for name, each in sorted(found.items()):
        times = [took for took, _ in each]
        statuses = {code: sum(one == code for _, one in each) for code in {c for _, c in each}}
        middle = statistics.median(times)
        print(
            f"{name:<24}{len(each):>7}{middle:>9.0f}{p95(times):>9.0f}{middle / least:>9.1f}"
            f"  {statuses}"
        )
    print(
        f"{'all':<24}{len(everything):>7}{statistics.median(everything):>9.0f}"
        f"{p95(everything):>9.0f}{'':>9}  {len(everything) / seconds:.0f} pages/s"
    )
    print(f"CPU time of the server: {spent / len(everything) * 1000:.1f} ms a page")


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def _cpu(pid: int) -> float:
    """CPU seconds that a process and its children have used so far (Linux)."""
    total = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            said = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(path.parent.name) == pid or int(said[1]) == pid:
            total += (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")
    return total


__all__ = ["PORT", "Found", "load", "p95", "report", "serve", "wait"]
