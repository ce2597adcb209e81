"""Formulas as people write them (公式的可读形式): names in words, cases one per line."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tongjian.units import UnitError, parse_unit

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: " + ",
    ast.Sub: " − ",
    ast.Mult: " × ",
    ast.Div: " / ",
    ast.Eq: " = ",
    ast.NotEq: " ≠ ",
    ast.Lt: " < ",
    ast.LtE: " ≤ ",
    ast.Gt: " > ",
    ast.GtE: " ≥ ",
}
_WORDS = {
    "and": ("，且", " and "),
    "or": ("，或", " or "),
    "not": ("非（{}）", "not ({})"),
    "if": ("{0}，若{1}；否则 {2}", "{0} if {1}, otherwise {2}"),
    "given": ("录入了{}", "{} is entered"),
    "evidenced": ("{}有凭证", "{} has evidence"),
    "required": ("{}（必须有）", "{} (has to be there)"),
    "within": ("{0}属于 {1}", "{0} belongs to {1}"),
    "coalesce": ("{0}（没有时取 {1}）", "{0} (where missing: {1})"),
    "none": ("无值", "no value"),
    "sum": ("Σ {}", "Σ {}"),
    "count": ("{}的行数", "number of rows of {}"),
    "median": ("{}的中位数", "median of {}"),
    "sum_largest": ("{0} 中最大 {1} 个之和", "sum of the {1} largest {0}"),
    "interpolate": ("{0}（按 {1} 插值）", "{0} (interpolated at {1})"),
    "step": ("{0}（{1} 所在的级）", "{0} (on the step of {1})"),
    "mean": ("平均 {}", "mean of {}"),
    "share": ("{0} 中 {1} 的占比", "share of {0} with {1}"),
    "minimum": ("{} 的最小值", "least {}"),
    "maximum": ("{} 的最大值", "largest {}"),
    "previous": ("上年的{}", "last year's {}"),
    "year_end": ("{}年末", "end of {}"),
    "sqrt": ("√({})", "√({})"),
    "power": ("({0})^({1})", "({0})^({1})"),
    "abs": ("|{}|", "|{}|"),
    "clip": ("{0}（限于 {1} 至 {2}）", "{0} (kept within {1} and {2})"),
    "days": ("{}（日数）", "{} (count of days)"),
    "weighted_mean": ("{0} 按 {1} 的加权平均", "mean of {0}, weighted by {1}"),
    "ceil": ("{}（进位取整）", "{} (rounded up)"),
    "floor": ("{}（舍去小数）", "{} (rounded down)"),
}
_SUM, _PRODUCT, _ATOM = 1, 2, 3
# What stands for a name: owner ("" for a column of the sheet itself), column, and whether it
# stands inside an aggregate, where the owner is a finer sheet and not a table.
Naming = Callable[[str, str, bool], str | None]
_AGGREGATES = ("sum", "count", "mean", "weighted_mean", "share", "minimum", "maximum", "median")


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a formula: what it is, and when; `when` is empty for what is left."""

    value: str
    when: str


@dataclass(frozen=True, slots=True)
class Readable:
    """Writes formulas in one language; `naming` has the titles of columns and tables."""

    lang: str
    naming: Naming
    inside: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the labels of judgements mean."""

    def cases(self, text: str) -> list[Case]:
        """The cases of a formula in the order in which they are tried."""
        tree: ast.expr = ast.parse(text, mode="eval").body
        found = []
        while isinstance(tree, ast.IfExp):
            found.append(Case(self.write(tree.body), self.write(tree.test)))
            tree = tree.orelse
        return [*found, Case(self.write(tree), "")]

    def write(self, tree: ast.expr, level: int = 0) -> str:
        """An expression in words; in brackets where it binds less than `level`."""
        match tree:
            case ast.Constant(value=str(text)):
                return self.labels.get(text, f"“{text}”")
            case ast.Constant(value=value):
                return str(value)
            case ast.Name(id="none"):
                return self.word("none")
            case ast.Name(id=name):
                return self.naming("", name, self.inside) or name
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                return self.naming(owner, name, self.inside) or f"{owner}.{name}"
            case ast.Subscript(value=value, slice=ast.Tuple(elts=keys)):
                return f"{self.write(value)}[{', '.join(map(self.write, keys))}]"
            case ast.Subscript(value=value, slice=key):
                return f"{self.write(value)}[{self.write(key)}]"
            case ast.BinOp():
                return self.arithmetic(tree, level)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"−{self.write(operand, _ATOM)}"
            case ast.UnaryOp(operand=operand):
                return self.word("not", self.write(operand))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return f"{self.write(left)}{_SIGNS[type(op)]}{self.write(right)}"
            case ast.BoolOp(op=op, values=values):
                parts = [self.write(one, _ATOM) for one in values]
                joined = self.word("and" if isinstance(op, ast.And) else "or").join(parts)
                return self.bracketed(joined) if level else joined
            case ast.IfExp(test=test, body=body, orelse=other):
                return self.bracketed(self.word("if", *map(self.write, (body, test, other))))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.call(name, arguments)
        return ast.unparse(tree)

    def arithmetic(self, tree: ast.BinOp, level: int) -> str:
        own = _SUM if isinstance(tree.op, ast.Add | ast.Sub) else _PRODUCT
        if own == _PRODUCT:
            # A unit is a constant of value 1: words need it only behind a number.
            if self.is_unit(tree.right) and not self.is_unit(tree.left):
                number = isinstance(tree.left, ast.Constant)
                more = f" {ast.unparse(tree.right)}" if number else ""
                return self.write(tree.left, level) + more
            if self.is_unit(tree.left) and isinstance(tree.op, ast.Mult):
                return self.write(tree.right, level)
        left = self.write(tree.left, own)
        right = self.write(tree.right, own + isinstance(tree.op, ast.Sub | ast.Div))
        compact = isinstance(tree.left, ast.Constant) and isinstance(tree.right, ast.Constant)
        sign = "/" if compact and isinstance(tree.op, ast.Div) else _SIGNS[type(tree.op)]
        written = f"{left}{sign}{right}"
        return f"({written})" if own < level else written

    def call(self, name: str, arguments: list[ast.expr]) -> str:
        reader = replace(self, inside=True) if name.startswith(_AGGREGATES) else self
        written = [reader.write(one) for one in arguments]
        if name in ("sum", "count", "mean", "minimum", "maximum") and len(arguments) == 1:
            return self.word(name, reader.write(arguments[0], _PRODUCT))
        if name == "day":
            return str(getattr(arguments[0], "value", written[0]))
        if name in ("interpolate", "step"):
            return self.word(name, written[0], ", ".join(written[1:]))
        if name == "coalesce":
            text = written[-1]
            for one in reversed(written[:-1]):
                text = self.word(name, one, text)
            return text
        if name in _WORDS:
            return self.word(name, *written)
        separator = "，" if self.lang == "zh" else ", "
        return f"{name}({separator.join(written)})"

    def bracketed(self, text: str) -> str:
        return f"（{text}）" if self.lang == "zh" else f"({text})"

    def is_unit(self, tree: ast.expr) -> bool:
        """Whether an expression is made of units only, such as tCO2/tC or unit("t/t clinker")."""
        match tree:
            case ast.Name(id=name):
                return self.naming("", name, self.inside) is None and _is_unit(name)
            case ast.Call(func=ast.Name(id="unit")):
                return True
            case ast.BinOp(left=left, right=right, op=ast.Mult() | ast.Div()):
                return self.is_unit(left) and self.is_unit(right)
        return False

    def word(self, key: str, *parts: str) -> str:
        return _WORDS[key][0 if self.lang == "zh" else 1].format(*parts)


def _is_unit(name: str) -> bool:
    try:
        parse_unit(name)
    except UnitError:
        return False
    return True


__all__ = ["Case", "Naming", "Readable"]
