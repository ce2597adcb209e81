"""``tongjian site backup | restore | check | project``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.problems import Problem, TongjianError
from tongjian.site.boot import boot, migrate


def run_backup(out: Output, site: Path | None, file: Path) -> None:
    """Write a backup."""
    boot(site)
    from tongjian.site.operations.backup_acts import keep_backup
    from tongjian.site.operations.console import console_actor

    by = console_actor().signature
    with out.progress("备份", "backing up") as progress:
        made = keep_backup(file.resolve(), by, lambda done, total: progress("", done, total))
    out.data({"file": str(file), **made})
    out.say(
        f"已备份 {made['files']} 个文件，{made['bytes']:,} 字节 → {file}",
        f"{made['files']} files, {made['bytes']:,} bytes → {file}",
    )
    out.say(
        "备份含全部企业的数据与密钥，请加密保存",
        "It holds the data of all enterprises and the secret key: keep it encrypted",
    )


def run_restore(out: Output, site: Path, file: Path) -> None:
    """Put a backup back, and check what is there then."""
    from tongjian.site.config import POSTGRESQL, Database
    from tongjian.site.operations.archive import unpack

    folder = site.resolve()
    url = os.environ.get("TONGJIAN_DATABASE") or f"sqlite:///{folder / 'site.sqlite3'}"
    database = Database.parse(url)
    if database.kind == POSTGRESQL:
        from tongjian.site.operations.archive_postgres import load, require_unused

        require_unused(database)
    manifest = unpack(file.resolve(), folder, database)
    boot(folder)
    done = migrate()
    if database.kind == POSTGRESQL:
        try:
            load(folder / ".database", manifest["tables"])
        except BaseException:  # nothing of it stays, as where the files are not whole
            shutil.rmtree(folder)
            raise
        shutil.rmtree(folder / ".database")
    out.say(
        f"已恢复 {len(manifest['files'])} 个文件到 {folder}",
        f"{len(manifest['files'])} files were restored to {folder}",
    )
    problems = _checked(out)
    out.data(
        {
            "folder": str(folder),
            "files": len(manifest["files"]),
            "migrations": done,
            "problems": [one.as_dict() for one in problems],
        }
    )
    _tell(out, problems)


def run_check(out: Output, site: Path | None) -> None:
    """Check everything."""
    boot(site)
    problems = _checked(out)
    out.data({"ok": not problems, "problems": [one.as_dict() for one in problems]})
    _tell(out, problems)


def run_project(out: Output, site: Path | None) -> None:
    """Make the rows again."""
    boot(site)
    from tongjian.site.operations.checks import project_site

    with out.progress("重建", "making again") as progress:
        count = project_site(lambda done, total: progress("", done, total))
    out.data({"entries": count})
    out.say(f"已按 {count:,} 条记录重建", f"Made again from {count:,} entries")


def _checked(out: Output) -> list[Problem]:
    from tongjian.site.operations.checks import check_site

    with out.progress("检查", "checking") as progress:
        return check_site(lambda done, total: progress("", done, total))


def _tell(out: Output, problems: list[Problem]) -> None:
    if any(one.severity == "error" for one in problems):
        if out.as_json:
            raise SystemExit(1)
        raise TongjianError(problems)
    out.problems(problems)
    out.say("检查完毕，没有错误", "Checked: no errors")


__all__ = ["run_backup", "run_check", "run_project", "run_restore"]
