"""Reads YAML keeping the line and column of every key and value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from tongjian.problems import Place, Problem, RuleError

Path = tuple[str | int, ...]

# The C parser is about five times faster; PyYAML without libyaml still has the same interface.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = {"null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?\d+")
_FLOAT = re.compile(r"[-+]?\d*\.\d+(?:[eE][-+]?\d+)?|[-+]?\d+[eE][-+]?\d+")
# What the parser itself calls plain values; any other tag was written by hand.
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("null", "bool", "int", "float", "str", "timestamp", "merge", "value", "map", "seq")
)


@dataclass(slots=True)
class Source:
    """A YAML document as plain data, with the place of every part."""

    file: str
    data: Any
    marks: dict[Path, tuple[int, int]] = field(default_factory=dict)
    folded: set[Path] = field(default_factory=set)
    """Texts written over several lines."""

    def place(self, path: Path, offset: int = 0) -> Place:
        """Where the value at `path` stands; `offset` moves right within a one-line text."""
        while path and path not in self.marks:
            path = path[:-1]
        line, column = self.marks.get(path, (1, 1))
        return Place(file=self.file, line=line, column=column + offset)


def read_yaml(text: str, file: str) -> Source:
    """Parse one YAML document.

    Dates stay text and numbers keep their type. Raises `RuleError` for a syntax error, a repeated
    key, an alias or a tag (a rule must read the same to a person and to the program).
    """
    try:
        return _read(text, file)
    except RecursionError:
        problem = Problem("rules.yaml", Place(file=file), {"text": "nested too deeply"})
        raise RuleError(problem) from None


def _read(text: str, file: str) -> Source:
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        values = {"text": error.problem or error.context or str(error)}
        place = Place(file=file, line=line, column=column)
        raise RuleError(Problem("rules.yaml", place, values)) from None
    except yaml.YAMLError as error:
        raise RuleError(Problem("rules.yaml", Place(file=file), {"text": str(error)})) from None
    source = Source(file, None)
    problems: list[Problem] = []
    if node is not None:
        source.data = _plain(node, (), source, problems, set())
    if problems:
        raise RuleError(problems)
    return source


def _plain(
    node: yaml.Node, path: Path, source: Source, problems: list[Problem], seen: set[int]
) -> Any:
    column = node.start_mark.column + 1
    if isinstance(node, yaml.ScalarNode) and node.style in ("'", '"'):
        column += 1  # point at the text, not at its quotation mark
    source.marks[path] = (node.start_mark.line + 1, column)
    # An alias gives the very node that it names: seen twice, it would also be read twice, and
    # aliases of aliases would never end.
    if id(node) in seen or node.tag not in _TAGS:
        text = "alias" if id(node) in seen else f"tag {node.tag}"
        problems.append(Problem("rules.yaml", source.place(path), {"text": text}))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        if node.start_mark.line != node.end_mark.line:
            source.folded.add(path)
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(item, (*path, index), source, problems, seen)
            for index, item in enumerate(node.value)
        ]
    return dict(_pairs(node, path, source, problems, seen))


def _pairs(
    node: yaml.Node, path: Path, source: Source, problems: list[Problem], seen: set[int]
) -> Iterator[tuple[str, Any]]:
    keys: set[str] = set()
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in keys:
            mark = key_node.start_mark
            place = Place(file=source.file, line=mark.line + 1, column=mark.column + 1)
            problems.append(Problem("rules.repeated_key", place, {"key": key}))
        keys.add(key)
        yield key, _plain(value_node, (*path, key), source, problems, seen)
        # The key is the better place for "unknown key" and "missing below this key".
        source.marks[(*path, key, "<key>")] = (
            key_node.start_mark.line + 1,
            key_node.start_mark.column + 1,
        )


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style in ('"', "'", "|", ">"):
        return text
    if text in _PLAIN:
        return _PLAIN[text]
    if text in ("", "~"):
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
