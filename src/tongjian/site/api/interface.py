"""The interface itself (接口): operations put together, and the addresses they answer at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern
from ninja import NinjaAPI, Router
from ninja.operation import Operation

from tongjian.site.api.errors import answer_of, problem_answer
from tongjian.site.api.gate import gate
from tongjian.site.api.resources import ROUTERS

VERSION = "1"
PREFIX = "/api/v1"


class Interface(NinjaAPI):
    """Operations whose refusals are all of one form."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """The answer to an exception; a fault of the program is left to Django."""
        found = answer_of(request, exc)
        if found is None:
            raise exc
        return found

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """An operation is called by its name alone."""
        return str(operation.view_func.__name__)

    def operations(self) -> list[tuple[str, Operation]]:
        """Every operation with its path."""
        return [
            (f"{bound.prefix.rstrip('/')}/{path.lstrip('/')}", one)
            for bound in self._get_bound_routers()
            for path, view in bound.path_operations.items()
            for one in view.operations
        ]

    def reading(self, operation: Operation) -> Operation | None:
        """The operation that reads what another changes, at the same address."""
        for bound in self._get_bound_routers():
            for view in bound.path_operations.values():
                if operation in view.operations:
                    return next((one for one in view.operations if "GET" in one.methods), None)
        return None

    def addresses(self) -> list[URLPattern]:
        """The patterns of all operations."""
        found: list[URLPattern] = []
        for bound in self._get_bound_routers():
            found += bound.urls_paths(bound.prefix)
        for one in found:
            one.callback = _told(one.callback)
        return found


def _told(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view whose "method not allowed" is a problem as any other."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **given: Any) -> HttpResponseBase:
        answer = view(request, *args, **given)
        if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return problem_answer(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": answer["Allow"]})
        return answer

    return answered


def interface(routers: Iterable[tuple[str, Router]] = ROUTERS) -> Interface:
    """The API of these routers, by default of all resources."""
    made = Interface(version=VERSION, openapi_url=None, docs_url=None)
    made.add_decorator(gate, mode="view")
    for tag, router in routers:
        made.add_router("", router, tags=[tag])
    return made


API = interface()

__all__ = ["API", "PREFIX", "VERSION", "Interface", "interface"]
