"""The group ``tongjian evidence`` and ``tongjian verify``: what is entered, signed and proven."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import HERE, Book, By, Json, Lang, Workspace, output

group = typer.Typer(
    no_args_is_help=True,
    help="存证：日志、签名的月度根、证明、附件 / evidence log, signed roots, proofs, attachments",
)
Digest = Annotated[str, typer.Argument(help="附件的 SHA-256，前 8 位起 / 8 digits or more")]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="私钥文件；缺省按指纹找 / private key, by default found"),
]


@group.command("log")
def evidence_log(
    act: Annotated[str, typer.Option(help="只看这类事项，可用 * / acts, * matches several")] = "*",
    subject: Annotated[str, typer.Option(help="只看这一对象，可用 * / subject, with *")] = "*",
    last: Annotated[int, typer.Option(help="最后几条，0 为全部 / the last ones, 0 for all")] = 50,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """查看存证记录，同时逐条校验 / list entries; the chain is checked on the way."""
    from tongjian.cli._evidence import run_log

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_log(out, workspace, act, subject, last)


@group.command("show")
def evidence_show(
    number: Annotated[int, typer.Argument(help="记录编号 / number of the entry")],
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """查看一条记录的全部内容 / one entry in full."""
    from tongjian.cli._evidence import run_show

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_show(out, workspace, number)


@group.command("check")
def evidence_check(
    kept: Annotated[
        list[Path] | None,
        typer.Option(help="另处保存的根文件、证明或日志副本，可多次 / kept elsewhere, repeatable"),
    ] = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """全面检查：日志、签名、根文件、附件，找出改动处 / find every change, and where it is."""
    from tongjian.cli._evidence import run_check

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_check(out, workspace, kept or [])


@group.command("keys")
def evidence_keys(
    new: Annotated[
        str, typer.Option(help="建立或更换密钥：ed25519 或 sm2 / make or replace the key")
    ] = "",
    lost: Annotated[
        str, typer.Option(help="原密钥已丢失的原因 / why the old key cannot hand over")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="操作人 / who does it")] = "",
    key_file: KeyFile = None,
    export: Annotated[
        Path | None, typer.Option(help="写出现用公钥，交验证人 / write the public key to a file")
    ] = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """查看、建立、更换签名密钥 / list, make or replace the key that signs."""
    from tongjian.cli._evidence_keys import run_keys

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_keys(out, workspace, new, lost, by, key_file, export)


@group.command("sign")
def evidence_sign(
    month: Annotated[
        str, typer.Argument(help="月份，如 2026-01；缺省为上月 / month, by default the last")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="操作人 / who does it")] = "",
    name: Annotated[
        str, typer.Option(help="首次签名时给日志命名 / names the log at its first signature")
    ] = "",
    key_file: KeyFile = None,
    export: Annotated[
        bool, typer.Option("--export", help="只重新写出根文件 / only write the root files again")
    ] = False,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """签月度根，写出根文件 / sign the root of a month and write it to evidence/roots."""
    from tongjian.cli._evidence_keys import run_sign

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_sign(out, workspace, month, by, name, key_file, export)


@group.command("prove")
def evidence_prove(
    numbers: Annotated[list[int], typer.Argument(help="记录编号，可多个 / numbers of entries")],
    out_file: Annotated[Path, typer.Option("--out", help="证明文件 / the proof file")],
    hide: Annotated[
        list[int] | None, typer.Option(help="不给出内容的编号 / leave these contents out")
    ] = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """写出证明文件，任何人可离线验证 / write a proof that anyone can verify offline."""
    from tongjian.cli._evidence import run_prove

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_prove(out, workspace, numbers, hide or [], out_file)


@group.command("attach")
def evidence_attach(
    paths: Annotated[list[Path], typer.Argument(help="要存的文件 / files to keep")],
    subject: Annotated[
        str, typer.Option(help="关于什么，如 meter:企业/编号 / about what, as kind:id")
    ],
    by: By,
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """存入附件：按内容辨认类型，记入日志，保存到法定期限 / keep files for the statutory time."""
    from tongjian.cli._evidence_files import run_attach

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_attach(out, workspace, paths, subject, by, rulebook)


@group.command("files")
def evidence_files(
    subject: Annotated[str, typer.Option(help="只看这一对象，可用 * / subject, with *")] = "*",
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """列出附件与保存期限 / list attachments and how long they are kept."""
    from tongjian.cli._evidence_files import run_files

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_files(out, workspace, subject)


@group.command("get")
def evidence_get(
    digest: Digest,
    out_file: Annotated[Path, typer.Option("--out", help="写到哪里 / where to write it")],
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """取出附件，核对摘要 / write an attachment to a file, held against its digest."""
    from tongjian.cli._evidence_files import run_get

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_get(out, workspace, digest, out_file)


@group.command("delete")
def evidence_delete(
    digest: Digest,
    reason: Annotated[str, typer.Option(help="理由与批准人 / why, and who allowed it")],
    by: By,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """销毁保存期满的附件，未满即拒绝 / remove an attachment whose time is over, not before."""
    from tongjian.cli._evidence_files import run_delete

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_delete(out, workspace, digest, reason, by)


def verify(
    path: Annotated[Path, typer.Argument(help="证明文件或根文件 / a proof or root file")],
    key: Annotated[
        list[str] | None,
        typer.Option(help="信任的公钥：指纹或文件，可多次 / key you trust: fingerprint or file"),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(help="一并核对的附件，可多次 / attachments to check, repeatable"),
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """离线验证证明文件 / verify a proof offline: 0 proven, 1 does not hold, 3 signer not named."""
    from tongjian.cli._evidence import run_verify

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_verify(out, path, key or [], file or [])
