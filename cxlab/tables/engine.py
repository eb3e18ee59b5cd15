"""The engine: a DuckDB connection that stays in its memory, its folder and the study's time zone."""

from __future__ import annotations

import os
from pathlib import Path

import ibis
import pyarrow as pa
from ibis.backends.duckdb import Backend

from cxlab.redact import kept
from cxlab.tables.limits import spills_into
from cxlab.tables.own_names import own_name
from cxlab.tables.threads import threads as usual_threads
from cxlab.tables.whole_files import forget_left_behind

_SHARE_OF = """
CREATE OR REPLACE TEMP MACRO share_of(amount, part, whole) AS
CASE WHEN amount BETWEEN -1099511627776 AND 1099511627776
    AND part BETWEEN 0 AND 2097152 AND whole BETWEEN 1 AND 2097152
THEN (amount::BIGINT * part * 2 + CASE WHEN amount < 0 THEN -whole ELSE whole END) // (2 * whole)
ELSE CAST(sign(amount) * ((abs(amount::HUGEINT) * part * 2 + whole) // (2 * whole)) AS BIGINT) END
"""
"""amount * part / whole in whole numbers, to the nearest, halves away from zero; wide enough not to overflow.

Amounts below 2^40 and parts up to 2^21 need no more than 64 bits, which is many times faster than 128."""

_PART_OF = """
CREATE OR REPLACE TEMP MACRO part_of(customer_id, parts) AS CAST(hash(customer_id) % parts AS SMALLINT)
"""
"""Part of a customer (`cxlab.tables.parts`); with half as many parts it is the remainder of half as many."""


def connect(*, time_zone: str, folder: Path, memory: str | None = None, threads: int | None = None) -> Backend:
    """Open an engine in memory.

    Parameters
    ----------
    time_zone : str
        Local days are days of this zone.
    folder : Path
        Where the engine spills what does not fit, in a folder of its own that goes with it; made if missing.
    memory : str, optional
        Memory limit such as ``"2GB"``; the environment variable CXLAB_MEMORY, else 3 GB.
    threads : int, optional
        Threads; CXLAB_THREADS, else as many as there are processors.
    """
    spills = folder / "spill"
    spills.mkdir(parents=True, exist_ok=True)
    forget_left_behind(folder)
    spills_into(spills)
    engine = ibis.duckdb.connect(
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
        memory_limit=memory or os.environ.get("CXLAB_MEMORY", "3GB"),
        threads=threads or usual_threads(),
        temp_directory=str(spills / own_name()),
    )
    # connecting sets the zone to UTC, whatever the session had: set it after
    engine.raw_sql(f"SET TimeZone = {quote(time_zone)}")
    # without ipywidgets the bar is off in a notebook already, and DuckDB refuses to hear of it
    if engine.raw_sql("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
        engine.raw_sql("SET enable_progress_bar = false")
    # with the little room it has by itself the engine reads with one thread for whoever takes rows as they come
    engine.raw_sql("SET streaming_buffer_size = '64MB'")
    engine.raw_sql(_SHARE_OF)
    engine.raw_sql(_PART_OF)
    engine.con.create_function("kept_text", _kept_texts, ["VARCHAR"], "VARCHAR", type="arrow")
    return engine


def _kept_texts(texts: pa.ChunkedArray) -> pa.Array:
    return pa.array(kept(texts.to_pylist()), pa.string())


def kept_text(sql: str) -> str:
    """Return SQL of a text as it is kept, cleaned and redacted (`cxlab.redact`)."""
    return f"kept_text({sql})"


def quote(text: str) -> str:
    """Return an SQL string.

    >>> quote("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """Return an SQL identifier.

    >>> name("at")
    '"at"'
    """
    return '"' + text.replace('"', '""') + '"'
