"""Where rows of a CSV file end, and the file itself: the reader does not say everything of either."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from cxlab.tables.config import File
from cxlab.tables.csv_lines import empty_lines

_BESIDE = 1_024
"""More than the row itself is looked at: line ends and blanks behind it."""


def ends_with_row(path: Path, row: Mapping[str, str | None] | None, *, columns: Sequence[str], file: File) -> bool:
    """Say whether a UTF-8 file ends with a row, quoted or not, and nothing but line ends behind it.

    Parameters
    ----------
    row : mapping of str to str or None, or None
        The values; of a column that is not there any value will do. None: no row was read.
    columns : sequence of str
        All columns of the file.
    """
    if row is None:
        return False
    mark = re.escape(file.quote)
    anything = f"(?:{mark}(?:[^{mark}]|{mark}{mark})*{mark}|[^{mark}\\r\\n]*)"
    fields = [_written(row[column], quote=file.quote) if column in row else anything for column in columns]
    pattern = rf"(?:\A|[\r\n]){re.escape(file.separator).join(fields)}\s*\Z"
    room = sum(2 * len((value or "").encode()) + 4 for value in row.values()) + _BESIDE
    if len(row) < len(columns):
        room += csv.field_size_limit()
    return re.search(pattern, _tail(path, room)) is not None


def ends_with_text(path: Path, text: str) -> bool:
    """Say whether a UTF-8 file ends with a row as it is written; blanks and line ends behind it do not count."""
    row = text.strip()
    pattern = rf"(?:\A|[\r\n])\s*{re.escape(row)}\s*\Z"
    return bool(row) and re.search(pattern, _tail(path, 4 * len(row) + _BESIDE)) is not None


def _tail(path: Path, room: int) -> str:
    with path.open("rb") as held:
        held.seek(max(path.stat().st_size - room, 0))
        return held.read().decode("utf-8", errors="replace")


def _written(value: str | None, *, quote: str) -> str:
    mark = re.escape(quote)
    if value is None:
        return f" *(?:{mark}{mark})? *"
    quoted = re.escape(value.replace(quote, quote * 2))
    return f"(?:{re.escape(value)}| *{mark}{quoted}{mark} *)"


def ends_in_quotes(path: Path, *, file: File) -> bool:
    """Read a whole UTF-8 file and say whether its end lies within a quoted value."""
    with _records(path, file=file, strict=True) as rows:
        while True:
            try:
                next(rows)
            except StopIteration:
                return False
            except csv.Error as error:
                if "unexpected end of data" in str(error):
                    return True


def empty_records(path: Path, *, file: File) -> list[int]:
    """Return the numbers of records below the header that hold nothing, in a file whose values go over lines."""
    if not empty_lines(path, 0):
        return []
    with _records(path, file=file, strict=False) as rows:
        return [number for number, row in enumerate(rows, start=1) if not row and number > file.header]


def with_one_line_end(path: Path, *, file: File, to: Path) -> bool:
    """Copy a file so that every row ends in a line feed; what stands in quotes stays as it is.

    Parameters
    ----------
    path : Path
        The file, in UTF-8; bytes that are not stay as they are.
    to : Path
        The copy.

    Returns
    -------
    bool
        Whether rows of the file end otherwise than all in a line feed, or all in two signs.
    """
    ends: set[str] = set()
    of_row: list[str] = []

    def noted(lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            of_row.append(line)
            yield line

    with (
        path.open(encoding="utf-8", errors="surrogateescape", newline="") as old,
        to.open("w", encoding="utf-8", errors="surrogateescape", newline="") as new,
        _rows(noted(old), file=file, strict=False) as rows,
    ):
        for _ in rows:
            text = of_row[-1].rstrip("\r\n")
            if end := of_row[-1][len(text) :]:
                ends.add(end)
                of_row[-1] = f"{text}\n"
            new.writelines(of_row)
            of_row.clear()
    return ends not in (set(), {"\n"}, {"\r\n"})


@contextmanager
def _records(path: Path, *, file: File, strict: bool) -> Iterator[Iterator[list[str]]]:
    with (
        path.open(encoding="utf-8-sig", errors="replace", newline="") as lines,
        _rows(lines, file=file, strict=strict) as rows,
    ):
        yield rows


@contextmanager
def _rows(lines: Iterable[str], *, file: File, strict: bool) -> Iterator[Iterator[list[str]]]:
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield csv.reader(
            (line.replace("\0", "") for line in lines),
            delimiter=file.separator,
            quotechar=file.quote,
            strict=strict,
        )
    finally:
        csv.field_size_limit(before)
