"""What the API keeps: answers to requests with a key (幂等键), rates, whom to tell what (推送)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tongjian.site.access.models import Membership, User, new_key


class KeptAnswer(models.Model):
    """What a request with an ``Idempotency-Key`` was answered (留存的答复).

    `asked` is the hash of the request. While it is under way there is no `status`.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=100)
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    made = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "key"], name="kept_answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"


class Allowance(models.Model):
    """How often a key, user or address has asked in a minute (速率计数)."""

    name = models.CharField(max_length=100, primary_key=True)
    window = models.PositiveBigIntegerField(db_index=True)
    """The minute, since 1970."""
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Webhook(models.Model):
    """An address that is told what happens (推送订阅), on behalf of somebody in one role.

    `acts` are beginnings of names of acts, such as ``report.``; none stands for all. The secret is
    not kept: it follows from `key` and the site's own secret.
    """

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=500)
    acts = models.JSONField(default=list)
    made = models.DateTimeField(auto_now_add=True)
    seen = models.DateTimeField()
    """Entries before this moment have been looked at."""
    ended = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.key


class Delivery(models.Model):
    """An entry of a log on its way to an address (推送记录), and what became of it."""

    WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    log = models.CharField(max_length=40)
    number = models.PositiveBigIntegerField()
    message = models.JSONField()
    state = models.CharField(max_length=10, default=WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    """What the address has answered last; none where it was not reached."""
    told = models.CharField(max_length=200, blank=True)
    made = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["webhook", "log", "number"], name="delivery_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "due"], name="delivery_due")
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.log}/{self.number}"


__all__ = ["Allowance", "Delivery", "KeptAnswer", "Webhook"]
