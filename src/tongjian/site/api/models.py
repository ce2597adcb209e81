"""Answers that are kept for requests with a key (幂等键), so that a repeat does nothing twice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tongjian.site.access.models import User


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


__all__ = ["KeptAnswer"]
