"""The end of ``tongjian demo``: the sample province as a site, served on this machine alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.sample import WATERMARK_EN, WATERMARK_ZH, generate

HOST = "127.0.0.1"


def run_demo_site(out: Output, workspace: Path, plants: int, port: int) -> None:
    """Make the site unless it is there, tell its accounts, serve it until told to stop."""
    make_demo_site(out, workspace, plants)
    from tongjian.cli._site import serve_booted

    tell_accounts(out)
    serve_booted(out, HOST, port, 0)


def make_demo_site(out: Output, workspace: Path, plants: int) -> None:
    """Make the site, or take the one that is there."""
    from tongjian.site.demo import build_demo

    # It is the sample's own: a database or name of another site is none of its business.
    for name in [one for one in os.environ if one.startswith("TONGJIAN_") and one in _OTHERS]:
        del os.environ[name]
    started = time.perf_counter()
    out.say("⑤ 建立演示网站……", "5. making the demo site …")
    with out.progress("企业", "enterprises") as progress:
        made = build_demo(
            (workspace / "site").resolve(),
            workspace.resolve(),
            generate(plants=plants),
            progress=lambda done, total: progress("", done, total),
        )
    seconds = time.perf_counter() - started
    if made.known:
        out.say(f"   沿用 {made.folder}", f"   taken as it is: {made.folder}")
    else:
        out.say(
            f"   {made.enterprises} 家企业、{made.reports} 份报告，用时 {seconds:.0f} 秒",
            f"   {made.enterprises} enterprises, {made.reports} reports in {seconds:.0f} seconds",
        )


def tell_accounts(out: Output) -> None:
    """The accounts of the demo, one for each role."""
    from tongjian.site.demo.people import PASSWORD, accounts

    zh = out.lang == "zh"
    out.say(f"【{WATERMARK_ZH}，账户仅供演示】", f"[{WATERMARK_EN}; the accounts are for the demo]")
    out.table(
        "演示账户" if zh else "Demo accounts",
        ["登录名", "姓名", "角色", "所属"] if zh else ["sign in as", "name", "role", "of"],
        [[one.username, one.name, one.role[out.lang], one.place[out.lang]] for one in accounts()],
        keys=1,
    )
    out.say(f"口令都是：{PASSWORD}", f"The password of all of them: {PASSWORD}")


_OTHERS = (
    *("TONGJIAN_DATABASE", "TONGJIAN_SECRET", "TONGJIAN_HOSTS", "TONGJIAN_HTTPS"),
    *("TONGJIAN_PROXIES", "TONGJIAN_MAIL", "TONGJIAN_MFA", "TONGJIAN_OIDC"),
)

__all__ = ["make_demo_site", "run_demo_site", "tell_accounts"]
