"""How django-allauth behaves on this site (登录适配): what it may do, and every word it says."""

from __future__ import annotations

import base64
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone

from tongjian.site.access import lockout
from tongjian.site.access.duties import needs_second_factor
from tongjian.site.access.mails import mail
from tongjian.site.access.models import User
from tongjian.site.ui.texts import text, text_lazy, texts

_log = logging.getLogger("tongjian.security")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators; names are guarded against guessing."""

    error_messages = {  # noqa: RUF012  (as the class it extends has it)
        **DefaultAccountAdapter.error_messages,
        "enter_current_password": text_lazy("access.wrong_password"),
        "incorrect_password": text_lazy("access.wrong_password"),
        "invalid_password_reset": text_lazy("access.reset_link_bad"),
        "rate_limited": text_lazy("access.too_many"),
        "too_many_login_attempts": text_lazy("access.too_many"),
        "username_password_mismatch": text_lazy("access.sign_in_wrong"),
        "email_password_mismatch": text_lazy("access.sign_in_wrong"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Look whether the name may be tried, try, and count."""
        name = str(credentials.get("username", ""))
        if lockout.locked_until(name) is not None:
            _log.warning("sign-in locked: %r from %s", name[:60], self.get_client_ip(request))
            raise ValidationError(text("access.locked"), code="locked")
        found: User | None = super().authenticate(request, **credentials)
        if found is None or _expired(found):
            lockout.failed(name)
            _log.warning("sign-in failed: %r from %s", name[:60], self.get_client_ip(request))
            return None
        lockout.succeeded(name)
        return found

    def set_password(self, user: User, password: str) -> None:
        """A password that its owner chose; it opens what a wrong one had closed."""
        user.must_change_password, user.password_until = False, None
        super().set_password(user, password)
        lockout.succeeded(user.username)
        _log.warning("password changed: %r", user.username)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        _log.info("signed in: %r from %s", user.username, self.get_client_ip(request))

    def logout(self, request: HttpRequest) -> None:
        _log.info("signed out: %s", request.user)
        super().logout(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/account/"

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """A notice in our words: ``mfa/messages/totp_activated.txt`` is `access.note_...`."""
        if message is None and message_template:
            name = message_template.rpartition("/")[2].removesuffix(".txt")
            message = text(f"access.note_{name}") if f"access.note_{name}" in texts() else None
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail in our words: ``account/email/password_reset_key`` is `access.mail_...`."""
        user = context.get("user")
        mail(
            email,
            template_prefix.rpartition("/")[2],
            link=context.get("password_reset_url", ""),
            username=user.username if isinstance(user, User) else "",
            address=context.get("ip", ""),
            time=timezone.localtime().strftime("%Y-%m-%d %H:%M"),
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the owner of an account what happened to it."""
        where = {"ip": self.get_client_ip(self.request), "user": user}
        _log.warning("%s: %r", template_prefix.rpartition("/")[2], user.username)
        self.send_mail(template_prefix, email or user.email, {**(context or {}), **where})


def _expired(user: User) -> bool:
    until = user.password_until
    return user.must_change_password and until is not None and until < timezone.now()


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are kept encrypted; whoever has to have a second factor keeps the last one."""

    error_messages = {  # noqa: RUF012
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": text_lazy("access.not_possible"),
        "cannot_delete_authenticator": text_lazy("access.factor_needed"),
        "cannot_generate_recovery_codes": text_lazy("access.factor_first"),
        "incorrect_code": text_lazy("access.code_wrong"),
        "unverified_email": text_lazy("access.not_possible"),
    }

    def get_totp_label(self, user: User) -> str:
        return user.username

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode("ascii")).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if not needs_second_factor(authenticator.user):
            return True
        held = Authenticator.objects.filter(user=authenticator.user)
        return bool(
            held.exclude(type=Authenticator.Type.RECOVERY_CODES).exclude(pk=authenticator.pk)
        )

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return text("access.key_number", number=number)


def _cipher() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"tongjian second factor")
    return Fernet(base64.urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whom the provider names signs in if an administrator has linked them, and else not at all."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing and sociallogin.state.get("process") == "login":
            return
        _log.warning("single sign-on refused: %r", sociallogin.account.uid)
        values = {"subject": sociallogin.account.uid}
        page = render(request, "access/sso_unknown.html", values, status=403)
        raise ImmediateHttpResponse(page)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        _log.warning("single sign-on failed: %s %s", error, exception)
        raise ImmediateHttpResponse(render(request, "access/sso_failed.html", status=403))


__all__ = ["AccountAdapter", "SecondFactorAdapter", "SingleSignOnAdapter"]
