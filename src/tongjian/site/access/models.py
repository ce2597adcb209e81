"""People (人员): accounts, what they may do where, and which verifications they were given."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q

from tongjian.site.access.roles import PUBLIC, Role, roles


class UserManager(BaseUserManager["User"]):
    """Makes accounts."""

    def create_user(
        self, username: str, name: str, password: str | None = None, **fields: Any
    ) -> User:
        """An account; without a password it can only sign in once one is set."""
        user = self.model(username=username, name=name, **fields)
        user.set_password(password)
        user.full_clean()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account (账户). It is never deleted, only closed: what it did stays readable."""

    username = models.CharField(max_length=60, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    """Whether the password was set by somebody else: it is good for one thing, changing it."""
    password_until = models.DateTimeField(null=True, blank=True)
    """Until when such a password lets its owner in."""
    joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.signature

    @property
    def signature(self) -> str:
        """How the account is named in logs and reports (署名): its name, and what makes it one."""
        return f"{self.name}（{self.username}）"

    # Asked for by packages that know Django's own accounts.
    is_staff = False
    is_superuser = False

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Membership(models.Model):
    """A role that somebody has (任职), within an enterprise, a division, or by assignment."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20)
    enterprise = models.ForeignKey(
        "registry.Enterprise", models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    division = models.CharField(max_length=6, blank=True)
    """The beginning of the codes it holds for: "3201" a city, "32" a province, "" all."""
    since = models.DateField(auto_now_add=True)
    ended = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=(
                    Q(role__in=[one.id for one in roles().values() if one.within == "enterprise"])
                    & Q(enterprise__isnull=False)
                )
                | (
                    Q(role__in=[one.id for one in roles().values() if one.within != "enterprise"])
                    & Q(enterprise__isnull=True)
                ),
                name="membership_within",
            ),
            # Two, because SQLite knows no NULLS NOT DISTINCT and would silently make none.
            models.UniqueConstraint(
                fields=["user", "role", "enterprise"],
                condition=Q(ended__isnull=True, enterprise__isnull=False),
                name="membership_once_enterprise",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "division"],
                condition=Q(ended__isnull=True, enterprise__isnull=True),
                name="membership_once_division",
            ),
            models.CheckConstraint(condition=~Q(role=PUBLIC), name="membership_not_public"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"

    @property
    def kind(self) -> Role:
        """The role."""
        return roles()[self.role]


class Assignment(models.Model):
    """A verification that somebody was given (核查委派): of an enterprise's report of a year."""

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    enterprise = models.ForeignKey(
        "registry.Enterprise", models.PROTECT, related_name="assignments"
    )
    year = models.PositiveSmallIntegerField()
    by = models.CharField(max_length=130)
    since = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "enterprise", "year"],
                condition=Q(ended__isnull=True),
                name="assignment_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.enterprise_id}/{self.year}"


class PastPassword(models.Model):
    """The hash of a password that somebody had (用过的密码), so that it is not taken again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="past_passwords")
    hashed = models.CharField(max_length=128)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.since}"


class Lockout(models.Model):
    """Failures to sign in under a name (登录失败), whether or not there is such an account.

    `key` is a keyed hash of the name: people type passwords into the wrong field.
    """

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.failures} {self.last}"


class ApiToken(models.Model):
    """A key to the API (接口令牌) for a program that works on behalf of somebody in one role.

    Only a hash of it is kept. It may do no more than `scopes`, and no more than its owner may at
    the time.
    """

    prefix = models.CharField(max_length=8, unique=True)
    """Its beginning, by which it is found and told apart."""
    hashed = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=60)
    scopes = models.JSONField(default=list)
    made = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.prefix


def new_key() -> str:
    """A key that nobody can guess, for addresses and folders."""
    return secrets.token_hex(8)
