"""Files that come with an act: kept as attachments before the act is entered that names them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._workspace import open_log, open_rulebook
from tongjian.evidence import china_day, file_digest, retention, workspace_files
from tongjian.problems import Problem, TongjianError


def attach(workspace: Path, paths: Sequence[Path], by: str, subject: str) -> list[str]:
    """Keep files for their statutory time and return their digests (SHA-256).

    A file that stands as evidence of the subject already is not entered again. Raises
    `TongjianError` with every file that is not there or may not be attached.
    """
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise TongjianError(Problem("cli.no_file", values={"file": path}) for path in missing)
    if not paths:
        return []
    log = open_log(workspace)
    files = workspace_files(workspace, log)
    keep = retention(open_rulebook(None), china_day(log.clock()))
    known = {one.files[0] for one in files.stored() if one.subject == subject} - files.deleted()
    digests: list[str] = []
    refused: list[Problem] = []
    for path in paths:
        try:
            digest = file_digest(path)
            if digest not in known:
                files.store(path, by, subject, keep)
            digests.append(digest)
        except TongjianError as error:
            refused += error.problems
    if refused:
        raise TongjianError(refused)
    return digests


__all__ = ["attach"]
