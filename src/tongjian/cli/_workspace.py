"""Opens what most commands need: rulebook, workspace, run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tongjian.cli._output import Output
from tongjian.problems import Problem, TongjianError

if TYPE_CHECKING:
    from tongjian.engine import Backend, Run
    from tongjian.evidence import EvidenceLog
    from tongjian.records import Store
    from tongjian.rules import Rulebook


def open_store(folder: Path) -> Store:
    """The store of a workspace; raises `TongjianError` with what to do when there is none."""
    from tongjian.records import Store

    if not (folder / "records").is_dir():
        raise TongjianError(Problem("cli.no_workspace", values={"folder": folder}))
    return Store.open(folder)


def open_log(folder: Path) -> EvidenceLog:
    """The evidence log of a workspace, ``evidence/log.jsonl``, which need not be there yet."""
    from tongjian.evidence import workspace_log

    return workspace_log(folder)


def open_rulebook(folder: Path | None, rules: Sequence[Path] = ()) -> Rulebook:
    """The rulebook of the package, or another one; documents in `rules` are laid on top of it."""
    from tongjian.rules import RuleError, load_rulebook, read_documents, yaml_files

    if not rules:
        return load_rulebook(folder)
    reading = read_documents(folder, yaml_files(rules))
    if reading.problems:
        raise RuleError(reading.problems)
    return reading.book


def do_run(
    out: Output,
    workspace: Path,
    rulebook: Path | None,
    rulesets: Sequence[str],
    years: Sequence[int],
    binds: Sequence[str] = (),
    backend: str = "auto",
    as_of: str | None = None,
) -> Run:
    """Run rule sets over a workspace, with progress; `run` refuses an unknown `backend`.

    `as_of` is the number of an import, a day or a time: then it is what was known at that moment.
    """
    from tongjian.engine import run

    store, book = open_store(workspace), open_rulebook(rulebook)
    if as_of is not None:
        store = store.as_of(as_of)
    with out.progress("计算", "computing") as progress:
        return run(
            book,
            store,
            list(rulesets) or None,
            list(years) or None,
            binds=read_binds(binds),
            backend=cast("Backend", backend),
            progress=progress,
        )


def read_binds(texts: Sequence[str]) -> dict[str, str]:
    """Options such as ``gwp=gwp.ar6`` as a mapping."""
    binds = {}
    for text in texts:
        alias, separator, table = text.partition("=")
        if not separator or not alias or not table:
            values = {"option": "--bind", "value": text, "expected": "alias=table"}
            raise TongjianError(Problem("cli.option", values=values))
        binds[alias] = table
    return binds
