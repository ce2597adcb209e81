"""``tongjian evidence keys`` and ``tongjian evidence sign``.

Private keys stay out of the workspace, which is copied and sent: they lie in ``~/.tongjian/keys``
(or TONGJIAN_KEYS), named by fingerprint.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tongjian.cli._evidence import standing_log
from tongjian.cli._output import Output
from tongjian.evidence import (
    EvidenceLog,
    PrivateKey,
    PublicKey,
    Roots,
    china_time,
    evidence_folder,
    month_before,
    root_file,
)
from tongjian.problems import Problem, TongjianError

_NAME_DIGITS = 16


def run_keys(
    out: Output,
    workspace: Path,
    new: str,
    lost: str,
    by: str,
    key_file: Path | None,
    export: Path | None,
) -> None:
    """List the keys of the log, after making or replacing one if asked."""
    log = standing_log(workspace)
    roots = Roots(log)
    if new:
        _demand(by, "--by")
        _make(out, roots, new, lost, by, key_file)
    keys = roots.keys()
    if export is not None:
        if not keys:
            raise TongjianError(Problem("evidence.no_key"))
        keys[-1].public.save(export)
        out.say(f"公钥：{export}", f"Public key: {export}")
    out.data(
        [
            {
                "number": one.number,
                "fingerprint": one.public.fingerprint,
                **one.public.as_dict(),
                "previous": one.previous,
            }
            for one in keys
        ]
    )
    if not keys:
        out.say(
            "还没有密钥。建立：tongjian evidence keys --new ed25519 --by 姓名",
            "No key yet. Make one: tongjian evidence keys --new ed25519 --by NAME",
        )
        return
    zh = out.lang == "zh"
    headers = (
        ["记录", "算法", "指纹", "交接自"]
        if zh
        else ["entry", "algorithm", "fingerprint", "handed over by"]
    )
    rows = [
        [one.number, one.public.algorithm, one.public.fingerprint, (one.previous or "–")[:16]]
        for one in keys
    ]
    out.table("签名密钥（最后一个现用）" if zh else "Keys; the last one signs", headers, rows)


def _make(
    out: Output, roots: Roots, algorithm: str, lost: str, by: str, key_file: Path | None
) -> None:
    known = roots.keys()
    old = _load(known[-1].public, key_file) if known and not lost else None
    key = PrivateKey.make(algorithm)
    path = _path(key.public)
    password = _password("新密钥的口令（可空） / password of the new key (may be empty)")
    # First the file: a key in the log whose private half is nowhere would block every signature.
    key.save(path, password)
    if old is not None:
        roots.replace(old, key.public, by)
    else:
        roots.introduce(key.public, by, lost)
    out.say(
        f"私钥：{path}{'' if password else '（没有口令）'}。请另存备份，不要放进工作区。",
        f"Private key: {path}{'' if password else ' (without a password)'}. Keep a backup, and "
        "keep it out of the workspace.",
    )


def run_sign(
    out: Output,
    workspace: Path,
    month: str,
    by: str,
    name: str,
    key_file: Path | None,
    export: bool,
) -> None:
    """Sign the root of a month and write every root file that is missing."""
    log = standing_log(workspace)
    roots = Roots(log)
    if not export:
        _demand(by, "--by")
        keys = roots.keys()
        if not keys:
            raise TongjianError(Problem("evidence.no_key"))
        wanted = month or month_before(log.clock())
        roots.sign(_load(keys[-1].public, key_file), wanted, by, name)
    written = _write_roots(log, evidence_folder(workspace) / "roots", month if export else "")
    signed = roots.signed()
    out.data(
        {
            "signed": [one.as_dict()["checkpoint"] for one in signed],
            "files": list(map(str, written)),
        }
    )
    for one in signed[-1:]:
        said = one.checkpoint
        out.say(
            f"{said.month}：{said.size} 条记录，根 {said.root}，{china_time(said.time)} 签名",
            f"{said.month}: {said.size} entries, root {said.root}, signed {china_time(said.time)}",
        )
    for path in written:
        out.say(
            f"根文件：{path}。请交他处保存或公布。",
            f"Root file: {path}. Keep it elsewhere or publish it.",
        )


def _write_roots(log: EvidenceLog, folder: Path, month: str) -> list[Path]:
    """Write root files that are not there; that of `month` in any case."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for one in Roots(log).signed():
        path = folder / f"{one.checkpoint.month}.json"
        if one.checkpoint.month == month or not path.exists():
            path.write_bytes(root_file(log, one.checkpoint.month))
            written.append(path)
    return written


def _path(public: PublicKey) -> Path:
    chosen = os.environ.get("TONGJIAN_KEYS")
    folder = Path(chosen) if chosen else Path.home() / ".tongjian" / "keys"
    return folder / f"{public.fingerprint[:_NAME_DIGITS]}.key"


def _load(public: PublicKey, key_file: Path | None) -> PrivateKey:
    path = key_file or _path(public)
    try:
        return PrivateKey.load(path, os.environ.get("TONGJIAN_KEY_PASSWORD") or None)
    except TongjianError as error:
        asked = {one.code for one in error.problems} == {"evidence.key_password"}
        if not asked or not sys.stdin.isatty():
            raise
    return PrivateKey.load(path, _password("密钥口令 / password of the key"))


def _password(words: str) -> str | None:
    """The password from TONGJIAN_KEY_PASSWORD, or asked for on a terminal."""
    given = os.environ.get("TONGJIAN_KEY_PASSWORD")
    if given is not None or not sys.stdin.isatty():
        return given or None
    import typer

    said: str = typer.prompt(words, default="", hide_input=True, show_default=False)
    return said or None


def _demand(value: str, option: str) -> None:
    if not value.strip():
        values = {"option": option, "value": value, "expected": "NAME"}
        raise TongjianError(Problem("cli.option", values=values))
