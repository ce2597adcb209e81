"""Addresses of `registry`."""

from django.urls import path

from tongjian.site.registry import views_bulk as bulk
from tongjian.site.registry import views_edit as edit
from tongjian.site.registry import views_look as look
from tongjian.site.registry import views_map, views_parks

app_name = "registry"

urlpatterns = [
    path("map", views_map.show_map, name="map"),
    path("", look.list_enterprises, name="enterprises"),
    path("parks", views_parks.parks, name="parks"),
    path("bulk", bulk.bulk, name="bulk"),
    path("bulk/template.xlsx", bulk.bulk_template, name="bulk-template"),
    path("bulk/<str:key>", bulk.bulk_file, name="bulk-file"),
    path("export/<slug:table>.<slug:ending>", bulk.export, name="export"),
    path("search", look.search, name="search"),
    path("register", edit.register, name="register"),
    path("enterprise/<str:key>", look.show_enterprise, name="enterprise"),
    path("enterprise/<str:key>/history", look.show_history, name="history"),
    path("enterprise/<str:key>/edit", edit.edit_enterprise, name="edit-enterprise"),
    path("enterprise/<str:key>/plant/new", edit.new_plant, name="new-plant"),
    path("enterprise/<str:key>/contact/new", edit.new_contact, name="new-contact"),
    path("enterprise/<str:key>/contact/edit/<path:known>", edit.edit_contact, name="edit-contact"),
    path(
        "enterprise/<str:key>/contact/remove/<path:known>",
        edit.remove_contact,
        name="remove-contact",
    ),
    path("plant/<str:code>", look.show_plant, name="plant"),
    path("plant/<str:code>/edit", edit.edit_plant, name="edit-plant"),
    path("plant/<str:code>/meters/take-over", edit.take_over_meters, name="take-over-meters"),
    path("plant/<str:code>/<slug:kind>/new", edit.new_row, name="new-row"),
    path("plant/<str:code>/<slug:kind>/edit/<path:known>", edit.edit_row, name="edit-row"),
    path("plant/<str:code>/<slug:kind>/remove/<path:known>", edit.remove_row, name="remove-row"),
]
