"""How the endpoints of `boards` are called."""

from __future__ import annotations

from tests.site.matrix import Example

EXAMPLES = {
    "boards:region": Example(),
    "boards:behind": Example(query={"measure": "enterprise::tCO2e"}),
    "boards:region_chart": Example(lambda world, of: {"name": "years", "ending": "csv"}),
}
