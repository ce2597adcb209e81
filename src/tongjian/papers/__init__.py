"""What is laid beside a run for a document (附随材料): plan, log, version, opinion.

A document reads them as `tongjian.reports.documents.Papers`; where they come from, a workspace on a
laptop or an enterprise of a site, makes no difference here.
"""

from tongjian.papers._kept import kept_run_of
from tongjian.papers._names import name_of
from tongjian.papers._papers import papers_of
from tongjian.papers._widths import half_widths_of_plans

__all__ = ["half_widths_of_plans", "kept_run_of", "name_of", "papers_of"]
