"""How the pages of `api` are called; its operations have tests of their own (test_api_*)."""

from __future__ import annotations

from tests.site.matrix import Example

EXAMPLES = {"api:docs": Example(), "api:schema": Example()}
