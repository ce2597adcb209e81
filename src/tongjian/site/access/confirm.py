"""Asking once more who it is (再次确认身份), before what is hard to take back."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.ui.texts import text

View = TypeVar("View", bound=Callable[..., HttpResponse])


def confirmed(request: HttpRequest) -> bool:
    """Whether the one who asks gave their password or second factor a short while ago.

    Who signs in elsewhere and has no password here cannot be asked here.
    """
    user = request.user
    if not user.is_authenticated or not get_adapter().get_reauthentication_methods(user):
        return user.is_authenticated
    records = get_authentication_records(request, user)
    last = max((one["at"] for one in records), default=0.0)
    return bool(time.time() - last < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def sensitive(page: str = "") -> Callable[[View], View]:
    """Have a view ask again; what was sent is not kept, its form at `page` is filled in anew.

    `page` is the name of the address to come back to; the view's own where it shows a form.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def asked(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if confirmed(request):
                return view(request, *args, **kwargs)
            back = reverse(page, kwargs=kwargs) if page else request.path
            messages.info(request, text("access.confirm_first"))
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")

        return cast("View", asked)

    return wrap


__all__ = ["confirmed", "sensitive"]
