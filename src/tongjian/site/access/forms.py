"""The forms of django-allauth in our words (表单): labels in both languages."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factors
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as keys
from django import forms

from tongjian.site.access import lockout
from tongjian.site.ui.texts import text_lazy

LABELS = {
    "login": text_lazy("access.username"),
    "password": text_lazy("access.password"),
    "oldpassword": text_lazy("access.password_now"),
    "password1": text_lazy("access.password_new"),
    "password2": text_lazy("access.password_again"),
    "email": text_lazy("access.email"),
    "code": text_lazy("access.code"),
    "name": text_lazy("access.key_name"),
}


class Worded(forms.Form):
    """Gives fields our labels, and takes away what repeats them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in LABELS:
                field.label = LABELS[name]
            field.help_text = ""
            field.widget.attrs.pop("placeholder", None)
            # The page tells what is missing, in its own language and all at once.
            self.use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, second = self.data.get("password1"), self.data.get("password2")
        if "password2" in self.errors and second and first != second:
            del self.errors["password2"]  # the words of allauth
            self.add_error("password2", str(text_lazy("access.password_differs")))
        return cleaned


class SignInForm(Worded, account.LoginForm):  # type: ignore[misc]
    """Name and password."""


class PasswordChangeForm(Worded, account.ChangePasswordForm):  # type: ignore[misc]
    """The present password, and the new one twice."""


class PasswordResetForm(Worded, account.ResetPasswordForm):  # type: ignore[misc]
    """A mail address; whether it is known is not told."""


class PasswordFromKeyForm(Worded, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password twice."""


class ConfirmForm(Worded, account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""


class Guarded(Worded):
    """Digits that are guessed lock their account's second factor as passwords lock its name."""

    user: Any

    def clean_code(self) -> str:
        name = f"factor {self.user.username}"
        if lockout.locked_until(name) is not None:
            raise forms.ValidationError(str(text_lazy("access.locked")), code="locked")
        try:
            code = str(super().clean_code())  # type: ignore[misc]
        except forms.ValidationError:
            lockout.failed(name)
            raise
        lockout.succeeded(name)
        return code


class CodeForm(Guarded, factors.AuthenticateForm):  # type: ignore[misc]
    """The code of an app, or a recovery code."""


class CodeAgainForm(Guarded, factors.ReauthenticateForm):  # type: ignore[misc]
    """The same, once more."""


class ActivateForm(Worded, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app."""


class AddKeyForm(Worded, keys.AddWebAuthnForm):  # type: ignore[misc]
    """A security key and what it is called."""


class RenameKeyForm(Worded, keys.EditWebAuthnForm):  # type: ignore[misc]
    """What a security key is called."""


__all__ = [
    "ActivateForm",
    "AddKeyForm",
    "CodeAgainForm",
    "CodeForm",
    "ConfirmForm",
    "PasswordChangeForm",
    "PasswordFromKeyForm",
    "PasswordResetForm",
    "RenameKeyForm",
    "SignInForm",
]
