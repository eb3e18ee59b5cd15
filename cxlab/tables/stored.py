"""A prepared table as Parquet: made once, in one step, read from then on."""

from __future__ import annotations

import os
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from cxlab.tables.engine import name, quote


def stored(rows: ir.Table, *, engine: Backend, to: Path, sort: tuple[str, ...]) -> ir.Table:
    """Return a table read from ``to``; the file is made first if it is not there.

    Parameters
    ----------
    rows : Table
        What to keep; worked out only if the file is missing.
    to : Path
        The file. Its name holds the fingerprint of all it was made of, so it is never stale.
    sort : tuple of str
        Columns the file is sorted by.
    """
    if not to.is_file():
        to.parent.mkdir(parents=True, exist_ok=True)
        half = to.with_name(f".{to.name}.{os.getpid()}")
        order = ", ".join(map(name, sort))
        engine.con.execute(
            f"COPY (SELECT * FROM ({ibis.to_sql(rows, dialect='duckdb')}) ORDER BY {order}) TO {quote(str(half))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        half.replace(to)
    return engine.read_parquet(to)
