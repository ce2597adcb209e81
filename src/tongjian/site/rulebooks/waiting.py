"""Values that are only recalled, and their confirmations on this site (待确认取值)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongjian.engine import FactorUsed
from tongjian.rules import Table, Value
from tongjian.site.access.actor import Actor
from tongjian.site.access.grants import SITE
from tongjian.site.mrv.projection import catch_up_site
from tongjian.site.workspaces import rulebook, site_log
from tongjian.statutory import Authority, Confirmation, Doubt, doubt_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """A recalled value with its confirmation, if somebody gave one."""

    table: Table
    value: Value
    doubt: Doubt
    confirmed: Confirmation | None


def waiting(text: str = "") -> list[Waiting]:
    """Every recalled value of a table whose names have all words of `text`."""
    words = text.casefold().split()
    given = authority().confirmations()
    found = []
    for table in rulebook().tables.values():
        for value in table.values:
            if value.status != "recalled" or not value.printed:
                continue
            doubt = doubt_of(FactorUsed(table, value, (), ()))
            said = f"{doubt.id} {doubt.title.zh} {doubt.title.en} {doubt.document}".casefold()
            if all(word in said for word in words):
                done = given.get((doubt.id, doubt.digest))
                found.append(Waiting(table, value, doubt, done))
    return found


def authority() -> Authority:
    """What was confirmed on this site, for all of its enterprises."""
    return Authority(site_log())


def confirm(actor: Actor, ids: Sequence[str], reference: str) -> int:
    """Confirm values that `actor` has held against the printed text; returns how many."""
    chosen = [one.doubt for one in waiting() if one.doubt.id in set(ids) and not one.confirmed]
    _entitle(actor)
    if chosen:
        authority().confirm(chosen, actor.signature, reference)
    catch_up_site()
    return len(chosen)


def withdraw(actor: Actor, ids: Sequence[str], reason: str) -> int:
    """Take confirmations back; returns how many."""
    chosen = [one.doubt for one in waiting() if one.doubt.id in set(ids) and one.confirmed]
    _entitle(actor)
    if chosen:
        authority().withdraw(chosen, actor.signature, reason)
    catch_up_site()
    return len(chosen)


def _entitle(actor: Actor) -> None:
    """Enter the right to confirm, which the matrix gives, in the site's log."""
    found = authority()
    rights = found.rights()
    if "grant" not in rights.get(SITE, set()):
        found.grant(SITE, ["grant"], SITE)
    if "confirm" not in rights.get(actor.signature, set()):
        found.grant(actor.signature, ["confirm"], SITE)


__all__ = ["Waiting", "authority", "confirm", "waiting", "withdraw"]
