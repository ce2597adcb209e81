"""Checks of fields that Django has no words for (字段校验): the problem's text is the message."""

from __future__ import annotations

import re
from functools import lru_cache

from django.core.exceptions import ValidationError

from tongjian.problems import Problem
from tongjian.records import Catalogue, Term
from tongjian.site.registry.credit_code import credit_code_problems
from tongjian.site.ui.repairs import repair_of
from tongjian.site.ui.texts import lang
from tongjian.units import UnitError, parse_unit

# A year is no unit of the registry: its length depends on which one it is.
_BY_YEAR = re.compile(r"/(a|yr|year)\Z")
_FORMS = {
    "site.registry_plant_code": r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}",
    "site.registry_unit_code": r"[A-Za-z0-9][A-Za-z0-9._#/-]{0,39}",
    "site.registry_outlet_code": r"(DA|DW)[0-9]{3,5}|WZ[0-9]{3,5}",
    "site.registry_permit": r"[0-9A-HJ-NPQRTUWXY]{18}[0-9]{3}[0-9A-Z]",
    "site.registry_mn": r"[0-9A-Z]{14}|[0-9A-F]{24}",
}


def invalid(*problems: Problem) -> ValidationError:
    """Problems as what Django's forms show: message and repair in the language of the page."""
    return ValidationError(
        [ValidationError(_in_words(one), one.code, {"problem": one}) for one in problems]
    )


def _in_words(problem: Problem) -> str:
    repair = repair_of(problem, lang())
    return f"{problem.message(lang())} → {repair}" if repair else problem.message(lang())


def check_credit_code(value: str) -> None:
    """A unified social credit code with the right check character."""
    if found := credit_code_problems(value):
        raise invalid(*found)


def _form(code: str, value: str) -> None:
    if not re.fullmatch(_FORMS[code], value):
        raise invalid(Problem(code, values={"value": value}))


def check_plant_code(value: str) -> None:
    """A code of a plant."""
    _form("site.registry_plant_code", value)


def check_unit_code(value: str) -> None:
    """A code of a process unit, a meter."""
    _form("site.registry_unit_code", value)


def check_outlet_code(value: str) -> None:
    """A code of a permit outlet: DA (air), DW (water), WZ (fugitive source) and digits."""
    _form("site.registry_outlet_code", value)


def check_permit(value: str) -> None:
    """A number of a pollution permit: a credit code, three digits, one character."""
    _form("site.registry_permit", value)


def check_mn(value: str) -> None:
    """The MN number of a monitoring station: 14 characters, or 24 hexadecimal digits."""
    _form("site.registry_mn", value)


def check_unit(value: str) -> None:
    """A unit that the unit registry knows; of a capacity also by the year, such as t/a."""
    try:
        parse_unit(_BY_YEAR.sub("", value))
    except UnitError as error:
        raise invalid(*error.problems) from error


@lru_cache(maxsize=1)
def sectors() -> dict[str, Term]:
    """The sectors of the catalogue by their code."""
    return {one.code: one for one in Catalogue.load().terms_of("sector")}


@lru_cache(maxsize=1)
def equipment_levels() -> dict[str, tuple[str, str]]:
    """Levels of equipment, zh and en, as the catalogue has them for devices."""
    item = Catalogue.load().classes["register.device"]["device_level"]
    return {one.code: (one.zh, one.en) for one in item.choices}


def check_sector(value: str) -> None:
    """A sector of the catalogue."""
    if value not in sectors():
        known = sectors().values()
        values = {
            "value": value,
            "known_zh": "、".join(one.zh for one in known),
            "known_en": ", ".join(one.en for one in known),
        }
        raise invalid(Problem("site.registry_sector", values=values))


def check_stream(value: str) -> None:
    """A stream of the catalogue, by its id."""
    catalogue = Catalogue.load()
    if value not in catalogue.streams:
        near = catalogue.suggest_streams(value)
        values = {
            "value": value,
            "near_zh": "、".join(f"{one.zh}（{one.id}）" for one in near) or "—",
            "near_en": ", ".join(f"{one.en} ({one.id})" for one in near) or "—",
        }
        raise invalid(Problem("site.registry_stream", values=values))


def check_level(value: str) -> None:
    """A level of equipment."""
    if value not in equipment_levels():
        values = {"value": value, "known": ", ".join(equipment_levels())}
        raise invalid(Problem("site.registry_level", values=values))
