"""The whole check of a site (全站检查), and making its rows again from the logs (重建投影)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db.models import Max

from tongjian.book import logs, table_problems
from tongjian.evidence import Head
from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import Store
from tongjian.site import kept
from tongjian.site.mrv.projection import catch_up, catch_up_site
from tongjian.site.operations.health import guard_problems
from tongjian.site.operations.models import AuditEntry
from tongjian.site.registry.models import Enterprise
from tongjian.site.workspaces import SITE_LOG, Workspace, connections, files_of, log_named

Progress = Callable[[int, int], None]


def check_site(progress: Progress = lambda done, total: None) -> list[Problem]:
    """Everything that is wrong: guards, tables, every log, its files, records, and the rows."""
    found = [*guard_problems(), *table_problems(connections)]
    found += [
        Problem("site.columns_differ", values={"table": table, "count": count})
        for table, count in kept.differing().items()
    ]
    heads = logs(connections)
    enterprises = {one.key: one for one in Enterprise.every.all()}
    indexed = dict(AuditEntry.every.order_by().values_list("log").annotate(Max("number")))
    names = sorted({*heads, *enterprises, *indexed})
    for done, name in enumerate(names, 1):
        found += _of_log(name, heads.get(name), indexed.get(name, 0))
        if name in enterprises:
            found += _of_records(Workspace(enterprises[name]))
        elif name != SITE_LOG:
            found.append(Problem("site.log_of_nobody", Place(file=name)))
        progress(done, len(names))
    return found


def _of_log(name: str, head: Head | None, indexed: int) -> Iterator[Problem]:
    log = log_named(name)
    wrong = log.problems()
    yield from wrong
    if any(one.severity == "error" for one in wrong):
        return
    # All logs share one folder of files: what is foreign to one is another's.
    yield from (one for one in files_of(log).problems() if one.code != "evidence.file_foreign")
    number = 0 if head is None else head.number
    if indexed != number:
        yield Problem("site.rows_behind", Place(file=name), {"rows": indexed, "log": number})


def _of_records(workspace: Workspace) -> Iterator[Problem]:
    try:
        yield from Store.open(workspace.folder).verify()
    except TongjianError as error:
        # An enterprise that has entered nothing has no records.
        if error.problems[0].code != "records.no_store":
            yield from error.problems


def project_site(progress: Progress = lambda done, total: None) -> int:
    """Make the rows of all logs again; returns how many entries there were.

    What was submitted is frozen and stays; what is missing of it is made from the log.
    """
    count = 0
    kept.put_right()
    enterprises = list(Enterprise.every.all())
    for done, one in enumerate(enterprises, 1):
        AuditEntry.every.filter(log=one.key).delete()
        count += catch_up(Workspace(one))
        progress(done, len(enterprises))
    AuditEntry.every.filter(log=SITE_LOG).delete()
    return count + catch_up_site()


__all__ = ["check_site", "project_site"]
