"""The bare scan: every column touched once, nothing else done. What no builder of evidence can undercut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

TOUCHED = {
    "VARCHAR": "sum(strlen({}))",
    "BOOLEAN": "count_if({})",
    "DATE": "sum(year({}))",
    "TIMESTAMP": "sum(epoch_us({}))",
    "TIMESTAMP WITH TIME ZONE": "sum(epoch_us({}))",
}
"""Sums, because the engine answers a count or a maximum from the file's own statistics without reading it."""


def scan_sql(relation: str, columns: Mapping[str, str]) -> str:
    """Return the statement that reads columns, given with their types, of a relation.

    >>> scan_sql("days", {"day": "INTEGER", "customer_id": "VARCHAR"})
    'SELECT sum("day"), sum(strlen("customer_id")) FROM days'
    """
    touched = [TOUCHED.get(kind, "sum({})").format(f'"{name}"') for name, kind in columns.items()]
    return f"SELECT {', '.join(touched)} FROM {relation}"


def relation(files: Sequence[Path | str]) -> str:
    """Return Parquet files as a relation."""
    return f"read_parquet([{', '.join(_quoted(str(file)) for file in files)}], hive_partitioning = false)"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def key(read: Mapping[str, Sequence[str]]) -> str:
    """Name what a scan reads: scans of the same columns are measured once."""
    return "; ".join(f"{table}: {', '.join(sorted(columns))}" for table, columns in sorted(read.items()))
