"""How a report goes from draft to accepted (报告流程): states, transitions, four eyes.

A flow is a document; where a subject stands is what its entries in the evidence log say. A
transition is checked and entered under one lock, so that of two who try at once one is refused.
"""

from tongjian.workflow._advance import advance, audit, history, options, options_in
from tongjian.workflow._decide import Guard, Option
from tongjian.workflow._document import Flow, Role, State, Transition, read_flow, report_flow
from tongjian.workflow._history import History, Situation, Step
from tongjian.workflow._roles import GRANT, GRANTOR, Grant, Roles, grant
from tongjian.workflow._words import diagram, explain

__all__ = [
    "GRANT",
    "GRANTOR",
    "Flow",
    "Grant",
    "Guard",
    "History",
    "Option",
    "Role",
    "Roles",
    "Situation",
    "State",
    "Step",
    "Transition",
    "advance",
    "audit",
    "diagram",
    "explain",
    "grant",
    "history",
    "options",
    "options_in",
    "read_flow",
    "report_flow",
]
