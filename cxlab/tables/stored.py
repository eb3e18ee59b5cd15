"""A prepared table as Parquet: made once, whole or part by part, read from then on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from cxlab.tables.engine import name, quote
from cxlab.tables.limits import limit_of, within_limits
from cxlab.tables.parts import HOW, part_file, part_files
from cxlab.tables.turns import in_turn
from cxlab.tables.whole_files import take_away, written_whole

_KEPT_SECONDS = 86_400
"""Older versions of a prepared table stay this long: another process may be reading them."""


@within_limits()
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
    if not is_there([str(to)] if to.is_file() else [], files=1, engine=engine):
        with in_turn(to):
            if not is_there([str(to)] if to.is_file() else [], files=1, engine=engine):
                with written_whole(to) as half:
                    write_sorted(rows(), engine=engine, to=half, sort=sort)
                forget_older(to)
    return engine.read_parquet(to)


@within_limits()
def stored_parts(
    rows: Callable[[int], ir.Table], *, parts: int, engine: Backend, to: Path, sort: tuple[str, ...]
) -> ir.Table:
    """Return a table of customers read from ``to``, made part by part first if it is not there.

    Parameters
    ----------
    rows : callable
        Gives what to keep of the customers of a part.
    parts : int
        How many parts there are (`cxlab.tables.parts`).
    to : Path
        A folder, one file a part.
    sort : tuple of str
        Columns each file is sorted by; none where the rows come as they are to lie.

    Returns
    -------
    Table
        What ``rows`` gave, and ``part`` (int32): the engine reads one file only where one part is asked for.
    """
    if not is_there(part_files(to), files=parts, engine=engine):
        with in_turn(to):
            if not is_there(part_files(to), files=parts, engine=engine):
                _make_parts(rows, parts=parts, engine=engine, to=to, sort=sort)
    return engine.read_parquet(part_files(to), hive_partitioning=False)


def _make_parts(
    rows: Callable[[int], ir.Table], *, parts: int, engine: Backend, to: Path, sort: tuple[str, ...]
) -> None:
    take_away(to)
    with written_whole(to) as half:
        for part in range(parts):
            file = part_file(half, part)
            file.parent.mkdir(parents=True)
            numbered = rows(part).mutate(part=ibis.literal(part, type="int32"))
            write_sorted(numbered, engine=engine, to=file, sort=sort)
    forget_older(to)


def is_there(found: Sequence[str], *, files: int, engine: Backend) -> bool:
    """Say whether all files are there to their end, which is written last and says how many rows there are."""
    if len(found) != files:
        return False
    try:
        engine.con.execute(f"SELECT count(*) FROM read_parquet([{', '.join(map(quote, found))}])").fetchall()
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        if limit_of(error) is not None:
            raise
        return False
    return True


def write_sorted(rows: ir.Table, *, engine: Backend, to: Path, sort: tuple[str, ...]) -> None:
    """Write rows to a file, sorted; as they come where no column to sort by is named."""
    # rows are held to the end: tables they hold in the engine go with them
    order = f" ORDER BY {', '.join(map(name, sort))}" if sort else ""
    sql = ibis.to_sql(rows, dialect="duckdb")
    engine.con.execute(f"COPY (SELECT * FROM ({sql}){order}) TO {quote(str(to))} ({HOW})")


def forget_older(to: Path) -> None:
    """Take away what was made of other sources for the same quarter and knowledge date."""
    for old in to.parent.glob(f"{to.stem.rpartition('-')[0]}-*{to.suffix}"):
        if old != to and time.time() - old.stat().st_mtime > _KEPT_SECONDS:
            take_away(old)
