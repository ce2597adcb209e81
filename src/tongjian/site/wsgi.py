"""The site as a WSGI application, for any server.

It is warm when it is there: what every page needs is loaded and the first page was made once, so
that nobody waits for that.
"""

import gc
import io
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


def _warm() -> None:
    from tongjian.site.settings import CONFIG
    from tongjian.site.workspaces import warm

    warm()
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "SERVER_NAME": CONFIG.hosts[0].strip("[]"),
        "SERVER_PORT": "443" if CONFIG.https else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": CONFIG.hosts[0],
        "wsgi.url_scheme": "https" if CONFIG.https else "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    }
    for _ in application(environ, lambda status, headers, error=None: lambda body: None):
        pass


_warm()
# What is loaded by now stays: whoever asks for a page while garbage is collected need not wait for
# a look through the whole rulebook.
gc.collect()
gc.freeze()
