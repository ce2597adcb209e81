"""How the endpoints of `ui` are called."""

from __future__ import annotations

from tests.site.matrix import Example

EXAMPLES = {
    "home": Example(),
    "language": Example(data=lambda world, of: {"language": "en", "next": "/"}),
}
