"""Who acts in a request, and as what (当前身份)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from tongjian.site.access.models import Assignment, Membership, User
from tongjian.site.access.permissions import may
from tongjian.site.access.roles import PUBLIC, Role, roles


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody in one of their roles; whoever has not signed in is the public.

    `narrowed` are the actions that an API token is limited to; None for a person.
    """

    user: User | None
    membership: Membership | None
    narrowed: frozenset[str] | None = None

    @property
    def role(self) -> Role:
        """The role in which they act."""
        return roles()[PUBLIC] if self.membership is None else self.membership.kind

    @property
    def enterprise_id(self) -> int | None:
        """The enterprise they act for, if it is one."""
        return None if self.membership is None else self.membership.enterprise_id

    @property
    def division(self) -> str:
        """The beginning of the codes of the divisions they act for."""
        return "" if self.membership is None else self.membership.division

    @property
    def signature(self) -> str:
        """How they are named in logs."""
        return "" if self.user is None else self.user.signature

    def assigned(self, year: int | None = None) -> QuerySet[Assignment, int]:
        """The ids of the enterprises whose verification they were given."""
        found = Assignment.objects.filter(user=self.user, ended=None)
        if year is not None:
            found = found.filter(year=year)
        return found.values_list("enterprise_id", flat=True)

    def may(self, action: str) -> bool:
        """Whether an action is for them."""
        known = may(self.role.id, action, account=self.user is not None)
        return known and (self.narrowed is None or action in self.narrowed)


NOBODY = Actor(None, None)

__all__ = ["NOBODY", "Actor"]
