"""Prints an explanation as a tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tongjian.cli._output import Output, console
from tongjian.engine import Node
from tongjian.reports import Words

if TYPE_CHECKING:
    from rich.tree import Tree

# Codes of plants, process units and periods lead back to the records; the others have names.
_CODES = ("facility", "period", "process_unit", "year", "city")
# Numbers that stand for yes and no say so in their title.
_YES_OR_NO = re.compile(r"（1为是）$| \(1 is yes\)$")
_DEFAULT_ZH, _DEFAULT_EN = "缺省值", "default"


def print_tree(out: Output, node: Node, depth: int) -> None:
    """Print the tree `depth` levels deep; repeated parts are named, not printed again."""
    if out.as_json:
        return
    from rich.tree import Tree

    root = Tree(_label(node, out.lang))
    _add(root, node, out.lang, depth, {id(node)})
    console().print(root, highlight=False, markup=False)


def _add(tree: Tree, node: Node, lang: str, depth: int, seen: set[int]) -> None:
    zh, words = lang == "zh", Words.of(lang)
    for record in node.records:
        entered = f"{record['entered_quantity'] or record['quantity']} {record['entered_unit']}"
        proof = record["evidence"] or ("无凭证" if zh else "no evidence")
        place = " ".join(part for part in str(record["source"]).split("!") if part)
        tier = words.term("tier", record["tier"]) if record["tier"] else "–"
        item = words.item(str(record["stream"]), str(record["item"]))
        tree.add(f"▪ {place}  {item} {entered}  [{tier}]  {proof}")
    if node.children and depth <= 0:
        tree.add("…（--depth 可展开更多）" if zh else "… (--depth shows more)")
        return
    for child in node.children:
        repeated = id(child) in seen and bool(child.children)
        suffix = ("  （见上）" if zh else "  (see above)") if repeated else ""
        branch = tree.add(_label(child, lang) + suffix)
        if not repeated:
            seen.add(id(child))
            _add(branch, child, lang, depth - 1, seen)
    if node.hidden:
        value = f"{_number(node.hidden_value)} {_unit(node, words)}".rstrip()
        tree.add(
            f"… 另有 {node.hidden} 行，合计 {value}（--rows 可展开）"
            if zh
            else f"… {node.hidden} more rows, together {value} (--rows shows more)"
        )


def _label(node: Node, lang: str) -> str:
    zh, words = lang == "zh", Words.of(lang)
    lines = [f"{_title(node, words)} = {_value(node, words)}"]
    if node.key and node.kind != "parameter":
        lines[0] += f"   〔{_key(node, words)}〕"
    if node.kind == "input" and node.note == "default":
        lines[0] += f"  （{_DEFAULT_ZH}）" if zh else f"  ({_DEFAULT_EN})"
    # A word in quotes is the label that the line above says in full.
    quoted = node.label is not None and node.substituted == f'"{node.value}"'
    if node.substituted and node.substituted != _number(node.value) and not quoted:
        lines.append(f"= {words.substituted(node.substituted)}")
    source = "；".join(words.clause(part) for part in (node.document, node.clause) if part)
    if source and node.kind in ("formula", "parameter"):
        status = words.term("status", node.status)
        table = f"{node.key['table']}：" if "table" in node.key else ""
        # Without a blank behind the sign, or a line of Chinese begins below it.
        lines.append(f"§{table}{source}  【{status}】")
    return "\n".join(lines)


def _title(node: Node, words: Words) -> str:
    title = node.title[words.lang]
    if node.kind == "parameter" and len(node.key) > 1:
        # Behind it stands what it was looked up by, in codes.
        codes = ("、" if words.lang == "zh" else ", ").join(list(node.key.values())[1:])
        names = _key(node, words, "、" if words.lang == "zh" else ", ")
        title = title.replace(f"（{codes}）", f"（{names}）").replace(f"({codes})", f"({names})")
    return title if _truth(node, words) is None else _YES_OR_NO.sub("", title)


def _value(node: Node, words: Words) -> str:
    """A value with its unit; a judgement in words."""
    if node.label:
        return node.label[words.lang]
    return _truth(node, words) or f"{_number(node.value)} {_unit(node, words)}".rstrip()


def _truth(node: Node, words: Words) -> str | None:
    """Yes or no, of a number that stands for it."""
    if node.value not in (0, 1) or not _YES_OR_NO.search(node.title[words.lang]):
        return None
    return ("否", "是")[int(node.value)] if words.lang == "zh" else ("no", "yes")[int(node.value)]


def _unit(node: Node, words: Words) -> str:
    return "" if node.unit in ("", "1") else words.unit(node.unit)


def _key(node: Node, words: Words, separator: str = " ") -> str:
    """The keys of a number, by name where there is one."""
    return separator.join(
        str(value) if name in _CODES else words.key(name, str(value))
        for name, value in node.key.items()
        if name != "table" and str(value)
    )


def _number(value: float | str | None) -> str:
    if isinstance(value, str):
        return value
    return "–" if value is None else f"{value:,.10g}"
