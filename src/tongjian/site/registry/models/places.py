"""Divisions and parks (行政区划、园区): where enterprises are. They belong to nobody."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models

from tongjian.site.registry.divisions import beginning

DIVISION = RegexValidator(r"\A[1-9]\d{5}\Z")


class Division(models.Model):
    """An administrative division (行政区划) by its six-digit code, and where its seat lies.

    Longitude and latitude are in degrees and rough; `status` and `source` say how well they and
    the code are known.
    """

    code = models.CharField(max_length=6, primary_key=True, validators=[DIVISION])
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    status = models.CharField(max_length=12, default="recalled")
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def prefix(self) -> str:
        """What the codes of everything in it begin with: "32", "3201" or the whole code."""
        return beginning(self.code)


class Park(models.Model):
    """An industrial park (园区)."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="parks")
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["division", "name_zh"], name="park_once")
        ]
        ordering: ClassVar[list[str]] = ["division", "name_zh"]

    def __str__(self) -> str:
        return self.name_zh


__all__ = ["DIVISION", "Division", "Park"]
