"""Mails about accounts (账户邮件): in both languages, as nobody knows who reads them."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail

from tongjian.site.ui.texts import texts

_log = logging.getLogger("tongjian.security")


def mail(to: str, kind: str, /, **values: object) -> bool:
    """Send a mail; its words are ``access.mail_<kind>`` and ``access.mail_<kind>_body``.

    Returns whether it was handed over. A mail that cannot be sent undoes nothing.
    """
    if not to or not settings.SENDS_MAIL:
        return False
    subject, body = texts()[f"access.mail_{kind}"], texts()[f"access.mail_{kind}_body"]
    # Two paragraphs, one after the other; a value cannot make a line of the head.
    whole = "\n\n".join(body[lang].format(**values) for lang in ("zh", "en"))
    try:
        send_mail(f"{subject['zh']} / {subject['en']}", whole, None, [to])
    except (OSError, SMTPException):
        _log.exception("a mail could not be sent: %s", kind)
        return False
    return True


__all__ = ["mail"]
