"""Which rows a person may see (数据隔离): the one place where that is decided.

Whatever belongs to an enterprise is a `Tenanted` model. It says by which path its enterprise is
found and how far it reaches: for the enterprise alone, also for its assigned verifiers, or also for
the authorities of its division. Views read with ``Model.objects.seen_by(actor)`` and get the rows
of that actor and no other; ``Model.every`` is for what works on behalf of nobody (jobs, projection,
administration by command line), and a test lists the modules that use it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from tongjian.site.access.actor import Actor

Row = TypeVar("Row", bound=models.Model)
NOBODY = Q(pk__in=())


class Reach(IntEnum):
    """Who sees the rows of a model besides the enterprise (可见范围)."""

    ENTERPRISE = 0
    VERIFIER = 1
    AUTHORITY = 2


def in_division(field: str, beginning: str) -> Q:
    """The condition that a code of six digits begins so; as a range, which an index can answer."""
    if not beginning:
        return Q()
    return Q(**{f"{field}__gte": beginning.ljust(6, "0"), f"{field}__lte": beginning.ljust(6, "9")})


@models.CharField.register_lookup
class Inside(models.Lookup[str]):
    """``division__inside``: as `in_division`, of rows that are found by something else.

    SQLite takes any range for a small part of a table and would begin with all enterprises of a
    province where it was asked for one notice, or for the first page in another order. The sign
    before the column says that no index is to be entered by it; one that has it still answers.
    """

    lookup_name = "inside"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """From the first code to the last that begins so."""
        left, values = self.process_lhs(compiler, connection)
        sign = "+" if connection.vendor == "sqlite" else ""
        first, last = str(self.rhs).ljust(6, "0"), str(self.rhs).ljust(6, "9")
        return f"({sign}{left} >= %s AND {sign}{left} <= %s)", (*values, first, *values, last)


class ScopedManager(models.Manager[Row]):
    """Gives rows to an actor, and to nobody in particular none."""

    def seen_by(self, actor: Actor) -> models.QuerySet[Row]:
        """The rows that `actor` may see."""
        model: Any = self.model
        return super().get_queryset().filter(model.visible_to(actor))

    def get_queryset(self) -> models.QuerySet[Row]:
        raise TypeError(f"{self.model.__name__}.objects: seen_by(actor), or .every with a reason")


class Tenanted(models.Model):
    """A row that belongs to an enterprise (租户数据)."""

    TENANT: ClassVar[str] = "enterprise"
    """The path to the enterprise; empty for the enterprise itself."""
    REACH: ClassVar[Reach] = Reach.ENTERPRISE
    WITHIN: ClassVar[str] = ""
    """A column that has the division of the enterprise, kept by the database (`site.kept`): for
    tables that are too long to look at every enterprise."""

    every: ClassVar[models.Manager[Self]] = models.Manager()
    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
        # Related objects and checks of uniqueness go by this one.
        default_manager_name = "every"
        base_manager_name = "every"

    @classmethod
    def shared(cls) -> Q:
        """Of rows that reach others: the condition under which they do, such as being submitted."""
        return Q()

    @classmethod
    def visible_to(cls, actor: Actor) -> Q:
        """The condition for rows that `actor` may see."""
        path = f"{cls.TENANT}__" if cls.TENANT else ""
        within = actor.role.within
        if within == "enterprise":
            return Q(**{f"{path}pk": actor.enterprise_id}) if actor.enterprise_id else NOBODY
        if within == "assignment" and cls.REACH >= Reach.VERIFIER:
            return Q(**{f"{path}pk__in": actor.assigned()}) & cls.shared()
        if within == "division" and cls.REACH >= Reach.AUTHORITY:
            if not cls.TENANT:
                return in_division("division", actor.division)
            where = cls.WITHIN or f"{path}division"
            inside = Q(**{f"{where}__inside": actor.division}) if actor.division else Q()
            return inside & cls.shared()
        return NOBODY


class TenantedWithin(Tenanted):
    """A row of a long table, which has the division of its enterprise beside it."""

    WITHIN = "within"
    within = models.CharField(max_length=6, default="", editable=False)

    class Meta(Tenanted.Meta):
        abstract = True


__all__ = ["NOBODY", "Reach", "ScopedManager", "Tenanted", "TenantedWithin", "in_division"]
