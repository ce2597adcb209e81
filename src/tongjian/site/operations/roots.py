"""The root of every log signed once a month (每月签署默克尔根), so that entries can be proven.

The site has a key of its own, made at the first signature and kept in its folder. Whoever has the
public key, and a root that was given out, can check a proof without the site.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from tongjian.book import logs
from tongjian.evidence import EvidenceLog, PrivateKey, Roots, month_before
from tongjian.site.access.grants import SITE
from tongjian.site.mrv.projection import catch_up, catch_up_site
from tongjian.site.operations.daily import daily
from tongjian.site.registry.models import Enterprise
from tongjian.site.workspaces import SITE_LOG, Workspace, connections, site_log

KEY = "signing-key.json"


def site_key() -> PrivateKey:
    """The site's key; made at the first call."""
    path = Path(settings.SITE_FOLDER) / KEY
    if not path.exists():
        draft = path.with_name(f".{KEY}.{os.getpid()}")
        PrivateKey.make().save(draft)
        try:  # of two that come at once, one makes it
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return PrivateKey.load(path)


def sign_roots() -> int:
    """Sign what is due of every log, the site's own last; returns how many roots were signed."""
    key, count = site_key(), 0
    known = logs(connections)
    for enterprise in Enterprise.every.filter(key__in=known):
        workspace = Workspace(enterprise)
        count += _sign(workspace.log, key, enterprise.key)
        catch_up(workspace)
    count += _sign(site_log(), key, SITE_LOG)
    catch_up_site()
    return count


def _sign(log: EvidenceLog, key: PrivateKey, name: str) -> int:
    roots = Roots(log)
    due = roots.unsigned()
    if due and not roots.keys():
        roots.introduce(key.public, SITE)
    for month in due:
        roots.sign(key, month, SITE, name)
    return len(due)


@daily("operations.roots")
def sign_roots_daily() -> None:
    """On the first day on which the month before is not signed; on others there is nothing to do.

    The site's log is signed last: where it is, all are.
    """
    last = month_before(site_log().clock())
    if last in [one.checkpoint.month for one in Roots(site_log()).signed()]:
        return
    sign_roots()


__all__ = ["KEY", "sign_roots", "site_key"]
