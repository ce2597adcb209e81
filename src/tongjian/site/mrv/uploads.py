"""Files that come with an act (随附文件): taken in as evidence before the act that names them."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from tongjian.evidence import china_day, retention
from tongjian.problems import Problem, TongjianError
from tongjian.site.workspaces import Workspace, rulebook

FILES_AT_MOST = 20
"""How many files one act may bring."""


def take_in(
    workspace: Workspace, files: Sequence[UploadedFile[bytes]], by: str, subject: str
) -> list[str]:
    """Keep files as evidence of `subject`; returns their digests (SHA-256) for the act to come.

    Raises `TongjianError` with every file that may not be attached; those taken in before stay.
    """
    if len(files) > FILES_AT_MOST:
        values = {"count": len(files), "limit": FILES_AT_MOST}
        raise TongjianError(Problem("site.many_files", values=values))
    if not files:
        return []
    keep = retention(rulebook(), china_day(workspace.log.clock()))
    digests: list[str] = []
    problems: list[Problem] = []
    for one in files:
        try:
            stored = workspace.files.store(one.file, by, subject, keep, one.name)  # type: ignore[arg-type]
        except TongjianError as error:
            problems += error.problems
        else:
            digests += stored.files
    if problems:
        raise TongjianError(problems)
    return digests


__all__ = ["FILES_AT_MOST", "take_in"]
