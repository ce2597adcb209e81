"""The rule language (规则语言): documents, formulas, units as types, dated editions.

`load_rulebook()` reads every YAML and CSV of the rulebook, checks it and compiles each rule set
into a program of typed formulas, which `tongjian.engine` runs. Nothing here knows an engine, a
sector or a database.
"""

from tongjian.problems import RuleError
from tongjian.rules._cache import (
    files_digest,
    folder_digest,
    load_rulebook,
    rule_files,
    rulebook_folder,
)
from tongjian.rules._check_policy import measured_unit, quantity_unit
from tongjian.rules._checker_base import Reference
from tongjian.rules._documents import (
    STATUSES,
    Alternative,
    Basis,
    Conflict,
    Expression,
    FormulaDoc,
    InputDoc,
    Method,
    Rounding,
    RuleSet,
    SheetDoc,
    Shown,
    Steps,
    Table,
    UnavailableEdition,
    Unknown,
    Validity,
    Value,
    Words,
)
from tongjian.rules._partials import partials
from tongjian.rules._policy_documents import (
    ColumnOf,
    CountOf,
    Filter,
    LedgerOf,
    Measure,
    Policy,
    Quantity,
    Target,
    Task,
)
from tongjian.rules._program import (
    RAW,
    CheckPlan,
    FormulaPlan,
    InputPlan,
    Program,
    SheetPlan,
    own_columns,
)
from tongjian.rules._put_in import PutIn, has_values, with_value
from tongjian.rules._reading import Reading, read_documents, yaml_files
from tongjian.rules._rulebook import CompiledRuleSet, Rulebook, text_not_available
from tongjian.rules._schema import check_schema
from tongjian.rules._scope import ATTRIBUTES, EVIDENCE, KEY_TITLES, KEYS, key_columns
from tongjian.rules._source import Source, read_yaml
from tongjian.rules._substitution_documents import (
    LOST,
    Availability,
    Band,
    Lost,
    Notify,
    Sample,
    Side,
    Span,
    Statistic,
    Substitution,
    SubstitutionPart,
    Window,
)
from tongjian.rules._variants import replacements

__all__ = [
    "ATTRIBUTES",
    "EVIDENCE",
    "KEYS",
    "KEY_TITLES",
    "LOST",
    "RAW",
    "STATUSES",
    "Alternative",
    "Availability",
    "Band",
    "Basis",
    "CheckPlan",
    "ColumnOf",
    "CompiledRuleSet",
    "Conflict",
    "CountOf",
    "Expression",
    "Filter",
    "FormulaDoc",
    "FormulaPlan",
    "InputDoc",
    "InputPlan",
    "LedgerOf",
    "Lost",
    "Measure",
    "Method",
    "Notify",
    "Policy",
    "Program",
    "PutIn",
    "Quantity",
    "Reading",
    "Reference",
    "Rounding",
    "RuleError",
    "RuleSet",
    "Rulebook",
    "Sample",
    "SheetDoc",
    "SheetPlan",
    "Shown",
    "Side",
    "Source",
    "Span",
    "Statistic",
    "Steps",
    "Substitution",
    "SubstitutionPart",
    "Table",
    "Target",
    "Task",
    "UnavailableEdition",
    "Unknown",
    "Validity",
    "Value",
    "Window",
    "Words",
    "check_schema",
    "files_digest",
    "folder_digest",
    "has_values",
    "key_columns",
    "load_rulebook",
    "measured_unit",
    "own_columns",
    "partials",
    "quantity_unit",
    "read_documents",
    "read_yaml",
    "replacements",
    "rule_files",
    "rulebook_folder",
    "text_not_available",
    "with_value",
    "yaml_files",
]
