"""The engine (核算引擎): runs programs of rules over records and explains every number.

Every back-end reads the same typed formulas: SQL on embedded DuckDB for many rows, plain Python
(float or Decimal) for a single plant, for traces and as the oracle of the tests, and the same SQL
on Apache Spark (an optional extra) for more rows than one machine takes. In float all of them give
the same bits.
"""

from tongjian.engine._asked import Asked
from tongjian.engine._bridge import Bridge, BridgeStep, bridge
from tongjian.engine._compute import compute_sheets
from tongjian.engine._conflicts import ConflictEffect, conflict_effects
from tongjian.engine._defaults import DefaultValue, default_values
from tongjian.engine._draws import Draws
from tongjian.engine._explain import explain, explain_total
from tongjian.engine._factors import FactorUsed, factors_used
from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._ledger import LedgerLine, from_micro, to_micro
from tongjian.engine._left_out import MISSING
from tongjian.engine._manifest import ENGINE_VERSION
from tongjian.engine._methods_used import MethodUsed, methods_used
from tongjian.engine._node import Node
from tongjian.engine._one_plant import PlantSheets, plant_months, plant_sheets
from tongjian.engine._plant_model import PlantModel, Quantity
from tongjian.engine._plant_year import PlantYear, Prepared
from tongjian.engine._prepared import prepare, read_years
from tongjian.engine._python import PythonEngine
from tongjian.engine._run import Backend, run
from tongjian.engine._seek import Place, Sought, seek
from tongjian.engine._sensitivity import Sensitivity, cell_of, drivers, sensitivity
from tongjian.engine._snapshot import RecordsStore, Snapshot
from tongjian.engine._spark_session import local_spark
from tongjian.engine._substituted import in_words, substituted
from tongjian.engine._tables import ResolvedTables

__all__ = [
    "ENGINE_VERSION",
    "MISSING",
    "Asked",
    "Backend",
    "Bridge",
    "BridgeStep",
    "ConflictEffect",
    "DefaultValue",
    "Draws",
    "FactorUsed",
    "LedgerLine",
    "MethodUsed",
    "Node",
    "Place",
    "PlantModel",
    "PlantSheets",
    "PlantYear",
    "Prepared",
    "PythonEngine",
    "Quantity",
    "RecordsStore",
    "ResolvedTables",
    "RuleSetResult",
    "Run",
    "Sensitivity",
    "Snapshot",
    "Sought",
    "bridge",
    "cell_of",
    "compute_sheets",
    "conflict_effects",
    "default_values",
    "drivers",
    "explain",
    "explain_total",
    "factors_used",
    "from_micro",
    "in_words",
    "local_spark",
    "methods_used",
    "plant_months",
    "plant_sheets",
    "prepare",
    "read_years",
    "run",
    "seek",
    "sensitivity",
    "substituted",
    "to_micro",
]
