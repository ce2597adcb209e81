"""What is only recalled, and its confirmations on this site (待确认事项).

Values of tables are all known from the rulebook. Which formulas of a method a return rests on is
told by its run alone, so methods and rule sets wait here from the first return that was refused
for them; the site's log says what was asked, and not by whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tongjian.engine import FactorUsed
from tongjian.evidence import Act
from tongjian.rules import Words
from tongjian.site.access.actor import Actor
from tongjian.site.access.grants import SITE
from tongjian.site.mrv.projection import catch_up_site
from tongjian.site.workspaces import rulebook, site_log
from tongjian.statutory import Authority, Confirmation, Doubt, doubt_of

ASK = "doubt.ask"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something recalled, the id of its document, and its confirmation if somebody gave one."""

    document: str
    doubt: Doubt
    confirmed: Confirmation | None


def waiting(text: str = "") -> list[Waiting]:
    """Everything recalled whose names have all words of `text`: what was asked for comes first."""
    words = text.casefold().split()
    given = authority().confirmations()
    found = []
    for document, doubt in (*_asked(), *_values()):
        said = f"{doubt.id} {doubt.title.zh} {doubt.title.en} {doubt.document}".casefold()
        if all(word in said for word in words):
            found.append(Waiting(document, doubt, given.get((doubt.id, doubt.digest))))
    return found


def ask(doubts: Sequence[Doubt]) -> None:
    """Have methods and rule sets wait for somebody who confirms them; nothing is asked twice."""
    known = {(doubt.id, doubt.digest) for _, doubt in _asked()}
    new = [one for one in doubts if one.kind != "value" and (one.id, one.digest) not in known]
    if new:
        listed = [{**one.as_dict(), "table_document": one.table_document} for one in new]
        site_log().append([Act(ASK, SITE, "site:rulebook", {"doubts": listed})])
        catch_up_site()


def _values() -> Iterator[tuple[str, Doubt]]:
    for table in rulebook().tables.values():
        for value in table.values:
            if value.status == "recalled" and value.printed:
                yield table.id, doubt_of(FactorUsed(table, value, (), ()))


def _asked() -> Iterator[tuple[str, Doubt]]:
    for entry in site_log().entries(ASK):
        for said in entry.content["doubts"]:
            more = dict(said)
            title = Words(more.pop("title_zh"), more.pop("title_en"))
            rulesets = tuple(more.pop("rulesets"))
            doubt = Doubt(title=title, rulesets=rulesets, **more)
            # "method:<id>/<first day in force>"
            yield doubt.id.partition(":")[2].partition("/")[0], doubt


def authority() -> Authority:
    """What was confirmed on this site, for all of its enterprises."""
    return Authority(site_log())


def confirm(actor: Actor, ids: Sequence[str], reference: str) -> int:
    """Confirm what `actor` has held against the printed text; returns how many."""
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


__all__ = ["ASK", "Waiting", "ask", "authority", "confirm", "waiting", "withdraw"]
