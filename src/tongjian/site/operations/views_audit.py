"""The audit trail by page."""

from __future__ import annotations

import json

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from tongjian.evidence import prove
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.operations.acts import acts
from tongjian.site.operations.models import AuditEntry
from tongjian.site.operations.services_audit import (
    AuditFilter,
    CappedPaginator,
    entries_for,
    entry_of,
    may_read,
)
from tongjian.site.ui.downloads import saved_as
from tongjian.site.workspaces import log_named

_PER_PAGE = 50


@require_GET
@endpoint("operations.audit")
def audit(request: ActorRequest) -> HttpResponse:
    """Search the audit trail."""
    wanted = AuditFilter.of(request.GET)
    page = CappedPaginator(wanted.rows(request.actor), _PER_PAGE).get_page(request.GET.get("page"))
    query = f"{wanted.query}&" if wanted.query else ""
    context = {"wanted": wanted, "page": page, "query": query, "acts": acts()}
    return render(request, "operations/audit.html", context)


@require_GET
@endpoint("operations.audit_entry")
def audit_entry(request: ActorRequest, log: str, number: int) -> HttpResponse:
    """One entry: its hashes, and what it says where that is for the one who asks."""
    row = _row(request, log, number)
    entry = entry_of(row)
    content = None
    if entry is not None and may_read(request.actor, row):
        content = json.dumps(dict(entry.content), ensure_ascii=False, indent=2, default=str)
    context = {"row": row, "entry": entry, "content": content}
    return render(request, "operations/audit_entry.html", context)


@require_GET
@endpoint("operations.audit_proof")
def audit_proof(request: ActorRequest, log: str, number: int) -> HttpResponse:
    """The proof that an entry is in its log, for whoever has the program and no site."""
    row = _row(request, log, number)
    hide = () if may_read(request.actor, row) else (row.number,)
    proof = prove(log_named(row.log), [row.number], hide)
    return saved_as(
        HttpResponse(proof, content_type="application/json"), f"proof-{row.number}.json"
    )


def _row(request: ActorRequest, log: str, number: int) -> AuditEntry:
    if number > 2**60:
        raise Http404
    seen = entries_for(request.actor).select_related("enterprise")
    return get_object_or_404(seen, log=log, number=number)


__all__ = ["audit", "audit_entry", "audit_proof"]
