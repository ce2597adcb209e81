"""Single sign-on by OpenID Connect (单位统一登录): that of django-allauth, and stricter.

The signature of an identity is always checked against the provider's keys. (The protocol lets those
rely on TLS who fetched it themselves, and allauth does.)
"""

from __future__ import annotations

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponseBase


class CheckingAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Asks a provider, and believes what it signed."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, object]:
        found: dict[str, object] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )
        return found


def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Go to the provider."""
    return _through(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Come back from there."""
    return _through(OAuth2CallbackView, request, provider_id)


def _through(
    view: type[OAuth2LoginView], request: HttpRequest, provider_id: str
) -> HttpResponseBase:
    try:
        answer: HttpResponseBase = view.adapter_view(CheckingAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:  # no provider was set up
        raise Http404 from error
    return answer


__all__ = ["CheckingAdapter", "callback", "login"]
