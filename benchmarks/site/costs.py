"""What a page costs (每页成本): CPU time in one process, queries, time in the database.

CPU time says the same on a busy machine; as a multiple of an empty page, or of the time that the
database takes for the same rows, it says the same on another one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.site.people import EMPTY, Person


@dataclass(frozen=True, slots=True)
class Cost:
    """A page: CPU milliseconds, queries, milliseconds within queries, bytes."""

    role: str
    name: str
    address: str
    cpu: float
    queries: int
    database: float
    size: int
    status: int


def costs(people: list[Person], times: int, only: str = "") -> list[Cost]:
    """The cost of every page of every role, the least of some `times`."""
    found: dict[tuple[str, str], Cost] = {}
    for person in people:
        for name, address in person.pages:
            if (person.role, name) not in found and only in f"{person.role} {name}":
                found[person.role, name] = cost(person, name, address, times)
    return list(found.values())


def cost(person: Person, name: str, address: str, times: int) -> Cost:
    """The cost of one page."""
    from django.db import connection
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1", HTTP_COOKIE=person.cookie)
    client.get(address)
    least, asked = 1e9, _Asked()
    for _ in range(times):
        begun = time.process_time()
        answer = client.get(address)
        least = min(least, time.process_time() - begun)
    with connection.execute_wrapper(asked):
        client.get(address)
    return Cost(
        *(person.role, name, address, least * 1000, asked.count, asked.spent * 1000),
        *(len(answer.content), answer.status_code),
    )


class _Asked:
    """Counts what the database is asked."""

    def __init__(self) -> None:
        self.count, self.spent = 0, 0.0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        begun = time.process_time()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.spent += time.process_time() - begun


def report(found: list[Cost]) -> None:
    """Print them, the dearest first."""
    least = min((one.cpu for one in found if one.name == EMPTY[0]), default=1.0)
    print(f"{'role':<10}{'page':<24}{'CPU ms':>8}{'x empty':>8}{'SQL ms':>8}{'SQL':>5}{'KB':>6}")
    for one in sorted(found, key=lambda one: -one.cpu):
        print(
            f"{one.role:<10}{one.name:<24}{one.cpu:>8.1f}{one.cpu / least:>8.1f}"
            f"{one.database:>8.1f}{one.queries:>5}{one.size / 1024:>6.0f}"
            f"{'' if one.status == 200 else f'  {one.status}'}"
        )
    print(f"mean {sum(one.cpu for one in found) / len(found):.1f} ms")


__all__ = ["Cost", "cost", "costs", "report"]
