"""Puts a page together: title, overview, chapters, one self-contained file."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from tongjian.engine import FactorUsed, Node, Run
from tongjian.reports import _lists as lists
from tongjian.reports._annexes import Annexes
from tongjian.reports._confirmed import confirmations
from tongjian.reports._coverage import MONTHS, months_covered
from tongjian.reports._explained import Teller, explained
from tongjian.reports._html import Markup, el, join
from tongjian.reports._inventory import chapter, heading
from tongjian.reports._numbers import change, grouped, reported, scale_for
from tongjian.reports._side_by_side import bridges, conflicts, titles
from tongjian.reports._used import used_factors
from tongjian.reports._views import View, total, views
from tongjian.reports._words import Words
from tongjian.reports._yearly import yearly

_Chapter = tuple[str, str, Markup]
_LANGUAGE = {"zh": "zh-CN", "en": "en"}
# A page shows what it holds and fetches nothing, whatever a name in the records may contain.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(run: Run, words: Words, annexes: Annexes) -> str:
    """The whole report as HTML."""
    shown, used = views(run), used_factors(run)
    chapters = [
        ("overview", words.text("overview"), _overview(run, shown, used, words)),
        ("rules", words.text("rulesets"), lists.rulesets(run, words)),
        *((view.anchor, heading(view, words), chapter(run, view, words)) for view in shown),
        *_of_one_plant(run, annexes, words),
        ("factors", words.text("factors"), lists.factors(used, words)),
        *_confirmed(annexes, words),
        ("problems", words.text("problems"), lists.problems(run.problems, words)),
    ]
    node = annexes.explained
    if node is not None:
        chapters.append(("explained", words.text("explained"), _explained(run, node, words)))
    chapters.append(("manifest", words.text("manifest"), lists.manifest(run, words)))
    numbered = [
        (anchor, f"{words.number(count)}{title}", content)
        for count, (anchor, title, content) in enumerate(chapters, start=1)
    ]
    body = [
        _header(run, words, annexes),
        _contents([(anchor, title) for anchor, title, _ in numbered], words),
        el(
            "main",
            [
                el("section", el("h2", title), content, id=anchor, class_="chapter")
                for anchor, title, content in numbered
            ],
        ),
        el("footer", el("p", words.text("footer")), _banner(run, words)),
    ]
    return _document(run, words, body)


def _of_one_plant(run: Run, annexes: Annexes, words: Words) -> Iterator[_Chapter]:
    names = titles(run, words)
    if annexes.details:
        yield "yearly", words.text("yearly"), yearly(annexes.details, words)
    if annexes.bridges:
        yield "side-by-side", words.text("side_by_side"), bridges(annexes.bridges, names, words)
    if annexes.conflicts:
        yield "conflicts", words.text("conflicts"), conflicts(annexes.conflicts, names, words)


def _confirmed(annexes: Annexes, words: Words) -> Iterator[_Chapter]:
    if annexes.statement is not None:
        content = confirmations(annexes.statement, words)
        yield "confirmations", words.text("confirmations"), content


def _document(run: Run, words: Words, body: list[Markup]) -> str:
    style = (files("tongjian") / "reports" / "report.css").read_text(encoding="utf-8")
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("meta", name="generator", content=f"tongjian {run.manifest['engine']['version']}"),
        el("title", f"{_title(run, words)} · {_scope(run, words)}"),
        el("style", Markup(style)),
    )
    page_html = el("html", head, "\n", el("body", _spaced(body)), lang=_LANGUAGE[words.lang])
    return f"<!DOCTYPE html>\n{page_html}\n"


def _spaced(parts: list[Markup]) -> Markup:
    return Markup("\n" + "\n".join(parts) + "\n")


# -- top -----------------------------------------------------------------------------------------


def _header(run: Run, words: Words, annexes: Annexes) -> Markup:
    statutory = None
    if annexes.statutory:
        statutory = el("p", words.text("statutory_banner"), class_="banner good", role="note")
    return el(
        "header",
        el("p", words.text("brand"), class_="brand"),
        el("h1", _title(run, words)),
        el("p", _scope(run, words), class_="scope"),
        statutory,
        _banner(run, words),
        _what_if(run, words),
    )


def _title(run: Run, words: Words) -> str:
    """What the report is about: pollutants as well where substances stand by themselves."""
    by_substance = any(not view.measure for view in views(run))
    return words.text("title_with_pollutants" if by_substance else "title")


def _scope(run: Run, words: Words) -> str:
    provinces = sorted({str(row.get("province") or "") for row in run.facilities.values()} - {""})
    places = [words.term("province", code) for code in provinces]
    where = words.listed(places) if places else words.text("not_stated")
    years = words.listed([str(year) for year in _years(run)])
    if len(run.facilities) == 1:
        ((code, row),) = run.facilities.items()
        name = words.facility(row)
        return words.text("scope_plant", name=name, code=code, places=where, years=years)
    count = f"{len(run.facilities):,}"
    return words.text("scope", places=where, years=years, count=count)


def _years(run: Run) -> list[int]:
    return sorted({year for result in run.results for year in result.years})


def fictitious_text(run: Run, words: Words) -> str | None:
    """What is said of fictitious enterprises; None where there are none."""
    count = sum(bool(row.get("fictitious")) for row in run.facilities.values())
    if count == 0:
        return None
    if count == len(run.facilities):
        return words.text("all_fictitious")
    return words.text("some_fictitious", count=f"{count:,}", total=f"{len(run.facilities):,}")


def _banner(run: Run, words: Words) -> Markup | None:
    said = fictitious_text(run, words)
    return el("p", said, class_="banner", role="note") if said else None


def _what_if(run: Run, words: Words) -> Markup | None:
    if not run.binds:
        return None
    binds = ", ".join(f"{alias} → {table}" for alias, table in sorted(run.binds.items()))
    return el("p", words.text("what_if", binds=binds), class_="banner", role="note")


def _contents(entries: list[tuple[str, str]], words: Words) -> Markup:
    links = [el("li", el("a", title, href=f"#{anchor}")) for anchor, title in entries]
    return el("nav", el("ol", links), aria_label=words.text("contents"))


# -- overview ------------------------------------------------------------------------------------


def _overview(run: Run, shown: list[View], used: list[FactorUsed], words: Words) -> Markup:
    months = months_covered(run)
    partial = [
        el("li", words.text("part_year", year=year, months=months[year]))
        for year in _years(run)
        if 0 < months.get(year, MONTHS) < MONTHS
    ]
    notes = [
        *partial,
        *([el("li", words.text("overlap"))] if any(view.ruleset for view in shown) else []),
        *(
            [el("li", words.text("editions_differ"))]
            if any(view.editions_differ for view in shown)
            else []
        ),
        el("li", lists.problem_summary(run.problems, words)),
        el("li", lists.factor_summary(used, words)),
    ]
    return join(
        el("div", [_headline(run, view, words) for view in shown if view.measure], class_="cards"),
        el("p", words.text("never_added"), class_="unit") if len(shown) > 1 else None,
        el("ul", notes, class_="notes"),
    )


def _headline(run: Run, view: View, words: Words) -> Markup:
    whole, last = total(run, view), view.years[-1]
    value = whole.values.get(last)
    scale = scale_for([value], words.lang, view.measure, headline=True)
    exact = reported(value, view.unit, view.rounding)
    earlier = [
        el(
            "p",
            words.text(
                "against_year",
                year=year,
                value=scale.text(whole.values.get(year)),
                change=change(whole.values.get(year), value),
            ),
        )
        for year in reversed(view.years[:-1])
    ]
    missing = whole.missing.get(last, 0)
    left_out = (
        el("p", words.text("rows_left_out", count=grouped(missing), year=last), class_="warn")
        if missing
        else el("p", words.text("rows_left_out_none"))
    )
    return el(
        "section",
        el("h3", heading(view, words)),
        el("p", words.text("year_column", year=last), class_="year"),
        el(
            "p",
            el("strong", scale.text(value)),
            " ",
            el("span", scale.name, class_="unit"),
            class_="headline",
        ),
        el("p", words.text("reported_value", value=exact, unit=words.unit(view.unit))),
        earlier,
        left_out,
        class_="card",
    )


def _explained(run: Run, node: Node, words: Words) -> Markup:
    return join(
        el("p", words.text("explained_lead")),
        el("div", explained(node, Teller.of(run, words)), class_="tree"),
    )


__all__ = ["fictitious_text", "page"]
