"""A backup entered in the site's log (备份入账): who has one, and how old the last one is.

Whoever has a backup has the data of all enterprises; the entry tells wherever the file lies.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tongjian.evidence import Act
from tongjian.site.mrv.projection import catch_up_site
from tongjian.site.operations.archive import Progress, make_backup
from tongjian.site.workspaces import site_log

BACKUP = "backup.make"


def keep_backup(target: Path, by: str, progress: Progress) -> dict[str, Any]:
    """Write a backup and enter it; returns its manifest in short. Raises `TongjianError`."""
    made = make_backup(target, progress)
    site_log().append([Act(BACKUP, by, "site:backup", {"file": target.name, **made})])
    catch_up_site()
    return made


__all__ = ["BACKUP", "keep_backup"]
