"""The resources of the API, some modules for each tag under which they are described."""

from ninja import Router

from tongjian.site.api.resources import (
    activity,
    boards,
    bulk,
    entering,
    findings,
    intensities,
    jobs,
    me,
    monitoring,
    months,
    operations,
    people,
    plans,
    registering,  # noqa: F401  (its operations stand in the router of `registry`)
    registry,
    reports,
    rulebook,
    searching,
    tracing,
    users,
    verifying,
    versions,
    webhooks,
)

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("me", me.router),
    ("reports", reports.router),
    ("versions", versions.router),
    ("lineage", tracing.router),
    ("verification", verifying.router),
    ("findings", findings.router),
    ("activity", activity.router),
    ("activity", entering.router),
    ("months", months.router),
    ("monitoring", monitoring.router),
    ("plans", plans.router),
    ("jobs", jobs.router),
    ("registry", registry.router),
    ("registry", searching.router),
    ("rulebook", rulebook.router),
    ("boards", boards.router),
    ("boards", intensities.router),
    ("bulk", bulk.router),
    ("people", people.router),
    ("users", users.router),
    ("operations", operations.router),
    ("webhooks", webhooks.router),
)
"""Each with its tag. Operations of one address stand in one module, or their methods would hide
each other (`Interface.addresses` puts them together)."""

__all__ = ["ROUTERS"]
