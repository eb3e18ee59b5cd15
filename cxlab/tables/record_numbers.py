"""Record numbers as people count: what could not be read, and empty lines, stand between the rows that could."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from ibis.backends.duckdb import Backend

from cxlab.tables.sources import Reading
from cxlab.tables.stage import Staged


def number_records(engine: Backend, *, staged: Sequence[Staged], bad: str) -> None:
    """Add ``record`` to the engine's table of (_source, _record, reasons).

    ``_record`` counts the rows of a file that could be read, on from its header: that is cheap for every row. The
    number people look for is worked out for the few that are refused.
    """
    if not engine.con.execute(f"SELECT count(*) FROM {bad}").fetchall()[0][0]:
        engine.con.execute(f"ALTER TABLE {bad} ADD COLUMN record BIGINT")
        return
    shifts = pa.concat_tables([_shifts(one.name, one.reading) for one in staged])
    engine.con.register("cxlab_shifts", shifts)
    engine.con.execute(
        f"CREATE OR REPLACE TEMP TABLE {bad} AS SELECT {bad}.*, _record + coalesce(shift, 0) AS record FROM {bad} "
        f"ASOF LEFT JOIN cxlab_shifts ON {bad}._source = cxlab_shifts.source AND _record > behind"
    )
    engine.con.unregister("cxlab_shifts")


def _shifts(source: str, reading: Reading) -> pa.Table:
    """Return behind how many rows so many records are passed over."""
    tables = [_of_file(f"{source}:{origin}", passed) for origin, passed in _passed_over(reading)]
    return pa.concat_tables([_of_file("", []), *tables])


def _passed_over(reading: Reading) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield files with the numbers of their records that are no rows, in order."""
    for origin, empty in reading.empty.items():
        refused = [row.record for row in reading.refused if row.origin == origin]
        yield origin, sorted([*refused, *empty()])


def _of_file(source: str, passed: Sequence[int]) -> pa.Table:
    shift = np.arange(1, len(passed) + 1)
    behind = np.asarray(passed, dtype=np.int64) - shift
    last = np.append(behind[1:] != behind[:-1], len(behind) > 0)[: len(behind)]
    return pa.table(
        {"source": pa.array([source] * int(last.sum()), pa.string()), "behind": behind[last], "shift": shift[last]}
    )
