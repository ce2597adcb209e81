"""Commands about the web application: serve it, its accounts, its database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import Json, Lang, output

group = typer.Typer(no_args_is_help=True, help="网页应用 / the web application")
users = typer.Typer(no_args_is_help=True, help="账户 / accounts")
group.add_typer(users, name="user")

Site = Annotated[
    Path | None,
    typer.Option("--site", help="网站目录 / folder of the site ($TONGJIAN_SITE, tongjian-site)"),
]


@group.command()
def serve(
    site: Site = None,
    host: Annotated[str, typer.Option(help="监听的地址 / address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 / port", min=1, max=65535)] = 8000,
    workers: Annotated[
        int, typer.Option(help="网页进程数，0 为每核一个 / web processes; 0: one for each core")
    ] = 0,
    lang: Lang = None,
) -> None:
    """启动网站：必要时迁移数据库，网页与后台进程一起启停 / serve the site and its worker."""
    from tongjian.cli._site import run_serve

    out = output(lang, False)
    with out.failing_cleanly():
        run_serve(out, site, host, port, workers)


@group.command()
def migrate(site: Site = None, lang: Lang = None, as_json: Json = False) -> None:
    """建立或升级数据库 / make the database, or bring it up to date."""
    from tongjian.cli._site import run_migrate

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_migrate(out, site)


@group.command()
def work(
    site: Site = None,
    once: Annotated[
        bool, typer.Option("--once", help="做完现有任务即退出 / end when no job waits")
    ] = False,
    lang: Lang = None,
) -> None:
    """另起一个后台进程 / one more worker for jobs."""
    from tongjian.cli._site import run_work

    out = output(lang, False)
    with out.failing_cleanly():
        run_work(out, site, once)


@group.command()
def remind(site: Site = None, lang: Lang = None, as_json: Json = False) -> None:
    """生成今天的提醒并发出邮件（后台进程每天自动做） / reminders and mails of today."""
    from tongjian.cli._site import run_remind

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_remind(out, site)


@group.command()
def backup(
    file: Annotated[Path, typer.Argument(help="要写的备份 / backup to write")],
    site: Site = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """备份数据库、台账、附件与密钥，不必停机 / back up everything, while the site runs."""
    from tongjian.cli._site_keeping import run_backup

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_backup(out, site, file)


@group.command()
def restore(
    file: Annotated[Path, typer.Argument(help="备份 / backup")],
    site: Annotated[Path, typer.Option("--site", help="空目录 / an empty folder")],
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """恢复到空目录并检查 / put a backup into an empty folder and check it."""
    from tongjian.cli._site_keeping import run_restore

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_restore(out, site, file)


@group.command()
def check(site: Site = None, lang: Lang = None, as_json: Json = False) -> None:
    """检查全部日志、触发器、文件与台账 / check all logs, triggers, files and records."""
    from tongjian.cli._site_keeping import run_check

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_check(out, site)


@group.command()
def project(site: Site = None, lang: Lang = None, as_json: Json = False) -> None:
    """由日志重建查询用的数据行 / make the rows for lists again from the logs."""
    from tongjian.cli._site_keeping import run_project

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_project(out, site)


@users.command("add")
def user_add(
    username: Annotated[str, typer.Argument(help="登录名 / name to sign in with")],
    name: Annotated[str, typer.Option(help="姓名 / name of the person")],
    email: Annotated[str, typer.Option(help="邮箱 / mail address")] = "",
    role: Annotated[str, typer.Option(help="角色，如 admin / role, e.g. admin")] = "",
    enterprise: Annotated[
        str, typer.Option(help="企业的统一社会信用代码 / credit code of the enterprise")
    ] = "",
    division: Annotated[str, typer.Option(help="区划代码 / code of the division")] = "",
    site: Site = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """新建账户，显示一次性口令 / make an account; its one-time password is shown."""
    from tongjian.cli._site_users import run_add

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_add(out, site, username, name, email, (role, enterprise, division))


@users.command("close")
def user_close(
    username: Annotated[str, typer.Argument(help="登录名 / name to sign in with")],
    site: Site = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """关闭账户：不能再登录，所做的仍可查 / close an account; what it did stays."""
    from tongjian.cli._site_users import run_close

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_close(out, site, username)


@users.command("password")
def user_password(
    username: Annotated[str, typer.Argument(help="登录名 / name to sign in with")],
    site: Site = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """换成一次性口令，登录后须改 / a one-time password, to be changed at the first sign-in."""
    from tongjian.cli._site_users import run_password

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_password(out, site, username)
