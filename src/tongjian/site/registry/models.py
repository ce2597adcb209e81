"""Who is there (登记): divisions, parks, enterprises, plants and their process units.

The code of a plant is given by the site and is the one key by which records, permits and reports
know it (一源一码). Two enterprises never share it, and no one can choose it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models

from tongjian.site.access.models import new_key
from tongjian.site.access.tenancy import Reach, Tenanted

DIVISION = RegexValidator(r"\A[1-9]\d{5}\Z")


class Division(models.Model):
    """An administrative division (行政区划) by its six-digit code, and where it lies."""

    code = models.CharField(max_length=6, primary_key=True, validators=[DIVISION])
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name_zh

    @property
    def prefix(self) -> str:
        """What the codes of everything in it begin with: "32", "3201" or the whole code."""
        return self.code.removesuffix("00").removesuffix("00")


class Park(models.Model):
    """An industrial park (园区)."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="parks")
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return self.name_zh


class Enterprise(Tenanted):
    """An enterprise (企业): the tenant. Its folder and its log are named by `key`."""

    TENANT = ""
    REACH = Reach.AUTHORITY

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    uscc = models.CharField(max_length=18, unique=True)
    """The unified social credit code (统一社会信用代码)."""
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    division = models.CharField(max_length=6, validators=[DIVISION], db_index=True)
    park = models.ForeignKey(Park, models.PROTECT, null=True, blank=True)
    fictitious = models.BooleanField(default=False)
    closed = models.DateField(null=True, blank=True)

    class Meta(Tenanted.Meta):
        ordering: ClassVar[list[str]] = ["division", "name_zh"]

    def __str__(self) -> str:
        return self.name_zh


class OfEnterprise(Tenanted):
    """Something of an enterprise that its verifiers and authorities may see as well."""

    REACH = Reach.AUTHORITY

    class Meta(Tenanted.Meta):
        abstract = True


class Plant(OfEnterprise):
    """A plant (设施): what records, runs and reports call a facility."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="plants")
    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    sector = models.CharField(max_length=40)
    division = models.CharField(max_length=6, validators=[DIVISION], db_index=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    closed = models.DateField(null=True, blank=True)

    class Meta(OfEnterprise.Meta):
        ordering: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        return self.name_zh


class ProcessUnit(OfEnterprise):
    """A process unit (工序) of a plant."""

    TENANT = "plant__enterprise"

    plant = models.ForeignKey(Plant, models.PROTECT, related_name="process_units")
    code = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=60)
    technology = models.CharField(max_length=60, blank=True)
    abatement = models.CharField(max_length=60, blank=True)
    capacity = models.FloatField(null=True, blank=True)
    capacity_unit = models.CharField(max_length=40, blank=True)

    class Meta(OfEnterprise.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plant", "code"], name="process_unit_once")
        ]
        ordering: ClassVar[list[str]] = ["plant", "code"]

    def __str__(self) -> str:
        return self.code


def stored(one: Plant | ProcessUnit) -> dict[str, Any]:
    """A plant or process unit as the row that the records have of it."""
    if isinstance(one, ProcessUnit):
        names = ("name_zh", "name_en", "kind", "technology", "abatement")
        return {
            "facility": one.plant.code,
            "process_unit": one.code,
            **{name: getattr(one, name) for name in (*names, "capacity", "capacity_unit")},
        }
    where = {item.code: item for item in Division.objects.filter(code__in=_above(one.division))}
    province, city = (where.get(code) for code in _above(one.division))
    return {
        "facility": one.code,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "sector": one.sector,
        "province": province.name_en if province else "",
        "city": city.name_zh if city else "",
        "division": one.division,
        "fictitious": one.enterprise.fictitious,
    }


def _above(code: str) -> tuple[str, str]:
    """The codes of the province and the city of a division."""
    return f"{code[:2]}0000", f"{code[:4]}00"
