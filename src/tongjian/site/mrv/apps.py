"""Django's name for this package."""

from django.apps import AppConfig


class MrvConfig(AppConfig):
    name = "tongjian.site.mrv"
    label = "mrv"

    def ready(self) -> None:
        # What registers itself: parts of the report's page, kinds of jobs, things to do.
        from tongjian.site.mrv import (  # noqa: F401
            panels_enterprise,
            panels_review,
            reminders,
            services_documents,
            services_notices,
            services_recompute,
            services_runs,
            todos_enterprise,
            todos_review,
        )
