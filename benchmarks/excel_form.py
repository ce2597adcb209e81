"""The benchmark's row formulas as a workbook, computed by an Excel-formula engine from PyPI."""

from __future__ import annotations

import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from benchmarks import sql
from benchmarks.data import Data

ROWS = 60
_QUERY = """
SELECT mass, coalesce(rows.ncv, fuel.ncv), fuel.carbon, fuel.oxidation, biogenic, clinker, cao, mgo,
       limestone, acid, generation, destruction, utilisation, purchased, exported, nonfossil
FROM rows JOIN facilities USING (facility) JOIN process_units USING (facility, process_unit)
JOIN fuel ON fuel.stream = rows.stream AND fuel.year = rows.year
JOIN technology ON technology.sector = facilities.sector
    AND technology.technology = process_units.technology
LIMIT {rows}
"""
_FORMULAS = (
    *("=A{r}*B{r}", "=Q{r}*C{r}", "=R{r}*D{r}*44/12", "=S{r}*E{r}", "=S{r}-T{r}"),
    *("=F{r}*(G{r}*44/56+H{r}*44/40)", "=I{r}*0.44", "=J{r}*K{r}", "=X{r}*L{r}*M{r}"),
    *("=X{r}-Y{r}", "=N{r}-O{r}-P{r}"),
)


def compute(data: Data) -> dict[str, Any]:
    """Seconds per row of eleven formulas a row, with the sums below, in the workbook engine."""
    import formulas

    connection = duckdb.connect(":memory:")
    for view in sql.views(data):
        connection.execute(view)
    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(connection.execute(_QUERY.format(rows=ROWS)).fetchall(), start=1):
        sheet.append([*row, *(formula.format(r=number) for formula in _FORMULAS)])
    last = ROWS + 1
    sheet[f"U{last}"] = f"=SUM(U1:U{ROWS})"
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own deprecations
        path = Path(folder) / "rows.xlsx"
        book.save(path)
        start = time.process_time()
        model = formulas.ExcelModel().loads(str(path)).finish()
        model.calculate()
        cpu = time.process_time() - start
    return {"cpu": cpu, "rows": ROWS, "cpu_per_row": cpu / ROWS}
