"""Big tables in parts: customers are cut by a hash of their id, so that each part fits into memory.

All rows of a customer stand in one part, in every table cut into as many parts. What is worked out customer by
customer is worked out part by part, in memory that does not grow with the number of customers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from cxlab.tables.engine import quote

PART_BYTES = 128 * 2**20
"""A part holds about so many bytes of the largest source: some ten million transactions as Parquet."""

MOST_PARTS = 64
HOW = (
    "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 2000, "
    "WRITE_BLOOM_FILTER false"
)
"""How tables are written: ids, never the same, are not looked up in dictionaries that cannot hold them."""
_HELD_ROWS = 4_000_000
_HELD_OF_PART = 500_000
"""So many rows are held while they are dealt out to the parts, by each thread: of all parts, and of one."""

SMALL_BYTES = 16 * 2**20
"""A table of fewer bytes is kept in one file, whatever the others are cut into."""


def parts_for(sizes: Iterable[int]) -> int:
    """Return into how many parts the tables of a study are cut: a power of two, 1 for a small one.

    Parameters
    ----------
    sizes : iterable of int
        Bytes of each table's sources. The environment variable CXLAB_PARTS says another number.

    >>> parts_for([10_000]), parts_for([10_000, 6_421_688_265])
    (1, 64)
    """
    told = int(os.environ.get("CXLAB_PARTS", "0"))
    wanted = told or -(-max(sizes, default=0) // PART_BYTES)
    return min(1 << max(wanted - 1, 0).bit_length(), MOST_PARTS)


def cut(size: int, *, parts: int) -> int:
    """Return into how many parts a table with so many bytes of sources is cut: all, or none if it is small."""
    return parts if size >= SMALL_BYTES or "CXLAB_PARTS" in os.environ else 1


def part_files(table: Path, part: int | None = None) -> list[str]:
    """Return the Parquet files of a table kept as one file or as a folder of parts; of one part if asked."""
    if table.is_file():
        return [str(table)]
    return sorted(map(str, table.glob("part=*/*.parquet" if part is None else f"part={part}/*.parquet")))


def parquet(table: Path, part: int | None = None) -> str:
    """Return the SQL that reads a table, or one part of it."""
    files = ", ".join(map(quote, part_files(table, part)))
    return f"read_parquet([{files}], hive_partitioning = false)"


def part_file(table: Path, part: int) -> Path:
    """Return the place of a part that is one file."""
    return table / f"part={part}" / "data_0.parquet"


def write_rows(rows: str, *, engine: Backend, parts: int, to: Path) -> None:
    """Write rows of SQL to one Parquet file, or to a folder with a file or more of every part."""
    how = HOW
    if parts == 1:
        engine.con.execute(f"COPY ({rows}) TO {quote(str(to))} ({how})")
        return
    engine.con.execute(f"SET partitioned_write_flush_threshold = {min(_HELD_ROWS // parts, _HELD_OF_PART)}")
    engine.con.execute(
        f"COPY (SELECT *, part_of(customer_id, {parts}) AS part FROM ({rows})) TO {quote(str(to))} "
        f"({how}, PARTITION_BY (part))"
    )
    for part in range(parts):
        if not part_files(to, part):
            part_file(to, part).parent.mkdir(parents=True)
            engine.con.execute(
                f"COPY (SELECT * FROM ({rows}) LIMIT 0) TO {quote(str(part_file(to, part)))} ({how})"
            )


@contextmanager
def unordered(engine: Backend) -> Iterator[None]:
    """Let the engine write rows in any order, so that none has to wait for another."""
    engine.con.execute("SET preserve_insertion_order = false")
    try:
        yield
    finally:
        engine.con.execute("SET preserve_insertion_order = true")


@contextmanager
def joined_as_written(engine: Backend) -> Iterator[None]:
    """Let the engine look up in the right side of a join as written, not in the one it guesses is smaller."""
    engine.con.execute("SET disabled_optimizers = 'build_side_probe_side'")
    try:
        yield
    finally:
        engine.con.execute("SET disabled_optimizers = ''")


@contextmanager
def filtered_as_written(engine: Backend) -> Iterator[None]:
    """Let the engine test rows where it is written, not before values are worked out: it would do that twice."""
    engine.con.execute("SET disabled_optimizers = 'filter_pushdown'")
    try:
        yield
    finally:
        engine.con.execute("SET disabled_optimizers = ''")


@ibis.udf.scalar.builtin(name="part_of", signature=(("string", "int64"), "int16"))
def part_of(customer_id, parts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Part a customer is in (`cxlab.tables.engine`)."""


def in_part(rows: ir.Table, *, part: int, parts: int) -> ir.Table:
    """Keep the rows of the customers of one part."""
    return rows.filter(part_of(rows["customer_id"], parts) == part)
