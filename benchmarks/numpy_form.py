"""The benchmark's row formulas with NumPy, whole columns at a time (NumPy 写法)."""

from __future__ import annotations

import duckdb
import numpy as np

from benchmarks import sql
from benchmarks.data import Data

# NumPy has no joins: integer codes of plant-years, fuels and units come with the columns.
_QUERY = """
WITH f AS (SELECT facility, row_number() OVER (ORDER BY facility) - 1 AS code FROM facilities),
fuels AS (SELECT *, row_number() OVER (ORDER BY stream, year) - 1 AS code FROM fuel),
units AS (
    SELECT facility, process_unit, generation, destruction,
           row_number() OVER (ORDER BY facility, process_unit) - 1 AS code
    FROM process_units JOIN facilities USING (facility) JOIN technology USING (sector, technology)
)
SELECT f.code * 8 + rows.year - 2020 AS grp, fuels.code AS fuel, units.code AS unit,
       mass, rows.ncv, biogenic, clinker, cao, mgo, limestone, acid, utilisation,
       purchased, exported, nonfossil, heat_in, heat_out
FROM rows JOIN f USING (facility)
JOIN fuels ON fuels.stream = rows.stream AND fuels.year = rows.year
JOIN units ON units.facility = rows.facility AND units.process_unit = rows.process_unit
"""
_FUELS = "SELECT * FROM fuel ORDER BY stream, year"
_UNITS = """
SELECT generation, destruction FROM process_units JOIN facilities USING (facility)
JOIN technology USING (sector, technology) ORDER BY facility, process_unit
"""


def compute(data: Data) -> dict[str, np.ndarray]:
    """Sums of the row formulas by facility-year."""
    connection = duckdb.connect(":memory:", config={"threads": 2})
    for view in sql.views(data):
        connection.execute(view)
    fuel = connection.execute(_FUELS).fetchnumpy()
    unit = connection.execute(_UNITS).fetchnumpy()
    rows = connection.execute(_QUERY).fetchnumpy()
    of_fuel, of_unit, group = rows["fuel"], rows["unit"], rows["grp"]
    ncv = np.ma.filled(np.ma.asarray(rows["ncv"], dtype=float), np.nan)
    energy = rows["mass"] * np.where(np.isnan(ncv), fuel["ncv"][of_fuel], ncv)
    carbon = energy * fuel["carbon"][of_fuel]
    co2 = carbon * fuel["oxidation"][of_fuel] * (44 / 12)
    generated = rows["acid"] * unit["generation"][of_unit]
    destroyed = generated * unit["destruction"][of_unit] * rows["utilisation"]
    values = {
        "energy": energy,
        "biogenic": co2 * rows["biogenic"],
        "co2_fossil": co2 - co2 * rows["biogenic"],
        "ch4": energy * fuel["ch4"][of_fuel],
        "n2o": energy * fuel["n2o"][of_fuel],
        "clinker": rows["clinker"] * (rows["cao"] * (44 / 56) + rows["mgo"] * (44 / 40)),
        "limestone": rows["limestone"] * 0.44,
        "destroyed": destroyed,
        "n2o_process": generated - destroyed,
        "power": rows["purchased"] - rows["exported"] - rows["nonfossil"],
        "heat": rows["heat_in"] - rows["heat_out"],
    }
    return {name: np.bincount(group, value) for name, value in values.items()}
