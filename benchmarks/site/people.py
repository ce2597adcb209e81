"""Who looks at what (访问者): people of every role, each with a session and the pages they open."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from benchmarks.site.real import LARGE, STAGES, actor, code_of
from benchmarks.site.rows import YEAR, city_of

ROLES = (
    *("province", "city", "nation", "analyst", "preparer", "approver", "verifier", "admin"),
    *("province", "city", "large", "own"),
)
EMPTY = ("empty page", "/registry/search")
"""A page with nothing but the layout: what any page costs at least."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a session (cookie) who opens pages: names and addresses."""

    role: str
    cookie: str
    pages: list[tuple[str, str]]


def sign_in(people: int, enterprises: int) -> list[Person]:
    """So many people; roles come round."""
    return [_person(number, ROLES[number % len(ROLES)], enterprises) for number in range(people)]


def _person(number: int, role: str, enterprises: int) -> Person:
    from django.test import Client

    user = _user(number, role)
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    return Person(role, cookie, pages_of(role, number, enterprises))


def _user(number: int, role: str) -> Any:
    from tongjian.site.access.models import Membership, User
    from tongjian.site.registry.models import Enterprise, Plant

    if role == "verifier":
        return actor("verifier").user
    if role == "large":
        return actor("preparer", Plant.every.get(code=f"{LARGE}-000").enterprise).user
    if role == "own":
        return actor("preparer", Plant.every.get(code=code_of("verified")).enterprise).user
    user, fresh = User.objects.get_or_create(username=f"load{number}", defaults={"name": role})
    if fresh:
        within: dict[str, Any] = {}
        if role in ("preparer", "approver"):
            within["enterprise"] = Enterprise.every.get(pk=number + 1)
        elif role in ("province", "analyst", "city"):
            within["division"] = "3201" if role == "city" else "32"
        Membership.objects.create(user=user, role=role, **within)
    return user


def pages_of(role: str, number: int, enterprises: int) -> list[tuple[str, str]]:
    """What somebody opens, by the name under which it is counted."""
    everybody = [
        *([EMPTY] if role != "admin" else []),
        ("home", "/"),
        ("jobs", "/operations/jobs/"),
        ("audit", "/operations/audit/"),
        ("audit by act", "/operations/audit/?act=report.submit"),
        ("api audit", "/api/v1/audit"),
    ]
    if role == "admin":
        return [*everybody, ("audit, late page", "/operations/audit/?page=20")]
    everybody += [("reports", "/reports/"), ("api reports", "/api/v1/reports?limit=50")]
    if role in ("preparer", "approver"):
        return [*everybody, *_enterprise(f"P{number + 1:06d}", role == "preparer")]
    if role in ("large", "own"):
        plant = f"{LARGE}-000" if role == "large" else code_of("verified")
        return [*everybody, *_enterprise(plant), *_records(plant, role)]
    if role == "verifier":
        return [*everybody, ("queue", "/reports/queue"), *_verifier()]
    return [*everybody, *_authority(role, enterprises)]


def _enterprise(plant: str, imports: bool = True) -> list[tuple[str, str]]:
    return [
        ("entry home", "/entry/"),
        ("report", f"/reports/{plant}/{YEAR}"),
        ("plant", f"/registry/plant/{plant}"),
        *([("imports", "/entry/import/")] if imports else []),
        ("board, enterprise", "/boards/"),
    ]


def _records(plant: str, role: str) -> list[tuple[str, str]]:
    grid = [(f"grid, {role}", f"/entry/{plant}/{YEAR}/")]
    if role == "large":
        return grid
    return [*grid, ("version", f"/reports/{plant}/{YEAR}/versions/1")]


def _verifier() -> list[tuple[str, str]]:
    at = f"/reports/{code_of('findings_open')}/{YEAR}"
    return [
        ("report, real", at),
        ("verification", f"{at}/verification"),
        ("findings", f"{at}/findings"),
    ]


def _authority(role: str, enterprises: int) -> list[tuple[str, str]]:
    chosen = random.Random(role)
    cities = [n for n in range(1, enterprises + 1) if city_of(n) == "320100" and n % 10]
    plants = [f"P{one:06d}" for one in chosen.sample(cities, min(2, len(cities)))]
    last = "accepted" if role == "analyst" else "submitted"
    pages = [
        ("enterprises", "/registry/"),
        ("enterprises, late page", "/registry/?page=150"),
        ("enterprises by state", f"/registry/?state={last}&year={YEAR}"),
        ("enterprises by sector", "/registry/?sector=steel"),
        ("enterprises by name", "/registry/?text=虚构企业00"),
        ("reports filtered", f"/reports/?year={YEAR}&state={last}"),
        ("reports by sector", "/reports/?sector=cement"),
        ("reports by city", "/reports/?division=3201"),
        ("reports by name", "/reports/?text=00077"),
        ("reports, late page", "/reports/?page=400"),
        (f"board, {role}", "/boards/"),
        ("board, city", "/boards/?division=320100"),
        ("board, behind", "/boards/behind?measure=enterprise::tCO2e"),
        ("targets", "/boards/targets"),
        ("curve", "/boards/curve"),
        ("api enterprises", "/api/v1/enterprises?limit=50"),
    ]
    if role != "analyst":
        pages += [("plant", f"/registry/plant/{one}") for one in plants]
        pages += [("report", f"/reports/{one}/{YEAR}") for one in plants]
        pages += [("queue", "/reports/queue"), ("queue, unopened", "/reports/queue?part=unopened")]
        pages.append(("queue, all", "/reports/queue?part=all&page=30"))
        real = [code_of(one) for one in STAGES[1:]]
        pages += [("report, real", f"/reports/{one}/{YEAR}") for one in real[2:4]]
        pages.append(("version", f"/reports/{code_of('accepted')}/{YEAR}/versions/1"))
        pages.append(("version, data", f"/reports/{code_of('accepted')}/{YEAR}/versions/1/data"))
    return pages


__all__ = ["EMPTY", "ROLES", "Person", "sign_in"]
