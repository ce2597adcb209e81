"""Where a workspace on a laptop keeps its evidence."""

from __future__ import annotations

from pathlib import Path

from tongjian.evidence._attachments import Attachments
from tongjian.evidence._file_store import FileStore
from tongjian.evidence._log import EvidenceLog
from tongjian.evidence._scan import Scanner


def evidence_folder(workspace: Path | str) -> Path:
    """The folder of a workspace's evidence: ``log.jsonl``, ``files``, ``roots``."""
    return Path(workspace) / "evidence"


def workspace_log(workspace: Path | str) -> EvidenceLog:
    """The one log of a workspace (工作区的存证日志)."""
    return EvidenceLog(FileStore(evidence_folder(workspace) / "log.jsonl"))


def workspace_files(workspace: Path | str, log: EvidenceLog | None = None) -> Attachments:
    """The attachments of a workspace (工作区的附件), with the scanner of the environment."""
    folder = evidence_folder(workspace) / "files"
    return Attachments(folder, log or workspace_log(workspace), Scanner.from_environment())


__all__ = ["evidence_folder", "workspace_files", "workspace_log"]
