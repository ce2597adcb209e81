"""What a plant has besides process units (设施内): products, outlets, meters, stations."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from tongjian.site.registry.models.plants import LATITUDE, LONGITUDE, OfPlant, Plant, ProcessUnit
from tongjian.site.registry.validators import (
    check_mn,
    check_outlet_code,
    check_permit,
    check_stream,
    check_unit,
    check_unit_code,
)
from tongjian.site.ui.texts import text_lazy


class Product(OfPlant):
    """A product (产品) of a plant: a stream of the catalogue, and the unit that makes it."""

    plant = models.ForeignKey(Plant, models.PROTECT, related_name="products")
    process_unit = models.ForeignKey(
        ProcessUnit, models.PROTECT, null=True, blank=True, related_name="products"
    )
    stream = models.CharField(max_length=80, validators=[check_stream])
    capacity = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0.0)])
    capacity_unit = models.CharField(max_length=40, blank=True, validators=[check_unit])

    class Meta(OfPlant.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plant", "stream"], name="product_once")
        ]
        ordering: ClassVar[list[str]] = ["plant", "stream"]

    def __str__(self) -> str:
        return self.stream


class OutletKind(models.TextChoices):
    """What an outlet lets out, and how (排放口类型), told by the first letters of its code."""

    AIR = "outlet", text_lazy("registry.outlet_air")
    FUGITIVE = "fugitive", text_lazy("registry.outlet_fugitive")
    WATER = "water", text_lazy("registry.outlet_water")


class Outlet(OfPlant):
    """A permit outlet (许可排放口): its code in the permit is its code in the records too."""

    plant = models.ForeignKey(Plant, models.PROTECT, related_name="outlets")
    process_unit = models.ForeignKey(
        ProcessUnit, models.PROTECT, null=True, blank=True, related_name="outlets"
    )
    code = models.CharField(max_length=40, validators=[check_outlet_code])
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    permit = models.CharField(max_length=22, blank=True, validators=[check_permit])
    height = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0.0)])
    """Height of the stack in m."""
    diameter = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0.0)])
    """Inner diameter at its mouth in m."""
    longitude = models.FloatField(null=True, blank=True, validators=LONGITUDE)
    latitude = models.FloatField(null=True, blank=True, validators=LATITUDE)
    closed = models.DateField(null=True, blank=True)

    class Meta(OfPlant.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plant", "code"], name="outlet_once")
        ]
        ordering: ClassVar[list[str]] = ["plant", "code"]

    def __str__(self) -> str:
        return self.code

    @property
    def kind(self) -> OutletKind:
        """What it lets out, by its code."""
        kinds = {"DA": OutletKind.AIR, "WZ": OutletKind.FUGITIVE}
        return kinds.get(self.code[:2], OutletKind.WATER)


class Meter(OfPlant):
    """A meter (计量器具), by the id that it has in the control plan."""

    plant = models.ForeignKey(Plant, models.PROTECT, related_name="meters")
    process_unit = models.ForeignKey(
        ProcessUnit, models.PROTECT, null=True, blank=True, related_name="meters"
    )
    code = models.CharField(max_length=40, validators=[check_unit_code])
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    serial = models.CharField(max_length=60, blank=True)
    accuracy_class = models.CharField(max_length=20, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    range_unit = models.CharField(max_length=40, blank=True, validators=[check_unit])
    interval = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    """Months from one calibration to the next (检定周期)."""
    calibrated = models.DateField(null=True, blank=True)
    closed = models.DateField(null=True, blank=True)

    class Meta(OfPlant.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plant", "code"], name="meter_once")
        ]
        ordering: ClassVar[list[str]] = ["plant", "code"]

    def __str__(self) -> str:
        return self.code

    @property
    def due(self) -> date | None:
        """The day before which it is to be calibrated again (检定到期日)."""
        if self.calibrated is None or self.interval is None:
            return None
        months = self.calibrated.year * 12 + self.calibrated.month - 1 + self.interval
        year, month = divmod(months, 12)
        return date(year, month + 1, min(self.calibrated.day, monthrange(year, month + 1)[1]))


class Station(OfPlant):
    """A monitoring station (在线监测点) with the MN number by which HJ 212 telegrams name it."""

    plant = models.ForeignKey(Plant, models.PROTECT, related_name="stations")
    outlet = models.ForeignKey(
        Outlet, models.PROTECT, null=True, blank=True, related_name="stations"
    )
    mn = models.CharField(max_length=24, validators=[check_mn])
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    since = models.DateField(null=True, blank=True)
    closed = models.DateField(null=True, blank=True)

    class Meta(OfPlant.Meta):
        # Not unique among all plants: who enters one must not learn that another has it.
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plant", "mn"], name="station_once")
        ]
        ordering: ClassVar[list[str]] = ["plant", "mn"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["mn"], name="station_mn")]

    def __str__(self) -> str:
        return self.mn


__all__ = ["Meter", "Outlet", "OutletKind", "Product", "Station"]
