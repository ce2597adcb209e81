"""The description of the API, for programs and for people (接口说明页)."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.document import document
from tongjian.site.ui.assets import address


@require_GET
@endpoint("api.read")
def schema(request: ActorRequest) -> HttpResponse:
    """The OpenAPI document."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


@require_GET
@endpoint("api.read")
def docs(request: ActorRequest) -> HttpResponse:
    """The page on which operations are read and tried; nothing of it comes from elsewhere."""
    settings = {
        "url": reverse("api:schema"),
        "layout": "BaseLayout",
        "deepLinking": True,
        "validatorUrl": None,  # it would be asked on the internet
    }
    names = ("swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-init.js")
    style, bundle, begin = (address(name) for name in names)
    shown = {"settings": settings, "style": style, "bundle": bundle, "begin": begin}
    return render(request, "api/docs.html", shown)


__all__ = ["docs", "schema"]
