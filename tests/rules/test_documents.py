"""Reading rule documents: every fault has a code, a place and words in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import codes, only, says
from tongjian.problems import Problem, RuleError
from tongjian.rules import Rulebook, load_rulebook

METHOD = """\
method: test.plant
title: {zh: 测试, en: Test}
basis: {document: test}
in_force: {from: 2013-10-15}
uses:
  fuel: {keys: [stream], columns: {ncv: GJ/t}}
sheets:
  s:
    title: {zh: 燃料, en: Fuels}
    grain: [facility, period, process_unit, stream]
    streams: fuel
    inputs:
      mass: {item: consumed, unit: t, required: true, zh: 消耗量, en: mass}
      ncv: {item: ncv, unit: GJ/t, default: fuel.ncv, zh: 热值, en: NCV}
    formulas:
      heat: {unit: GJ, is: mass * ncv, zh: 热量, en: heat}
  facility:
    title: {zh: 企业, en: Enterprise}
    grain: [facility, year]
    formulas:
      heat: {unit: GJ, is: sum(s.heat), zh: 热量, en: heat}
"""
RULESET = """\
ruleset: test.rules
title: {zh: 测试, en: Test}
basis: {document: test}
in_force: {from: 2013-10-15}
sectors: [test]
boundary: enterprise
method: test.plant
binds: {fuel: fuel.test}
"""
TABLE = """\
table: fuel.test
title: {zh: 燃料, en: Fuels}
basis: {document: test, issued: 2013-10-15}
keys: [stream]
columns:
  ncv: {unit: GJ/t, zh: 热值, en: NCV}
  volume: {unit: GJ/Nm3, zh: 热值, en: NCV}
values: fuel.csv
"""
HEADER = "stream,column,value,unit,valid_from,valid_to,status,source,clause,note"
VALUES = f"{HEADER}\ncoke,ncv,28.435,GJ/t,2013-10-15,,seen,test,1,\n"
FILES = {"method.yaml": METHOD, "ruleset.yaml": RULESET, "fuel/fuel.yaml": TABLE}


def load(folder: Path, **changed: str | bytes | None) -> Rulebook:
    """The documents above with some of them replaced (`None`: left out)."""
    files: dict[str, str | bytes | None] = {**FILES, "fuel/fuel.csv": VALUES}
    names = {Path(name).stem + Path(name).suffix.replace(".", "_"): name for name in files}
    for key, content in changed.items():
        files[names.get(key, key)] = content
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            path.write_text(content, encoding="utf-8")
    return load_rulebook(folder, cache=False)


def faults(folder: Path, **changed: str | bytes | None) -> tuple[Problem, ...]:
    with pytest.raises(RuleError) as caught:
        load(folder, **changed)
    return caught.value.problems


def fault(folder: Path, code: str, **changed: str | bytes | None) -> Problem:
    return only(faults(folder, **changed), code)


def at(problem: Problem) -> tuple[str | None, int | None, int | None]:
    return problem.place.file, problem.place.line, problem.place.column


def test_the_documents_of_these_tests_are_good(tmp_path: Path) -> None:
    book = load(tmp_path)
    assert list(book.rulesets) == ["test.rules"]
    (value,) = book.tables["fuel.test"].values
    assert (value.key, value.column, value.printed) == (("coke",), "ncv", "28.435")


# -- schema ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "old", "new", "code", "line", "column", "said"),
    [
        ("method", "required: true", "requird: true", "unknown_key", 13, 39, ["requird"]),
        ("method", "streams: fuel", "steams: fuel", "unknown_key", 11, 5, ["steams", "streams"]),
        ("method", ", en: mass}", "}", "missing_key", 13, 13, ["sheets.s.inputs.mass", "en"]),
        ("method", "grain: [facility, year]", "grain: []", "bad_value", 19, 12, ["facility", "[]"]),
        ("method", "2013-10-15}", "15.10.2013}", "bad_value", 4, 18, ["15.10.2013", "in_force"]),
        ("method", "  s:", "  S:", "bad_value", 8, 3, ["S"]),
        ("ruleset", "boundary: enterprise", "boundary: city", "bad_value", 6, 11, ["city", "ets"]),
        ("ruleset", "sectors: [test]", "sectors: []", "bad_value", 5, 10, ["sectors"]),
        ("ruleset", "boundary: enterprise\n", "", "missing_key", 1, 1, ["boundary"]),
        ("ruleset", "method: test.plant", "method: 1", "bad_value", 7, 9, ["method", "1"]),
        ("table", "keys: [stream]", "keys: stream", "bad_value", 4, 7, ["keys", "stream"]),
        ("table", "values: fuel.csv", "values: ../fuel.csv", "bad_value", 8, 9, ["../fuel.csv"]),
        ("table", "document: test", "dokument: test", "missing_key", 3, 8, ["basis", "document"]),
    ],
)
def test_departures_from_the_schema(
    tmp_path: Path,
    document: str,
    old: str,
    new: str,
    code: str,
    line: int,
    column: int,
    said: list[str],
) -> None:
    name = {"table": "fuel"}.get(document, document)
    text = {"method": METHOD, "ruleset": RULESET, "table": TABLE}[document]
    assert old in text
    found = faults(tmp_path, **{f"{name}_yaml": text.replace(old, new, 1)})
    (problem,) = [p for p in found if p.code == f"rules.{code}"]
    file = "fuel/fuel.yaml" if document == "table" else f"{document}.yaml"
    assert at(problem) == (file, line, column)
    says(problem, *said)


def test_an_unknown_key_is_answered_with_the_nearest(tmp_path: Path) -> None:
    text = METHOD.replace("default:", "defualt:")
    problem = fault(tmp_path, "rules.unknown_key", method_yaml=text, ruleset_yaml=None)
    assert at(problem) == ("method.yaml", 14, 36)
    assert "default" in problem.repair("zh") and "default" in problem.repair("en")
    assert "required" not in problem.repair("en")


def test_a_repeated_key(tmp_path: Path) -> None:
    text = METHOD.replace("      ncv: {", "      mass: {")
    problem = faults(tmp_path, method_yaml=text)[0]
    assert problem.code == "rules.repeated_key"
    assert at(problem) == ("method.yaml", 14, 7)
    says(problem, "mass")


def test_a_document_of_no_kind(tmp_path: Path) -> None:
    problem = fault(tmp_path, "rules.no_kind", **{"odd.yaml": "title: x\n"})
    assert at(problem) == ("odd.yaml", 1, 1)
    says(problem, "method", "table", "ruleset")
    for text in ("", "- a\n", "just words\n"):
        fault(tmp_path, "rules.no_kind", **{"odd.yaml": text})


def test_the_catalogue_folder_is_not_read_as_rules(tmp_path: Path) -> None:
    load(tmp_path, **{"catalogue/items.yaml": "catalogue: items\n"})


def test_an_empty_folder_is_no_rulebook(tmp_path: Path) -> None:
    with pytest.raises(RuleError) as caught:
        load_rulebook(tmp_path, cache=False)
    says(only(caught.value.problems, "rules.no_rulebook"), str(tmp_path))


def test_problems_of_all_documents_come_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        method_yaml=METHOD.replace("required: true", "requird: true"),
        ruleset_yaml=RULESET.replace("enterprise", "city"),
        fuel_csv=VALUES.replace("28.435", "x"),
    )
    assert codes(found) == ["rules.bad_value", "rules.csv_number", "rules.unknown_key"]


# -- dates -----------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2013-02-30", "2013-13-01", "0000-01-01"])
def test_a_bad_date(tmp_path: Path, day: str) -> None:
    problem = faults(tmp_path, method_yaml=METHOD.replace("2013-10-15", day))[0]
    assert problem.code == "rules.date"
    assert at(problem) == ("method.yaml", 4, 18)
    says(problem, day)


@pytest.mark.parametrize(("name", "text"), [("method", METHOD), ("ruleset", RULESET)])
def test_reversed_dates(tmp_path: Path, name: str, text: str) -> None:
    changed = text.replace("from: 2013-10-15", "from: 2013-10-15, to: 2012-12-31")
    problem = faults(tmp_path, **{f"{name}_yaml": changed})[0]
    assert problem.code == "rules.period_reversed"
    assert at(problem) == (f"{name}.yaml", 4, 34)
    says(problem, "2013-10-15", "2012-12-31")


@pytest.mark.parametrize("day", ["02-30", "13-01", "00-10"])
def test_a_report_day_that_does_not_exist(tmp_path: Path, day: str) -> None:
    problem = fault(tmp_path, "rules.date", ruleset_yaml=RULESET + f'report_day: "{day}"\n')
    assert at(problem) == ("ruleset.yaml", 9, 14)
    says(problem, day)


@pytest.mark.parametrize(("name", "text"), [("method", METHOD), ("ruleset", RULESET)])
def test_editions_must_not_overlap(tmp_path: Path, name: str, text: str) -> None:
    later = text.replace("2013-10-15", "2020-01-01")
    problem = faults(tmp_path, **{f"z_{name}.yaml": later})[0]
    assert problem.code == "rules.edition_overlap"
    assert problem.place.file == f"z_{name}.yaml"
    says(problem, f"{name}.yaml", "2013-10-15", "2020-01-01")
    earlier = text.replace("2013-10-15}", "2013-10-15, to: 2019-12-31}")
    book = load(tmp_path, **{f"{name}_yaml": earlier, f"z_{name}.yaml": later})
    assert len({"method": book.methods, "ruleset": book.rulesets}[name].popitem()[1]) == 2


# -- tables ----------------------------------------------------------------------------------


def test_a_table_id_twice(tmp_path: Path) -> None:
    problem = fault(tmp_path, "rules.id_twice", **{"fuel/more.yaml": TABLE})
    assert at(problem) == ("fuel/more.yaml", 1, 8)
    says(problem, "fuel.test", "fuel/fuel.yaml")


def test_an_unknown_unit(tmp_path: Path) -> None:
    found = faults(tmp_path, fuel_yaml=TABLE.replace("unit: GJ/t", "unit: Gj/t"))
    problem = next(p for p in found if p.code == "rules.unit")
    assert at(problem) == ("fuel/fuel.yaml", 6, 15)
    says(problem, "Gj/t", "GJ")


def test_no_values_file(tmp_path: Path) -> None:
    problem = fault(tmp_path, "rules.no_values_file", fuel_csv=None)
    assert at(problem) == ("fuel/fuel.yaml", 8, 9)
    says(problem, "fuel/fuel.csv")


LINE = "coke,ncv,28.435,GJ/t,2013-10-15,,seen,test,1,"


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("coke,ncv,28,GJ/t,,,seen,test,1", "csv_width", ["9", "10"]),
        ("coke,ncv,28,GJ/t,,,seen,test,1,a,b", "csv_width", ["11", "10"]),
        ("", "csv_width", ["0", "10"]),
        ("coke,nvc,28,GJ/t,,,seen,,,", "csv_column", ["nvc", "ncv"]),
        (",ncv,28,GJ/t,,,seen,,,", "csv_key", ["stream"]),
        ("coke,ncv,28;4,GJ/t,,,seen,,,", "csv_number", ["28;4"]),
        ("coke,ncv,28-30,GJ/t,,,seen,,,", "csv_number", ["28-30"]),
        ("coke,ncv,44/0,GJ/t,,,seen,,,", "csv_number", ["44/0"]),
        ("coke,ncv,nan,GJ/t,,,seen,,,", "csv_number", ["nan"]),
        ("coke,ncv,inf,GJ/t,,,seen,,,", "csv_number", ["inf"]),
        ("coke,ncv,1e999999999,GJ/t,,,seen,,,", "csv_number", ["1e999999999"]),
        ("coke,ncv,１２,GJ/t,,,seen,,,", "csv_number", ["１２"]),
        ("coke,ncv,28,Gj/t,,,seen,,,", "unit", ["Gj/t"]),
        ("coke,ncv,28,GJ/Nm3,,,seen,,,", "csv_unit", ["GJ/Nm3", "GJ/t", "ncv"]),
        ("coke,ncv,28,GJ/t,,,see,,,", "status", ["see", "seen-twice"]),
        ("coke,ncv,28,GJ/t,,,,,,", "status", ["recalled"]),
        ("coke,ncv,28,GJ/t,2013,,seen,,,", "date", ["2013"]),
        ("coke,ncv,28,GJ/t,20131015,,seen,,,", "date", ["20131015"]),
        ("coke,ncv,28,GJ/t,,2013-02-29,seen,,,", "date", ["2013-02-29"]),
        (
            "coke,ncv,28,GJ/t,2013-10-15,2012-12-31,seen,,,",
            "period_reversed",
            ["2013-10-15", "2012-12-31"],
        ),
    ],
)
def test_a_faulty_line_of_values(tmp_path: Path, line: str, code: str, said: list[str]) -> None:
    text = f"{HEADER}\n{LINE.replace('coke', 'tar')}\n{line}\n{LINE.replace('coke', 'wood')}\n"
    problem = fault(tmp_path, f"rules.{code}", fuel_csv=text)
    assert at(problem) == ("fuel/fuel.csv", 3, None)
    says(problem, *said)


def test_the_line_of_a_value_counts_quoted_line_breaks(tmp_path: Path) -> None:
    text = f'{HEADER}\n{LINE}"a\nb"\ntar,ncv,x,GJ/t,,,seen,,,\n'
    assert fault(tmp_path, "rules.csv_number", fuel_csv=text).place.line == 4


@pytest.mark.parametrize("header", ["", "a,b", HEADER.replace("status", "state"), "\ufeff" * 2])
def test_a_wrong_header(tmp_path: Path, header: str) -> None:
    problem = fault(tmp_path, "rules.csv_header", fuel_csv=f"{header}\n{LINE}\n")
    assert at(problem) == ("fuel/fuel.csv", 1, None)
    says(problem, HEADER, header.strip("\ufeff"))


def test_an_empty_csv_has_a_wrong_header(tmp_path: Path) -> None:
    fault(tmp_path, "rules.csv_header", fuel_csv="")


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("2013-10-15,", "2020-01-01,", True),
        (",", ",", True),
        ("2013-10-15,2019-12-31", "2020-01-01,", False),
        ("2013-10-15,2020-01-01", "2020-01-01,", True),
        ("2020-01-01,", ",2019-12-31", False),
        ("2020-01-01,2020-12-31", "2020-06-01,2020-06-30", True),
    ],
)
def test_values_must_not_overlap(tmp_path: Path, first: str, second: str, overlap: bool) -> None:
    lines = [f"coke,ncv,28,GJ/t,{span},seen,,," for span in (first, second)]
    text = "\n".join([HEADER, *lines, ""])
    if not overlap:
        assert len(load(tmp_path, fuel_csv=text).tables["fuel.test"].values) == 2
        return
    problem = fault(tmp_path, "rules.value_overlap", fuel_csv=text)
    assert at(problem) == ("fuel/fuel.csv", 3, None)
    says(problem, "coke, ncv", "2")


def test_the_same_key_in_another_column_is_no_overlap(tmp_path: Path) -> None:
    text = f"{HEADER}\n{LINE}\ncoke,volume,1,GJ/Nm3,,,seen,,,\n"
    assert len(load(tmp_path, fuel_csv=text).tables["fuel.test"].values) == 2


def test_values_keep_the_print_and_are_exact(tmp_path: Path) -> None:
    lines = [
        "gas,volume,389.31,GJ/10^4Nm3,,,seen,,,",
        "lime,ncv,44/56,GJ/t,,,derived,,,",
        "wood,ncv,,GJ/t,,,not-found,,,12 to 16",
        "tar,ncv,1.5e-3,GJ/kg,,,seen,,,",
        "peat,ncv,-0.5,GJ/t,,,seen,,,",
    ]
    book = load(tmp_path, fuel_csv="\ufeff" + "\r\n".join([HEADER, *lines, ""]))
    found = {value.key[0]: value for value in book.tables["fuel.test"].values}
    assert {key: value.number and str(value.number) for key, value in found.items()} == {
        "gas": "38931/1000000",
        "lime": "11/14",
        "wood": None,
        "tar": "3/2",
        "peat": "-1/2",
    }
    assert (found["gas"].printed, found["gas"].printed_unit) == ("389.31", "GJ/10^4Nm3")
    assert (found["wood"].note, found["wood"].status) == ("12 to 16", "not-found")
    assert (found["gas"].place.file, found["gas"].place.line) == ("fuel/fuel.csv", 2)


# -- encoding --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "text", "file"),
    [("method_yaml", METHOD, "method.yaml"), ("fuel_csv", VALUES + "热值", "fuel/fuel.csv")],
)
def test_a_file_that_is_not_utf8(tmp_path: Path, key: str, text: str, file: str) -> None:
    found = faults(tmp_path, **{key: text.encode("gb18030")})
    problem = next(p for p in found if p.code == "rules.encoding")
    assert problem.place.file == file
    assert "UTF-8" in problem.message("zh") and "UTF-8" in problem.message("en")


def test_a_csv_that_csv_cannot_read(tmp_path: Path) -> None:
    with_nul = f"{HEADER}\ncoke,ncv,\x00,GJ/t,,,seen,,,\n"
    problem = fault(tmp_path, "rules.csv_number", fuel_csv=with_nul)
    assert problem.place.line == 2
    huge = f"{HEADER}\n{LINE}{'x' * 200_000}\n"
    problem = fault(tmp_path, "rules.csv_syntax", fuel_csv=huge)
    assert at(problem)[0] == "fuel/fuel.csv"
