"""Subscriptions to what happens: made and ended for one's present role."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from tongjian.problems import Problem, TongjianError
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.models import Delivery, Webhook
from tongjian.site.api.outward import checked, resolved
from tongjian.site.api.paging import Cursor, Limit, Page, part
from tongjian.site.api.pushing import secret_of
from tongjian.site.api.shapes import Given, Key

router = Router()
MOST = 10
Beginning = Annotated[str, Field(max_length=60, pattern=r"^[a-z_]+(\.[a-z_]*)?$")]


class WebhookGiven(Given):
    """An address to be told; `acts` are beginnings of acts such as ``report.``, none for all."""

    url: Annotated[str, Field(max_length=500)]
    acts: Annotated[list[Beginning], Field(max_length=50, default_factory=list)]


class WebhookShape(Schema):
    """A subscription."""

    key: str
    url: str
    acts: list[str]
    made: datetime
    ended: datetime | None

    @classmethod
    def said(cls, one: Webhook) -> dict[str, Any]:
        """Its fields from a row."""
        return {name: getattr(one, name) for name in WebhookShape.model_fields}


class WebhookMade(WebhookShape):
    """A new subscription with its secret, which is told this once."""

    secret: str


class DeliveryLine(Schema):
    """A message and what became of it."""

    message: dict[str, Any]
    state: str
    tries: int
    due: datetime
    status: int | None
    told: str
    ended: datetime | None


def _mine(request: ActorRequest) -> QuerySet[Webhook]:
    return Webhook.objects.filter(membership=request.actor.membership)


@router.get("/webhooks", response=list[WebhookShape])
@endpoint("api.webhooks")
def list_webhooks(request: ActorRequest) -> list[WebhookShape]:
    """Those of the present role, also ended ones, newest first."""
    found = _mine(request).order_by("-made")[:100]
    return [WebhookShape(**WebhookShape.said(one)) for one in found]


@router.post("/webhooks", response={201: WebhookMade})
@endpoint("api.webhooks")
def post_webhook(request: ActorRequest, given: WebhookGiven) -> Status[WebhookMade]:
    """Subscribe."""
    resolved(checked(given.url))
    if _mine(request).filter(ended=None).count() >= MOST:
        raise TongjianError(Problem("site.webhook_many", values={"most": MOST}))
    held = request.actor.membership
    assert held is not None  # the matrix gives this to roles
    made = Webhook.objects.create(
        membership=held,
        url=given.url,
        acts=sorted(set(given.acts)),
        seen=timezone.now(),
    )
    return Status(201, WebhookMade(**WebhookShape.said(made), secret=secret_of(made)))


@router.get("/webhooks/{key}", response=WebhookShape)
@endpoint("api.webhooks")
def get_webhook(request: ActorRequest, key: Key) -> WebhookShape:
    """One of them."""
    return WebhookShape(**WebhookShape.said(get_object_or_404(_mine(request), key=key)))


@router.delete("/webhooks/{key}", response=WebhookShape)
@endpoint("api.webhooks")
def end_webhook(request: ActorRequest, key: Key) -> WebhookShape:
    """End a subscription; what was delivered stays readable."""
    one = get_object_or_404(_mine(request), key=key)
    if one.ended is None:
        one.ended = timezone.now()
        one.save(update_fields=["ended"])
    return WebhookShape(**WebhookShape.said(one))


@router.get("/webhooks/{key}/deliveries", response=Page[DeliveryLine])
@endpoint("api.webhooks")
def list_deliveries(
    request: ActorRequest, key: Key, limit: Limit = 50, cursor: Cursor = ""
) -> Page[DeliveryLine]:
    """What was sent, newest first."""
    rows = Delivery.objects.filter(webhook=get_object_or_404(_mine(request), key=key))
    found, after = part(request, rows, ("-made", "-log", "-number"), limit, cursor)
    names = list(DeliveryLine.model_fields)
    items = [DeliveryLine(**{name: getattr(one, name) for name in names}) for one in found]
    return Page[DeliveryLine](items=items, next=after)


__all__ = ["router"]
