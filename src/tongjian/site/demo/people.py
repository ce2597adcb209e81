"""The people of the sample (演示账户): one account for each role, with one password for all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from tongjian.rules import Words
from tongjian.sample import CITIES
from tongjian.site.access.actor import Actor
from tongjian.site.access.models import Membership, User
from tongjian.site.access.people import assign, give_membership
from tongjian.site.access.roles import roles
from tongjian.site.demo.words import words
from tongjian.site.registry.models import Enterprise, Plant

PASSWORD = "tongjian-demo-2025"  # nosec B105: printed for all, of a site that is served to nobody
CITY, PROVINCE = "320100", "320000"
DOMAIN = "demo.invalid"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the sample: the name to sign in with, and in which role."""

    username: str
    name: str
    role: Words
    place: Words


def make_people(actor: Actor, enterprise: Enterprise) -> dict[str, User]:
    """An account for each role; those of an enterprise belong to `enterprise`."""
    hashed = make_password(PASSWORD)
    found = {}
    for role in roles().values():
        if role.party == "public":
            continue
        user = make_user(role.id, str(words()["people"][role.id]), hashed)
        division = {"city": CITY, "province": PROVINCE, "analyst": PROVINCE}.get(role.id, "")
        inside = enterprise if role.within == "enterprise" else None
        give_membership(actor, user, role.id, inside, division)
        found[role.id] = user
    return found


def make_staff(actor: Actor, enterprise: Enterprise, number: int) -> None:
    """A preparer and an approver of another enterprise, who cannot sign in."""
    for role in ("preparer", "approver"):
        user = make_user(f"{role}{number:03d}", f"{words()['people'][role]}{number}", "!")
        give_membership(actor, user, role, enterprise, "")


def make_city_staff(actor: Actor) -> None:
    """Somebody for each of the other cities, who cannot sign in."""
    for one in CITIES:
        if one.division != CITY:
            name = f"{words()['people']['city']}（{one.zh}）"
            user = make_user(f"city{one.division}", name, "!")
            give_membership(actor, user, "city", None, one.division)


def cast_of(plant: Plant) -> dict[str, Actor]:
    """Who acts on the reports of a plant, by role."""
    found = {}
    for role in ("verifier", "reviewer", "province"):
        found[role] = actor_of(User.objects.get(username=role), role)
    city = "city" if plant.division == CITY else f"city{plant.division}"
    found["city"] = actor_of(User.objects.get(username=city), "city")
    staff = Membership.objects.filter(enterprise=plant.enterprise, ended=None)
    for one in staff.select_related("user", "enterprise"):
        found[one.role] = Actor(one.user, one)
    return found


def make_user(username: str, name: str, hashed: str) -> User:
    """An account."""
    user = User(username=username, name=name, email=f"{username}@{DOMAIN}", password=hashed)
    user.save()
    return user


def assign_all(
    actor: Actor, people: dict[str, User], enterprises: Iterable[Enterprise], year: int
) -> None:
    """Give the verifications of a year to the verifier and the reviewer."""
    for one in enterprises:
        for role in ("verifier", "reviewer"):
            assign(actor, people[role], one, year)


def actor_of(user: User, role: str) -> Actor:
    """Somebody acting in a role."""
    held = Membership.objects.select_related("enterprise").filter(user=user, role=role, ended=None)
    return Actor(user, held.get())


def accounts() -> list[Account]:
    """The accounts of the sample, as they are printed."""
    found = []
    for role in roles().values():
        held = Membership.objects.filter(role=role.id, ended=None, user__username=role.id)
        for one in held.select_related("user", "enterprise"):
            place = Words("", "")
            if one.enterprise is not None:
                place = Words(one.enterprise.name_zh, one.enterprise.name_en)
            found.append(Account(one.user.username, one.user.name, role.title, place))
    return found


__all__ = [
    "PASSWORD",
    "Account",
    "accounts",
    "actor_of",
    "assign_all",
    "cast_of",
    "make_city_staff",
    "make_people",
    "make_staff",
    "make_user",
]
