"""What was not accepted: original values, source, record number and every reason, in a CSV people can open."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
from ibis.backends.duckdb import Backend

from cxlab.redact import kept
from cxlab.tables.config import Source
from cxlab.tables.engine import name, quote
from cxlab.tables.schema import Table
from cxlab.tables.stage import Staged, originals
from cxlab.tables.whole_files import written_whole

_FORMULA = "^[=+@\\t\\r-]"


def write_quarantine(
    engine: Backend,
    *,
    table: Table,
    staged: Sequence[tuple[Staged, Source]],
    bad: str,
    to: Path,
    lines: bool = True,
) -> None:
    """Write the quarantine file of a table; without quarantined rows there is no file.

    Parameters
    ----------
    staged : sequence of (Staged, Source)
        What was read, to fetch the original values from.
    bad : str
        Name of the engine's table of (_source, _record, reasons, record).
    to : Path
        The CSV file: UTF-8 with byte order mark; cells that begin like a formula get an apostrophe in front.
    lines : bool
        Whether rows the reader could not split may be shown. They never are where a source hashes or leaves out
        a column: nobody can say which part of the row is which.
    """
    to.unlink(missing_ok=True)
    if not engine.con.execute(f"SELECT count(*) FROM {bad}").fetchall()[0][0] and not any(
        one.reading.refused for one, _ in staged
    ):
        return
    unread = [_lines(one, shown=lines and _shows_lines(one, source=source)) for one, source in staged]
    with ExitStack() as held:
        rows = [held.enter_context(originals(engine, one, table=table, source=of, bad=bad)) for one, of in staged]
        if any(len(found) for found in unread):
            engine.con.register("cxlab_unread", pa.concat_tables(unread))
            held.callback(engine.con.unregister, "cxlab_unread")
            rows.append("SELECT * FROM cxlab_unread")
        _write(engine, " UNION ALL BY NAME ".join(rows), to=to)


def _write(engine: Backend, rows: str, *, to: Path) -> None:
    columns = [row[0] for row in engine.con.execute(f"DESCRIBE {rows}").fetchall()]
    safe = ", ".join(_neutral(name(column)) for column in columns)
    with written_whole(to) as half:
        engine.con.execute(
            f"COPY (SELECT {safe} FROM (SELECT * FROM ({rows}) ORDER BY source, record)) "
            f"TO {quote(str(half))} (HEADER, FORMAT csv)"
        )
        # spreadsheets know the encoding by the byte order mark
        half.write_bytes(b"\xef\xbb\xbf" + half.read_bytes())


def _shows_lines(staged: Staged, *, source: Source) -> bool:
    """Say whether every column of a source is kept as it is."""
    mapped = {of for of in (source.columns or {}).values() if isinstance(of, str)}
    left_out = set(staged.reading.columns) - mapped - set(staged.columns)
    return source.ids == "keep" and not (source.hash or source.drop or left_out)


def _lines(staged: Staged, *, shown: bool) -> pa.Table:
    """Return the rows the reader could not split."""
    refused = staged.reading.refused
    lines = list(kept(row.text for row in refused)) if shown else [""] * len(refused)
    return pa.table(
        {
            "source": pa.array([f"{staged.name}:{row.origin}" for row in refused], pa.string()),
            "record": pa.array([row.record for row in refused], pa.int64()),
            "reasons": pa.array([row.reason for row in refused], pa.string()),
            "line": pa.array(lines, pa.string()),
        }
    )


def _neutral(column: str) -> str:
    text, mark = f"CAST({column} AS VARCHAR)", quote("'")
    formula = f"regexp_matches({text}, {quote(_FORMULA)}) AND TRY_CAST({text} AS DOUBLE) IS NULL"
    return f"CASE WHEN {formula} THEN {mark} || {text} ELSE {text} END AS {column}"
