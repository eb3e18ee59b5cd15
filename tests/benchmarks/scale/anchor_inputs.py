"""What both sides of a comparison start from."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Said = dict[str, Any]

QUARTERS = 10
"""Quarters of the made-up panel; each of its customers answers in every one."""

PANEL = """
COPY (
  WITH places AS (
    SELECT who, step, {first} + step AS quarter_number, hash(who * 100 + step) AS chance,
      hash(who * 100 + step - 1) AS before, hash(who) AS own
    FROM range({customers}) AS people(who), range({quarters}) AS steps(step)
  )
  SELECT 'c' || who AS customer_id, 'c' || who AS account_id, quarter_number::INTEGER AS quarter_number,
    (100000 + own % 90000 + step * 500 + chance // 7 % 40000
      + CASE before % 10 WHEN 0 THEN -3000 WHEN 1 THEN -3000 WHEN 2 THEN 0 WHEN 3 THEN 0 ELSE 2000 END)::BIGINT
      AS revenue_amount,
    90::INTEGER AS active_days, true AS active_end,
    CASE chance % 10 WHEN 0 THEN 'detractor' WHEN 1 THEN 'detractor' WHEN 2 THEN 'passive' WHEN 3 THEN 'passive'
      ELSE 'promoter' END AS grp
  FROM places ORDER BY customer_id, quarter_number
) TO '{file}' (FORMAT parquet, COMPRESSION zstd)
"""


def spells(job: Mapping[str, Any]) -> Said:
    """Say where spells lie, and what is compared."""
    from scale.opened import Opened, files_of

    study = Opened(job["study"], quarter=job["quarter"])
    rules = study.config.rules
    return {
        "files": [str(file) for file in files_of(study.path("lives"))], "closes": study.window.close_day,
        "opens": study.window.open_day, "compare": list(rules.compare), "reference": dict(rules.reference),
    }  # fmt: skip


def first(job: Mapping[str, Any]) -> Said:
    """Write a study with the spells of the first so many customers, by id, of a larger one, and nothing else."""
    import duckdb

    from scale.opened import Opened, files_of
    from scale.scans import relation

    study, folder = Opened(job["study"], quarter=job["quarter"]), Path(job["folder"]) / "first"
    of = relation([str(file) for file in files_of(study.path("lives"))])
    written = folder / study.config.prepared / "lives" / study.path("lives").name
    written.parent.mkdir(parents=True)
    for file in study.file.parent.glob("*.*ml"):
        shutil.copy(file, folder)
    config = {"threads": job["threads"], "memory_limit": "3GB", "temp_directory": str(folder / "spill")}
    engine = duckdb.connect(config=config)
    last = f"SELECT DISTINCT customer_id FROM {of} ORDER BY customer_id LIMIT {job['customers']}"
    engine.execute(f"SET VARIABLE last = (SELECT max(customer_id) FROM ({last}))")
    engine.execute(
        f"""COPY (SELECT * EXCLUDE part FROM {of} WHERE customer_id <= getvariable('last'))
        TO '{written}' (FORMAT parquet, COMPRESSION zstd)"""
    )
    return {"study": str(folder)}


def inputs(job: Mapping[str, Any]) -> Said:
    """Say where the panel lies; write one row per customer who bought, birth seen."""
    from scale.opened import Opened, files_of

    study = Opened(job["study"], quarter=job["quarter"])
    panel = {
        "file": [str(file) for file in files_of(study.path("quarters"))], "first": str(study.quarters[0]),
        "last": str(study.quarters[-1]),
    }  # fmt: skip
    return {"buyers": buyers(job), "panel": panel}


def buyers(job: Mapping[str, Any]) -> Said:
    """Write one row per customer who bought, birth seen; of a larger company as many as are asked for."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from cxlab.evidence.parts import by_part
    from cxlab.evidence.repeat import bought
    from scale.opened import Opened

    study, file = Opened(job["study"], quarter=job["quarter"]), Path(job["folder"]) / "buyers.parquet"
    found, most = [], job.get("customers") or sys.maxsize
    for (buying,) in by_part(study.buying):
        rows = bought(buying)
        found.append(rows.filter(rows.born).select("x", "t_x", "total").to_pyarrow())
        if sum(map(len, found)) >= most:
            break
    whole = pa.concat_tables(found).slice(0, most)
    pq.write_table(whole, file)
    return {"file": str(file), "customers": len(whole)}


def panel(job: Mapping[str, Any]) -> Said:
    """Write a made-up panel."""
    import duckdb

    from cxlab.quarter import Quarter

    last = Quarter.parse("2026Q3")
    first = last - (QUARTERS - 1)
    file = Path(job["folder"]) / "panel.parquet"
    duckdb.sql(PANEL.format(customers=job["rows"] // QUARTERS, quarters=QUARTERS, first=first.ordinal, file=file))
    return {"file": str(file), "first": str(first), "last": str(last)}


JOBS = {"spells": spells, "first": first, "inputs": inputs, "buyers": buyers, "panel": panel}
