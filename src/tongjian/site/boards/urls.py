"""Addresses of `boards`."""

from django.urls import path

from tongjian.site.boards import views_region

app_name = "boards"
urlpatterns = [
    path("", views_region.region, name="region"),
    path("behind", views_region.numbers_behind, name="behind"),
    path("region/<slug:name>.<slug:ending>", views_region.region_chart, name="region_chart"),
]
