"""Addresses of the verifier's workspace and of findings."""

from django.urls import URLPattern, path

from tongjian.site.mrv import views_findings as threads
from tongjian.site.mrv import views_verification as pages
from tongjian.site.mrv import views_verification_acts as acts
from tongjian.site.mrv.views_reports import transition_view

_AT = "<str:code>/<int:year>"
_ONE = f"{_AT}/findings/<int:number>"

urlpatterns: list[URLPattern] = [
    path(f"{_AT}/verification", pages.verification, name="verification"),
    path(f"{_AT}/verification/sample", pages.sample, name="sample"),
    path(f"{_AT}/verification/sample/draw", acts.draw, name="draw"),
    path(f"{_AT}/verification/sample/check", acts.check, name="check"),
    path(f"{_AT}/verification/checklist", pages.checklist, name="checklist"),
    path(f"{_AT}/verification/checklist/answer", acts.answer_items, name="answer"),
    path(f"{_AT}/verification/recompute", acts.recompute, name="recompute"),
    path(f"{_AT}/verification/opinion", acts.opinion, name="opinion"),
    path(f"{_AT}/verification/inspection", pages.inspection, name="inspection"),
    path(f"{_AT}/verification/statement", acts.statement, name="statement"),
    path(f"{_AT}/findings", threads.findings, name="findings"),
    path(f"{_AT}/findings/raise", threads.raise_, name="raise"),
    path(_ONE, threads.finding, name="finding"),
    path(f"{_ONE}/respond", threads.respond_, name="respond"),
    path(f"{_ONE}/close", threads.close, name="close"),
    path(f"{_ONE}/reopen", threads.reopen, name="reopen_finding"),
    *(
        path(f"{_AT}/act/{name}", transition_view(name, "mrv:verification"), name=f"act_{name}")
        for name in pages.STEPS
    ),
]
