"""Whole rule sets: the drivers of a plant's total, shared factors, approach 1 against 2."""

from dataclasses import replace
from pathlib import Path

import pytest

from tongjian.engine import PlantModel, run, sensitivity
from tongjian.problems import LANGUAGES, EngineError, TongjianError
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import RAW, load_rulebook
from tongjian.sample import write_sample
from tongjian.uncertainty import Assumption, Assumptions, approach1, approach2, trend

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "steel-works"
STEEL = ("DEMO-STEEL",), 2024, "cn.steel.ndrc-2013"


@pytest.fixture(scope="module")
def steel(tmp_path_factory):
    store = Store.create(tmp_path_factory.mktemp("steel"))
    files = [EXAMPLE / "facilities.csv", EXAMPLE / "activity.csv"]
    import_files(store, files, Catalogue.load())
    return run(load_rulebook(), store)


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    workspace = tmp_path_factory.mktemp("province")
    write_sample(workspace, plants=24)
    return run(load_rulebook(), Store.open(workspace))


def effects_of(found):
    return {one.id: effect for one, effect in found.effects.items()}


def test_effects_are_derivative_times_value(steel):
    effects = effects_of(sensitivity(steel, *STEEL))

    # Coke: 84,084 tC x 0.93 x 44/12; every factor of the product moves all of it.
    for name in (
        "record:DEMO-STEEL//fuel.solid.coke/coke/consumed/tested",
        "record:DEMO-STEEL//fuel.solid.coke/coke/ncv/tested",
        "value:fuel.ndrc-steel-2013/carbon/coke/2013-10-15",
        "value:fuel.ndrc-steel-2013/oxidation/coke/2013-10-15",
    ):
        assert effects[name] == pytest.approx(286_726.44)
    # A product that carries carbon out moves the total down; the default NCV is not read.
    assert effects["value:steel.fixed.gbt2015/ef/crude_steel/2013-10-15"] == pytest.approx(-4620)
    assert not any("ncv_mass/coke" in name for name in effects)


def test_every_total_of_the_province_is_differentiated(province):
    """Against the engine itself: records 0.1 % up and down, the whole of it run again."""
    seen = set()
    for line in province.lines:
        mark = (line.ruleset, line.facility, line.year)
        if line.ruleset in seen:
            continue
        seen.add(line.ruleset)
        ruleset, facility, year = mark
        found = sensitivity(province, [facility], year, ruleset)
        model = PlantModel.of(province, facility, year, ruleset)
        moved = []
        for factor in (1.001, 0.999):
            leaves = {
                name: [_scaled(model.program.sheets[name], row, factor) for row in rows]
                for name, rows in model.sheets.items()
                if model.program.sheets[name].is_leaf
            }
            sheets = model.engine.run(leaves)
            sheet, column = _total(province, ruleset)
            moved.append(sheets[sheet][0][column])
        slope = (moved[0] - moved[1]) / 0.002
        # Only amounts were moved; a total is linear in all amounts taken together.
        ours = sum(effect for one, effect in found.effects.items() if one.activity)
        assert ours == pytest.approx(slope, rel=1e-5, abs=1.0), mark
    assert len(seen) >= 9


def _scaled(sheet, row, factor):
    """A leaf row with its amounts times a factor; `@raw` columns hold what was entered."""
    kept = {name: value for name, value in row.items() if not name.startswith("@check")}
    for name, item in sheet.inputs.items():
        entered = row.get(name + RAW)
        if item.doc.unit.extensive and entered is not None:
            kept[name + RAW] = entered * factor
    return kept


def _total(run_, ruleset):
    doc = next(one.ruleset.doc for one in run_.results if one.ruleset.id == ruleset)
    sheet, _, column = (doc.total or "facility.total").partition(".")
    return sheet, column


def test_a_shared_factor_moves_all_plants_together(province):
    lines = [
        (line.facility, line.year)
        for line in province.lines
        if line.ruleset == "cn.cement.ndrc-2013"
    ]
    year = max(year for _, year in lines)
    plants = sorted({name for name, its_year in lines if its_year == year})[:2]
    grid = Assumptions((Assumption("value:grid.national/*", 5.0, "test"),))

    both = approach1(sensitivity(province, plants, year, "cn.cement.ndrc-2013"), grid)
    alone = [
        approach1(sensitivity(province, [one], year, "cn.cement.ndrc-2013"), grid) for one in plants
    ]

    # Full correlation: half widths add up, and not their squares.
    assert both.half_width == pytest.approx(sum(one.half_width for one in alone))
    assert len([one for one in both.contributions if one.share > 0]) == 1


def test_approach_2_agrees_with_approach_1_within_its_error(steel):
    """The total is nearly linear: both are the same but for drawing and second-order terms."""
    found = sensitivity(steel, *STEEL)
    assumptions = Assumptions.of(load_rulebook())

    first = approach1(found, assumptions)
    second = approach2(steel, *STEEL, found, assumptions, draws=200_000, seed=11)

    assert second.result.mean == pytest.approx(first.value, abs=4 * second.result.standard_error)
    # A product of relative errors has a second-order term of about u1*u2, here below 0.2 %.
    margin = 3 * second.result.half_width_error + 0.002 * first.half_width
    assert second.result.half_width == pytest.approx(first.half_width, abs=margin)
    assert second.result.without_value == 0


def test_a_linear_total_is_drawn_exactly_as_propagated(steel):
    found = sensitivity(steel, *STEEL)
    grid = Assumptions((Assumption("value:grid.national/*", 10.0, "test"),))

    first = approach1(found, grid)
    second = approach2(steel, *STEEL, found, grid, draws=200_000, seed=2)

    assert second.varied == 1
    assert second.result.half_width == pytest.approx(
        first.half_width, abs=4 * second.result.half_width_error
    )


def test_a_share_is_not_drawn_above_one(steel):
    found = sensitivity(steel, *STEEL, cell="facility.combustion")
    wide = Assumptions((Assumption("value:*/oxidation/*", 20.0, "test"),))
    drawn = approach2(steel, *STEEL, found, wide, cell="facility.combustion", draws=20_000)

    certain = sensitivity(steel, *STEEL, cell="facility.combustion").value
    most = certain / 0.93  # coke at one; blast-furnace gas gains less
    assert drawn.result.high < most


def test_drawing_until_it_is_stable(steel):
    found = sensitivity(steel, *STEEL)
    assumptions = Assumptions.of(load_rulebook())
    result = approach2(steel, *STEEL, found, assumptions, draws=2_000, until_stable=True).result

    assert result.stable and result.draws > 2_000


def test_every_default_names_something_that_a_run_can_have(province, steel):
    """A pattern that fits no quantity would be a slip of the pen."""
    book = load_rulebook()
    tables = {f"value:{name}/" for name in book.tables}
    for one in Assumptions.of(book).listed:
        kind, _, rest = one.pattern.partition(":")
        if kind == "value":
            head = rest.partition("*")[0].partition("/")[0]
            assert any(name.startswith(f"value:{head}") for name in tables), one.pattern


def test_trend_of_a_plant(province):
    lines = [line for line in province.lines if line.ruleset == "cn.cement.ndrc-2013"]
    facility = lines[0].facility
    first, last = sorted({line.year for line in lines})[:2]
    base, found = (
        sensitivity(province, [facility], year, "cn.cement.ndrc-2013") for year in (first, last)
    )
    change = trend(base, found, Assumptions.of(load_rulebook()))

    assert change is not None and change.half_width > 0
    assert change.change == pytest.approx(100 * (found.value / base.value - 1))


@pytest.mark.parametrize("cell", ["facility.nothing", "nowhere.total", "fuel.co2"])
def test_an_unknown_cell_is_refused(steel, cell):
    with pytest.raises(EngineError) as error:
        sensitivity(steel, *STEEL, cell=cell)
    assert "facility.total" in error.value.problems[0].text("en")


HEAD = "quantity,half_width,source\n"


def test_own_half_widths_come_first(tmp_path, steel):
    file = tmp_path / "own.csv"
    file.write_text(HEAD + "record:*/coke/consumed/*,0.5,certificate 12\n", encoding="utf-8-sig")
    assumptions = Assumptions.of(load_rulebook(), file)
    coke = next(q for q in sensitivity(steel, *STEEL).effects if "/coke/consumed/" in q.id)

    assert assumptions.half_width(coke) == Assumption(
        "record:*/coke/consumed/*", 0.5, "certificate 12", "stated"
    )
    assert assumptions.half_width(replace(coke, id="value:something/else")) is None


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a,b\n1,2\n", {"uncertainty.columns"}),
        (
            HEAD + "coke,much,\nvalue:x,-1,s\n",
            {"uncertainty.half_width", "uncertainty.pattern", "uncertainty.no_source"},
        ),
        (None, {"uncertainty.file"}),
    ],
)
def test_faults_of_the_file_come_all_at_once(tmp_path, text, codes):
    file = tmp_path / "own.csv"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(TongjianError) as error:
        Assumptions.of(load_rulebook(), file)
    assert {one.code for one in error.value.problems} == codes
    assert all(one.text(lang) for one in error.value.problems for lang in LANGUAGES)
