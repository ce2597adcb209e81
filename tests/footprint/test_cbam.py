"""The fields of a CBAM communication, as data and as a workbook."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest

from tests.support import codes, says
from tongjian.engine import Run
from tongjian.footprint import (
    CBAM_GWP,
    About,
    Precursor,
    cbam_communication,
    cbam_workbook,
    check_communication,
    footprints,
)
from tongjian.problems import TongjianError


def test_a_communication(by_ar5: Run, about: About) -> None:
    found = footprints(by_ar5, "DEMO-COKE", 2024, ["coke"], "subdivision")
    made = cbam_communication(found, about, "d" * 64)
    # Combustion 4400 and process 1100 are direct, electricity 5000 is indirect; 88,000 t in all.
    assert made["installation"]["direct_emissions"] == 5500
    assert made["installation"]["indirect_emissions"] == 5000
    (good,) = made["goods"]
    assert good["specific_direct"] == pytest.approx(5500 / 88000)
    assert good["specific_indirect"] == pytest.approx(5000 / 88000)
    assert (good["cn_code"], good["quantity"]) == ("27040010", 75000)
    assert made["warming_potentials"] == CBAM_GWP == "gwp.ar5"
    # What was paid for carbon is the user's to say.
    assert set(made["carbon_price"].values()) == {None}
    assert made["precursors"] == []
    assert check_communication({**made, "goods": []})


def test_precursors_come_with_what_the_file_says_of_them(by_ar5: Run, about: About) -> None:
    found = footprints(by_ar5, "DEMO-COKE", 2024, ["coke"], "mass")
    iron = Precursor("pig_iron", 400.0, 1.5, 0.1)
    about = replace(about, precursors={"pig_iron": {"cn_code": "72011011", "country": "CN"}})
    made = cbam_communication([replace(one, precursors=(iron,)) for one in found], about, "d")
    (one,) = made["precursors"]
    assert (one["quantity"], one["specific_direct"], one["cn_code"]) == (400, 1.5, "72011011")
    assert one["operator"] is None


def test_the_workbook_has_every_field_with_its_status(by_ar5: Run, about: About) -> None:
    found = footprints(by_ar5, "DEMO-COKE", 2024, ["coke"], "mass")
    made = cbam_communication(found, about, "d")
    page = openpyxl.load_workbook(BytesIO(cbam_workbook(made))).active
    rows = list(page.iter_rows(min_row=2, values_only=True))
    by_name = {(row[0], row[2]): row for row in rows}
    direct = by_name["goods 1", "Specific direct embedded emissions"]
    assert direct[3] == pytest.approx(0.0625) and direct[4] == "tCO2e/t"
    price = by_name["carbon_price", "Carbon price due in the country of origin"]
    assert (price[3], price[7]) == (None, "user")
    assert {row[6] for row in rows} == {"seen", "recalled"}
    assert all(row[1] and row[2] and row[5] for row in rows)


def test_everything_that_keeps_it_from_being_made(coke_works: Run, about: About) -> None:
    found = footprints(coke_works, "DEMO-COKE", 2024, ["coke", "tar"], "economic")
    bare = replace(about, installation={})
    with pytest.raises(TongjianError) as caught:
        cbam_communication([replace(one, missing=2) for one in found], bare, "d")
    assert codes(caught.value.problems) == [
        "footprint.cbam_allocation",
        "footprint.cbam_fields",
        "footprint.cbam_gwp",
        "footprint.cbam_installation",
        "footprint.rows_left_out",
    ]
    says(caught.value.problems[-1], "tar", "cn_code, category, route")
