"""Views that the matrix does not know (矩阵之外): of other packages, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

OUTSIDE = {
    "allauth.account.": "sign-in, sign-out and password belong to whoever has the account",
    "allauth.mfa.": "the second factor belongs to whoever has the account",
    "allauth.socialaccount.": "single sign-on, for whoever has an account",
    "tongjian.site.access.oidc.": "single sign-on, for whoever has an account",
    "ninja.": "operations of the API ask the matrix themselves, once they know whose token it is",
    "django.contrib.staticfiles.": "scripts, styles and fonts are the same for everybody",
}


def reason_outside(view: Callable[..., Any]) -> str | None:
    """Why the matrix is not asked for a view; None for a view that it is asked for."""
    of = getattr(view, "view_class", view)
    module = f"{getattr(of, '__module__', '')}."
    return next((why for start, why in OUTSIDE.items() if module.startswith(start)), None)


__all__ = ["OUTSIDE", "reason_outside"]
