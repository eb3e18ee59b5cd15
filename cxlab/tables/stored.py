"""A prepared table as Parquet: made once, in one step, read from then on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from cxlab.tables.engine import name, quote
from cxlab.tables.whole_files import written_whole

_KEPT_SECONDS = 86_400
"""Older versions of a prepared table stay this long: another process may be reading them."""


def stored(rows: Callable[[], ir.Table], *, engine: Backend, to: Path, sort: tuple[str, ...]) -> ir.Table:
    """Return a table read from ``to``; the file is made first if it is not there.

    Parameters
    ----------
    rows : callable
        Gives what to keep; asked only if the file is missing.
    to : Path
        The file. Its name holds the fingerprint of all it was made of, so it is never stale.
    sort : tuple of str
        Columns the file is sorted by.
    """
    if not to.is_file():
        made = rows()  # kept to the end: tables it holds in the engine go with it
        order = ", ".join(map(name, sort))
        with written_whole(to) as half:
            engine.con.execute(
                f"COPY (SELECT * FROM ({ibis.to_sql(made, dialect='duckdb')}) ORDER BY {order}) "
                f"TO {quote(str(half))} (FORMAT parquet, COMPRESSION zstd)"
            )
        _forget_older(to)
    return engine.read_parquet(to)


def _forget_older(to: Path) -> None:
    """Take away what was made of other sources for the same quarter and knowledge date."""
    for old in to.parent.glob(f"{to.stem.rpartition('-')[0]}-*{to.suffix}"):
        if old != to and time.time() - old.stat().st_mtime > _KEPT_SECONDS:
            old.unlink(missing_ok=True)
