"""The world of the site's tests: two enterprises in two cities, people of every role.

Enterprise `A` (Nanjing) owns the steel works of ``examples/steel-works``; enterprise `B` (Suzhou) a
works like it under another code. What belongs to one must never show up with the other.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.test.client import ClientHandler

from tongjian.records import Catalogue, import_files
from tongjian.site.access.actor import Actor
from tongjian.site.access.models import Assignment, Membership, User
from tongjian.site.access.roles import roles
from tongjian.site.registry.models import Enterprise, Plant
from tongjian.site.workspaces import Workspace

EXAMPLE = Path(__file__).parents[2] / "examples" / "steel-works"
PASSWORD = "correct horse battery staple 7"
A, B = "A", "B"
YEAR = 2024
# Unified social credit codes with a right check character; divisions come by migration.
ENTERPRISES = {
    A: ("91320100MA1DEM0A0E", "示例钢铁甲", "Sample Steel A", "320100", "DEMO-STEEL"),
    B: ("91320500MA1DEM0B04", "示例钢铁乙", "Sample Steel B", "320500", "OTHER-STEEL"),
}


def make_world() -> None:
    """Make it, once for all tests."""
    found = {}
    for name, (uscc, zh, en, division, code) in ENTERPRISES.items():
        found[name] = Enterprise.every.create(
            uscc=uscc, name_zh=zh, name_en=en, division=division, fictitious=True
        )
        Plant.every.create(
            enterprise=found[name],
            code=code,
            name_zh=f"{zh}厂",
            name_en=f"{en} works",
            sector="steel",
            division=division,
        )
    for role in roles().values():
        if role.party == "public":
            continue
        for name in (A, B) if role.within in ("enterprise", "assignment") else ("",):
            user = _user(f"{role.id}{name.lower()}", f"{role.title.zh}{name}")
            within: dict[str, Any] = {}
            if role.within == "enterprise":
                within["enterprise"] = found[name]
            elif role.within == "division":
                within["division"] = {"city": "3201", "nation": ""}.get(role.id, "32")
            Membership.objects.create(user=user, role=role.id, **within)
            if role.within == "assignment":
                Assignment.objects.create(
                    user=user, enterprise=found[name], year=YEAR, by="省厅（province）"
                )
    _user("norole", "无角色")


def _user(username: str, name: str) -> User:
    user = User(username=username, name=name, email=f"{username}@example.org")
    # Made fast: the strength of the hash is not what these tests are about.
    user.password = _HASHED
    user.save()
    return user


# Django's client lists all static files anew for each client; this one does it once.
_HANDLER = ClientHandler(enforce_csrf_checks=False)


def _signed_in(user: User) -> str:
    """The key of a new session, as after signing in just now: what `Client.force_login` leaves,
    written at once, and what allauth knows of it (sensitive acts ask again after a while)."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.create()
    assert session.session_key is not None
    return session.session_key


class World:
    """What a test asks of its site."""

    def user(self, role: str, of: str = A) -> User:
        """The person with a role; of enterprise `of` where the role is tied to one."""
        tied = role in roles() and roles()[role].within in ("enterprise", "assignment")
        name = role + (of.lower() if tied else "")
        return User.objects.get(username=name)

    def actor(self, role: str, of: str = A) -> Actor:
        """That person, acting."""
        if role == "public":
            return Actor(None, None)
        user = self.user(role, of)
        held = Membership.objects.select_related("enterprise").filter(user=user)
        return Actor(user, held.first())

    def client(self, role: str, of: str = A, language: str = "zh-hans") -> Client:
        """A browser in which that person is signed in."""
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.handler = _HANDLER
        client.cookies["language"] = language
        if role != "public":
            client.cookies[settings.SESSION_COOKIE_NAME] = _signed_in(self.user(role, of))
        return client

    def enterprise(self, of: str = A) -> Enterprise:
        """An enterprise."""
        return Enterprise.every.get(uscc=ENTERPRISES[of][0])

    def plant(self, of: str = A) -> Plant:
        """Its plant."""
        return Plant.every.get(code=ENTERPRISES[of][4])

    def workspace(self, of: str = A) -> Workspace:
        """Its records, log, files and runs."""
        return Workspace(self.enterprise(of))

    def import_example(self) -> None:
        """Put the year of the example works into the records of enterprise A."""
        files = [EXAMPLE / "facilities.csv", EXAMPLE / "activity.csv"]
        report = import_files(self.workspace().store, files, Catalogue.load())
        assert report.ok


def _hashed() -> str:
    from django.contrib.auth.hashers import make_password

    return make_password(PASSWORD)


_HASHED = _hashed()
