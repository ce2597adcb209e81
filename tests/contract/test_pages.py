"""Documentation pages are made of the document alone, and have to be current."""

from tests.support import says
from tongjian.contract import write_docs
from tongjian.contract._readable import Readable


def test_the_page_of_a_method_has_all_that_the_document_says(plant):
    page = plant.check().pages["t.plant.md"]

    for part in (
        "`t.plant`",
        "| 依据 document | test |",
        "`t.rules`",
        "| `sold` | 测试<br>test | MWh | `electricity.exported` | – | 减<br>down |",
        "| `mass` |",
        "必填 required",
        "`heat * fuel.carbon * (44/12) * (tCO2/tC)`",
        "台账 ledger：fuel_combustion，CO2",
        "不计入 row left out：过多<br>too much",
        "28.435 GJ/t",
        "## 算例 / Worked case `BOTH`",
        "`284.35 GJ * 0.0295 tC/GJ * (44/12) * (tCO2/tC)` | 30.75719167 tCO2",
        "故意出错的 wrong on purpose：`TOO-MUCH`",
    ):
        assert part in page, part


def test_pages_that_are_missing_or_old(plant, tmp_path):
    folder = tmp_path / "pages"

    missing = plant.check(docs=folder)
    assert {one.problem.code for one in missing.findings} == {"contract.page_missing"}

    write_docs(missing.pages, folder)
    assert plant.check(docs=folder).findings == []

    plant.method["sheets"]["fuel"]["title"] = {"zh": "煤", "en": "coal"}
    (finding,) = plant.check(docs=folder).findings
    says(finding.problem, "t.plant.md")
    assert finding.problem.code == "contract.page_outdated"


def read(text: str, lang: str = "zh") -> list[tuple[str, str]]:
    titles = {"mass": "质量", "ncv": "热值", "kiln": "窑尘"}
    reader = Readable(lang, lambda owner, name, inside: None if owner else titles.get(name))
    return [(one.value, one.when) for one in reader.cases(text)]


def test_formulas_in_words():
    assert read("mass * ncv * (44/12) * (tCO2/tC)") == [("质量 × 热值 × 44/12", "")]
    assert read("(mass - 20 * t) * x.c") == [("(质量 − 20 t) × x.c", "")]
    assert read("mass - (ncv - kiln)") == [("质量 − (热值 − 窑尘)", "")]
    assert read('(mass + coalesce(kiln, 0)) * unit("t/t clinker")') == [
        ("质量 + 窑尘（没有时取 0）", "")
    ]
    assert read("mass if given(mass) and not given(ncv) else none") == [
        ("质量", "录入了质量，且非（录入了热值）"),
        ("无值", ""),
    ]
    assert read("sum(s.a if s.kind == 'kiln' else 0)", "en") == [
        ("Σ (s.a if s.kind = “kiln”, otherwise 0)", "")
    ]
    assert read('-mass / x.c["coke", "y"]') == [("−质量 / x.c[“coke”, “y”]", "")]
    assert read("interpolate(steam.h, mass)", "en") == [("steam.h (interpolated at 质量)", "")]
    assert read("median(s.a)") == [("s.a的中位数", "")]
    assert read("sum_largest(s.a, 3)") == [("s.a 中最大 3 个之和", "")]


def test_the_shipped_documents_keep_the_contract(shipped):
    errors = [one.problem.text("en") for one in shipped.findings if one.problem.severity == "error"]
    assert errors == []
    # Warnings that stay are known gaps of the sources, not of formulas or cases.
    warned = [one.problem for one in shipped.findings if one.problem.severity == "warning"]
    assert {one.code for one in warned} <= {
        "contract.year_not_covered",
        "contract.value_gap",
        "contract.no_source",
    }
    for one in shipped.coverage:
        assert len(one.cases) >= 3 and one.wrong, one.method.id
        assert one.share == 1, one.method.id
