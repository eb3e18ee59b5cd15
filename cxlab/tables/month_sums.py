"""What stands in each month of a table, in few numbers: so that a change tells what has to be made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ibis.backends.duckdb import Backend

from cxlab.tables.engine import quote
from cxlab.tables.fingerprint import digest
from cxlab.tables.parts import parquet, part_files
from cxlab.tables.schema import Table
from cxlab.tables.whole_files import written_whole

BY_MONTH = frozenset({"transactions"})
"""Tables whose months are summed, so that new data say which of them changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSums:
    """Rows known by a date, counted and hashed by part and month.

    Parameters
    ----------
    parts : int
        Into how many parts the table is cut.
    sums : mapping of (part, first day of the month) to (rows, sum of their hashes)
        Only months with rows.
    """

    parts: int
    sums: dict[tuple[int, date], tuple[int, int]]

    def months(self) -> list[date]:
        """First days of all months with rows, in order."""
        return sorted({month for _, month in self.sums})

    def digest(self, part: int, *, since: date, until: date) -> str:
        """Hash what stands in every month that ``since`` to before ``until`` touches, in one part.

        ``part`` may count finer parts than the table is cut into.
        """
        mine = part % self.parts
        found = [
            (month, *self.sums[mine, month])
            for month in self.months()
            if month < until and _month_after(month) > since and (mine, month) in self.sums
        ]
        return digest(found)


def sums_file(table: Path) -> Path:
    """Return where the sums of an accepted table lie: Parquet, and no table of its own."""
    return table.with_suffix(".months")


def write_sums(table: Path, *, parts: int, dated_by: str, engine: Backend) -> None:
    """Count and hash the rows of an accepted table by part, month and day of loading.

    A hash is the sum of the engine's row hashes, whatever their order.
    """
    # by day first: the month of a day is looked for once a day, not once a row
    by_day = " UNION ALL ".join(
        f'SELECT {part} AS part, "{dated_by}"::DATE AS day, loaded_at::DATE AS loaded_on, count(*) AS rows, '
        f"sum(hash(t)::HUGEINT) AS hashed FROM {parquet(table, part if parts > 1 else None)} AS t GROUP BY ALL"
        for part in range(parts)
    )
    with written_whole(sums_file(table)) as half:
        engine.con.execute(
            f"COPY (SELECT part, {parts} AS parts, date_trunc('month', day)::DATE AS month, loaded_on, "
            f"sum(rows)::BIGINT AS rows, sum(hashed)::VARCHAR AS hashed FROM ({by_day}) GROUP BY ALL) "
            f"TO {quote(str(half))} (FORMAT parquet)"
        )


def read_sums(table: Path, *, close: date, as_of: date, engine: Backend) -> MonthSums:
    """Read the sums of the rows before the close that were loaded by ``as_of``."""
    rows: Sequence[tuple[int, int, date, int, str]] = engine.con.execute(
        "SELECT part, any_value(parts), month, sum(rows)::BIGINT, sum(hashed::HUGEINT)::VARCHAR "
        f"FROM read_parquet({quote(str(sums_file(table)))}) "
        "WHERE month < ? AND (loaded_on IS NULL OR loaded_on <= ?) GROUP BY part, month",
        [close, as_of],
    ).fetchall()
    parts = max((row[1] for row in rows), default=1)
    return MonthSums(parts=parts, sums={(part, month): (n, int(hashed)) for part, _, month, n, hashed in rows})


def summed(
    engine: Backend, table: Table, file: Path, *, parts: int, among: tuple[str, ...]
) -> tuple[int, str, tuple[str, ...]]:
    """Count the accepted rows, hash them whatever their order, and name the columns without a value.

    The hash is the sum of the engine's row hashes. Another release of the engine may hash otherwise; tables are
    then taken for changed, never for unchanged.
    """
    if table.name in BY_MONTH:
        write_sums(file, parts=parts, dated_by=table.dated_by[0], engine=engine)
        sql = f"SELECT sum(rows), sum(hashed::HUGEINT) FROM read_parquet({quote(str(sums_file(file)))})"
    else:
        sql = f"SELECT count(*), sum(hash(t)::HUGEINT) FROM {parquet(file)} AS t"
    rows, hashed = engine.con.execute(sql).fetchall()[0]
    files = ", ".join(map(quote, part_files(file)))
    filled = engine.con.execute(
        f"SELECT path_in_schema FROM parquet_metadata([{files}]) GROUP BY path_in_schema "
        "HAVING coalesce(sum(num_values - stats_null_count), 1) > 0"
    ).fetchall()
    empty = tuple(column for column in among if (column,) not in filled)
    return int(rows or 0), f"{int(rows or 0):x}-{int(hashed or 0):x}", empty


def _month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
