"""Django's settings, from `config.Config` (设置)."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from tongjian.site.config import SQLITE, Config, Database

CONFIG = Config.of(os.environ)

SECRET_KEY = CONFIG.secret
DEBUG = False
ALLOWED_HOSTS = [*CONFIG.hosts]
ROOT_URLCONF = "tongjian.site.urls"
WSGI_APPLICATION = "tongjian.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_FOLDER = CONFIG.folder

INSTALLED_APPS = [
    "tongjian.site.ui",
    "tongjian.site.access",
    "tongjian.site.registry",
    "tongjian.site.entry",
    "tongjian.site.mrv",
    "tongjian.site.boards",
    "tongjian.site.monitoring",
    "tongjian.site.rulebooks",
    "tongjian.site.operations",
    "tongjian.site.api",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_tasks_db",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tongjian.site.access.sessions.SessionAgeMiddleware",
    "tongjian.site.access.middleware.ActorMiddleware",
    "tongjian.site.ui.middleware.ProblemMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "tongjian.site.ui.context.page",
            ],
            "builtins": ["tongjian.site.ui.templatetags.ui"],
        },
    }
]


def database(given: Database) -> dict[str, Any]:
    """How Django is told of a database (数据库设置)."""
    if given.kind == SQLITE:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": given.name,
            # Opening one anew for each page would read the whole schema again.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                # Writers queue at the start of a transaction and do not fail in the middle.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000; PRAGMA mmap_size=2147418112; "
                "PRAGMA temp_store=MEMORY;",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given.name,
        "USER": given.user,
        "PASSWORD": given.password,
        "HOST": given.host,
        "PORT": given.port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database(CONFIG.database)}

# In the database, so that limits hold for all workers together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "site_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# ---- languages and time ----

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# ---- people ----

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "tongjian.site.access.passwords.MaximumLength"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "tongjian.site.access.passwords.NotReused"},
]
PASSWORD_RESET_TIMEOUT = 4 * 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "tongjian.site.access.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]  # nobody signs up by themselves
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
_FORMS = "tongjian.site.access.forms"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.SignInForm",
    "change_password": f"{_FORMS}.PasswordChangeForm",
    "reset_password": f"{_FORMS}.PasswordResetForm",
    "reset_password_from_key": f"{_FORMS}.PasswordFromKeyForm",
    "reauthenticate": f"{_FORMS}.ConfirmForm",
}
# By where it comes from; by the name, `access.lockout` is stricter.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,10/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = CONFIG.proxies

MFA_ADAPTER = "tongjian.site.access.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the site keeps addresses itself
MFA_TOTP_ISSUER = "Tongjian"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not CONFIG.https  # browsers allow it on loopback alone
MFA_FORMS = {
    "authenticate": f"{_FORMS}.CodeForm",
    "reauthenticate": f"{_FORMS}.CodeAgainForm",
    "activate_totp": f"{_FORMS}.ActivateForm",
    "add_webauthn": f"{_FORMS}.AddKeyForm",
    "edit_webauthn": f"{_FORMS}.RenameKeyForm",
}
SECOND_FACTOR = CONFIG.second_factor
"""Whether authorities and administrators must have one."""

SOCIALACCOUNT_ADAPTER = "tongjian.site.access.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": "oidc",
                "client_id": CONFIG.oidc_id,
                "secret": CONFIG.oidc_secret,
                "settings": {"server_url": CONFIG.oidc},
            }
        ]
        if CONFIG.oidc
        else [],
    }
}

IDLE_SECONDS = 30 * 60
SESSION_COOKIE_AGE = 12 * 3600
"""However busy, nobody stays signed in for longer."""
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# ---- safety ----


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A form that asks for single sign-on is sent on to the provider.
        "form-action": [SELF, *([_origin(CONFIG.oidc)] if CONFIG.oidc else [])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if CONFIG.https:  # the prefix makes browsers refuse the cookie from any other host or without TLS
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.https
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tongjian.site.ui.errors.csrf_failure"
SECURE_SSL_REDIRECT = CONFIG.https
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = CONFIG.https
if CONFIG.https and CONFIG.proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in CONFIG.hosts]

# ---- mail ----

DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONFIG.mail_from
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if CONFIG.mail else 'dummy'}.EmailBackend"
_mail = urlsplit(CONFIG.mail or "smtp://localhost:25")
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps" or EMAIL_PORT == 465
EMAIL_USE_TLS = not EMAIL_USE_SSL and EMAIL_PORT == 587
EMAIL_TIMEOUT = 20
SENDS_MAIL = bool(CONFIG.mail)
"""Whether mails go anywhere."""

# ---- files ----

STATIC_URL = "static/"
STATIC_ROOT = CONFIG.folder / "static"
# Files are served from the packages that hold them; their names carry a hash only where they were
# collected (`tongjian site static`), which is what a release does.
WHITENOISE_USE_FINDERS = True
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "tongjian.site.ui.assets.AssetFinder",
]
# A name with twelve digits of its content is never another file: a browser may keep it for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.[a-z0-9]+$"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 << 20

# ---- webhooks ----

WEBHOOK_HOSTS = frozenset(
    host for host in os.environ.get("TONGJIAN_WEBHOOK_HOSTS", "").split(",") if host
)
"""Hosts that may be told what happens though they are within one's own network, or without TLS."""

API_RATE = CONFIG.api_rate
"""Requests a minute that each key, user or address has; 0 for any number."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Who came in and who was refused; one line each, no password, no key.
    "loggers": {"tongjian.security": {"level": "INFO"}},
}
