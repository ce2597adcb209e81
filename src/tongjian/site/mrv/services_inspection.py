"""The form of a joint inspection (联合检查表) of a report's year, in the words of the page."""

from __future__ import annotations

from typing import Any

from tongjian.control_plan import history, link, word
from tongjian.evidence import china_day
from tongjian.reports import Words
from tongjian.site.mrv.services_verification import Verification
from tongjian.site.ui.texts import lang
from tongjian.verification import findings_of, inspection_form


def pages_of(made: Verification) -> list[dict[str, Any]]:
    """A page for each source of the version that was handed in; none while there is none."""
    if not made.runs:
        return []
    desk, (mark, run) = made.desk, made.runs[0]
    log, code, store = desk.workspace.log, desk.plant.code, desk.workspace.runs
    rows = store.records_of(store.open(mark)).read_activity(code, desk.year)
    links = link(rows, history(log, code), desk.year, china_day(log.clock())).links
    words = Words.of(lang())
    pages = inspection_form(run, code, desk.year, links, findings_of(desk.entries, made.subject))
    return [
        {
            "source": one.source,
            "name": words.pick(one.unit["name_zh"], one.unit["name_en"]),
            "kind": words.term("kind", one.unit["kind"]) if one.unit["kind"] else "",
            "figures": one.figures,
            "records": [
                {
                    **record,
                    "words": f"{words.key('stream', record['stream'])} · "
                    f"{words.item(record['stream'], record['item'])}",
                }
                for record in one.records
            ],
            "meters": [(name, word("meter", state, lang())) for name, state in one.meters.items()],
            "fired": one.fired,
            "findings": one.findings,
        }
        for one in pages
    ]


__all__ = ["pages_of"]
