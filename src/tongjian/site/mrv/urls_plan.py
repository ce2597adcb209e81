"""Addresses of control plans."""

from django.urls import URLPattern, path

from tongjian.site.mrv import views_plan as views

urlpatterns: list[URLPattern] = [
    path("plan/<str:code>", views.plan, name="plan"),
    path("plan/<str:code>/revisions/<int:number>", views.revision, name="revision"),
    path("plan/<str:code>/workbook", views.workbook, name="plan_workbook"),
    path("plan/<str:code>/upload", views.upload, name="plan_upload"),
    path("plan/<str:code>/meter", views.meter, name="plan_meter"),
    path("plan/<str:code>/calibration", views.calibration, name="plan_calibration"),
    path("plan/<str:code>/freeze", views.freeze, name="plan_freeze"),
]
