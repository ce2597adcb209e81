"""Tags for the pages of accounts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tongjian.site.access.duties import has_second_factor, needs_second_factor

register = template.Library()


@register.simple_tag
def key_form(kind: str, **ids: str) -> SafeString:
    """What the scripts for security keys want to know, as data: no script stands in the page."""
    assert all(one.replace("_", "").isalnum() for one in ids.values())
    body = SafeString(json.dumps({"ids": ids}))  # nosec B703
    name = f"allauth.webauthn.forms.{kind}"
    return format_html(
        '<script type="application/json" data-allauth-onload="{}">{}</script>', name, body
    )


@register.simple_tag
def single_sign_on() -> bool:
    """Whether there is a provider to sign in with."""
    return bool(settings.CONFIG.oidc)


@register.simple_tag(takes_context=True)
def factor_missing(context: Mapping[str, Any]) -> bool:
    """Whether a second factor has to be set up before anything else."""
    user = context["request"].actor.user
    return user is not None and needs_second_factor(user) and not has_second_factor(user)
