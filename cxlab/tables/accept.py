"""From staging files to one accepted table and its quarantine: nothing is lost on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables import check
from cxlab.tables.config import Source, StudyConfig
from cxlab.tables.csv_wanted import csv_wanted
from cxlab.tables.engine import name
from cxlab.tables.limits import limit_of
from cxlab.tables.month_sums import summed
from cxlab.tables.parts import filtered_as_written, parquet, unordered, write_rows
from cxlab.tables.quarantine import write_quarantine
from cxlab.tables.record_numbers import number_records
from cxlab.tables.rising import apart
from cxlab.tables.schema import Table, see
from cxlab.tables.source_files import broken
from cxlab.tables.sources import Refused, read
from cxlab.tables.stage import Staged, empty_columns, mapping_problems, stage
from cxlab.tables.whole_files import take_away, written_whole
from cxlab.tables.withheld import Withholding, count_withheld, kept_rows

_DAMAGED = re.compile(r'Failed to read file "(.+)": (.+)')

_PLACES = 3
"""So many rows of each reason are named; all of them stand in the quarantine file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A contract table after the checks.

    Parameters
    ----------
    file : Path
        Parquet with the accepted rows, all columns of the contract; a folder of parts (`cxlab.tables.parts`) if
        there are many.
    parts : int
        Into how many parts its rows are cut.
    read, accepted : int
        Rows; what is read and not accepted is quarantined or withheld.
    withheld : mapping of str to int
        Rows left out on purpose, by reason (`cxlab.tables.withheld`).
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
    parts: int
    read: int
    accepted: int
    withheld: Mapping[str, int]
    reasons: Mapping[str, int]
    places: Mapping[str, Sequence[str]]
    brought: tuple[str, ...]
    contents: str
    empty: tuple[str, ...]

    @property
    def quarantined(self) -> int:
        """Rows neither accepted nor withheld."""
        return self.read - self.accepted - sum(self.withheld.values())


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
            wants=csv_wanted(table, source=source),
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
            if limit_of(error) is not None:
                raise
            problems.append(_not_staged(source_name, source=source, error=error))
            continue
        staged.append((one, source))
    if problems:
        raise DataError(f"{table.name} cannot be read", problems, see=see(table.name))
    return staged


def _not_staged(source_name: str, *, source: Source, error: duckdb.Error) -> str:
    """Say whether the study file's SQL is wrong, or the file itself is damaged behind its header."""
    said = str(error).splitlines()[0]
    damaged = _DAMAGED.search(said)
    if damaged:
        return f"sources.{source_name}: {broken(damaged[1], kind='parquet', said=damaged[2])}"
    if isinstance(error, (duckdb.ProgrammingError, duckdb.ConversionException)):
        return f"sources.{source_name}: an SQL expression is wrong: {said}"
    paths = ", ".join(file.path for file in source.files(source_name).values())
    return f"sources.{source_name}: {paths} cannot be read to its end: {said}"


def accept(
    table: Table,
    *,
    staged: Sequence[tuple[Staged, Source]],
    parents: Mapping[str, Accepted],
    config: StudyConfig,
    engine: Backend,
    today: date,
    parts: int,
    to: Path,
    quarantine: Path,
    among: Withholding,
    left: Path,
    unchanged: Callable[[], None],
) -> Accepted:
    """Write the accepted rows to ``to`` and the others to the quarantine; with those withheld they add up.

    Parameters
    ----------
    parents : mapping of str to Accepted
        Tables loaded before, for the references.
    today : date
        Dates after it are in the future; not tested for a made-up company.
    parts : int
        Into how many parts the rows are cut.
    among : Withholding
        What is left out on purpose.
    left : Path
        Where it is kept which rows that were.
    unchanged : callable
        Asked once all is read and before anything takes its place; raises if the sources changed meanwhile.

    Raises
    ------
    DataError
        If no source has a row, or a file is damaged behind its header.
    """
    brought = tuple(column for column in table.names if any(column in one.columns for one, _ in staged))
    rows = " UNION ALL BY NAME ".join(
        kept_rows(one.rows, table=table, source=source, columns=one.columns, among=among) for one, source in staged
    )
    engine.con.execute(
        f"CREATE OR REPLACE TEMP VIEW staged AS SELECT *{empty_columns(table, brought=brought)} FROM ({rows})"
    )
    try:
        tests = check.own_tests(
            table, brought=brought, currency=config.currency, rated_from=_rated_from(engine, parents.get("rates")),
            today=None if config.made_up else today,
        )  # fmt: skip
        _find_again(table, staged=staged, brought=brought, engine=engine)
        read_rows = _number(engine, "SELECT count(*) FROM staged")
        with written_whole(to) as half:
            with unordered(engine):
                _write(table, wrong=check.wrong(tests), engine=engine, parts=parts, to=half)
                if _number(engine, f"SELECT count(*) FROM {parquet(half)}") < read_rows:
                    _add_bad(engine, [check.suspects(tests)])
                _refuse_orphans(table, brought=brought, parents=parents, engine=engine, parts=parts, at=half)
            number_records(engine, staged=[one for one, _ in staged], bad="bad")
            lines = not among.suppressed
            write_quarantine(engine, table=table, staged=staged, bad="bad", to=quarantine, lines=lines)
            typed = [(one.rows, source, one.columns) for one, source in staged]
            withheld = count_withheld(engine, table=table, rows=typed, among=among, to=left)
            unchanged()
    except duckdb.Error as error:
        if limit_of(error) is not None:
            raise
        raise _whose(error, staged=staged, engine=engine, table=table) from None
    refused = [row for one, _ in staged for row in one.reading.refused]
    read_rows += len(refused) + sum(withheld.values())
    if read_rows == 0 and not table.team:
        origins = ", ".join(file.path for one, source in staged for file in source.files(one.name).values())
        raise DataError(f"no source has a row; read: {origins}", see=see(table.name))
    reasons, places = _counted(engine, refused=refused)
    accepted, contents, empty = summed(engine, table, to, parts=parts, among=brought)
    return Accepted(
        table=table.name,
        file=to,
        parts=parts,
        read=read_rows,
        accepted=accepted,
        withheld=withheld,
        reasons=reasons,
        places=places,
        brought=brought,
        contents=contents,
        empty=empty,
    )


def _whose(
    error: duckdb.Error, *, staged: Sequence[tuple[Staged, Source]], engine: Backend, table: Table
) -> DataError | duckdb.Error:
    """Say which source cannot be read to its end; an error none of them is the cause of stays what it is."""
    for one, source in staged:
        try:
            engine.con.execute(f"SELECT max(hash(rows)) FROM {one.rows} AS rows").fetchall()
        except duckdb.Error as own:
            said = _not_staged(one.name, source=source, error=own)
            return DataError(f"{table.name} cannot be read", [said], see=see(table.name))
    return error


def _find_again(
    table: Table, *, staged: Sequence[tuple[Staged, Source]], brought: tuple[str, ...], engine: Backend
) -> None:
    """Make the engine's table ``bad`` (_source, _record, reasons) of the rows that do not agree with another."""
    alone = apart([one.keys for one, _ in staged])
    found = [] if alone else _repeated(table, brought=brought, engine=engine)
    if {"valid_from", "valid_to"} <= set(brought):
        found.append(check.overlapping(table))
    engine.con.execute("CREATE OR REPLACE TEMP TABLE bad (_source VARCHAR, _record BIGINT, reasons VARCHAR[])")
    if found:
        _add_bad(engine, found)


def _add_bad(engine: Backend, found: Sequence[str]) -> None:
    parts = [f"({part})" for part in (*found, "SELECT _source, _record, unnest(reasons) AS reason FROM bad")]
    engine.con.execute(
        "CREATE OR REPLACE TEMP TABLE bad AS SELECT _source, _record, list_sort(list(DISTINCT reason)) AS reasons "
        f"FROM ({' UNION ALL '.join(parts)}) GROUP BY _source, _record"
    )


def _repeated(table: Table, *, brought: tuple[str, ...], engine: Backend) -> list[str]:
    """Return the SQL of rows that repeat a key, if there are any."""
    engine.con.execute(f"CREATE OR REPLACE TEMP TABLE twice AS {check.digests_met_twice(table, brought=brought)}")
    if not _number(engine, "SELECT count(*) FROM twice"):
        return []
    return [check.repeated(table, brought=brought, among="twice")]


def _write(table: Table, *, wrong: str, engine: Backend, parts: int, to: Path) -> None:
    """Write the rows that are neither bad nor wrong, in any order: no result may depend on it."""
    columns = ", ".join(map(name, table.names))
    good = (
        "staged ANTI JOIN bad USING (_source, _record)"
        if _number(engine, "SELECT count(*) FROM bad")
        else "staged"
    )
    with filtered_as_written(engine):
        write_rows(f"SELECT {columns} FROM {good} WHERE ({wrong}) IS NOT TRUE", engine=engine, parts=parts, to=to)


def _refuse_orphans(
    table: Table,
    *,
    brought: tuple[str, ...],
    parents: Mapping[str, Accepted],
    engine: Backend,
    parts: int,
    at: Path,
) -> None:
    """Take the rows out again whose reference points at nothing; a part is compared with the same part."""
    for reference in table.references:
        if not reference.strict or reference.column not in brought or reference.table not in parents:
            continue
        parent = parents[reference.table]
        alike = parts if parent.parts == parts and reference.column == "customer_id" else 1
        engine.con.execute("CREATE OR REPLACE TEMP TABLE orphans (orphan VARCHAR)")
        column, to = name(reference.column), name(reference.to)
        for part in range(alike):
            of = part if alike > 1 else None
            known = f"SELECT {to} FROM {parquet(parent.file, of)} WHERE {to} IS NOT NULL"
            unknown = f"SELECT DISTINCT {column} FROM {parquet(at, of)} WHERE {column} NOT IN ({known})"
            engine.con.execute(f"INSERT INTO orphans {unknown}")
        if not _number(engine, "SELECT count(*) FROM orphans"):
            continue
        _add_bad(engine, [check.pointing_nowhere(reference, orphans="orphans")])
        kept = f"{column} IS NULL OR {column} NOT IN (SELECT orphan FROM orphans)"
        fewer = at.with_name(f"{at.name}.fewer")
        write_rows(f"SELECT * FROM {parquet(at)} WHERE {kept}", engine=engine, parts=parts, to=fewer)
        take_away(at)
        fewer.rename(at)


def _counted(engine: Backend, *, refused: Sequence[Refused]) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return rows by reason, and where the first of them stand."""
    found = engine.con.execute(
        "SELECT reason, count(*), list({'file': regexp_replace(_source, '^[^:]*:', ''), 'record': record} "
        f"ORDER BY _source, record)[:{_PLACES}] FROM (SELECT *, unnest(reasons) AS reason FROM bad) "
        "GROUP BY reason ORDER BY reason"
    ).fetchall()
    reasons = {reason: rows for reason, rows, _ in found}
    places = {reason: [f"{at['file']} record {at['record']}" for at in first] for reason, _, first in found}
    for row in refused:
        reasons[row.reason] = reasons.get(row.reason, 0) + 1
        places.setdefault(row.reason, []).append(f"{row.origin} record {row.record}")
    return reasons, {reason: first[:_PLACES] for reason, first in places.items()}


def _rated_from(engine: Backend, rates: Accepted | None) -> dict[str, date]:
    if rates is None:
        return {}
    sql = f"SELECT currency, min(date) FROM {parquet(rates.file)} GROUP BY currency ORDER BY currency"
    return dict(engine.con.execute(sql).fetchall())


def _number(engine: Backend, sql: str) -> int:
    return int(engine.con.execute(sql).fetchall()[0][0])
