"""From staging files to one accepted table and its quarantine: nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables import check
from cxlab.tables.config import Source, StudyConfig
from cxlab.tables.engine import name, quote
from cxlab.tables.quarantine import write_quarantine
from cxlab.tables.schema import Table, see
from cxlab.tables.sources import Refused, read
from cxlab.tables.stage import Staged, empty_columns, mapping_problems, stage
from cxlab.tables.whole_files import written_whole

_PLACES = 3
"""So many rows of each reason are named; all of them stand in the quarantine file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A contract table after the checks.

    Parameters
    ----------
    file : Path
        Parquet with the accepted rows, all columns of the contract.
    read, accepted : int
        Rows; what is read and not accepted is quarantined.
    reasons : mapping of str to int
        Rows per reason; a row with two reasons counts in both.
    places : mapping of str to sequence of str
        Per reason the file and record number of the first rows.
    brought : tuple of str
        Columns the sources brought; the others are missing in every row.
    contents : str
        Hash of the accepted rows, whatever their order.
    empty : tuple of str
        Columns the sources brought without a value in any accepted row.
    """

    table: str
    file: Path
    read: int
    accepted: int
    reasons: Mapping[str, int]
    places: Mapping[str, Sequence[str]]
    brought: tuple[str, ...]
    contents: str
    empty: tuple[str, ...]

    @property
    def quarantined(self) -> int:
        """Rows not accepted."""
        return self.read - self.accepted


def stage_all(
    table: Table,
    *,
    sources: Mapping[str, Source],
    config: StudyConfig,
    folder: Path,
    engine: Backend,
    scratch: Path,
) -> list[tuple[Staged, Source]]:
    """Read every source of a table into its staging file.

    Raises
    ------
    DataError
        If a file cannot be read, a column is missing, or an expression is wrong.
    """
    problems: list[str] = []
    staged: list[tuple[Staged, Source]] = []
    for source_name, source in sources.items():
        reading = read(
            engine,
            source_name=source_name,
            source=source,
            folder=folder,
            scratch=scratch / source_name,
            first_month=config.first_month,
        )
        found = list(mapping_problems(table, source_name=source_name, source=source, reading=reading))
        problems += found
        if found:
            continue
        to = scratch / f"{source_name}.parquet"
        try:
            one = stage(
                engine, table=table, source_name=source_name, source=source, reading=reading,
                currency=config.currency, to=to,
            )  # fmt: skip
        except duckdb.Error as error:
            problems.append(_not_staged(source_name, source=source, error=error))
            continue
        staged.append((one, source))
    if problems:
        raise DataError(f"{table.name} cannot be read", problems, see=see(table.name))
    return staged


def _not_staged(source_name: str, *, source: Source, error: duckdb.Error) -> str:
    """Say whether the study file's SQL is wrong, or the file itself is damaged behind its header."""
    said = str(error).splitlines()[0]
    if isinstance(error, (duckdb.ProgrammingError, duckdb.ConversionException)):
        return f"sources.{source_name}: an SQL expression is wrong: {said}"
    paths = ", ".join(file.path for file in source.files(source_name).values())
    return f"sources.{source_name}: {paths} cannot be read to its end: {said}"


def accept(
    table: Table,
    *,
    staged: Sequence[tuple[Staged, Source]],
    parents: Mapping[str, Path],
    config: StudyConfig,
    engine: Backend,
    today: date,
    to: Path,
    quarantine: Path,
) -> Accepted:
    """Write the accepted rows to ``to`` and the others to the quarantine; the two add up to the rows read.

    Parameters
    ----------
    parents : mapping of str to Path
        Accepted tables loaded before, for the references.
    today : date
        Dates after it are in the future; not tested for a made-up company.

    Raises
    ------
    DataError
        If no source has a row.
    """
    brought = tuple(column for column in table.names if any(column in one.columns for one, _ in staged))
    files = ", ".join(quote(str(one.file)) for one, _ in staged)
    engine.con.execute(
        f"CREATE OR REPLACE TEMP VIEW staged AS SELECT *{empty_columns(table, brought=brought)} "
        f"FROM read_parquet([{files}], union_by_name = true)"
    )
    _find_bad(table, brought=brought, parents=parents, config=config, engine=engine, today=today)
    good = "staged ANTI JOIN bad USING (_source, _record)"
    columns = ", ".join(map(name, table.names))
    order = ", ".join(map(name, table.key))
    with written_whole(to) as half:
        engine.con.execute(
            f"COPY (SELECT {columns} FROM {good} ORDER BY {order}) TO {quote(str(half))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
    write_quarantine(engine, table=table, staged=staged, bad="bad", to=quarantine)
    refused = [row for one, _ in staged for row in one.reading.refused]
    rows = _number(engine, "SELECT count(*) FROM staged") + len(refused)
    if rows == 0 and not table.team:
        origins = ", ".join(file.path for one, source in staged for file in source.files(one.name).values())
        raise DataError(f"no source has a row; read: {origins}", see=see(table.name))
    reasons, places = _counted(engine, refused=refused)
    return Accepted(
        table=table.name,
        file=to,
        read=rows,
        accepted=_number(engine, f"SELECT count(*) FROM {_parquet(to)}"),
        reasons=reasons,
        places=places,
        brought=brought,
        contents=_contents(engine, to),
        empty=_empty(engine, to, among=brought),
    )


def _find_bad(
    table: Table,
    *,
    brought: tuple[str, ...],
    parents: Mapping[str, Path],
    config: StudyConfig,
    engine: Backend,
    today: date,
) -> None:
    """Make the engine's table ``bad``: (_source, _record, reasons)."""
    own = check.reasons(
        table,
        brought=brought,
        currency=config.currency,
        rated_from=_rated_from(engine, parents.get("rates")),
        today=None if config.made_up else today,
    )
    parts = [
        f"SELECT _source, _record, unnest({own}) AS reason FROM staged",
        check.repeated(table, staged="staged", brought=brought),
    ]
    if {"valid_from", "valid_to"} <= set(brought):
        parts.append(check.overlapping(table, staged="staged"))
    parts += [
        check.unmatched(reference, staged="staged", parent=parents[reference.table])
        for reference in table.references
        if reference.strict and reference.column in brought and reference.table in parents
    ]
    engine.con.execute(
        "CREATE OR REPLACE TEMP TABLE bad AS SELECT _source, _record, list_sort(list(DISTINCT reason)) AS reasons "
        f"FROM ({' UNION ALL '.join(f'({part})' for part in parts)}) GROUP BY _source, _record"
    )


def _counted(engine: Backend, *, refused: Sequence[Refused]) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return rows by reason, and where the first of them stand."""
    found = engine.con.execute(
        "SELECT reason, count(*), list({'file': regexp_replace(_source, '^[^:]*:', ''), 'record': _record} "
        f"ORDER BY _source, _record)[:{_PLACES}] FROM (SELECT *, unnest(reasons) AS reason FROM bad) "
        "GROUP BY reason ORDER BY reason"
    ).fetchall()
    reasons = {reason: rows for reason, rows, _ in found}
    places = {reason: [f"{at['file']} record {at['record']}" for at in first] for reason, _, first in found}
    for row in refused:
        reasons[row.reason] = reasons.get(row.reason, 0) + 1
        places.setdefault(row.reason, []).append(f"{row.origin} record {row.record}")
    return reasons, {reason: first[:_PLACES] for reason, first in places.items()}


def _rated_from(engine: Backend, rates: Path | None) -> dict[str, date]:
    if rates is None:
        return {}
    sql = f"SELECT currency, min(date) FROM {_parquet(rates)} GROUP BY currency ORDER BY currency"
    return dict(engine.con.execute(sql).fetchall())


def _contents(engine: Backend, file: Path) -> str:
    """Hash the rows of a table, whatever their order: the sum of the engine's row hashes.

    Another release of the engine may hash otherwise; tables are then taken for changed, never for unchanged.
    """
    row = engine.con.execute(f"SELECT count(*), sum(hash(t)::HUGEINT) FROM {_parquet(file)} AS t").fetchall()[0]
    return f"{row[0]:x}-{row[1] or 0:x}"


def _empty(engine: Backend, file: Path, *, among: tuple[str, ...]) -> tuple[str, ...]:
    counts = ", ".join(f"count({name(column)})" for column in among)
    filled = engine.con.execute(f"SELECT {counts} FROM {_parquet(file)}").fetchall()[0]
    return tuple(column for column, rows in zip(among, filled, strict=True) if not rows)


def _number(engine: Backend, sql: str) -> int:
    return int(engine.con.execute(sql).fetchall()[0][0])


def _parquet(file: Path) -> str:
    return f"read_parquet({quote(str(file))})"
