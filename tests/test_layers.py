"""No sector formula in Python: layers and imports, constants and names of the rulebook.

The source is parsed, not run. A regulation lives in documents; what would betray one in the code is
a number that stands in a table of the rulebook, a ratio of molar masses, or the name of a sector,
stream, class, table, method or rule set. What may hold them is listed here with its reason.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

import tongjian
from tongjian.records import Catalogue
from tongjian.rules import load_rulebook, rulebook_folder

PACKAGE = Path(tongjian.__file__).parent
# Each layer imports only from those above it (docs/index.md).
LAYERS: tuple[tuple[str, ...], ...] = (
    ("problems", "units"),
    ("rules",),
    ("engine", "records", "monitoring"),
    ("evidence", "measured"),
    (
        *("uncertainty", "statutory", "cases", "reports", "sample", "footprint", "contract"),
        "charts",
        *("judging", "scores", "screening", "targets"),
        *("control_plan", "versions", "workflow", "verification"),
    ),
    ("book", "papers"),
    ("site",),
    ("cli",),
)
# Within a layer only these: who may ask whom.
BESIDE = {
    ("units", "problems"),
    ("reports", "charts"),
    ("reports", "statutory"),
    ("contract", "cases"),
    ("verification", "control_plan"),
    ("verification", "versions"),
    ("verification", "workflow"),
    ("versions", "statutory"),
    ("reports", "control_plan"),
    ("reports", "verification"),
    ("reports", "versions"),
    ("reports", "workflow"),
}
# What no library layer may know; only the site serves, only the command line prints to a terminal.
WEB = {
    *("aiohttp", "bottle", "django", "fastapi", "flask", "http", "httpx", "requests", "socket"),
    *("socketserver", "starlette", "tornado", "urllib.request", "urllib3", "uvicorn", "websockets"),
}
DATABASES = {"duckdb", "psycopg", "psycopg2", "pyspark", "sqlalchemy", "sqlite3"}
MAY_QUERY = {"engine", "records", "monitoring", "measured", "book", "site"}
# A user's Spark session is handed on to the engine; only its type is named.
HANDED_ON = {
    ("cases/_check.py", "pyspark.sql"),
    ("cases/_together.py", "pyspark.sql"),
    ("monitoring/gateway/_socket.py", "socket"),  # to a running gateway: a file, no port
}
TERMINAL = {"rich", "typer"}

# Files that have to speak of streams or hold numbers of the field, and why.
KNOWING = {
    "site/demo/": "makes enterprises, outlets and reports of the fictitious province",
    "sample/": "writes the records of fictitious plants, as an accountant would enter them",
    "records/readers/": "translate the columns of public data sets into records",
}
# Words of the rulebook that are something else as well, and where.
WORDS = {
    "all": "no filter on a page, and an agency of a task",
    "outlet": "where something leaves a plant, by the permit, and a kind of source",
    "fugitive": "what leaves a plant by no outlet, and a kind of source",
    "none": "the missing value of the rule language, and a direction",
    "other": "the other branch of a condition; a field of a document",
    "product": "a keyword of units.txt",
    "energy": "a boundary that the schema of rule sets lists",
    "project": "a scope of policy targets, and a kind of process unit",
    "level": "a way in which a target is measured, and the class of products that are judged",
    "material": "the class of streams, and what reaches the materiality level of a verification",
    "oxygen": "a measured quantity of the flue gas, and what is bought and fed",
    "measure": "what a target document measures, and the stream of an abatement measure",
}
ALLOWED = {
    ("monitoring/profile/_channel.py", "排放口"): "a position of measuring, and a kind of source",
    (
        "cli/_monitoring_commands.py",
        "cn.hj75-2017",
    ): "by which checks are judged, and hours replaced, where nothing else is said",
    ("reports/_words.py", "生态环境部"): "how MEE is written out in a Chinese source",
    ("problems/_problem.py", "screening"): "the package of that name, and a category of pollution",
    ("measured/_result.py", "screening"): "a part of what is kept, and a category of pollution",
    ("site/registry/validators.py", "register.device"): "where levels of equipment are looked up",
    ("evidence/_retention.py", "retention.originals"): "where the time of keeping is looked up",
    (
        "monitoring/screening/_conventions.py",
        "online.screening",
    ): "where bounds of screening are looked up",
    (
        "monitoring/screening/_conventions.py",
        "online.bounds",
    ): "where physical bounds are looked up",
    (
        "monitoring/screening/_conventions.py",
        "online.risk",
    ): "where points of the risk score are looked up",
    ("cases/_inputs.py", "Jiangsu"): "where a golden case lies that names no province",
    ("footprint/_cbam.py", "electricity"): "a part of a plant's total in the footprint's own rows",
    ("contract/_case_plants.py", "Jiangsu"): "where a golden case lies that names no province",
    ("engine/_results.py", "result.total"): "where results of accounting become records",
    ("uncertainty/_assumptions.py", "half-width.defaults"): "where half-widths are looked up",
    ("monitoring/profile/_file.py", "area"): "of a duct, at a measuring point",
    ("control_plan/_guide.py", "plan.freeze"): "where the deadline of evidence is looked up",
    ("control_plan/_guide.py", "plan.key"): "where key parameters are looked up",
    ("measured/_rows.py", "area"): "the cross-section of a duct, an input of a point",
    ("control_plan/_guide.py", "plan.overdue"): "where the factor of an overdue meter is looked up",
    **{
        ("monitoring/quality/_limits.py", f"cems.{name}"): "where limits are looked up"
        for name in (
            *("validity", "check-limit", "check-form", "qal3", "calibration-interval"),
            "uncertainty-tier",
        )
    },
}
# Molar masses that meet in formulas of carbon and nitrogen, and the molar volume of a gas.
CO2_OR_N2O = 44
PARTNERS = {12, 16, 22.4, 28, 40, 56, 84, 100}


@dataclass(frozen=True)
class Module:
    """One source file of the package."""

    path: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.path.partition("/")[0] if "/" in self.path else ""

    def knows_the_field(self) -> bool:
        return any(self.path.startswith(prefix) for prefix in KNOWING)

    def imports(self) -> Iterator[tuple[int, str]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                # A relative import would hide from this test; there are none.
                assert node.level == 0, self.path
                name = node.module or ""
                yield node.lineno, name
                if name == "tongjian":
                    yield from ((node.lineno, f"tongjian.{one.name}") for one in node.names)

    def constants(self) -> Iterator[ast.Constant]:
        """Constants of the code, without docstrings."""
        texts = {
            id(node.body[0].value)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            if node.body and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and id(node) not in texts:
                yield node


MODULES = [
    Module(path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
    for path in sorted(PACKAGE.rglob("*.py"))
]
OWN = [one for one in MODULES if one.package and not one.knows_the_field()]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}


def test_every_package_has_its_layer() -> None:
    packages = {one.package for one in MODULES} - {""}

    assert packages == RANK.keys()
    overview = (PACKAGE.parents[1] / "docs" / "index.md").read_text(encoding="utf-8")
    for name in packages:
        assert f"`tongjian.{name}`" in overview, name


def test_each_layer_imports_only_from_those_above_it() -> None:
    wrong = []
    for module in MODULES:
        for line, name in module.imports():
            parts = name.split(".")
            if parts[0] != "tongjian" or len(parts) < 2 or not module.package:
                continue
            theirs = parts[1]
            if theirs == module.package or theirs not in RANK:
                continue  # the package itself, or a name such as tongjian.__version__
            above = RANK[theirs] < RANK[module.package]
            if not above and (module.package, theirs) not in BESIDE:
                wrong.append(f"{module.path}:{line} imports {name}")
    assert wrong == []


def test_libraries_know_no_web_no_terminal_and_few_a_database() -> None:
    wrong = []
    for module in MODULES:
        forbidden = set() if module.package == "site" else set(WEB)
        if module.package != "cli":
            forbidden |= TERMINAL
        if module.package not in MAY_QUERY:
            forbidden |= DATABASES
        for line, name in module.imports():
            known = name in forbidden or name.partition(".")[0] in forbidden
            if known and (module.path, name) not in HANDED_ON:
                wrong.append(f"{module.path}:{line} imports {name}")
    assert wrong == []


@lru_cache(maxsize=1)
def factors() -> dict[float, str]:
    """Numbers of the rulebook's tables with three significant digits or more, as printed."""
    found: dict[float, str] = {}
    for path in sorted(rulebook_folder().rglob("*.csv")):
        if path.parent.name == "catalogue":
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                digits = re.sub(r"[^0-9]", "", row["value"]).strip("0")
                if len(digits) >= 3 and "/" not in row["value"]:
                    found[float(row["value"])] = f"{path.stem} {row['column']}"
    return found


def test_no_factor_of_the_rulebook_stands_in_the_code() -> None:
    known = factors()
    assert len(known) > 300 and 29307.6 in known

    wrong = [
        f"{module.path}:{node.lineno} {node.value} is {known[node.value]}"
        for module in OWN
        for node in module.constants()
        if isinstance(node.value, int | float) and not isinstance(node.value, bool)
        if float(node.value) in known
    ]
    assert wrong == []


def molar_ratios(tree: ast.AST) -> Iterator[ast.BinOp]:
    """Products and quotients in which 44 meets another molar mass, in whatever order."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
            found = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}
            if CO2_OR_N2O in found and found & PARTNERS:
                yield node


def test_no_ratio_of_molar_masses_stands_in_the_code() -> None:
    wrong = [
        f"{module.path}:{node.lineno} {ast.unparse(node)}"
        for module in OWN
        for node in molar_ratios(module.tree)
    ]
    assert wrong == []


@lru_cache(maxsize=1)
def words() -> dict[str, str]:
    """Names that belong to the rulebook: ids of documents, and codes and names of the catalogue."""
    book, catalogue = load_rulebook(), Catalogue.load()
    found: dict[str, str] = {}
    for kind in ("tables", "methods", "rulesets", "unavailable", "conflicts", "substitutions"):
        found |= dict.fromkeys(getattr(book, kind), kind)
    for stream in catalogue.streams.values():
        named = (stream.id, stream.stream_class, stream.zh, stream.en, *stream.aliases)
        found |= dict.fromkeys(named, "stream")
    found |= dict.fromkeys(catalogue.classes, "class")
    for term in catalogue.terms:
        # Boundaries are words of the rule language: the schema of rule sets lists them.
        if term.key != "boundary":
            found |= dict.fromkeys((term.code, term.zh), term.key)
    return {word: kind for word, kind in found.items() if word not in WORDS}


def test_the_code_names_nothing_of_the_rulebook() -> None:
    known = words()
    assert len(known) > 600 and {"coke", "steel", "焦炭", "gwp.ar5"} <= known.keys()

    wrong = [
        f"{module.path}:{node.lineno} {node.value!r} ({known[node.value]})"
        for module in OWN
        for node in module.constants()
        if isinstance(node.value, str) and node.value in known
        if (module.path, node.value) not in ALLOWED
    ]
    assert wrong == []


CALCULATE = ["units", "rules", "engine", "cases", "uncertainty", "contract"]


@pytest.mark.parametrize("package", CALCULATE)
def test_no_longer_text_speaks_of_a_stream_either(package: str) -> None:
    """A condition in a query would hide in a longer text: WHERE stream = 'coke'."""
    streams = set(Catalogue.load().streams) - WORDS.keys()
    wrong = [
        f"{module.path}:{node.lineno} {word!r} in {node.value!r}"
        for module in OWN
        if module.package == package
        for node in module.constants()
        if isinstance(node.value, str)
        for word in re.findall(r"[A-Za-z0-9_]+", node.value)
        if word in streams
    ]
    assert wrong == []


def test_what_is_allowed_is_still_there() -> None:
    """An exception outlives its reason easily."""
    texts = {
        (module.path, node.value)
        for module in OWN
        for node in module.constants()
        if isinstance(node.value, str)
    }
    assert ALLOWED.keys() <= texts
    assert all(any(one.path.startswith(prefix) for one in MODULES) for prefix in KNOWING)


def test_the_test_sees_what_it_is_for() -> None:
    """A formula of a sector in the code would be found by each of its traces."""
    text = "def co2(row):\n    return row['coke'] * 28.435 * 0.0294 * 44 / 12 if 'steel' else 0\n"
    module = Module("engine/_steel.py", ast.parse(text))

    numbers = {node.value for node in module.constants() if not isinstance(node.value, str)}
    assert numbers & factors().keys() == {28.435, 0.0294}
    assert list(molar_ratios(module.tree))
    assert {node.value for node in module.constants()} & words().keys() == {"coke", "steel"}
