"""Hours put in the place of missing and invalid ones, by a rule document (监测数据替代).

`substitute` reads a document of the rulebook (`Rulebook.substitution`) and says for each hour
what is used; `explain` shows how one value came about. Regulations stand in documents only.
"""

from tongjian.monitoring.substitution._explain import Explanation, MadeFrom, explain
from tongjian.monitoring.substitution._file import STATE_WORDS, read_hours
from tongjian.monitoring.substitution._gaps import Gap
from tongjian.monitoring.substitution._substitute import Substituted, substitute
from tongjian.monitoring.substitution._words import conditions, use_words

__all__ = [
    "STATE_WORDS",
    "Explanation",
    "Gap",
    "MadeFrom",
    "Substituted",
    "conditions",
    "explain",
    "read_hours",
    "substitute",
    "use_words",
]
