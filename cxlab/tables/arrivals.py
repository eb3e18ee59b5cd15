"""What has arrived: rows a day of the tables a quarter waits for, as known on its knowledge date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from cxlab.quarter import Quarter
from cxlab.tables.accept import Accepted
from cxlab.tables.config import StudyConfig
from cxlab.tables.engine import connect
from cxlab.tables.known import late
from cxlab.tables.limits import within_limits
from cxlab.tables.load import load_tables
from cxlab.tables.parts import part_files
from cxlab.tables.schema import NEEDS, TABLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Rows of one table.

    Parameters
    ----------
    table : str
        Its name.
    per_day : mapping of date to int
        Rows known on the knowledge date, by the day they happened; days without rows are left out.
    late : int
        Rows of the quarter loaded after the knowledge date: not in ``per_day``.
    """

    table: str
    per_day: Mapping[date, int]
    late: int = 0

    @property
    def first(self) -> date | None:
        """The first day with rows."""
        return min(self.per_day, default=None)

    @property
    def last(self) -> date | None:
        """The last day with rows, whether in the quarter or after it."""
        return max(self.per_day, default=None)

    def rows(self, opens: date, closes: date) -> int:
        """Count the rows from ``opens`` to the day before ``closes``."""
        return sum(rows for day, rows in self.per_day.items() if opens <= day < closes)


def awaited(config: StudyConfig) -> tuple[str, ...]:
    """Return the tables a quarter waits for: those [due] names, else the declared ones that a question needs."""
    if config.due.sources is not None:
        return config.due.sources
    needed = {need.partition(".")[0] for ways in NEEDS.values() for way in ways for need in way}
    declared = {source.table for source in config.sources.values()}
    return tuple(name for name in TABLES if name in needed & declared)


@within_limits()
def arrivals(
    config: StudyConfig, *, folder: Path, quarter: Quarter, as_of: date, now: datetime
) -> tuple[Arrived, ...]:
    """Count what has arrived of every table a quarter waits for.

    Parameters
    ----------
    config, folder : StudyConfig, Path
        The study and its folder.
    quarter : Quarter
        The quarter; rows loaded late are counted for it.
    as_of : date
        Knowledge date.
    now : datetime
        With its zone; rows dated after its day in the study's zone are in the future.

    Raises
    ------
    DataError
        If the sources cannot be read, or too many rows are refused.
    """
    engine = connect(time_zone=config.time_zone, folder=folder / config.prepared)
    try:
        today = now.astimezone(config.zone).date()
        accepted = load_tables(config, folder=folder, engine=engine, today=today)
        return tuple(
            _arrived(name, accepted=accepted, engine=engine, quarter=quarter, as_of=as_of)
            for name in awaited(config)
        )
    finally:
        engine.disconnect()


def _arrived(
    name: str, *, accepted: Mapping[str, Accepted], engine: Backend, quarter: Quarter, as_of: date
) -> Arrived:
    rows = _dated(name, accepted=accepted, engine=engine)
    known = rows.filter(~late(rows, as_of=as_of)).group_by("day").agg(rows=lambda t: t.count())
    per_day = {row["day"]: row["rows"] for row in known.to_pyarrow().to_pylist() if row["day"] is not None}
    in_quarter = rows.filter((rows["day"] >= quarter.start) & (rows["day"] < quarter.end))
    return Arrived(
        table=name,
        per_day=per_day,
        late=int(in_quarter.filter(late(in_quarter, as_of=as_of)).count().execute()),
    )


def _dated(name: str, *, accepted: Mapping[str, Accepted], engine: Backend) -> ir.Table:
    """Return ``day, loaded_at`` of every accepted row; an undated row has the day its parent was answered."""
    table = TABLES[name]
    rows = _read(accepted[name], engine=engine)
    days = [rows[column].cast("date") for column in table.dated_by]
    if table.parent is not None and table.parent.table in accepted:
        parent = _read(accepted[table.parent.table], engine=engine)
        answers = parent.select(_parent=parent[table.parent.to], _answered=parent["answered_at"].cast("date"))
        rows = rows.left_join(answers, rows[table.parent.column] == answers["_parent"])
        days = [*(rows[column].cast("date") for column in table.dated_by), rows["_answered"]]
    return rows.select(day=_first_of(days), loaded_at=rows["loaded_at"])


def _first_of(days: Sequence[ir.DateValue]) -> ir.DateValue:
    return ibis.coalesce(*days) if len(days) > 1 else days[0]


def _read(accepted: Accepted, *, engine: Backend) -> ir.Table:
    return engine.read_parquet(part_files(accepted.file), hive_partitioning=False)
