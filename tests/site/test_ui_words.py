"""No page has a word of its own: all of them come from ``texts.toml``, in both languages.

A literal word in a template or in Python, a key that does not exist and a phrase that nothing uses
fail here, for every package of the site.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import tongjian.site
from tongjian.site.ui.texts import texts

SITE = Path(tongjian.site.__file__).parent
TEMPLATES = sorted(SITE.glob("*/templates/**/*.html"))
SOURCES = sorted(path for path in SITE.rglob("*.py") if "migrations" not in path.parts)

HAN = re.compile(r"[\u4e00-\u9fff]")
LETTERS = re.compile(r"[A-Za-z\u4e00-\u9fff]+")
# Names of formats and the like are the same in every language.
SAME_EVERYWHERE = re.compile(r"[A-Z][A-Z0-9]{0,7}|Parquet|xlsx|中文|English")
SPOKEN = re.compile(
    r"""\b(?:alt|title|aria-label|placeholder|data-confirm)=(?:"([^"]*)"|'([^']*)')"""
)
KEY = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*")
IN_TEMPLATE = re.compile(r"""\{%\s*t\s+(?:"([^"]+)"|'([^']+)')(\|add)?""")

# Chinese in Python that is no word of a page.
NOT_OF_PAGES = {
    "settings.py": "the names of the languages, each in itself",
    "access/grants.py": "how the site itself signs in logs",
    "demo/people.py": "names of invented people",
    "operations/console.py": "how the command line signs in logs",
}


def without_code(template: str) -> str:
    """What of a template is sent as it stands."""
    template = re.sub(r"\{%\s*comment\s*%\}.*?\{%\s*endcomment\s*%\}", "", template, flags=re.S)
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template, flags=re.S)


def literals(template: str) -> Iterator[str]:
    """The words that stand in a template itself."""
    bare = without_code(template)
    bare = re.sub(r"<(code|script|style|svg)\b.*?</\1>", "", bare, flags=re.S)
    spoken = [one or two for one, two in SPOKEN.findall(bare)]
    text = re.sub(r"&\w+;", "", re.sub(r"<[^>]*>", " ", bare))
    for word in LETTERS.findall(" ".join([text, *spoken])):
        if not SAME_EVERYWHERE.fullmatch(word):
            yield word


def test_no_template_has_a_word_of_its_own() -> None:
    assert TEMPLATES
    found = {
        str(path.relative_to(SITE)): words
        for path in TEMPLATES
        if (words := list(literals(path.read_text("utf-8"))))
    }
    assert not found


def test_a_literal_word_would_be_found() -> None:
    page = """{% t "ui.x" %}<p title='hello'>CSV {{ name }}</p><code>x</code><b>词</b>"""

    assert list(literals(page)) == ["词", "hello"]


@lru_cache(maxsize=1)
def trees() -> dict[str, ast.Module]:
    return {str(path.relative_to(SITE)): ast.parse(path.read_text("utf-8")) for path in SOURCES}


def docstrings(tree: ast.AST) -> set[int]:
    """Strings that stand alone are descriptions."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def test_no_python_has_a_word_of_its_own() -> None:
    found = []
    for name, tree in trees().items():
        known = docstrings(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if HAN.search(node.value) and id(node) not in known and name not in NOT_OF_PAGES:
                    found.append(f"{name}:{node.lineno}: {node.value}")
            elif isinstance(node, ast.Call):
                found += [f"{name}:{node.lineno}: {one}" for one in shown_literals(node)]
    assert not found


def shown_literals(call: ast.Call) -> list[str]:
    """Literals that a call would show: the text of a message, a label, a help."""
    function = call.func
    given = [one.value for one in call.keywords if one.arg in ("label", "help_text", "empty_label")]
    if isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "messages":
        given += call.args[1:]
    return [
        str(one.value)
        for one in given
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value
    ]


@lru_cache(maxsize=1)
def named() -> tuple[frozenset[str], tuple[str, ...]]:
    """Keys that are written somewhere, and beginnings to which the rest is added."""
    keys: set[str] = set()
    begun: set[str] = set()
    for path in TEMPLATES:
        for one, two, more in IN_TEMPLATE.findall(path.read_text("utf-8")):
            (begun if more else keys).add(one or two)
    for path in SITE.glob("*/*.toml"):
        if path.name != "texts.toml":
            keys |= set(re.findall(r'"([a-z]+\.[a-z][a-z0-9_]*)"', path.read_text("utf-8")))
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if KEY.fullmatch(node.value):
                    keys.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                if re.fullmatch(r"[a-z]+\.[a-z0-9_]*", start):
                    begun.add(start)
    return frozenset(keys), tuple(begun)


def test_every_key_that_a_template_or_python_asks_for_exists() -> None:
    asked = {
        (str(path.relative_to(SITE)), one or two)
        for path in TEMPLATES
        for one, two, more in IN_TEMPLATE.findall(path.read_text("utf-8"))
        if not more
    }
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("text", "text_lazy"):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    asked.add((name, str(first.value)))
    for path in SITE.glob("*/navigation.toml"):
        for link in tomllib.loads(path.read_text("utf-8")).get("link", []):
            asked.add((str(path.relative_to(SITE)), link["text"]))

    assert not sorted(one for one in asked if one[1] not in texts())


def test_every_phrase_is_used() -> None:
    keys, begun = named()

    assert not [one for one in texts() if one not in keys and not one.startswith(begun)]


def test_both_languages_have_the_same_places_to_fill() -> None:
    places = re.compile(r"\{(\w+)\}")
    for key, words in texts().items():
        assert set(places.findall(words["zh"])) == set(places.findall(words["en"])), key


def test_chinese_is_chinese_and_english_is_english() -> None:
    for key, words in texts().items():
        if key not in ("ui.other_language",):
            assert not HAN.search(words["en"]), key
            assert HAN.search(words["zh"]) or not re.search(r"[a-z]{3}", words["zh"]), key
