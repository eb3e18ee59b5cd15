"""Tables made for others to go on with: Parquet in ``exports/``, for its owner only, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from cxlab.tables.config import StudyConfig
from cxlab.tables.engine import name
from cxlab.tables.person import ids_of_sources, working_folder
from cxlab.tables.private import hashes, id_key, write_private
from cxlab.tables.whole_files import written_whole
from cxlab.tables.withheld import keyed

EXPORTS = "exports"
"""Folder beside study.toml; `cxlab.tables.erase` looks for people in it."""

SOURCE_ID = "source_id"
"""Column of the id as a source writes it."""


def export(rows: ir.Table, *, engine: Backend, to: Path, sort: tuple[str, ...]) -> ir.Table:
    """Write rows to a file only its owner reads: mode 600, in a folder of mode 700 if it was not there.

    Parameters
    ----------
    rows : Table
        What to write.
    to : Path
        The file; one of that name gives way at the end.
    sort : tuple of str
        Columns the file is sorted by.

    Returns
    -------
    Table
        What stands in the file.
    """
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with written_whole(to) as half:
        write_private(half, "")
        engine.to_parquet(rows.order_by(list(sort)), str(half), COMPRESSION="zstd", USE_TMP_FILE=False)
    return engine.read_parquet(to)


def with_source_ids(rows: ir.Table, *, config: StudyConfig, folder: Path, engine: Backend) -> ir.Table:
    """Add the id a source writes for each customer (`SOURCE_ID`, the first column); missing where none has it.

    Where ids are hashed the sources are read anew and hashed with the key of the study: the way back is nowhere
    kept. Where they are not, a customer's id is the source's own.

    Parameters
    ----------
    rows : Table
        With ``customer_id``.
    folder : Path
        Folder of study.toml.
    engine : Backend
        Holds the rows; it learns the key, and keeps the way back in memory as long as it lives.

    Raises
    ------
    DataError, UsageError
        If the key is lost, damaged, readable by others or another one, or a source cannot be read.
    """
    if not hashes(config.sources.values()):
        return rows.select(**{SOURCE_ID: rows["customer_id"]}, **{column: column for column in rows.columns})
    key = id_key(config, folder=folder)
    scratch = working_folder(folder / config.prepared)
    try:
        engine.con.execute("SET VARIABLE cxlab_key = ?", [key])
        columns = ids_of_sources(config, folder=folder, engine=engine, scratch=scratch)
        every = " UNION ".join(
            f"SELECT {keyed(name(of.column)) if of.hashed else name(of.column)} AS customer_id, "
            f"{name(of.column)} AS {SOURCE_ID} FROM {of.rows}"
            for of in columns
            if of.column == "customer_id"
        )
        engine.con.execute(f"CREATE OR REPLACE TEMP TABLE way_back AS {every}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    back = engine.table("way_back")
    back = back.filter(back["customer_id"].notnull()).group_by("customer_id")
    back = back.agg(**{SOURCE_ID: ibis._[SOURCE_ID].min()})
    joined = rows.left_join(back, "customer_id")
    return joined.select(SOURCE_ID, *rows.columns)
