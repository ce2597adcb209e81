"""Plants and their process units (设施、工序)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from tongjian.site.registry.models.enterprises import Enterprise, OfEnterprise
from tongjian.site.registry.models.places import DIVISION
from tongjian.site.registry.validators import (
    check_level,
    check_plant_code,
    check_sector,
    check_unit,
    check_unit_code,
)

LONGITUDE = (MinValueValidator(73.0), MaxValueValidator(136.0))
LATITUDE = (MinValueValidator(3.0), MaxValueValidator(54.0))


class Plant(OfEnterprise):
    """A plant (设施): what records, runs and reports call a facility.

    Longitude and latitude are in degrees, within China.
    """

    WITHIN = "within"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="plants")
    code = models.CharField(max_length=40, unique=True, validators=[check_plant_code])
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    sector = models.CharField(max_length=40, validators=[check_sector])
    division = models.CharField(max_length=6, validators=[DIVISION], db_index=True)
    address = models.CharField(max_length=200, blank=True)
    longitude = models.FloatField(null=True, blank=True, validators=LONGITUDE)
    latitude = models.FloatField(null=True, blank=True, validators=LATITUDE)
    closed = models.DateField(null=True, blank=True)
    within = models.CharField(max_length=6, default="", editable=False)
    """The division of the enterprise, kept by the database (`site.kept`)."""

    class Meta(OfEnterprise.Meta):
        ordering: ClassVar[list[str]] = ["code"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["division", "code", "within", "closed", "sector"], name="plant_listed"
            ),
            models.Index(fields=["within", "closed", "division"], name="plant_within"),
        ]

    def __str__(self) -> str:
        return self.name_zh


class OfPlant(OfEnterprise):
    """Something that stands in a plant."""

    TENANT = "plant__enterprise"

    class Meta(OfEnterprise.Meta):
        abstract = True


class ProcessUnit(OfPlant):
    """A process unit (工序或装置) of a plant.

    `technology` is its route, `commissioned` and `closed` are what the rulebook knows as
    ``commissioned_on`` and ``closed_on``, and `level` is a level of equipment (``device_level``).
    """

    plant = models.ForeignKey(Plant, models.PROTECT, related_name="process_units")
    code = models.CharField(max_length=40, validators=[check_unit_code])
    name_zh = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    technology = models.CharField(max_length=60, blank=True)
    abatement = models.CharField(max_length=60, blank=True)
    capacity = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0.0)])
    capacity_unit = models.CharField(max_length=40, blank=True, validators=[check_unit])
    equipment = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=20, blank=True, validators=[check_level])
    commissioned = models.DateField(null=True, blank=True)
    closed = models.DateField(null=True, blank=True)

    class Meta(OfPlant.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plant", "code"], name="process_unit_once")
        ]
        ordering: ClassVar[list[str]] = ["plant", "code"]

    def __str__(self) -> str:
        return self.code

    def age(self, on: date) -> int | None:
        """Whole years since it was commissioned (役龄), up to `on` or to when it was closed."""
        if self.commissioned is None:
            return None
        end = min(on, self.closed) if self.closed else on
        passed = (end.month, end.day) >= (self.commissioned.month, self.commissioned.day)
        return end.year - self.commissioned.year - (0 if passed else 1)


__all__ = ["OfPlant", "Plant", "ProcessUnit"]
