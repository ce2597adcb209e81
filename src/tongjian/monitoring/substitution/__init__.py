"""Hours put in the place of missing and invalid ones, by a rule document (监测数据替代).

`substitute` reads a document of the rulebook (`Rulebook.substitution`) and says for each hour
what is used; `explain` shows how one value came about. Regulations stand in documents only.
"""

from tongjian.monitoring.substitution._explain import Explanation, explain
from tongjian.monitoring.substitution._substitute import Substituted, substitute

__all__ = ["Explanation", "Substituted", "explain", "substitute"]
