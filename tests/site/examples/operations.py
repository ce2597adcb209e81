"""How the endpoints of `operations` are called."""

from __future__ import annotations

from tests.site.matrix import Example

EXAMPLES = {
    "operations:alive": Example(),
}
