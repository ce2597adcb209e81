"""A link by mail, by which somebody sets their own password (设定口令的链接)."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import get_reset_password_from_key_url
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpRequest

from tongjian.site.access.mails import mail
from tongjian.site.access.models import User


def send_link(request: HttpRequest, user: User) -> bool:
    """Send it; returns whether it was handed to a mail server. It is good once and for hours."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    link = get_reset_password_from_key_url(request, key)
    return mail(user.email, "invitation", link=link, username=user.username)


__all__ = ["send_link"]
