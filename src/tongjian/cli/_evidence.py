"""``tongjian evidence log|show|check|prove`` and ``tongjian verify``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._workspace import open_log
from tongjian.evidence import (
    Entry,
    EvidenceLog,
    PublicKey,
    check,
    china_time,
    evidence_folder,
    prove,
    workspace_files,
)
from tongjian.evidence import verify as verify_proof
from tongjian.problems import Place, Problem, TongjianError

_UNNAMED = 3
"""Exit code of a proof that holds in itself, where no key was named as trusted."""
_TABLE_DIGITS = 12
_HASH = re.compile("[0-9a-f]{64}")


def standing_log(workspace: Path) -> EvidenceLog:
    """The log of a workspace that is there: a path that was mistyped has no log that is whole."""
    if not ((workspace / "records").is_dir() or evidence_folder(workspace).is_dir()):
        raise TongjianError(Problem("cli.no_workspace", values={"folder": workspace}))
    return open_log(workspace)


def run_log(out: Output, workspace: Path, act: str, subject: str, last: int) -> None:
    """List entries, oldest first."""
    entries = [
        one
        for one in standing_log(workspace).entries()
        if fnmatchcase(one.act, act) and fnmatchcase(one.subject, subject)
    ]
    shown = entries[-last:] if last > 0 else entries
    out.data([one.as_dict() for one in shown])
    if not shown:
        out.say("没有这样的记录。", "No such entries.")
        return
    zh = out.lang == "zh"
    headers = (
        ["编号", "时间（北京）", "操作人", "事项", "对象", "附件", "哈希"]
        if zh
        else ["no.", "time (UTC+8)", "by", "act", "subject", "files", "hash"]
    )
    rows = [
        [
            one.number,
            china_time(one.time),
            one.by,
            one.act,
            _HASH.sub(lambda it: f"{it[0][:_TABLE_DIGITS]}…", one.subject),
            " ".join(name[:_TABLE_DIGITS] for name in one.files),
            one.hash[:_TABLE_DIGITS],
        ]
        for one in shown
    ]
    left = len(entries) - len(shown)
    more = (f"，前面还有 {left} 条" if zh else f", {left} more before") if left else ""
    out.table(f"存证记录{more}" if zh else f"Entries{more}", headers, rows)


def run_show(out: Output, workspace: Path, number: int) -> None:
    """Print one entry in full."""
    one = entry_of(standing_log(workspace).entries(), number)
    out.data(one.as_dict())
    for name, value in one.as_dict().items():
        if name not in ("content", "files"):
            out.say(f"{name}: {value}", f"{name}: {value}")
    for name in one.files:
        out.say(f"files: {name}", f"files: {name}")
    text = json.dumps(dict(one.content), ensure_ascii=False, indent=2)
    out.say(f"content: {text}", f"content: {text}")


def entry_of(entries: Sequence[Entry], number: int) -> Entry:
    """The entry of this number; raises `TongjianError` when there is none."""
    if not 0 < number <= len(entries):
        values = {"number": number, "count": len(entries)}
        raise TongjianError(Problem("evidence.no_entry", values=values))
    return entries[number - 1]


def run_check(out: Output, workspace: Path, kept: Sequence[Path]) -> None:
    """Tell everything that was changed or left undone; exit code 1 if something was changed."""
    log = standing_log(workspace)
    roots = evidence_folder(workspace) / "roots"
    found = check(log, workspace_files(workspace, log), roots, kept)
    wrong = [one for one in found if one.severity == "error"]
    head = log.store.head() if not wrong else None
    count = head.number if head else 0
    out.data({"ok": not wrong, "entries": count, "problems": [one.as_dict() for one in found]})
    out.problems(found)
    if wrong:
        out.say(
            f"结论：发现 {len(wrong)} 处改动或缺失。", f"Verdict: {len(wrong)} changes or losses."
        )
        raise SystemExit(1)
    if not count:
        out.say("日志还没有记录。", "There are no entries yet.")
        return
    out.say(
        f"结论：{count} 条记录完整，没有发现改动。",
        f"Verdict: {count} entries are whole; nothing was found changed.",
    )


def run_prove(
    out: Output, workspace: Path, numbers: Sequence[int], hide: Sequence[int], path: Path
) -> None:
    """Write a proof file."""
    if path.exists():
        raise TongjianError(Problem("cli.file_exists", Place(file=str(path))))
    data = prove(standing_log(workspace), sorted({*numbers}), hide)
    path.write_bytes(data)
    out.data({"file": str(path), "bytes": len(data)})
    out.say(
        f"证明文件：{path}（{len(data):,} 字节）。验证：tongjian verify {path} --key 指纹",
        f"Proof: {path} ({len(data):,} bytes). To verify: tongjian verify {path} --key FINGERPRINT",
    )


def run_verify(out: Output, path: Path, keys: Sequence[str], files: Sequence[Path]) -> None:
    """Verify a proof file; the exit code is that of the verdict."""
    try:
        data = path.read_bytes()
    except OSError as error:
        problem = Problem("evidence.file_unread", Place(file=str(path)), {"detail": str(error)})
        raise TongjianError(problem) from error
    trusted = [
        PublicKey.load(Path(one)).fingerprint if Path(one).is_file() else one for one in keys
    ]
    verdict = verify_proof(data, trusted, files)
    out.data(verdict.as_dict())
    for mark, problems in (
        ("✓", verdict.proven),
        ("?", verdict.unproven),
        ("✗", verdict.failed),
    ):
        for one in problems:
            # What holds needs no repair; the rest says what to do.
            shown = replace(one, values={name: _line(it) for name, it in one.values.items()})
            text = shown.message if mark == "✓" else shown.text
            out.say(f"{mark} {text('zh')}", f"{mark} {text('en')}")
    if not verdict.ok:
        out.say("结论：不成立，不要采信。", "Verdict: it does not hold. Do not rely on it.")
        raise SystemExit(1)
    if not verdict.by_named_key:
        out.say(
            "结论：文件自洽，但没有指明信任的公钥，不能证明是谁签的。",
            "Verdict: the file fits itself, but no key was named as trusted: who signed is open.",
        )
        raise SystemExit(_UNNAMED)
    out.say(
        "结论：成立，由所指明的公钥签名。", "Verdict: proven, signed by the key that was named."
    )


def _line(value: object) -> object:
    """A value that cannot begin a line of its own, and pass for the verdict."""
    return value.replace("\n", "↵") if isinstance(value, str) else value
