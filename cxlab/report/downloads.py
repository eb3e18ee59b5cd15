"""Every finding's table as CSV, XLSX and Parquet: the same bytes for the same numbers, codes instead of words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cxlab import sheets
from cxlab.finding import Finding
from cxlab.report.tables import hidden_rows

if TYPE_CHECKING:
    from cxlab.tables.study import Study


def write_downloads(findings: Sequence[Finding], *, study: Study, to: Path) -> None:
    """Write ``<name>.csv``, ``.xlsx`` and ``.parquet`` of each finding; rows of too few lose their numbers."""
    to.mkdir(parents=True, exist_ok=True)
    made = datetime.combine(study.quarter.end, time(0, 0))
    for finding in findings:
        table = safe_table(finding, minimum_n=study.config.minimum_n)
        sheets.write_csv(table, to / f"{finding.name}.csv")
        sheets.write_xlsx({finding.name: table}, to / f"{finding.name}.xlsx", made=made)
        sheets.write_parquet(table, to / f"{finding.name}.parquet")


def safe_table(finding: Finding, *, minimum_n: int) -> pd.DataFrame:
    """Return a finding's table without the numbers of rows that stand on too few."""
    table = finding.table.copy()
    few = hidden_rows(table, minimum_n=minimum_n, shape=finding.shape)
    for name in table.columns:
        if few.any() and pd.api.types.is_numeric_dtype(table[name]):
            table[name] = table[name].astype("object").mask(few)
    return table
