"""Addresses of `monitoring`."""

from django.urls import path

from tongjian.site.monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("<str:code>/", views.newest, name="plant"),
    path("<str:code>/<int:year>/", views.of_year, name="year"),
    path("<str:code>/<int:year>/measure", views.measure, name="measure"),
    path("<str:code>/<int:year>/<slug:name>.<slug:ending>", views.chart, name="chart"),
]
