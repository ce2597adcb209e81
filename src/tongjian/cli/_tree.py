"""Prints an explanation as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongjian.cli._output import Output, console
from tongjian.engine import Node
from tongjian.reports import Words

if TYPE_CHECKING:
    from rich.tree import Tree

# Keys that people know by name; codes of plants, units and streams lead back to the records.
_NAMED = ("province", "sector")
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
    zh = lang == "zh"
    for record in node.records:
        entered = f"{record['entered_quantity'] or record['quantity']} {record['entered_unit']}"
        proof = record["evidence"] or ("无凭证" if zh else "no evidence")
        place = " ".join(part for part in str(record["source"]).split("!") if part)
        tier = Words.of(lang).term("tier", record["tier"]) if record["tier"] else "–"
        tree.add(f"▪ {place}  {record['item']} {entered}  [{tier}]  {proof}")
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
        value = _number(node.hidden_value)
        tree.add(
            f"… 另有 {node.hidden} 行，合计 {value} {node.unit}（--rows 可展开）"
            if zh
            else f"… {node.hidden} more rows, together {value} {node.unit} (--rows shows more)"
        )


def _label(node: Node, lang: str) -> str:
    zh = lang == "zh"
    words = Words.of(lang)
    key = " ".join(
        words.key(name, str(value)) if name in _NAMED else str(value)
        for name, value in node.key.items()
        if name != "table" and str(value)
    )
    title = node.title[lang]
    value = node.label[lang] if node.label else _number(node.value)
    head = f"{title} = {value} {'' if node.unit == '1' else node.unit}".rstrip()
    if key and node.kind != "parameter":
        head += f"   〔{key}〕"
    lines = [head]
    # A word in quotes is the label that the line above says in full.
    quoted = node.label is not None and node.substituted == f'"{node.value}"'
    if node.substituted and node.substituted != _number(node.value) and not quoted:
        lines.append(f"= {node.substituted}")
    if node.kind == "input" and node.note == "default":
        lines[0] += f"  （{_DEFAULT_ZH}）" if zh else f"  ({_DEFAULT_EN})"
    source = "；".join(part for part in (node.document, node.clause) if part)
    if source and node.kind in ("formula", "parameter"):
        status = Words.of(lang).term("status", node.status)
        table = f"{node.key['table']}：" if "table" in node.key else ""
        # Kept together, or a line of Chinese begins below its sign.
        lines.append(f"§\u00a0{table}{source}  【{status}】")
    return "\n".join(lines)


def _number(value: float | str | None) -> str:
    if isinstance(value, str):
        return value
    return "–" if value is None else f"{value:,.10g}"
