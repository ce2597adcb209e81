"""How commands print: tables that people can read, JSON that programs can read, problems."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tongjian.problems import Problem, TongjianError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

Language = Literal["zh", "en"]
_SHOWN_PROBLEMS = 20


@dataclass(slots=True)
class Output:
    """Where and how a command prints: language, JSON or text."""

    lang: Language
    as_json: bool

    def say(self, zh: str, en: str) -> None:
        """One line of text; nothing in JSON mode."""
        if not self.as_json:
            text = visible(zh if self.lang == "zh" else en)
            console().print(text, highlight=False, markup=False, soft_wrap=True)

    def data(self, value: object) -> None:
        """The machine-readable result."""
        if self.as_json:
            json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
            sys.stdout.write("\n")

    def table(
        self, title: str, headers: Sequence[str], rows: Iterable[Sequence[object]], keys: int = 0
    ) -> None:
        """A table; numbers are right-aligned with thousands separators.

        The first `keys` columns are codes, which stay in one piece.
        """
        if self.as_json:
            return
        from rich import box
        from rich.table import Table

        body = [list(row) for row in rows]
        table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
        for index, header in enumerate(headers):
            numeric = bool(body) and all(
                isinstance(row[index], int | float) or row[index] is None for row in body
            )
            side: Literal["left", "right"] = "right" if numeric else "left"
            table.add_column(header, justify=side, overflow="fold", no_wrap=index < keys)
        for row in body:
            table.add_row(*[_cell(value) for value in row])
        console().print(table)

    def problems(self, problems: Sequence[Problem]) -> None:
        """Problems in words, alike ones together; all of them are in the JSON."""
        if self.as_json or not problems:
            return
        groups: dict[tuple[str, ...], list[Problem]] = {}
        for problem in problems:
            # Alike but for the row they are in.
            same = (f"{k}={v}" for k, v in sorted(problem.values.items()) if k != "row")
            groups.setdefault((problem.code, *same), []).append(problem)
        for group in list(groups.values())[:_SHOWN_PROBLEMS]:
            text = group[0].text(self.lang)
            if len(group) > 1:
                more = (
                    f"（另有同类 {len(group) - 1} 处）"
                    if self.lang == "zh"
                    else (f" (and {len(group) - 1} more like it)")
                )
                head, arrow, repair = text.partition("\n    → ")
                text = f"{head}{more}{arrow}{repair}"
            console(stderr=True).print(visible(text), highlight=False, markup=False, soft_wrap=True)
        left = len(groups) - _SHOWN_PROBLEMS
        if left > 0:
            self.note(f"…… 另有 {left} 类问题，见 --json", f"… {left} more kinds, see --json")

    def note(self, zh: str, en: str) -> None:
        """One line to standard error."""
        console(stderr=True).print(zh if self.lang == "zh" else en, highlight=False, markup=False)

    @contextmanager
    def progress(self, zh: str, en: str) -> Iterator[Callable[[str, int, int], None]]:
        """A progress bar on a terminal; silent elsewhere."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda what, done, total: None
            return
        from rich.progress import Progress

        with Progress(console=console(stderr=True), transient=True) as bar:
            task = bar.add_task(zh if self.lang == "zh" else en, total=None)
            yield lambda what, done, total: bar.update(task, completed=done, total=total)

    @contextmanager
    def failing_cleanly(self) -> Iterator[None]:
        """Prints problems instead of a traceback and ends with exit code 1."""
        try:
            yield
        except TongjianError as error:
            if self.as_json:
                self.data({"ok": False, "problems": [p.as_dict() for p in error.problems]})
            else:
                self.problems(error.problems)
            raise SystemExit(1) from None


def pick_language(choice: str | None) -> Language:
    """The language asked for, by option or environment; Chinese otherwise."""
    wanted = choice or os.environ.get("TONGJIAN_LANG") or "zh"
    return "en" if wanted.lower().startswith("en") else "zh"


def console(*, stderr: bool = False) -> Console:
    """The terminal, or a plain stream of a usable width."""
    from rich.console import Console

    # A pipe or a log has no width of its own; 80 columns would fold every table.
    width = None if sys.stdout.isatty() else int(os.environ.get("COLUMNS", "120"))
    return Console(stderr=stderr, width=width)


class Figure(float):
    """A number that is printed with four digits, however small it is."""


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, Figure):
        return f"{value:,.4g}"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, int):
        return f"{value:,}"
    return visible(str(value))


# Controls but tab and line feed, and marks that turn the direction of text.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """Text of files and records with its control characters shown as what they are.

    Whoever wrote it could otherwise move the cursor and print over what a command has found.
    """
    return _HIDDEN.sub(lambda it: f"\\u{ord(it[0]):04x}", text)
