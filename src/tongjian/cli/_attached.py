"""Files that are kept as attachments: by themselves, or with an act that names them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._workspace import open_log, open_rulebook
from tongjian.evidence import (
    Attachments,
    Entry,
    Retention,
    china_day,
    file_digest,
    retention,
    workspace_files,
)
from tongjian.problems import Problem, TongjianError


def keeping(files: Attachments, rulebook: Path | None) -> Retention:
    """How long originals are kept that are entered today."""
    return retention(open_rulebook(rulebook), china_day(files.log.clock()))


def store_each(
    files: Attachments, paths: Sequence[Path], by: str, subject: str, keep: Retention
) -> tuple[list[Entry], list[Problem]]:
    """Keep files and enter them, each for itself; returns the entries, and why others are not."""
    made: list[Entry] = []
    refused: list[Problem] = []
    for path in paths:
        try:
            made.append(files.store(path, by, subject, keep))
        except TongjianError as error:
            refused += error.problems
    return made, refused


def attach(workspace: Path, paths: Sequence[Path], by: str, subject: str) -> list[str]:
    """Keep the files of an act that is to follow, and return their digests (SHA-256) for it.

    A file that stands as evidence of the subject already is not entered again. Raises
    `TongjianError` with every file that is not there or may not be attached.
    """
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise TongjianError(Problem("cli.no_file", values={"file": path}) for path in missing)
    if not paths:
        return []
    files = workspace_files(workspace, open_log(workspace))
    stands = {one.files[0] for one in files.stored() if one.subject == subject} - files.deleted()
    known = {path: digest for path in paths if (digest := _digest(path)) in stands}
    fresh = [path for path in paths if path not in known]
    made, refused = store_each(files, fresh, by, subject, keeping(files, None))
    if refused:
        raise TongjianError(refused)
    entered = dict(zip(fresh, (one.files[0] for one in made), strict=True))
    return [known[path] if path in known else entered[path] for path in paths]


def _digest(path: Path) -> str:
    """The digest of a file; none for one that cannot be read, of which storing tells."""
    try:
        return file_digest(path)
    except OSError:
        return ""


__all__ = ["attach", "keeping", "store_each"]
