"""The status gate (法定报送关口): what a return may rest on.

Values and methods that the rulebook has from memory (`recalled`, 凭记忆录入) serve for work in
hand. A statutory return refuses them until a person who was given that right has checked them
against the printed text and said where. Who may do so, and every confirmation, is an entry of the
evidence log.
"""

from tongjian.statutory._authority import RIGHTS, Authority, Confirmation
from tongjian.statutory._doubts import Doubt, doubt_of, doubts
from tongjian.statutory._statement import Statement, Unconfirmed, require_statutory, statement

__all__ = [
    "RIGHTS",
    "Authority",
    "Confirmation",
    "Doubt",
    "Statement",
    "Unconfirmed",
    "doubt_of",
    "doubts",
    "require_statutory",
    "statement",
]
