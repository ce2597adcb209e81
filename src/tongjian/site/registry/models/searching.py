"""What a search looks in, and files that are being looked at before they are applied."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tongjian.site.access.models import new_key
from tongjian.site.registry.models.enterprises import Enterprise, OfEnterprise
from tongjian.site.registry.models.plants import Plant


class SearchTerm(OfEnterprise):
    """A piece of text by which an enterprise or plant is found (检索词): from any of its words on.

    Names are kept from each character on, so that looking for a beginning finds what stands in the
    middle, and an index serves it.
    """

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="search_terms")
    plant = models.ForeignKey(Plant, models.CASCADE, null=True, related_name="search_terms")
    term = models.CharField(max_length=40)

    class Meta(OfEnterprise.Meta):
        indexes: ClassVar[list[models.Index]] = [
            # The classes let PostgreSQL use it for beginnings whatever the collation is.
            models.Index(
                fields=["term", "enterprise", "plant"],
                name="search_term",
                opclasses=["varchar_pattern_ops", "int8_ops", "int8_ops"],
            ),
            models.Index(fields=["enterprise", "term"], name="search_of_enterprise"),
        ]

    def __str__(self) -> str:
        return self.term


class BulkUpload(models.Model):
    """A file for registering many at once (批量登记), kept between its dry run and its use."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    username = models.CharField(max_length=60, db_index=True)
    """Whose it is: nobody else gets at it."""
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    made = models.DateTimeField(auto_now_add=True)
    job = models.CharField(max_length=16, blank=True)
    """The key of the job that applies it, once it was asked for."""

    def __str__(self) -> str:
        return self.name


__all__ = ["BulkUpload", "SearchTerm"]
