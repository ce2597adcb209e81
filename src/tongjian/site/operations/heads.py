"""The heads of all logs entered in the site's own log, once a day (各日志链首入账).

A log proves that it was not changed before its head. Whoever could rewrite a log together with its
head would have to rewrite this entry as well, and every later one of the site's log.
"""

from __future__ import annotations

import rfc8785

from tongjian.book import logs
from tongjian.evidence import Act, Entry
from tongjian.site.access.grants import SITE
from tongjian.site.mrv.projection import catch_up_site
from tongjian.site.operations.daily import daily
from tongjian.site.workspaces import SITE_LOG, connections, files_of, site_log

HEADS = "logs.heads"


def enter_heads() -> Entry:
    """Enter how long each log is and the hash it ends with; the list is kept as a file."""
    log = site_log()
    known = {name: head for name, head in logs(connections).items() if name != SITE_LOG}
    heads = {name: {"number": head.number, "hash": head.hash} for name, head in known.items()}
    listed = files_of(log).put(rfc8785.dumps(heads))  # type: ignore[arg-type]
    content = {"logs": len(heads), "entries": sum(head.number for head in known.values())}
    (entry,) = log.append([Act(HEADS, SITE, "site:logs", content, (listed,))])
    catch_up_site()
    return entry


@daily("operations.heads")
def enter_heads_daily() -> None:
    enter_heads()


__all__ = ["HEADS", "enter_heads"]
