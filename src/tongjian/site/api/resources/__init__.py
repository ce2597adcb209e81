"""The resources of the API, one module each, by the tag under which they are described."""

from ninja import Router

from tongjian.site.api.resources import (
    activity,
    boards,
    bulk,
    findings,
    jobs,
    me,
    operations,
    people,
    registry,
    reports,
    rulebook,
    versions,
    webhooks,
)

ROUTERS: dict[str, Router] = {
    "me": me.router,
    "reports": reports.router,
    "versions": versions.router,
    "findings": findings.router,
    "activity": activity.router,
    "jobs": jobs.router,
    "registry": registry.router,
    "rulebook": rulebook.router,
    "boards": boards.router,
    "bulk": bulk.router,
    "people": people.router,
    "operations": operations.router,
    "webhooks": webhooks.router,
}

__all__ = ["ROUTERS"]
