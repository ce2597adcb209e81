"""``tongjian evidence attach|files|get|delete``: originals, kept for their statutory time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from tongjian.cli._attached import keeping, store_each
from tongjian.cli._evidence import standing_log
from tongjian.cli._output import Output
from tongjian.evidence import Attachments, china_time, workspace_files
from tongjian.problems import Place, Problem, TongjianError

_LEAST_DIGITS = 8
_SHOWN_DIGITS = 16


def run_attach(
    out: Output,
    workspace: Path,
    paths: Sequence[Path],
    subject: str,
    by: str,
    rulebook: Path | None,
) -> None:
    """Keep files and enter them, each for itself; what is refused is told at the end."""
    files = workspace_files(workspace, standing_log(workspace))
    keep = keeping(files, rulebook)
    made, refused = store_each(files, paths, by, subject, keep)
    out.data(
        {
            "ok": not refused,
            "entries": [one.as_dict() for one in made],
            "problems": [one.as_dict() for one in refused],
        }
    )
    for one in made:
        said = one.content
        out.say(
            f"第 {one.number} 条：{said['name']}（{said['type']}，{said['size']:,} 字节），"
            f"保存至 {said['keep_until']}，SHA-256 {said['sha256']}",
            f"Entry {one.number}: {said['name']} ({said['type']}, {said['size']:,} bytes), kept "
            f"until {said['keep_until']}, SHA-256 {said['sha256']}",
        )
    if made and keep.status == "recalled":
        out.say(
            f"保存 {keep.years} 年（{keep.document}）凭记忆录入，未对照原文。",
            f"{keep.years} years ({keep.document}) are from memory, not from the printed text.",
        )
    out.problems(refused)
    if refused:
        raise SystemExit(1)


def run_files(out: Output, workspace: Path, subject: str) -> None:
    """List attachments, each entry about one."""
    files = workspace_files(workspace, standing_log(workspace))
    deleted = files.deleted()
    stored = [one for one in files.stored() if fnmatchcase(one.subject, subject)]
    out.data([{**one.as_dict(), "deleted": not deleted.isdisjoint(one.files)} for one in stored])
    zh = out.lang == "zh"
    headers = (
        ["记录", "时间（北京）", "操作人", "对象", "文件名", "类型", "字节", "保存至", "SHA-256"]
        if zh
        else [
            "entry",
            "time (UTC+8)",
            "by",
            "subject",
            "name",
            "type",
            "bytes",
            "kept until",
            "SHA-256",
        ]
    )
    gone = "已销毁" if zh else "removed"
    rows = [
        [
            one.number,
            china_time(one.time),
            one.by,
            one.subject,
            one.content["name"],
            one.content["type"],
            one.content["size"],
            one.content["keep_until"] if deleted.isdisjoint(one.files) else gone,
            one.content["sha256"][:_SHOWN_DIGITS],
        ]
        for one in stored
    ]
    if rows:
        out.table("附件" if zh else "Attachments", headers, rows)
    else:
        out.say("没有附件。", "No attachments.")


def run_get(out: Output, workspace: Path, digest: str, path: Path) -> None:
    """Write an attachment to a file, after holding it against its digest."""
    files = workspace_files(workspace, standing_log(workspace))
    found = _full(files, digest)
    data = files.read(found)
    if path.exists():
        raise TongjianError(Problem("cli.file_exists", Place(file=str(path))))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
    out.data({"file": str(path), "sha256": found, "bytes": len(data)})
    out.say(f"已取出：{path}（{len(data):,} 字节）", f"Written: {path} ({len(data):,} bytes)")


def run_delete(out: Output, workspace: Path, digest: str, reason: str, by: str) -> None:
    """Remove an attachment whose time is over."""
    files = workspace_files(workspace, standing_log(workspace))
    made = files.delete(_full(files, digest), by, reason)
    out.data(made.as_dict())
    out.say(
        f"已销毁并登记为第 {made.number} 条；关于它的记录仍在。",
        f"Removed, and entered as number {made.number}; the entries about it stay.",
    )


def _full(files: Attachments, digest: str) -> str:
    """The whole digest of one that was given in part."""
    known = sorted({name for one in files.stored() for name in one.files})
    found = [name for name in known if name.startswith(digest.lower())]
    if len(digest) < _LEAST_DIGITS or len(found) != 1:
        raise TongjianError(Problem("evidence.file_unknown", values={"digest": digest}))
    return found[0]
