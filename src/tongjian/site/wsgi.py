"""The site as a WSGI application, for any server."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler


def _application() -> WSGIHandler:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongjian.site.settings")
    django.setup(set_prefix=False)
    from tongjian.site.ui.assets import prepare

    prepare()  # before the handler lists what static files there are
    return WSGIHandler()


application = _application()
