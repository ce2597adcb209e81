"""Every address of the site (网址); each package has its own list."""

from django.urls import include, path

from tongjian.site.ui.views import home, set_language

urlpatterns = [
    path("", home, name="home"),
    path("language", set_language, name="language"),
    path("account/", include("tongjian.site.access.sign_in")),
    path("account/", include("tongjian.site.access.urls")),
    path("registry/", include("tongjian.site.registry.urls")),
    path("entry/", include("tongjian.site.entry.urls")),
    path("reports/", include("tongjian.site.mrv.urls")),
    path("boards/", include("tongjian.site.boards.urls")),
    path("monitoring/", include("tongjian.site.monitoring.urls")),
    path("rulebook/", include("tongjian.site.rulebooks.urls")),
    path("operations/", include("tongjian.site.operations.urls")),
    path("api/", include("tongjian.site.api.urls")),
]

handler400 = "tongjian.site.ui.errors.bad_request"
handler403 = "tongjian.site.ui.errors.forbidden"
handler404 = "tongjian.site.ui.errors.not_found"
handler500 = "tongjian.site.ui.errors.server_error"
