"""Generates what is told twice: the JSON Schema file and the tables of ``docs/records.md``.

Run ``python -m tongjian.records._document docs/records.md`` after a change of the declared tables
or of the problem codes; a test fails until it is done.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tongjian.problems import code_catalogue
from tongjian.records.schema import SCHEMA_FILE, TABLES, TIERS, schema_text, table


def columns_table(name: str) -> str:
    """The columns of one table, as Markdown."""
    rows = [
        (
            f"`{column.name}`",
            column.zh,
            column.en,
            "✓" if column.required else "",
            f"{column.description_zh}<br>{column.description_en}",
        )
        for column in table(name).columns
    ]
    return _markdown(("列 / column", "中文表头", "English header", "必填", "含义 / meaning"), rows)


def tiers_table() -> str:
    """The tiers, as Markdown."""
    rows = [(f"`{tier.code}`", tier.zh, "、".join(tier.aliases)) for tier in TIERS]
    return _markdown(("编码 / code", "中文", "也接受 / also accepted"), rows)


def codes_table() -> str:
    """Every problem code of the package with its message and repair, as Markdown."""
    rows = [
        (
            f"`{code}`",
            f"{entry['zh']}<br>→ {entry['fix_zh']}",
            f"{entry['en']}<br>→ {entry['fix_en']}",
        )
        for code, entry in code_catalogue().items()
        if code.startswith("records.")
    ]
    return _markdown(("代码 / code", "中文", "English"), rows)


def with_generated(text: str) -> str:
    """`text` with every generated block made anew."""
    blocks = {entry.name: columns_table(entry.name) for entry in TABLES}
    blocks |= {"tiers": tiers_table(), "codes": codes_table()}
    for name, content in blocks.items():
        before, begin, rest = text.partition(f"<!-- begin: {name} -->\n")
        _old, end, after = rest.partition(f"<!-- end: {name} -->")
        if not end:
            raise ValueError(f"no block {name!r}")
        text = before + begin + content + end + after
    return text


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


def main(document: str) -> None:
    """Rewrite the JSON Schema of the package and the generated blocks of `document`."""
    (Path(__file__).parent / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8", newline="\n")
    path = Path(document)
    path.write_text(
        with_generated(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])
