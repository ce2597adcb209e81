"""Units with substances as dimensions (计量单位与物质量纲).

`tCO2`, `tN2O`, `tC`, `t clinker`, `tce`, `Nm3`, `kWh`, `GJ` and `CNY` are different dimensions, so
that a rule cannot add nitrous oxide to carbon dioxide without a GWP. Units are types: they are
checked when a rule is loaded and when a value is entered, never per row of a calculation.
The registry is the text file ``units.txt`` in this package.
"""

from tongjian.problems import UnitError
from tongjian.units._registry import Dimension, dimension, unit_names
from tongjian.units._unit import ONE, Unit, convert, parse_unit

__all__ = [
    "ONE",
    "Dimension",
    "Unit",
    "UnitError",
    "convert",
    "dimension",
    "parse_unit",
    "unit_names",
]
