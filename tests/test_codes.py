"""Problem codes: every one that the source can raise has words, and the words get their values.

The source is read, not run: a code and the names of its values are literals nearly everywhere, so
that a missing template or field is found even where no test goes.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

import pytest

import tongjian
from tongjian.problems import LANGUAGES, Place, Problem, TongjianError, code_catalogue

PACKAGE = Path(tongjian.__file__).parent
CATALOGUE = code_catalogue()
PACKAGES = sorted({code.partition(".")[0] for code in CATALOGUE})
CODE = re.compile(rf"({'|'.join(PACKAGES)})\.[a-z][a-z0-9_]*")
# Built at run time from an answer of the engine: its own fields are checked by their own tests.
PASSED_ON = {
    "engine/_diagnosis.py:problem.code",
    "measured/_result.py:data['code']",
    "monitoring/gateway/_asking.py:one['code']",
    "monitoring/hj212/_deviation.py:f'monitoring.{self.code}'",
    "records/_cells.py:code",
    "records/_metering.py:found.code",
    "site/api/errors.py:_OF_STATUS.get(int(status), 'site.api_request')",
    "site/api/errors.py:code",
    "site/registry/bulk_file.py:one.code",
    "site/registry/services.py:problem.code",
    "site/registry/validators.py:code",
    "statutory/_statement.py:_UNCONFIRMED[one.kind]",
}
# Acts of the evidence log that are named as a package is.
ACTS = dict.fromkeys(("records.enter", "records.import"))
# Phrases and actions of a package of the site that is named as one with codes; its job too.
ON_PAGES = tuple(
    f"{path.parent.name}.{key}" if path.stem == "texts" else key
    for name in ("texts", "permissions")
    for path in (PACKAGE / "site").glob(f"*/{name}.toml")
    for key in tomllib.loads(path.read_text(encoding="utf-8"))
)


@dataclass(frozen=True)
class Raised:
    """A place in the source where a problem is made."""

    where: str
    code: str
    supplied: frozenset[str] | None
    """Names of the values, `None` where they cannot be read off."""


@dataclass
class Function:
    """What is needed of a function: its name, its helpers' prefix, the dictionaries it fills."""

    node: ast.FunctionDef
    module: Module

    def keys_of(self, node: ast.expr | None) -> frozenset[str] | None:
        """The keys of a dictionary expression, as far as they are literals."""
        if node is None:
            return frozenset()
        if isinstance(node, ast.Dict):
            found: set[str] = set()
            for key, value in zip(node.keys, node.values, strict=True):
                part = self.keys_of(value) if key is None else frozenset({literal(key) or "?"})
                if part is None:
                    return None
                found |= part
            return frozenset(found)
        if isinstance(node, ast.Name):
            return self.assigned(node.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "dict" and not node.args:
                return frozenset(keyword.arg or "?" for keyword in node.keywords)
            return self.module.returned(node.func.id)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            left, right = self.keys_of(node.left), self.keys_of(node.right)
            return None if left is None or right is None else left | right
        return None

    def assigned(self, name: str) -> frozenset[str] | None:
        found: set[str] = set()
        known = False
        for node in ast.walk(self.node):
            value: ast.expr | None = None
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name) and target.id == name:
                        value = node.value
                    if isinstance(target, ast.Subscript) and is_name(target.value, name):
                        found.add(literal(target.slice) or "?")
            if isinstance(node, ast.AnnAssign | ast.AugAssign) and is_name(node.target, name):
                value = node.value
            if value is not None:
                keys = self.keys_of(value)
                if keys is None:
                    return None
                found, known = found | keys, True
        return frozenset(found) if known else None

    def texts(self, node: ast.expr) -> list[str]:
        """The texts that an expression can be: a literal, one of two, or a local name for them."""
        if (text := literal(node)) is not None:
            return [text]
        if isinstance(node, ast.IfExp):
            return self.texts(node.body) + self.texts(node.orelse)
        if isinstance(node, ast.Name):
            return [
                text
                for one in ast.walk(self.node)
                if isinstance(one, ast.Assign) and any(is_name(t, node.id) for t in one.targets)
                for text in self.texts(one.value)
            ]
        return []

    @property
    def parameters(self) -> list[str]:
        return [argument.arg for argument in self.node.args.args if argument.arg != "self"]


@dataclass
class Module:
    """One source file."""

    path: str
    tree: ast.Module
    functions: list[Function] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.functions = [
            Function(node, self)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.FunctionDef)
        ]

    def returned(self, name: str) -> frozenset[str] | None:
        for function in self.functions:
            if function.node.name == name:
                for node in ast.walk(function.node):
                    if isinstance(node, ast.Return):
                        return function.keys_of(node.value)
        return None


@dataclass(frozen=True)
class Helper:
    """A function that makes problems with a code of its package from a key."""

    prefix: str
    position: int
    name: str
    supplied: frozenset[str] | None
    """Fixed names of values, `None` where the caller gives them as keywords."""


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def calls(function: Function) -> Iterator[ast.Call]:
    """Calls in a function, without those in functions inside of it."""
    stack: list[ast.AST] = list(function.node.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, ast.FunctionDef):
            stack.extend(ast.iter_child_nodes(node))


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    if len(call.args) > position:
        return call.args[position]
    return next((k.value for k in call.keywords if k.arg == name), None)


def prefix_of(node: ast.expr) -> tuple[str, str] | None:
    """Prefix and parameter of a code such as ``f"rules.{key}"``."""
    if isinstance(node, ast.JoinedStr) and len(node.values) == 2:
        head, tail = node.values
        if isinstance(tail, ast.FormattedValue) and isinstance(tail.value, ast.Name):
            return literal(head) or "", tail.value.id
    return None


MODULES = [
    Module(path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
    for path in sorted(PACKAGE.rglob("*.py"))
]


def read_source() -> tuple[list[Raised], set[str]]:
    """Every problem that the source makes, and what could not be read."""
    helpers: dict[tuple[str, str], Helper] = {}
    raised: list[Raised] = []
    unread: set[str] = set()
    for module in MODULES:
        package = module.path.partition("/")[0]
        for function in module.functions:
            for call in calls(function):
                if not is_name(call.func, "Problem"):
                    continue
                code, given = call.args[0], argument(call, 2, "values")
                where = f"{module.path}:{call.lineno}"
                keyed = prefix_of(code)
                extra = function.node.args.kwarg
                if keyed is not None and keyed[1] in function.parameters:
                    from_caller = extra is not None and is_name(given or code, extra.arg)
                    helpers[package, function.node.name] = Helper(
                        keyed[0],
                        function.parameters.index(keyed[1]),
                        keyed[1],
                        None if from_caller else function.keys_of(given),
                    )
                elif texts := function.texts(code):
                    supplied = function.keys_of(given)
                    raised += [Raised(where, text, supplied) for text in texts]
                else:
                    unread.add(f"{module.path}:{ast.unparse(code)}")
    for module in MODULES:
        package = module.path.partition("/")[0]
        for function in module.functions:
            for call in calls(function):
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                helper = helpers.get((package, name))
                key = argument(call, helper.position, helper.name) if helper else None
                if helper is None or key is None:
                    continue
                supplied = helper.supplied
                if supplied is None:
                    supplied = frozenset()
                    for keyword in call.keywords:
                        keys = (
                            frozenset({keyword.arg})
                            if keyword.arg
                            else function.keys_of(keyword.value)
                        )
                        supplied |= keys or frozenset()
                where = f"{module.path}:{call.lineno}"
                texts = function.texts(key)
                raised += [Raised(where, helper.prefix + text, supplied) for text in texts]
                if not texts:
                    unread.add(f"{module.path}:{ast.unparse(key)}")
    return raised, unread


RAISED, UNREAD = read_source()


def fields(code: str) -> set[str]:
    """Every field that any template of a code needs."""
    return {
        name
        for template in CATALOGUE[code].values()
        for _, name, _, _ in Formatter().parse(template)
        if name is not None
    }


def test_the_source_was_read() -> None:
    assert len(RAISED) > 150
    assert {one.code.partition(".")[0] for one in RAISED} >= {"rules", "engine", "units"}
    assert PASSED_ON >= UNREAD


def test_every_code_that_is_raised_has_words() -> None:
    assert [one for one in RAISED if one.code not in CATALOGUE] == []


def test_every_text_that_looks_like_a_code_is_one() -> None:
    wrong = [
        f"{module.path}: {node.value}"
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
        and node.value not in CATALOGUE | ACTS
        # Of a name that is put together, the beginning stands there.
        and not any(key.startswith(node.value) for key in ON_PAGES)
        and not node.value.endswith(
            (".txt", ".toml", ".html", ".css", ".csv", ".js", ".json", ".yaml", ".sqlite3")
        )
    ]
    assert wrong == []


def test_every_field_of_a_template_is_supplied() -> None:
    lacking = [
        (one.where, one.code, sorted(fields(one.code) - one.supplied))
        for one in RAISED
        if one.code in CATALOGUE and one.supplied is not None and fields(one.code) - one.supplied
    ]
    assert lacking == []


def test_most_values_could_be_read_off() -> None:
    unknown = [one.where for one in RAISED if one.supplied is None and fields(one.code)]
    assert len(unknown) <= 5, unknown


@pytest.mark.parametrize("code", CATALOGUE)
def test_templates(code: str) -> None:
    templates = CATALOGUE[code]
    assert set(templates) == {"zh", "en", "fix_zh", "fix_en"}
    problem = Problem(code, values={name: f"<{name}>" for name in fields(code)})
    for lang in LANGUAGES:
        assert problem.message(lang) and problem.repair(lang)
        assert "{" not in problem.text(lang)
    assert re.search(r"[\u4e00-\u9fff]", templates["zh"])
    assert not re.search(r"[\u4e00-\u9fff]", templates["en"])
    # Fields whose name says a language belong to that language only.
    for key, template in templates.items():
        other = "_en" if key.endswith("zh") else "_zh"
        names = {name for _, name, _, _ in Formatter().parse(template) if name}
        assert not {name for name in names if name.endswith(other)}


def test_every_code_is_raised_somewhere() -> None:
    raised = {one.code for one in RAISED}
    silent = []
    for code in CATALOGUE.keys() - raised:
        package, _, key = code.partition(".")
        sources = "".join(p.read_text(encoding="utf-8") for p in (PACKAGE / package).rglob("*.py"))
        if f'"{code}"' not in sources and f'"{key}"' not in sources:
            silent.append(code)
    assert silent == []


def test_an_error_says_everything_in_both_languages() -> None:
    place = Place(file="a.yaml", line=3, column=7, sheet="数据", row=9, field="数量")
    problem = Problem("rules.date", place, {"text": "2013-02-30"})
    text = str(TongjianError([problem, problem]))
    for part in (
        "第3行",
        "第7列",
        "第9行",
        "工作表“数据”",
        "列“数量”",
        "日期“2013-02-30”无效",
    ):
        assert text.count(part) == 2
    assert text.count("a.yaml") == 4
    for part in ("line 3", "column 7", "row 9", "sheet '数据'", "'2013-02-30' is not a date"):
        assert text.count(part) == 2
    data = problem.as_dict()
    assert data["place"] == {
        "file": "a.yaml", "line": 3, "column": 7, "sheet": "数据", "row": 9, "field": "数量",
    }  # fmt: skip
    assert (data["code"], data["severity"]) == ("rules.date", "error")
    assert data["zh"] and data["en"] and data["repair_zh"] and data["repair_en"]


def test_a_value_with_braces_stays_as_it_is() -> None:
    problem = Problem("rules.date", values={"text": "{text} {0}"})
    assert "{text} {0}" in problem.message("en")
