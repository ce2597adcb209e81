"""``tongjian site serve | migrate | work``."""

from __future__ import annotations

import os
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.site.boot import boot, migrate


def run_serve(out: Output, site: Path | None, host: str, port: int, workers: int) -> None:
    """Serve until told to stop."""
    boot(site)
    serve_booted(out, host, port, workers)


def serve_booted(out: Output, host: str, port: int, workers: int) -> None:
    """Serve the site that is set up already."""
    from tongjian.site.operations.serving import Service, require_free, require_safe
    from tongjian.site.settings import CONFIG

    require_safe(host, CONFIG)
    require_free(host, port)
    _tell_migrated(out, migrate())
    count = workers or os.cpu_count() or 1
    out.say(f"正在启动 {count} 个网页进程……", f"Starting {count} web processes …")

    def ready(address: str) -> None:
        out.say(
            f"网站已就绪：{address}（Ctrl+C 停止）", f"The site is ready: {address} (Ctrl+C stops)"
        )

    Service(host, port, count).run(ready)
    out.say("网站已停止", "The site has stopped")


def run_migrate(out: Output, site: Path | None) -> None:
    """Bring the database up to date."""
    boot(site)
    done = migrate()
    out.data({"applied": done})
    _tell_migrated(out, done)
    if not done:
        out.say("数据库已是最新", "The database is up to date")


def run_work(out: Output, site: Path | None, once: bool) -> None:
    """Do jobs."""
    boot(site)
    from tongjian.site.operations.workers import run_worker
    from tongjian.site.workspaces import warm

    warm()
    out.say("后台进程已启动（Ctrl+C 停止）", "The worker has started (Ctrl+C stops)")
    run_worker(batch=once)


def run_remind(out: Output, site: Path | None) -> None:
    """Make the reminders that are due and send the mails; again on the same day does no harm."""
    boot(site)
    from tongjian.site.mrv.reminders import remind

    done = remind()
    out.data(done)
    out.say(
        f"新提醒 {done['notices']} 条，发出邮件 {done['mails']} 封",
        f"{done['notices']} new reminders, {done['mails']} mails sent",
    )


def _tell_migrated(out: Output, done: list[str]) -> None:
    if done:
        out.say(f"数据库：{len(done)} 项迁移已完成", f"Database: {len(done)} migrations applied")


__all__ = ["run_migrate", "run_serve", "run_work", "serve_booted"]
