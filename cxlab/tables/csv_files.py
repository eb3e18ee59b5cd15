"""CSV files: read as text only, in the declared encoding; ragged rows are kept apart with their record number."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables.config import File
from cxlab.tables.csv_blocks import as_written
from cxlab.tables.csv_blocks import copied as copied_by_blocks
from cxlab.tables.csv_ends import empty_records, ends_in_quotes, ends_with_row, ends_with_text, with_one_line_end
from cxlab.tables.csv_lines import empty_lines, every_line_is_a_row, line_numbers, signs
from cxlab.tables.engine import name, quote
from cxlab.tables.learnt import Learnt, Wanted
from cxlab.tables.parts import unordered
from cxlab.tables.source_files import Drop

Wants: TypeAlias = Callable[[Sequence[str]], Wanted]
"""Says what of a file with these columns is wanted that is cheaper to have while it is read than behind."""


def only_texts(_: Sequence[str]) -> Wanted:
    """Leave every column a text, and ask nothing about it."""
    return Wanted()


class Written(Protocol):
    """Gives rows of a file as they are written: which of the lines asked for, and their values as texts."""

    def __call__(self, *, lines: npt.NDArray[np.int64]) -> Iterator[tuple[slice, pa.Table]]:
        """Take the numbers of lines, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvView:
    """A CSV file as the engine reads it.

    Parameters
    ----------
    rows : str
        SQL of the rows; ``record_number`` counts them on from the header, without those between that are none.
    refused : list of (int, str, str)
        Ragged rows: record number (the header line is record 1), reason and text.
    empty : callable
        Looks for the empty records below the header and gives their numbers.
    written : callable or None
        Gives rows of some lines as they are written, every value a text; None: that is what ``rows`` are.
    learnt : Learnt
        What is known of the rows.
    """

    rows: str
    refused: list[tuple[int, str, str]]
    empty: Callable[[], list[int]]
    written: Written | None = None
    learnt: Learnt = field(default_factory=Learnt)


def csv_view(
    engine: Backend, *, path: Path, file: File, scratch: Path, drop: Drop, wants: Wants = only_texts
) -> CsvView:
    """Read a CSV file.

    A value is a text, or of the type asked for where all of its column are; an empty field is missing. The file is
    copied into ``scratch``, whole rows at a time: one is refused or not, whichever columns are used of it.

    Raises
    ------
    DataError
        If the file is not in the declared encoding or has no header.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    plain = _as_utf8(path, encoding=file.encoding, scratch=scratch)
    header, lines = _header(plain, file=file, original=path)
    dropped = drop.among(header, of=path.name)
    to = scratch / f"{path.stem}.rows.parquet"
    kept = [column for column in header if column not in dropped]
    by_blocks = copied_by_blocks(
        plain,
        header=header,
        lines=lines,
        file=file,
        kept=kept,
        wanted=wants(kept),
        threads=_threads(engine),
        to=to,
    )
    if by_blocks is None:
        return _by_engine(engine, plain, path=path, file=file, scratch=scratch, dropped=dropped, to=to)
    empty = cache(partial(empty_lines, plain, lines))
    filled = file.header + by_blocks.read + len(by_blocks.refused)
    last = filled + (len(empty()) if by_blocks.refused else 0)
    _refuse_cut_off(path, refused=by_blocks.refused, file=file, last=last, fields=len(header))
    return CsvView(
        rows=_numbered(_in_order(to, first=file.header + 1), of=path),
        refused=_reasons(by_blocks.refused),
        empty=empty,
        written=partial(as_written, plain, header=header, below=lines, file=file) if by_blocks.typed else None,
        learnt=by_blocks.learnt,
    )


def _by_engine(
    engine: Backend, plain: Path, *, path: Path, file: File, scratch: Path, dropped: Sequence[str], to: Path
) -> CsvView:
    """Let the engine read a file that is not one row a line."""
    found = signs(plain, quote=file.quote)
    if not found.alike and with_one_line_end(plain, file=file, to=(alike := scratch / f"{path.stem}.ends.csv")):
        # the reader loses rows where lines end in several ways, as in files put together out of others
        plain, found = alike, signs(alike, quote=file.quote)
    header, lines = _header(plain, file=file, original=path)
    by_line = not found.quoted or every_line_is_a_row(plain, file=file)
    kept = f"* EXCLUDE ({', '.join(map(name, dropped))})" if dropped else "*"
    copy = partial(_copied, engine, plain, header=header, lines=lines, file=file, kept=kept, to=to)
    rows, read, refused = copy(by_one=not by_line)
    missing = found.lines - lines - read - len(refused) if by_line else 0
    if missing and missing != len(empty_lines(plain, lines)):
        # a thread that begins within a quoted value, or at a ragged row, may lose rows, and says nothing
        rows, read, refused = copy(by_one=True)
    empty = cache(partial(empty_lines, plain, lines) if by_line else partial(empty_records, plain, file=file))
    filled = file.header + read + len(refused)
    last = filled + (len(empty()) if refused else 0)
    _refuse_cut_off(path, refused=refused, file=file, last=last, fields=len(header))
    if not by_line and _is_cut_short(
        plain, rows, engine=engine, read=read, refused=refused, last=last, columns=header, file=file
    ):
        raise DataError(_not_closed(path, record=filled + len(empty()) + 1, file=file))
    return CsvView(rows=_numbered(rows, of=path), refused=_reasons(refused), empty=empty)


def _threads(engine: Backend) -> int:
    return int(engine.con.execute("SELECT current_setting('threads')").fetchall()[0][0])


def _in_order(copy: Path, *, first: int) -> str:
    """Return what stands after FROM for a copy in the order of its file: the rows and their ``record_number``."""
    return (
        f"(SELECT * EXCLUDE (file_row_number), file_row_number + {first} AS record_number "
        f"FROM read_parquet({quote(str(copy))}, file_row_number = true))"
    )


def _numbered(rows: str, *, of: Path) -> str:
    return f"SELECT *, {quote(of.name)} AS record_origin FROM {rows}"


def _reasons(refused: Sequence[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    return [(record, _REASONS.get(kind, "ragged_row"), text) for record, kind, text in refused]


def _copied(
    engine: Backend,
    path: Path,
    *,
    header: Sequence[str],
    lines: int,
    file: File,
    kept: str,
    by_one: bool,
    to: Path,
) -> tuple[str, int, list[tuple[int, str, str]]]:
    """Copy rows as they are read, by one thread or by all.

    Returns
    -------
    str
        SQL to stand after FROM: the rows and their ``record_number``, counted on from the header.
    int
        How many they are.
    list of (int, str, str)
        Rows that could not be read: record, kind of error, text.
    """
    columns = ", ".join(f"{quote(column)}: 'VARCHAR'" for column in header)
    rows = (
        f"SELECT {kept} FROM read_csv({quote(str(path))}, auto_detect = false, header = false, skip = {lines}, "
        f"delim = {quote(file.separator)}, quote = {quote(file.quote)}, escape = {quote(file.quote)}, "
        f"columns = {{{columns}}}, store_rejects = true, nullstr = '', strict_mode = true, "
        f"parallel = {not by_one})"
    )
    how = "FORMAT parquet, DICTIONARY_SIZE_LIMIT 2000, WRITE_BLOOM_FILTER false"
    copied = f"read_parquet({quote(str(to))})"
    engine.con.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    if by_one:
        # rows of one thread are numbered as they come: kept in order they would all be one batch, held in memory
        with unordered(engine):
            numbered = f"SELECT *, row_number() OVER () + {file.header} AS record_number FROM ({rows})"
            engine.con.execute(f"COPY ({numbered}) TO {quote(str(to))} ({how})")
    else:
        engine.con.execute(f"COPY ({rows}) TO {quote(str(to))} ({how})")
        copied = _in_order(to, first=file.header + 1)
    found = engine.con.execute(
        "SELECT any_value(line)::BIGINT, line_byte_position, min(error_type)::VARCHAR, min(csv_line) "
        "FROM reject_errors GROUP BY line_byte_position ORDER BY line_byte_position"
    ).fetchall()
    # threads that begin between the two signs of a line end count lines wrong; where these begin they say rightly
    numbers = [row[0] for row in found] if by_one else line_numbers(path, [row[1] - 1 for row in found])
    refused = [
        (at, kind, (text or "").lstrip("\r\n")) for at, (_, _, kind, text) in zip(numbers, found, strict=True)
    ]
    return copied, engine.con.execute(f"SELECT count(*) FROM {copied}").fetchall()[0][0], refused


def _is_cut_short(
    path: Path,
    rows: str,
    *,
    engine: Backend,
    read: int,
    refused: Sequence[tuple[int, str, str]],
    last: int,
    columns: Sequence[str],
    file: File,
) -> bool:
    """Say whether the file goes on behind the last row, in a value never closed: the reader does not tell."""
    if refused and refused[-1][0] == last:
        ended = ends_with_text(path, refused[-1][2])
    else:
        ended = ends_with_row(path, _last_row(engine, rows, record=file.header + read), columns=columns, file=file)
    return not ended and ends_in_quotes(path, file=file)


def _last_row(engine: Backend, rows: str, *, record: int) -> dict[str, str | None] | None:
    """Return the row of a record, by column; None if there is none."""
    found = engine.con.execute(f"SELECT * EXCLUDE (record_number) FROM {rows} WHERE record_number = {record}")
    names = [column[0] for column in found.description]
    return next((dict(zip(names, row, strict=True)) for row in found.fetchall()), None)


_REASONS = {
    "INVALID ENCODING": "not_utf_8",
    "UNQUOTED VALUE": "quote_not_closed",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
}

_SHOWN = 10_000
"""The reader hands over so many characters of a row it refuses, and no more."""


def _refuse_cut_off(
    path: Path, *, refused: Sequence[tuple[int, str, str]], file: File, last: int, fields: int
) -> None:
    """Raise if a quote is never closed, so that rows are swallowed, or the last row ends before its line does."""
    for record, kind, text in refused:
        swallowed = len(text) >= _SHOWN or (record == last and text.count(file.quote) % 2)
        if kind == "UNQUOTED VALUE" and swallowed:
            raise DataError(_not_closed(path, record=record, file=file))
    if refused and refused[-1][0] == last and not _ends_a_line(path, encoding=file.encoding):
        came = (refused[-1][2]).count(file.separator) + 1
        raise DataError(
            f"{path.name} ends in the middle of record {last:,}; needed: {fields} fields and the end of the line, "
            f"came: {came} and no end; {_WAIT}"
        )


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
        end = file.read()
    return b"\n" in end or b"\r" in end


def _header(path: Path, *, file: File, original: Path) -> tuple[list[str], int]:
    import csv

    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        rows = csv.reader(lines, delimiter=file.separator, quotechar=file.quote)
        header = next((row for number, row in enumerate(rows, start=1) if number == file.header), None)
        ended = rows.line_num
    if not header:
        raise DataError(f"{original.name} has no header: record {file.header} is empty or not there")
    if any("\0" in column for column in header):
        raise DataError(
            f"{original.name} is no text: record {file.header}, its header, holds the sign NUL; "
            f"needed: a CSV file in the declared encoding, {file.encoding}"
        )
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
