"""Addresses of `boards`."""

from django.urls import path

from tongjian.site.boards import views_judged, views_region

app_name = "boards"
urlpatterns = [
    path("", views_region.region, name="region"),
    path("behind", views_region.numbers_behind, name="behind"),
    path("intensity", views_region.intensity, name="intensity"),
    path(
        "intensity/<slug:name>.<slug:ending>", views_region.intensity_chart, name="intensity_chart"
    ),
    path("region/<slug:name>.<slug:ending>", views_region.region_chart, name="region_chart"),
    path("curve", views_judged.curve, name="curve"),
    path("curve/<slug:name>.<slug:ending>", views_judged.curve_chart, name="curve_chart"),
    path("targets", views_judged.targets, name="targets"),
    path("targets/<slug:name>.<slug:ending>", views_judged.targets_chart, name="targets_chart"),
    path("calculate", views_judged.judge, name="judge"),
]
