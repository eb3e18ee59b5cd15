"""CSV files: read as text only, in the declared encoding; ragged rows are kept apart with their record number."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables.config import File
from cxlab.tables.csv_ends import ends_in_quotes, ends_with_row, ends_with_text
from cxlab.tables.engine import name, quote
from cxlab.tables.parts import unordered


def csv_view(
    engine: Backend, *, path: Path, file: File, scratch: Path, drop: Sequence[str] = ()
) -> tuple[str, list[tuple[int, str, str]]]:
    """Return the SQL that reads a CSV file, and its ragged rows as (record, reason, text).

    The header line is record 1. Every value is text; an empty field is missing. The file is read once, whole rows
    at a time, into ``scratch``: a row is refused or not, whichever columns are used of it.

    Raises
    ------
    DataError
        If the file is not in the declared encoding or has no header.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    plain = _as_utf8(path, encoding=file.encoding, scratch=scratch)
    header, lines = _header(plain, file=file, original=path)
    quoted = _holds(plain, file.quote)
    columns = ", ".join(f"{quote(column)}: 'VARCHAR'" for column in header)
    reader = (
        f"read_csv({quote(str(plain))}, auto_detect = false, header = false, skip = {lines}, "
        f"delim = {quote(file.separator)}, quote = {quote(file.quote)}, escape = {quote(file.quote)}, "
        f"columns = {{{columns}}}, store_rejects = true, nullstr = '', strict_mode = true, "
        # begun in the middle, the reader takes a line of a quoted value for a row
        f"parallel = {not quoted})"
    )
    kept = f"* EXCLUDE ({', '.join(map(name, drop))})" if drop else "*"
    engine.con.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    rows = _copied(engine, f"SELECT {kept} FROM {reader}", quoted=quoted, to=scratch / f"{path.stem}.rows.parquet")
    refused = engine.con.execute(
        "SELECT line::BIGINT, min(error_type)::VARCHAR, min(csv_line) FROM reject_errors "
        "GROUP BY line ORDER BY line"
    ).fetchall()
    read = engine.con.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0]
    last = file.header + read + len(refused)
    _refuse_cut_off(path, refused=refused, file=file, last=last, fields=len(header))
    if quoted and _is_cut_short(
        plain, rows, engine=engine, read=read, refused=refused, last=last, columns=header, file=file
    ):
        raise DataError(_not_closed(path, record=last + 1, file=file))
    return _numbered(rows, refused=[row[0] for row in refused], first=file.header, origin=path.name), [
        (record, _REASONS.get(kind, "ragged_row"), text or "") for record, kind, text in refused
    ]


def _copied(engine: Backend, rows: str, *, quoted: bool, to: Path) -> str:
    """Copy rows as they are read; return SQL to stand after FROM: the rows and their ``row_number``, from 1 on.

    Rows of one reader are numbered as they come. Kept in order they would all be one batch, held in memory.
    """
    how = "FORMAT parquet, DICTIONARY_SIZE_LIMIT 2000, WRITE_BLOOM_FILTER false"
    if quoted:
        with unordered(engine):
            numbered = f"SELECT *, row_number() OVER () AS row_number FROM ({rows})"
            engine.con.execute(f"COPY ({numbered}) TO {quote(str(to))} ({how})")
        return f"read_parquet({quote(str(to))})"
    engine.con.execute(f"COPY ({rows}) TO {quote(str(to))} ({how})")
    return (
        "(SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS row_number "
        f"FROM read_parquet({quote(str(to))}, file_row_number = true))"
    )


def _is_cut_short(
    path: Path,
    rows: str,
    *,
    engine: Backend,
    read: int,
    refused: Sequence[tuple[int, str, str | None]],
    last: int,
    columns: Sequence[str],
    file: File,
) -> bool:
    """Say whether the file goes on behind the last row, in a value never closed: the reader does not tell."""
    if refused and refused[-1][0] == last:
        ended = ends_with_text(path, refused[-1][2] or "")
    else:
        ended = ends_with_row(path, _last_row(engine, rows, read=read), columns=columns, file=file)
    return not ended and ends_in_quotes(path, file=file)


def _last_row(engine: Backend, rows: str, *, read: int) -> dict[str, str | None] | None:
    """Return the last row that was read, by column; None if none was."""
    found = engine.con.execute(f"SELECT * EXCLUDE (row_number) FROM {rows} WHERE row_number = {read}")
    names = [column[0] for column in found.description]
    return next((dict(zip(names, row, strict=True)) for row in found.fetchall()), None)


_REASONS = {
    "INVALID ENCODING": "not_utf_8",
    "UNQUOTED VALUE": "quote_not_closed",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
}

_BLOCK = 2**20
"""So many bytes of a file are looked through at once."""

_SHOWN = 10_000
"""The reader hands over so many characters of a row it refuses, and no more."""


def _refuse_cut_off(
    path: Path, *, refused: Sequence[tuple[int, str, str | None]], file: File, last: int, fields: int
) -> None:
    """Raise if a quote is never closed, so that rows are swallowed, or the last row ends before its line does."""
    for record, kind, text in refused:
        swallowed = len(text or "") >= _SHOWN or (record == last and (text or "").count(file.quote) % 2)
        if kind == "UNQUOTED VALUE" and swallowed:
            raise DataError(_not_closed(path, record=record, file=file))
    if refused and refused[-1][0] == last and not _ends_a_line(path, encoding=file.encoding):
        came = (refused[-1][2] or "").count(file.separator) + 1
        raise DataError(
            f"{path.name} ends in the middle of record {last:,}; needed: {fields} fields and the end of the line, "
            f"came: {came} and no end; {_WAIT}"
        )


def _holds(path: Path, mark: str) -> bool:
    """Say whether a sign stands anywhere in a file: where no quote does, every line is a row."""
    with path.open("rb") as file:
        return any(mark.encode() in block for block in iter(lambda: file.read(_BLOCK), b""))


def _not_closed(path: Path, *, record: int, file: File) -> str:
    return (
        f"{path.name}: a quoted value begins in record {record:,} and does not end; needed: its closing "
        f"{file.quote}; {_WAIT}"
    )


_WAIT = "if only part of the file has arrived, wait for the rest, then run again"


def _ends_a_line(path: Path, *, encoding: str) -> bool:
    width = len("\n".encode("utf-16-le")) if encoding.startswith("utf-16") else 1
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - width, 0))
        return any(mark in file.read() for mark in (b"\n", b"\r"))


def _numbered(rows: str, *, refused: Sequence[int], first: int, origin: str) -> str:
    """Number the rows read; the refused ones in between keep their numbers."""
    # before the j-th refused record stand (its number - first - j) rows that were read
    gaps = [record - first - j for j, record in enumerate(refused, start=1)]
    shift = f" + len(list_filter({gaps}::BIGINT[], lambda gap: gap < row_number))" if gaps else ""
    return (
        f"SELECT * EXCLUDE (row_number), row_number + {first}{shift} AS record_number, "
        f"{quote(origin)} AS record_origin FROM {rows}"
    )


def _header(path: Path, *, file: File, original: Path) -> tuple[list[str], int]:
    import csv

    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        rows = csv.reader(lines, delimiter=file.separator, quotechar=file.quote)
        header = next((row for number, row in enumerate(rows, start=1) if number == file.header), None)
        ended = rows.line_num
    if not header:
        raise DataError(f"{original.name} has no header: record {file.header} is empty or not there")
    doubled = sorted({column for column in header if header.count(column) > 1})
    if doubled:
        raise DataError(f"{original.name} names a column twice: {', '.join(map(repr, doubled))}")
    return header, ended


def _as_utf8(path: Path, *, encoding: str, scratch: Path) -> Path:
    """Return a UTF-8 copy without byte order mark, composed (NFC), or the file itself if that is what it is."""
    if encoding == "utf-8":
        with path.open("rb") as start:
            if start.read(3) != codecs.BOM_UTF8:
                return path
    copy = scratch / f"{path.stem}.utf8.csv"
    codec = {"utf-8": "utf-8-sig", "windows-1258": "cp1258", "windows-1252": "cp1252"}.get(encoding, encoding)
    try:
        with path.open(encoding=codec, newline="") as old, copy.open("w", encoding="utf-8", newline="") as new:
            for line in old:
                new.write(unicodedata.normalize("NFC", line))
    except UnicodeError as error:
        raise DataError(f"{path.name} is not written in {encoding}: {error}") from None
    return copy
