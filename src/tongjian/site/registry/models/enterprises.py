"""Enterprises (企业) and whom to ask there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tongjian.site.access.models import new_key
from tongjian.site.access.tenancy import Reach, Tenanted
from tongjian.site.registry.models.places import DIVISION, Park
from tongjian.site.registry.validators import check_credit_code


class Enterprise(Tenanted):
    """An enterprise (企业): the tenant. Its folder and its log are named by `key`."""

    TENANT = ""
    REACH = Reach.AUTHORITY

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    uscc = models.CharField(max_length=18, unique=True, validators=[check_credit_code])
    """The unified social credit code (统一社会信用代码)."""
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    division = models.CharField(max_length=6, validators=[DIVISION], db_index=True)
    park = models.ForeignKey(Park, models.PROTECT, null=True, blank=True)
    address = models.CharField(max_length=200, blank=True)
    fictitious = models.BooleanField(default=False)
    closed = models.DateField(null=True, blank=True)
    entry = models.PositiveBigIntegerField(default=0, editable=False)
    """The last entry of its log that the rows of the registry follow."""

    class Meta(Tenanted.Meta):
        ordering: ClassVar[list[str]] = ["division", "name_zh"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["division", "name_zh", "id"], name="enterprise_listed")
        ]

    def __str__(self) -> str:
        return self.name_zh


class OfEnterprise(Tenanted):
    """Something of an enterprise that its verifiers and authorities may see as well."""

    REACH = Reach.AUTHORITY

    class Meta(Tenanted.Meta):
        abstract = True


class Contact(OfEnterprise):
    """Somebody to ask at an enterprise (联系人); no account goes with it."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=60)
    duty = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)

    class Meta(OfEnterprise.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enterprise", "name"], name="contact_once")
        ]
        ordering: ClassVar[list[str]] = ["enterprise", "name"]

    def __str__(self) -> str:
        return self.name


__all__ = ["Contact", "Enterprise", "OfEnterprise"]
