"""Tables of a view whose substances have no common measure, such as air pollutants (分物质表).

Each substance has a column of its own and is never added to another; beside them stand, where the
run has it, the greenhouse gases of the same plants, so that both are read in one row.
"""

from __future__ import annotations

from collections.abc import Callable

from tongjian.engine import Run
from tongjian.reports._html import Markup, el
from tongjian.reports._numbers import NOTHING, reported
from tongjian.reports._tables import Column, Line, figures
from tongjian.reports._views import View, views
from tongjian.reports._words import Words

_BESIDE, _CARBON = "enterprise", "tCO2e"


def substances_by(
    run: Run, view: View, words: Words, by: str, name_of: Callable[[str], str], *, beside: bool
) -> Markup:
    """Mass of every substance in the last year, one row per value of `by`.

    With `beside` the CO2 equivalent of the enterprise boundary stands in the same row.
    """
    year = view.years[-1]
    rows = run.inventory([by, "substance"], year=year, **view.where)
    amounts = {(str(row[by]), row["substance"]): row for row in rows}
    substances = sorted({substance for _, substance in amounts})
    units = {row["substance"]: words.unit(row["unit"]) for row in rows}
    carbon = _carbon(run, by, year) if beside else {}
    columns = [
        Column(words.text(by)),
        *(
            [Column(words.text("carbon_beside"), number=True, below=words.unit(_CARBON))]
            if carbon
            else []
        ),
        *(
            Column(words.term("substance", one), number=True, below=units[one])
            for one in substances
        ),
    ]
    lines = []
    # In the order of the chapter of greenhouse gases: the largest first.
    sizes = {code: value for code, (_, value) in carbon.items()}
    for code in sorted({code for code, _ in amounts}, key=lambda one: (-sizes.get(one, 0.0), one)):
        cells: list[object] = [name_of(code)]
        if carbon:
            other, value = carbon.get(code, (view, None))
            cells.append(reported(value, _CARBON, other.rounding))
        for substance in substances:
            row = amounts.get((code, substance))
            cells.append(
                NOTHING if row is None else reported(row["amount"], row["unit"], view.rounding)
            )
        lines.append(Line(cells))
    title = words.text("substances_by", year=year, by=words.text(f"by_{by}"))
    return el("section", el("h3", title), figures(columns, lines, label=title))


def _carbon(run: Run, by: str, year: int) -> dict[str, tuple[View, float]]:
    """tCO2e of the enterprise boundary, if plants have one figure each there."""
    found = [one for one in views(run) if one.boundary == _BESIDE]
    if len(found) != 1 or found[0].measure != "co2e":
        return {}
    return {
        str(row[by]): (found[0], float(row["co2e"]))
        for row in run.inventory([by], year=year, **found[0].where)
        if row["co2e"] is not None
    }


__all__ = ["substances_by"]
