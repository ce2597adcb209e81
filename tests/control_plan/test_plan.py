"""Reading a plan from a file and from a workbook, every fault at once; what a revision changed."""

from __future__ import annotations

import openpyxl
import pytest

from tests.control_plan.plants import EXAMPLE, a_plan, example, meter, parameter
from tongjian.control_plan import (
    changes,
    read_plan,
    read_plan_workbook,
    write_plan_workbook,
)
from tongjian.problems import TongjianError


def codes(error):
    return [one.code for one in error.value.problems]


def test_the_example_is_read_with_names_of_the_catalogue():
    plan = read_plan(EXAMPLE / "plan.yaml")

    coke = plan.parameter_of("", "coke", "consumed")
    assert (coke.id, coke.obtained, coke.meters) == ("coke-used", "measured", ("W1",))
    # A process unit without a parameter of its own is served by that of the plant.
    assert plan.parameter_of("BF", "coke", "consumed") is coke
    assert plan.parameter_of("", "coke", "exported") is None
    assert plan.meters["F1"].uncertainty.coverage == 2
    assert plan.sources[0].streams == ("coke",)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # Largest permissible error 0.5 %, rectangular: 0.5 / sqrt(3) * 1.95996 = 0.56579
        ({"percent": 0.5, "meaning": "limit"}, 0.565793),
        # Expanded 2.5 % with k = 2: 2.5 / 2 * 1.95996 = 2.44995
        ({"percent": 2.5, "meaning": "expanded", "coverage": 2}, 2.449955),
        ({"percent": 1.0, "meaning": "standard"}, 1.959964),
        ({"percent": 1.7, "meaning": "half_width"}, 1.7),
    ],
)
def test_a_stated_uncertainty_becomes_a_half_width(given, expected):
    data = example()
    meter(data, "W1")["uncertainty"] = {**given, "basis": "证书"}

    found = a_plan(data).meters["W1"].uncertainty.half_width

    assert found == pytest.approx(expected, abs=1e-6)


def test_every_fault_is_told_at_once_with_its_line(tmp_path):
    text = (EXAMPLE / "plan.yaml").read_text(encoding="utf-8")
    for old, new in {
        "calibrated: 2023-08-15": "calibrated: 2023-08-35",
        "stream: 石灰石\n": "stream: 石灰右\n",
        "item: 购入电量": "item: 购电",
        "meters: [F1]": "meters: [F9]",
        "high: 100": "high: 0.5",
        "process_unit: BF,": "process_unit: BX,",
    }.items():
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / "plan.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(TongjianError) as error:
        read_plan(file)

    lines = text.splitlines()
    told = {one.code: lines[one.place.line - 1] for one in error.value.problems}
    # What cannot be resolved is told first; references are looked at when all names are known.
    assert told.keys() == {"control_plan.day", "control_plan.stream", "control_plan.item"}
    assert "2023-08-35" in told["control_plan.day"]
    assert "石灰右" in told["control_plan.stream"]
    assert "购电" in told["control_plan.item"]
    words = [one.text("zh") for one in error.value.problems]
    assert any("石灰石" in text for text in words), words  # what was meant is proposed

    for wrong, right in {
        "2023-08-35": "2023-08-15",
        "石灰右": "石灰石",
        "购电": "购入电量",
    }.items():
        text = text.replace(wrong, right)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TongjianError) as error:
        read_plan(file)
    assert codes(error) == ["control_plan.unknown", "control_plan.range", "control_plan.unknown"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data["meters"].append(data["meters"][0]), "control_plan.id_twice"),
        (
            lambda data: data["parameters"].append({**data["parameters"][0], "id": "again"}),
            "control_plan.same_datum",
        ),
        (
            lambda data: parameter(data, "coke-used").update(checked_by="energy"),
            "control_plan.same_role",
        ),
        (lambda data: meter(data, "W1").update(next_due="2023-08-15"), "control_plan.due_before"),
        # Schema: what a way of obtaining needs.
        (lambda data: parameter(data, "coke-used").pop("meters"), "rules.missing_key"),
        (lambda data: parameter(data, "coke-ncv").pop("standard"), "rules.missing_key"),
        (lambda data: parameter(data, "coke-used").pop("missing"), "rules.missing_key"),
        (lambda data: meter(data, "F1")["uncertainty"].pop("coverage"), "rules.missing_key"),
        (lambda data: data.pop("quality"), "rules.missing_key"),
    ],
)
def test_what_contradicts_itself_is_refused(change, code):
    data = example()
    change(data)

    with pytest.raises(TongjianError) as error:
        a_plan(data)

    assert codes(error) == [code]


def test_what_is_no_plan_is_told_as_such(tmp_path):
    with pytest.raises(TongjianError) as error:
        read_plan(tmp_path / "none.yaml")
    assert codes(error) == ["control_plan.file"]


def test_a_workbook_holds_the_plan_and_gives_it_back(tmp_path):
    plan = a_plan()
    file = tmp_path / "plan.xlsx"

    write_plan_workbook(file, plan.data)

    again = read_plan_workbook(file)
    assert changes(plan, again) == ()
    assert (again.revision, again.in_force, again.reason) == (1, plan.in_force, "首次制定")
    assert again.meters["W1"].serial == "0211"  # a number that begins with 0 stays a text


def test_faults_of_a_workbook_name_sheet_and_row(tmp_path):
    file = tmp_path / "plan.xlsx"
    write_plan_workbook(file, a_plan().data)
    book = openpyxl.load_workbook(file)
    page = book["参数"]
    heads = {str(cell.value).split()[-1]: cell.column for cell in page[1]}
    page.cell(2, heads["meters"]).value = "W1；W7"
    page.cell(3, heads["frequency"]).value = "有时"
    book.save(file)

    with pytest.raises(TongjianError) as error:
        read_plan_workbook(file)
    [one] = error.value.problems
    assert (one.place.sheet, one.place.row) == ("参数", 3)
    assert "frequency" in one.place.field

    page.cell(3, heads["frequency"]).value = "每批"
    book.save(file)
    with pytest.raises(TongjianError) as error:
        read_plan_workbook(file)
    [one] = error.value.problems
    assert (one.code, one.place.sheet, one.place.row) == ("control_plan.unknown", "参数", 2)
    assert one.values["value"] == "W7"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda book: book.remove(book["计划"]), "control_plan.no_sheet"),
        (lambda book: book["岗位"].cell(1, 4, "电话"), "control_plan.header"),
    ],
)
def test_a_workbook_of_another_form_is_refused(tmp_path, spoil, code):
    file = tmp_path / "plan.xlsx"
    write_plan_workbook(file, a_plan().data)
    book = openpyxl.load_workbook(file)
    spoil(book)
    book.save(file)

    with pytest.raises(TongjianError) as error:
        read_plan_workbook(file)
    assert codes(error) == [code]


def test_what_a_revision_changed():
    data = example()
    meter(data, "W1")["uncertainty"]["percent"] = 0.3
    data["meters"].append({"id": "W2", "name": "2号汽车衡", "measures": "石灰石进厂质量"})
    parameter(data, "limestone-used")["meters"] = ["W2"]
    data["roles"] = [one for one in data["roles"] if one["id"] != "lab"]
    parameter(data, "coke-ncv")["filled_by"] = "energy"

    found = changes(a_plan(), a_plan(data, revision=2, reason="新增汽车衡"))

    told = {(one.kind, one.part, one.id, one.field) for one in found}
    assert told == {
        ("changed", "meters", "W1", "uncertainty"),
        ("added", "meters", "W2", ""),
        ("changed", "parameters", "limestone-used", "meters"),
        ("changed", "parameters", "coke-ncv", "filled_by"),
        ("removed", "roles", "lab", ""),
    }
    [one] = [one for one in found if one.id == "limestone-used"]
    assert (one.before, one.after) == ('["W1"]', '["W2"]')
