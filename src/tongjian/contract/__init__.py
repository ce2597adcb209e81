"""The public contract check (契约检查): what every rule document has to keep, ours or anybody's.

`check_contract` reads documents as far as they load and looks at dates, sources, references, zero
input, directions and golden cases; `Contract.pages` has the documentation page of every method,
made of the document alone. Nothing here knows a sector: what is tried out comes from the documents
and the catalogue.
"""

from tongjian.contract._contract import (
    CHECKS,
    Contract,
    Finding,
    check_contract,
    own_cases_folder,
)
from tongjian.contract._docs import check_docs, write_docs
from tongjian.contract._golden import Coverage
from tongjian.contract._names import Names, using
from tongjian.contract._readable import Case

__all__ = [
    "CHECKS",
    "Case",
    "Contract",
    "Coverage",
    "Finding",
    "Names",
    "check_contract",
    "check_docs",
    "own_cases_folder",
    "using",
    "write_docs",
]
