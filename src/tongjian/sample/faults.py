"""Faults planted in the sample (预埋差错), so that a run has something to find.

Each passes the import: every single row is well formed. Most break a rule only when rows are read
together; two are merely suspicious and have to be found by a person or a screening rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from tongjian.sample.book import Book, Row
from tongjian.sample.plants import Plant

Edit = Callable[[Book], list[Row]]
"""Changes a plant's books; gives the rows that show the fault, none if it does not apply."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A problem that a run reports because of a fault."""

    ruleset: str
    code: str
    check: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault: where it can be planted and how a run shows it."""

    id: str
    sector: str
    routes: tuple[str, ...]
    zh: str
    en: str
    edit: Edit
    shown: tuple[Shown, ...] = ()
    """What a run reports; nothing when it takes the rows as they are."""

    def plant(self, book: Book) -> Row | None:
        """Put the fault into `book`; describes it, or None when the books have no room for it."""
        rows = self.edit(book)
        if not rows:
            return None
        first, last = rows[0], rows[-1]
        return {
            "id": self.id,
            "facility": book.facility,
            "process_unit": first["process_unit"],
            "stream": first["stream"],
            "item": first["item"],
            "first_period": first["period"],
            "last_period": last["period"],
            "rows": len(rows),
            "severity": "error" if self.shown else "suspicious",
            "zh": self.zh,
            "en": self.en,
            "shown": [asdict(one) for one in self.shown],
        }


def plant_faults(plants: Iterable[Plant], books: dict[str, Book]) -> list[Row]:
    """Plant every fault that finds a place, at most one per plant."""
    described: list[Row] = []
    used: set[str] = set()
    listed = list(plants)
    for fault in FAULTS:
        for plant in listed:
            fits = plant.sector == fault.sector and plant.route in (fault.routes or (plant.route,))
            if not fits or plant.facility in used:
                continue
            found = fault.plant(books[plant.facility])
            if found is not None:
                used.add(plant.facility)
                described.append(found)
                break
    return described


# -- finding and changing rows -----------------------------------------------------------------


def _rows(book: Book, stream: str, item: str, unit: str | None = None) -> list[Row]:
    """The rows of one series, of the first process unit that has it."""
    found = [row for row in book.rows if row["stream"] == stream and row["item"] == item]
    if not found:
        return []
    wanted = found[0]["process_unit"] if unit is None else unit
    return [row for row in found if row["process_unit"] == wanted]


def _one(rows: list[Row], at: int) -> list[Row]:
    """The row in month `at`, or the last one of a shorter sample."""
    return [rows[min(at, len(rows) - 1)]] if rows else []


def _without_evidence(book: Book) -> list[Row]:
    shown = _one(_rows(book, "electricity", "nonfossil_purchased"), 7)
    for row in shown:
        row["evidence"] = ""
    return shown


def _more_green_than_bought(book: Book) -> list[Row]:
    shown = _one(_rows(book, "electricity", "nonfossil_purchased"), 4)
    for row in shown:
        bought = _rows(book, "electricity", "purchased", row["process_unit"])
        total = next(one["quantity"] for one in bought if one["period"] == row["period"])
        row["quantity"] = round(total * 1.15, 4)
    return shown


def _mass_and_volume(book: Book) -> list[Row]:
    shown = _one(_rows(book, "natural_gas", "consumed", "RO1"), 10)
    for row in shown:
        # Two tank lorries of liquefied gas, booked as the same gas.
        book.rows.append({**row, "quantity": 41.36, "unit": "t", "tier": "invoiced"})
    return shown


def _removed(stream: str, item: str, at: int) -> Edit:
    def edit(book: Book) -> list[Row]:
        shown = _one(_rows(book, stream, item), at)
        for row in shown:
            book.rows.remove(row)
        return shown

    return edit


def _without_technology(book: Book) -> list[Row]:
    unit = book.units[0]
    unit["technology"] = ""
    return _rows(book, "nitric_acid", "produced", unit["process_unit"])


def _tenfold(book: Book) -> list[Row]:
    shown = _one(_rows(book, "electricity", "purchased", "EAF1"), 5)
    for row in shown:
        row["quantity"] = round(row["quantity"] * 10, 4)
    return shown


def _copied_year(book: Book) -> list[Row]:
    series = _rows(book, "bituminous", "consumed")
    earlier = {row["period"]: row["quantity"] for row in series}
    shown = []
    for row in series:
        year, month = row["period"].split("-")
        before = earlier.get(f"{int(year) - 1}-{month}")
        if before is not None:
            row["quantity"] = before
            shown.append(row)
    return shown


_STEEL, _STEEL_ETS = "cn.steel.ndrc-2013", "cn.steel.mee-v01-2024"
_CEMENT = "cn.cement.ndrc-2013"
_CHEMICALS = "cn.chemicals.ndrc-2013"
_ALUMINIUM = "cn.aluminium.ndrc-2013"
_ENERGY = "cn.energy.gbt2589-2020"
_CHECK = "engine.check_failed"
_INPUT, _FACTOR = "engine.missing_input", "engine.row_factor"

FAULTS: tuple[Fault, ...] = (
    Fault(
        "green-power-without-proof",
        "aluminium",
        ("grid_green",),
        "购入非化石能源电量没有证明材料",
        "Purchased non-fossil electricity without any supporting document",
        _without_evidence,
        (Shown(_ALUMINIUM, _CHECK, "nonfossil_proof"),),
    ),
    Fault(
        "green-power-above-purchase",
        "steel",
        ("eaf", "eaf_gas"),
        "非化石能源电量大于购入电量",
        "More non-fossil electricity than was purchased",
        _more_green_than_bought,
        (Shown(_STEEL, _CHECK, "nonfossil_within"),),
    ),
    Fault(
        "fuel-entered-twice",
        "steel",
        ("eaf",),
        "同一月天然气既按体积又按质量录入",
        "Natural gas of one month entered by volume and by mass",
        _mass_and_volume,
        (
            Shown(_STEEL, _CHECK, "one_path"),
            Shown(_STEEL_ETS, _CHECK, "one_path"),
            Shown(_ENERGY, _CHECK, "one_path"),
        ),
    ),
    Fault(
        "abatement-use-missing",
        "nitric_acid",
        ("nscr",),
        "装有NSCR的硝酸装置缺少减排设施使用率",
        "Utilisation of the abatement missing for a nitric acid unit with NSCR",
        _removed("nitric_acid", "utilisation", 8),
        (Shown(_CHEMICALS, _INPUT),),
    ),
    Fault(
        "technology-not-registered",
        "nitric_acid",
        ("dual",),
        "硝酸装置未登记工艺，查不到N2O生成因子",
        "A nitric acid unit registered without its technology, so that it has no N2O factor",
        _without_technology,
        (Shown(_CHEMICALS, _FACTOR),),
    ),
    Fault(
        "gas-without-heating-value",
        "aluminium",
        ("grid",),
        "天然气缺少实测热值：折标系数表只印有范围",
        "Natural gas without a measured heating value: the coal-equivalent table prints a range",
        _removed("natural_gas", "ncv", 3),
        (Shown(_ENERGY, _FACTOR),),
    ),
    Fault(
        "clinker-lime-missing",
        "cement",
        ("clinker",),
        "缺少一个月的熟料CaO含量",
        "CaO content of clinker missing for one month",
        _removed("clinker", "cao", 6),
        (Shown(_CEMENT, _INPUT),),
    ),
    Fault(
        "steam-without-enthalpy",
        "adipic_acid",
        (),
        "外购蒸汽只有质量，没有焓值",
        "Purchased steam by mass without its enthalpy",
        _removed("steam", "enthalpy", 9),
        (Shown(_CHEMICALS, _INPUT), Shown(_ENERGY, _INPUT)),
    ),
    Fault(
        "power-tenfold",
        "steel",
        ("eaf",),
        "一个月的电炉用电量为其他月份的十倍",
        "Electricity of one furnace in one month ten times that of the others",
        _tenfold,
    ),
    Fault(
        "coal-copied-from-last-year",
        "cement",
        ("integrated",),
        "用煤量逐月照抄上一年",
        "Coal use copied month by month from the year before",
        _copied_year,
    ),
)
