"""Views that the matrix does not know (矩阵之外): of other packages, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

# Sign-in, sign-out, second factor and password belong to whoever has the account.
ACCOUNT = ("allauth.account.", "allauth.mfa.", "allauth.socialaccount.")
# Operations of the API ask the matrix themselves, after they know whose token it is.
API = ("ninja.",)
# Scripts, styles and fonts are the same for everybody.
FILES = ("django.views.static", "django.contrib.staticfiles.")


def is_outside(request: HttpRequest, view: Callable[..., Any]) -> bool:
    """Whether a view is one of another package that looks after itself."""
    of = getattr(view, "view_class", view)
    module = getattr(of, "__module__", "")
    return module.startswith((*ACCOUNT, *API, *FILES))


__all__ = ["is_outside"]
