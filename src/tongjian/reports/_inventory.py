"""The inventory chapters of a page: one per view, by sector, city, gas and category."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tongjian.engine import Run
from tongjian.reports._charts import Bar, Chart, drawings
from tongjian.reports._html import Markup, el
from tongjian.reports._numbers import NOTHING, Scale, change, reported, scale_for
from tongjian.reports._substances import substances_by
from tongjian.reports._tables import Column, Line, figures
from tongjian.reports._views import Item, View, division_of, items, total
from tongjian.reports._words import Words, chemical

# Fewer bars than this say no more than the table below them.
_TELLS = 2


def heading(view: View, words: Words) -> str:
    """What a view is called."""
    measure = words.text(f"measure_{view.measure}")
    if view.measure == "tce":
        title = measure[:1].upper() + measure[1:]
    else:
        boundary = words.term("boundary", view.boundary)
        title = words.text("view_title", boundary=boundary, measure=measure)
    if view.ruleset is None:
        return title
    return words.text("view_ruleset", title=title, ruleset=view.ruleset)


def chapter(run: Run, view: View, words: Words) -> Markup:
    """The inventory of one view."""
    teller = _Teller(run, view, words)
    alone = len(run.facilities) == 1
    parts: list[Markup]
    if view.measure:
        kind = "by_use" if view.measure == "tce" else "by_category"
        # One plant has one sector and one city: its total would be said twice more.
        parts = [
            *([] if alone else teller.by_sector_and_city()),
            *([] if view.measure == "tce" else [teller.gases()]),
            teller.section(kind, ["category"], "category", teller.category),
        ]
    else:
        parts = [
            teller.gases(),
            *(
                []
                if alone
                else (
                    substances_by(run, view, words, "sector", teller.sector, beside=True),
                    substances_by(run, view, words, "city", teller.city, beside=True),
                )
            ),
            *teller.substances_by_category(),
        ]
    return el("div", parts)


class _Teller:
    """Writes the sections of one view, all in the same unit."""

    def __init__(self, run: Run, view: View, words: Words) -> None:
        self.run, self.view, self.words = run, view, words
        self.whole = total(run, view)
        # Columns of rows left out are for years in which there are any; the overview says the rest.
        self.left_out = [year for year in view.years if self.whole.missing.get(year)]
        values = self.whole.values.values()
        self.scale = scale_for(values, words.lang, view.measure) if view.measure else Scale(1, "t")

    def sector(self, code: str) -> str:
        return self.words.term("sector", code) if code else self.words.text("not_stated")

    def city(self, name: str) -> str:
        return self.words.city(name, division_of(self.run, name))

    def category(self, code: str) -> str:
        return self.words.term("category", code)

    def by_sector_and_city(self) -> list[Markup]:
        return [
            self.section("by_sector", ["sector"], "sector", self.sector, stacked=True),
            self.section("by_city", ["city"], "city", self.city),
        ]

    def substances_by_category(self) -> list[Markup]:
        if len(self.run.facilities) == 1 and len(items(self.run, self.view, ["category"])) < _TELLS:
            return []  # the table of substances has said it
        part = substances_by(
            self.run, self.view, self.words, "category", self.category, beside=False
        )
        return [part]

    def section(
        self,
        title: str,
        by: Sequence[str],
        column: str,
        name_of: Callable[[str], str],
        *,
        stacked: bool = False,
    ) -> Markup:
        """A chart of the last year and a table of all years."""
        words, found = self.words, items(self.run, self.view, by)
        names = {item.code[0]: name_of(item.code[0]) for item in found}
        label = self.caption(title)
        figure = None
        # What comes to nothing stands in the table and needs no bar.
        drawn = [item for item in found if self.drawn(item)]
        if len(drawn) > _TELLS:
            chart = self.stack(title, drawn, names) if stacked else self.bars(title, drawn, names)
            figure = self.figure(chart)
        return el(
            "section",
            el("h3", words.text(title)),
            figure,
            el("p", words.text("in_unit", unit=self.scale.name), class_="unit"),
            self.table(words.text(column), found, names, label),
        )

    def caption(self, title: str) -> str:
        return f"{heading(self.view, self.words)} · {self.words.text(title)}"

    def table(
        self, column: str, found: Sequence[Item], names: Mapping[str, str], label: str
    ) -> Markup:
        words, years = self.words, self.view.years
        columns = [
            Column(column),
            *(Column(words.text("year_column", year=year), number=True) for year in years),
            *([Column(words.text("change"), number=True)] if len(years) > 1 else []),
            *(
                Column(words.text("left_out_year", year=year), number=True, class_="quiet")
                for year in self.left_out
            ),
        ]
        lines = [Line(self.cells(names[item.code[0]], item)) for item in found]
        lines.append(Line(self.cells(words.text("total"), self.whole), "total"))
        return figures(columns, lines, label=label)

    def cells(self, name: str, item: Item) -> list[object]:
        years = self.view.years
        return [
            name,
            *(self.scale.text(item.values.get(year)) for year in years),
            *(
                [change(item.values.get(years[-2]), item.values.get(years[-1]))]
                if len(years) > 1
                else []
            ),
            *(f"{item.missing.get(year, 0):,}" for year in self.left_out),
        ]

    # -- gases -------------------------------------------------------------------------------

    def gases(self) -> Markup:
        """Each gas in its own mass, rounded as the rule set asks, and in CO2 equivalent."""
        words, view = self.words, self.view
        rows = self.run.inventory(["substance", "year"], **view.where)
        by_gas: dict[str, dict[int, dict[str, object]]] = {}
        for row in rows:
            by_gas.setdefault(row["substance"], {})[row["year"]] = row
        found = {item.code[0]: item for item in items(self.run, view, ["substance"])}
        with_co2e = view.measure == "co2e"
        columns = [
            Column(words.text("substance" if with_co2e else "matter")),
            Column(words.text("own_unit")),
            *(Column(words.text("own_mass", year=year), number=True) for year in view.years),
        ]
        if with_co2e:
            columns += [
                Column(words.text("year_column", year=year), number=True, below=self.scale.name)
                for year in view.years
            ]
        lines = []
        for code, item in found.items():
            own = [by_gas[code].get(year, {}) for year in view.years]
            unit = str(next(one["unit"] for one in own if one.get("unit")))
            amounts = (reported(_number(one.get("amount")), unit, view.rounding) for one in own)
            co2e = [self.scale.text(item.values.get(year)) for year in view.years]
            name = words.term("substance", code)
            cells = [name, words.unit(unit), *amounts, *(co2e if with_co2e else [])]
            lines.append(Line(cells))
        if with_co2e:
            sums = [self.scale.text(self.whole.values.get(year)) for year in view.years]
            blanks = ["", *([NOTHING] * len(view.years))]
            lines.append(Line([words.text("total"), *blanks, *sums], "total"))
        kind = "by_substance" if with_co2e else "by_matter"
        label = self.caption(kind)
        title = el("h3", words.text(kind))
        return el("section", title, figures(columns, lines, label=label))

    # -- charts ------------------------------------------------------------------------------

    def stack(self, title: str, found: Sequence[Item], names: Mapping[str, str]) -> Chart:
        """Bars of the last year in parts: by gas or, for energy, by kind of energy."""
        part = "category" if self.view.measure == "tce" else "substance"
        year = self.view.years[-1]
        pieces = items(self.run, self.view, ["sector", part], year=year)
        codes = [item.code[0] for item in items(self.run, self.view, [part], year=year)]
        if part == "substance":
            series = {code: chemical(code) for code in codes}
        else:
            series = {code: self.words.term(part, code) for code in codes}
        parts: dict[str, dict[str, float]] = {}
        for piece in pieces:
            parts.setdefault(piece.code[0], {})[piece.code[1]] = self.drawn(piece)
        bars = [
            self.bar(
                item,
                names,
                [(name, parts[item.code[0]].get(code, 0.0)) for code, name in series.items()],
            )
            for item in found
            if item.code[0] in parts
        ]
        return self.chart(title, bars, tuple(series.values()))

    def bars(self, title: str, found: Sequence[Item], names: Mapping[str, str]) -> Chart:
        """Bars of the last year; deductions have their own colour."""
        counted = self.words.text("amount_series")
        deducted = self.words.text("deduction_series")
        signs = {True: deducted, False: counted}
        bars = [
            self.bar(item, names, [(signs[self.drawn(item) < 0], self.drawn(item))])
            for item in found
        ]
        has_deductions = any(name == deducted for bar in bars for name, _ in bar.parts)
        return self.chart(title, bars, (counted, deducted) if has_deductions else (counted,))

    def bar(self, item: Item, names: Mapping[str, str], parts: Sequence[tuple[str, float]]) -> Bar:
        value = item.latest(self.view.years)
        return Bar(names[item.code[0]], self.scale.text(value), tuple(parts))

    def drawn(self, item: Item) -> float:
        return float(self.scale.number(item.latest(self.view.years) or 0.0))

    def chart(self, title: str, bars: Sequence[Bar], series: tuple[str, ...]) -> Chart:
        words = self.words
        by = words.text(title)
        name = words.text(
            "chart_title",
            year=self.view.years[-1],
            heading=heading(self.view, words),
            by=by if words.lang == "zh" else by.lower(),
            unit=self.scale.name,
        )
        return Chart(name, words.text("chart_description"), tuple(bars), series)

    def figure(self, chart: Chart) -> Markup:
        return el("figure", self.legend(chart), drawings(chart), el("figcaption", chart.title))

    def legend(self, chart: Chart) -> Markup | None:
        if len(chart.series) < 2:
            return None
        entries = [
            el("li", el("span", class_="swatch", style=f"background:{colour}"), name)
            for name, colour in chart.legend()
        ]
        return el("ul", entries, class_="legend")


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


__all__ = ["chapter", "heading"]
