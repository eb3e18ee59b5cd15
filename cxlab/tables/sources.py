"""Files into the engine: each declared file becomes a view whose rows carry their record number."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.quarter import Quarter
from cxlab.tables.config import File, Source
from cxlab.tables.csv_files import CsvView, Wants, Written, csv_view, only_texts
from cxlab.tables.engine import name, quote
from cxlab.tables.learnt import Learnt
from cxlab.tables.limits import limit_of
from cxlab.tables.source_files import Drop, broken, own_name_taken

_NAMED = re.compile(r"[Ff]ile ['\"]([^'\"]+)['\"]")
"""How the engine names the file it cannot read."""

_NUMBERED = "file_row_number"
"""What the engine calls the place of a row in its Parquet file, and has no other name for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row the reader could not split into columns."""

    origin: str
    record: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A source as the engine sees it.

    Parameters
    ----------
    relation : str
        SQL to stand after FROM.
    record, origin : str
        SQL of the record number (the header is record 1) and of the file a row comes from.
    columns : mapping of str to str
        Columns of the source and their engine types.
    refused : tuple of Refused
        Ragged rows; they are no rows of the relation.
    empty : mapping of str to callable
        By file what looks for its empty records and gives their numbers.
    written : callable or None
        Gives records as they are written; None: the relation holds all that is left of that.
    learnt : Learnt
        What is known of columns of the contract.
    """

    relation: str
    record: str
    origin: str
    columns: Mapping[str, str]
    refused: tuple[Refused, ...] = ()
    empty: Mapping[str, Callable[[], list[int]]] = field(default_factory=dict)
    written: Written | None = None
    learnt: Learnt = field(default_factory=Learnt)


def read(
    engine: Backend,
    *,
    source_name: str,
    source: Source,
    folder: Path,
    scratch: Path,
    first_month: int,
    wants: Wants = only_texts,
) -> Reading:
    """Make the views of a source and say how to query them.

    Parameters
    ----------
    wants : callable
        Says what of a CSV file is wanted while it is read.

    Raises
    ------
    DataError
        If a file is missing or cannot be read.
    """
    refused: list[Refused] = []
    columns: dict[str, str] = {}
    empty: dict[str, Callable[[], list[int]]] = {}
    written: Written | None = None
    learnt = Learnt()
    files = source.files(source_name)
    drop = Drop(source.drop, len(files) == 1)
    for view, file in files.items():
        found = _view(engine, view=view, file=file, folder=folder, scratch=scratch, drop=drop, wants=wants)
        origin = Path(file.path).name
        if found is not None:
            refused += [
                Refused(origin=origin, record=at, reason=why, text=text) for at, why, text in found.refused
            ]
            empty[origin] = found.empty
            written, learnt = found.written, found.learnt
        described = engine.con.execute(
            f"DESCRIBE SELECT * EXCLUDE (record_number, record_origin) FROM {name(view)}"
        )
        columns |= {row[0]: row[1] for row in described.fetchall()}
    first = name(next(iter(files)))
    relation = source.from_ or first
    if source.quarter:
        relation = f"{relation}, ({_calendar(Quarter.parse(source.quarter, first_month=first_month))}) AS calendar"
    return Reading(
        relation=relation,
        record=f"{first}.record_number",
        origin=f"{first}.record_origin",
        columns=columns,
        refused=tuple(refused),
        empty=empty,
        written=written,
        learnt=learnt,
    )


def _view(
    engine: Backend, *, view: str, file: File, folder: Path, scratch: Path, drop: Drop, wants: Wants
) -> CsvView | None:
    path = folder / Path(file.path).expanduser()
    if not path.exists():
        raise DataError(f"no file at {path}")
    csv = None
    try:
        match file.kind:
            case "csv":
                csv = csv_view(engine, path=path, file=file, scratch=scratch / view, drop=drop, wants=wants)
                rows = csv.rows
            case "excel":
                from cxlab.tables.excel_files import excel_view  # its readers are slow to import

                rows = excel_view(engine, path=path, file=file, drop=drop)
            case "yaml":
                from cxlab.tables.yaml_files import yaml_view

                rows = yaml_view(engine, path=path, file=file, drop=drop)
            case _:
                rows = _parquet(engine, path, drop=drop)
        engine.con.execute(f"CREATE OR REPLACE TEMP VIEW {name(view)} AS {rows}")
    except duckdb.Error as error:
        if limit_of(error, folder=scratch) is not None:
            raise
        said = str(error).splitlines()[0]
        if file.kind == "parquet":
            named = _NAMED.search(said)
            raise DataError(broken(named[1] if named else path, kind="parquet", said=said)) from None
        raise DataError(f"{path} cannot be read as {file.kind}: {said}") from None
    return csv


def _parquet(engine: Backend, path: Path, *, drop: Drop) -> str:
    pattern = str(path / "**" / "*.parquet") if path.is_dir() else str(path)
    there = engine.con.execute(f"DESCRIBE SELECT * FROM read_parquet({quote(pattern)}, union_by_name = true)")
    columns = [row[0] for row in there.fetchall()]
    dropped = drop.among(columns, of=path.name)
    if taken := [column for column in columns if column.lower() == _NUMBERED]:
        raise DataError(own_name_taken(taken[0], of=path.name))
    file = "parse_filename(record_origin)" if path.is_dir() else quote(path.name)
    without = ", ".join(map(name, ("record_origin", _NUMBERED, *dropped)))
    return (
        f"SELECT * EXCLUDE ({without}), {_NUMBERED} + 1 AS record_number, {file} AS record_origin FROM "
        f"read_parquet({quote(pattern)}, filename = 'record_origin', {_NUMBERED} = true, union_by_name = true)"
    )


def _calendar(quarter: Quarter) -> str:
    return (
        f"SELECT DATE '{quarter.start}' AS quarter_start, DATE '{quarter.end}' AS quarter_end, "
        f"DATE '{quarter.end}' - 1 AS quarter_last_day"
    )
