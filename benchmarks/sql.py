"""The benchmark's formulas written by hand in SQL (手写SQL), the way an analyst would.

`NATURAL` is the natural form: the fact table joined to its dimensions and factor tables (a star),
every formula once, by name, in the order of the method, one GROUP BY, plain double sums. It has no
tricks, and none of what the engine adds: no units, no count of rows left out, no exact totals, no
order of the result. It uses DuckDB's reusable column aliases, so no formula is written twice.

`OPTIMISED` is what the same analyst might write after a day of tuning: what is constant for a
facility-year is multiplied after the sums, factors are joined to small tables first, and constants
are folded. No rule book would be kept in that form; it shows how much room there is.
"""

from __future__ import annotations

from benchmarks.data import Data

_CARBON = "44.0e0 / 12"

NATURAL = f"""
CREATE TABLE result AS
WITH calculated AS (
    SELECT
        rows.facility, rows.year,
        rows.mass * coalesce(rows.ncv, fuel.ncv) AS energy,
        energy / 29.3076e0 AS coal_equivalent,
        energy * fuel.carbon AS carbon_burnt,
        carbon_burnt * fuel.oxidation * ({_CARBON}) AS co2,
        co2 * rows.biogenic AS co2_biogenic,
        co2 - co2_biogenic AS co2_fossil,
        energy * fuel.ch4 / 1e6 AS ch4,
        energy * fuel.n2o / 1e6 AS n2o_fuel,
        rows.clinker * (rows.cao * (44.0e0 / 56) + rows.mgo * (44.0e0 / 40)) AS co2_clinker,
        co2_clinker * plant.dust AS co2_dust,
        rows.limestone * plant.purity * (44.0e0 / 100) AS co2_limestone,
        rows.acid * technology.generation / 1e3 AS n2o_generated,
        n2o_generated * technology.destruction * rows.utilisation AS n2o_destroyed,
        n2o_generated - n2o_destroyed AS n2o_process,
        rows.purchased - rows.exported - rows.nonfossil AS net_power,
        net_power * grid.average AS co2_power,
        rows.heat_in - rows.heat_out AS net_heat,
        net_heat * grid.heat AS co2_heat
    FROM rows
    JOIN facilities USING (facility)
    JOIN process_units USING (facility, process_unit)
    JOIN fuel ON fuel.stream = rows.stream AND fuel.year = rows.year
    JOIN grid ON grid.province = facilities.province AND grid.year = rows.year
    JOIN technology ON technology.sector = facilities.sector
        AND technology.technology = process_units.technology
    JOIN plant ON plant.facility = rows.facility
),
summed AS (
    SELECT
        facility, year,
        sum(co2_fossil) AS combustion_co2,
        sum(ch4) AS combustion_ch4,
        sum(n2o_fuel) AS combustion_n2o,
        sum(co2_clinker + co2_dust) AS clinker,
        sum(co2_limestone) AS limestone,
        sum(n2o_process) AS process_n2o,
        sum(co2_power) AS electricity,
        sum(co2_heat) AS heat,
        sum(co2_biogenic) AS biogenic,
        sum(n2o_destroyed) AS destroyed,
        sum(energy) AS energy,
        sum(coal_equivalent) AS coal_equivalent,
        sum(net_power) AS net_power
    FROM calculated
    GROUP BY facility, year
)
SELECT
    *,
    combustion_co2 + clinker + limestone + electricity + heat AS co2,
    co2 * $co2 + combustion_ch4 * $ch4 + (combustion_n2o + process_n2o) * $n2o AS total
FROM summed
"""

OPTIMISED = f"""
CREATE TABLE result AS
WITH unit AS (
    SELECT facility, process_unit, generation / 1e3 AS generation, destruction
    FROM process_units JOIN facilities USING (facility) JOIN technology USING (sector, technology)
),
folded_fuel AS (
    SELECT *, carbon * oxidation * ({_CARBON}) AS co2 FROM fuel
),
summed AS (
    SELECT
        rows.facility, rows.year,
        sum(mass * coalesce(rows.ncv, fuel.ncv)) AS energy,
        sum(mass * coalesce(rows.ncv, fuel.ncv) * co2) AS co2_fuel,
        sum(mass * coalesce(rows.ncv, fuel.ncv) * co2 * biogenic) AS biogenic,
        sum(mass * coalesce(rows.ncv, fuel.ncv) * ch4) / 1e6 AS combustion_ch4,
        sum(mass * coalesce(rows.ncv, fuel.ncv) * n2o) / 1e6 AS combustion_n2o,
        sum(rows.clinker * (cao * (44.0e0 / 56) + mgo * (44.0e0 / 40))) AS co2_clinker,
        sum(rows.limestone) AS limestone_used,
        sum(acid * generation) AS generated,
        sum(acid * generation * destruction * utilisation) AS destroyed,
        sum(purchased - exported - nonfossil) AS net_power,
        sum(heat_in - heat_out) AS net_heat
    FROM rows
    JOIN unit USING (facility, process_unit)
    JOIN folded_fuel fuel ON fuel.stream = rows.stream AND fuel.year = rows.year
    GROUP BY rows.facility, rows.year
)
SELECT
    summed.facility, summed.year,
    co2_fuel - biogenic AS combustion_co2,
    combustion_ch4, combustion_n2o,
    co2_clinker * (1 + dust) AS clinker,
    limestone_used * purity * (44.0e0 / 100) AS limestone,
    generated - destroyed AS process_n2o,
    net_power * average AS electricity,
    net_heat * grid.heat AS heat,
    biogenic, destroyed, energy, energy / 29.3076e0 AS coal_equivalent, net_power,
    combustion_co2 + clinker + limestone + electricity + summed.net_heat * grid.heat AS co2,
    co2 * $co2 + combustion_ch4 * $ch4 + (combustion_n2o + process_n2o) * $n2o AS total
FROM summed
JOIN facilities USING (facility)
JOIN grid ON grid.province = facilities.province AND grid.year = summed.year
JOIN plant ON plant.facility = summed.facility
"""

COLUMNS = (
    *("combustion_co2", "combustion_ch4", "combustion_n2o", "clinker", "limestone"),
    *("process_n2o", "electricity", "heat", "biogenic", "destroyed", "energy"),
    *("coal_equivalent", "net_power", "co2", "total"),
)
GWP_A = {"co2": 1.0, "ch4": 30.0, "n2o": 250.0}


def views(data: Data) -> list[str]:
    """Statements that name the files, as the analyst would at the head of the script."""
    files = {"rows": data.rows, "facilities": data.facilities, "process_units": data.process_units}
    files |= {name: data.factor(name) for name in ("fuel", "grid", "technology", "plant")}
    quoted = {name: str(path).replace("'", "''") for name, path in files.items()}
    return [
        f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')"
        for name, path in quoted.items()
    ]
