"""Product carbon footprints (产品碳足迹): read from a run, exported for customers and customs.

The rules divide a plant's emissions among its products (rule sets of boundary "product"); here the
result is only read, joined with what no rule can know (company, identifiers, codes: the `About`
file of the user) and written as a PACT ProductFootprint or as the fields of a CBAM communication.
"""

from tongjian.footprint._about import About, ProductAbout
from tongjian.footprint._cbam import (
    CBAM_GWP,
    cbam_communication,
    cbam_workbook,
    check_communication,
)
from tongjian.footprint._pact import check_pact, pact_document, pact_footprint
from tongjian.footprint._read import (
    Footprint,
    Gap,
    Part,
    Precursor,
    allocations_of,
    footprint_ruleset,
    footprints,
)

__all__ = [
    "CBAM_GWP",
    "About",
    "Footprint",
    "Gap",
    "Part",
    "Precursor",
    "ProductAbout",
    "allocations_of",
    "cbam_communication",
    "cbam_workbook",
    "check_communication",
    "check_pact",
    "footprint_ruleset",
    "footprints",
    "pact_document",
    "pact_footprint",
]
