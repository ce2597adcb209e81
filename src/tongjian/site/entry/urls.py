"""Addresses of `entry`."""

from django.urls import path

from tongjian.site.entry import views_files, views_grid, views_home, views_months, views_uploads

app_name = "entry"
urlpatterns = [
    path("", views_home.home, name="home"),
    path("import/", views_uploads.uploads, name="import"),
    path("import/<str:key>/", views_uploads.upload, name="upload"),
    path("import/<str:key>/progress", views_uploads.upload_progress, name="upload-progress"),
    path("import/<str:key>/apply", views_uploads.upload_apply, name="upload-apply"),
    path("import/<str:key>/discard", views_uploads.upload_discard, name="upload-discard"),
    path("import/<str:key>/marked.xlsx", views_uploads.upload_marked, name="upload-marked"),
    path("<str:code>/<int:year>/", views_grid.grid, name="grid"),
    path("<str:code>/<int:year>/cells", views_grid.cells, name="cells"),
    path("<str:code>/<int:year>/cell", views_grid.cell, name="cell"),
    path("<str:code>/<int:year>/save", views_grid.save, name="save"),
    path("<str:code>/<int:year>/discard", views_grid.discard, name="discard"),
    path("<str:code>/<int:year>/template.xlsx", views_files.template, name="template"),
    path("<str:code>/<int:year>/export", views_files.export, name="export"),
    path("<str:code>/<int:year>/files/<str:digest>", views_files.file, name="file"),
    path("<str:code>/<int:year>/months/", views_months.months, name="months"),
    path("<str:code>/<int:year>/months/<str:month>/files", views_months.bring, name="bring"),
    path("<str:code>/<int:year>/months/<str:month>/freeze", views_months.freeze, name="freeze"),
    path("<str:code>/<int:year>/meters/", views_months.meters, name="meters"),
]
