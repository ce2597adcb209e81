"""The resources of the API, one module each, by the tag under which they are described."""

from ninja import Router

from tongjian.site.api.resources import jobs, me, registry, reports, rulebook, versions

ROUTERS: dict[str, Router] = {
    "me": me.router,
    "reports": reports.router,
    "versions": versions.router,
    "jobs": jobs.router,
    "registry": registry.router,
    "rulebook": rulebook.router,
}

__all__ = ["ROUTERS"]
