"""CSV files in which every line is a row: blocks of whole lines, several at once, checked and typed one by one.

What holds of each block holds of the file, so that it is read once. A block becomes exactly what the engine's own
reader and `cxlab.tables.cast` would make of it, or it is given up, and the file left to the engine.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from cxlab.tables.config import File
from cxlab.tables.csv_lines import empty_lines, holds_base_16, is_utf_8, quotes_are_plain
from cxlab.tables.learnt import Learning, Learnt, Seen, Wanted

_BLOCK = 4 * 2**20
"""So many bytes are read at once, so that they stay in the processor's cache until they are columns."""

_GROUP = 61_440
"""So many rows or a block more are one group of the copy, which the engine reads with one thread."""

_WIDE = 900_000
"""A line of twice as many bytes is still one the engine reads; of more than two million it is not."""

_AHEAD = 4
"""So many blocks a thread are read before they are written."""

_LF, _CR = b"\n\r"

_SHOWN = 10_000
"""The engine's reader hands over so many characters of a row it refuses, and no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A CSV file as Parquet, row by row in its order.

    Parameters
    ----------
    read : int
        Rows.
    refused : list of (int, str, str)
        Ragged rows: number of the line, kind of error, text.
    typed : bool
        Whether any column is something else than texts.
    learnt : Learnt
        What was asked about texts.
    """

    read: int
    refused: list[tuple[int, str, str]]
    typed: bool
    learnt: Learnt


Span: TypeAlias = tuple[int, int]
"""Where a block begins and ends, in bytes."""


class _Unlike(Exception):
    """The file is none of those this module reads."""


class _Untyped(Exception):
    """Columns hold a value that is not of their type, or may not be."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__()
        self.columns = columns


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Rows of a block; ragged ones by their place among those that are not empty, and what its lines end in."""

    table: pa.Table
    seen: Seen
    lines: int
    ragged: list[tuple[int, str, str]]
    end: bytes


def copied(
    path: Path,
    *,
    header: Sequence[str],
    lines: int,
    file: File,
    kept: Sequence[str],
    wanted: Wanted,
    threads: int,
    to: Path,
) -> Copied | None:
    """Copy a file to Parquet; None if any line may be something else than a row of its own.

    Parameters
    ----------
    path : Path
        The file, in UTF-8 and without byte order mark.
    header : sequence of str
        Its columns.
    lines : int
        So many the header ends after.
    kept : sequence of str
        Columns to copy; rows are read whole, whichever these are.
    wanted : Wanted
        Types of columns, and what is to be learnt of others; an empty field is missing.
    to : Path
        The copy.
    """
    if len(header) < 2 or len({column.lower() for column in header} - {""}) < len(header) or lines != file.header:
        return None  # an empty line may be a row; columns of one name are refused in the engine's words
    while True:
        try:
            return _copied(
                path, header=header, lines=lines, file=file, kept=kept, wanted=wanted, threads=threads, to=to
            )
        except _Untyped as found:
            types = {column: of for column, of in wanted.types.items() if column not in found.columns}
            wanted = replace(wanted, types=types)
        except _Unlike:
            to.unlink(missing_ok=True)
            return None


def as_written(
    path: Path, *, header: Sequence[str], below: int, file: File, lines: npt.NDArray[np.int64]
) -> Iterator[tuple[slice, pa.Table]]:
    """Yield rows of a file that could be copied, every value as text: which of them these are, and the rows.

    Parameters
    ----------
    header : sequence of str
        Its columns.
    below : int
        So many lines the header ends after.
    lines : array of int
        The numbers of their lines, in order.
    """
    schema = pa.schema([(column, pa.string()) for column in header])
    before = below
    for span in _spans(path, below=below):  # the blocks that were copied
        block = _block(path, span)
        ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == _LF) + 1
        ends = ends if block.endswith(b"\n") else np.append(ends, len(block))
        here = slice(*np.searchsorted(lines, [before + 1, before + len(ends) + 1]))
        places = lines[here] - before - 1
        starts = np.append(0, ends)[places]
        if len(places):
            rows = b"".join(block[start:end] for start, end in zip(starts, ends[places], strict=True))
            yield here, _parsed(rows, file=file, schema=schema, ragged=[])
        before += len(ends)


def _copied(
    path: Path,
    *,
    header: Sequence[str],
    lines: int,
    file: File,
    kept: Sequence[str],
    wanted: Wanted,
    threads: int,
    to: Path,
) -> Copied:
    schema = pa.schema([(column, wanted.types.get(column, pa.string())) for column in header])
    learning = Learning(wanted)
    with path.open("rb") as held:
        ends = {_end(b"".join(held.readline() for _ in range(lines)))}
    rows = below = 0
    ragged: list[tuple[int, str, str]] = []

    def tables() -> Iterator[pa.Table]:
        nonlocal rows, below
        read = partial(_rows, path, file=file, schema=schema, kept=kept, learning=learning)
        for block in _read_ahead(_spans(path, below=lines), read=read, threads=threads):
            ragged.extend([(rows + len(ragged) + at, kind, text) for at, kind, text in block.ragged])
            rows, below = rows + block.table.num_rows, below + block.lines
            ends.add(block.end)
            learning.join(block.seen)
            yield block.table

    _write(tables(), schema=pa.schema([schema.field(column) for column in kept]), to=to)
    empty = empty_lines(path, lines) if ragged or rows < below else []
    if len(ends - {b""}) > 1 or rows + len(ragged) + len(empty) != below:
        raise _Unlike  # no row is lost without a word
    return Copied(
        read=rows,
        refused=_numbered(ragged, empty=empty, lines=lines),
        typed=bool(wanted.types),
        learnt=learning.learnt(),
    )


def _write(tables: Iterator[pa.Table], *, schema: pa.Schema, to: Path) -> None:
    """Write tables one after another to one Parquet file."""
    first = next(tables, schema.empty_table())
    often = [column for column in schema.names if 2 * pc.count_distinct(first[column]).as_py() <= len(first)]
    with pq.ParquetWriter(
        to, schema, compression="lz4", use_dictionary=often, write_statistics=False, store_schema=False
    ) as writer:
        group = [first]
        for table in tables:
            if sum(map(len, group)) >= _GROUP:
                writer.write_table(pa.concat_tables(group))
                group = []
            group.append(table)
        writer.write_table(pa.concat_tables(group))


def _spans(path: Path, *, below: int) -> Iterator[Span]:
    """Yield where blocks of a file begin and end, below so many lines: each ends where a line does."""
    with path.open("rb") as held:
        for _ in range(below):
            held.readline()
        start = held.tell()
        size = held.seek(0, os.SEEK_END)
        while start < size:
            held.seek(min(start + _BLOCK, size))
            held.readline(_BLOCK)
            end = held.tell()
            yield start, end
            start = end


def _block(path: Path, span: Span) -> bytes:
    """Read a block.

    Raises
    ------
    _Unlike
        If a line is so long that the engine may refuse it.
    """
    with path.open("rb") as held:
        held.seek(span[0])
        block = held.read(span[1] - span[0])
        ended = block[-1:] == b"\n" or not held.read(1)
    wide = any(block.find(b"\n", at, at + _WIDE) < 0 for at in range(0, len(block) - _WIDE + 1, _WIDE))
    if wide or not ended:
        raise _Unlike
    return block


def _read_ahead(spans: Iterable[Span], *, read: Callable[[Span], _Rows], threads: int) -> Iterator[_Rows]:
    """Yield what several threads read of blocks, in their order."""
    ahead: deque[Future[_Rows]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for span in spans:
                ahead.append(pool.submit(read, span))
                if len(ahead) > _AHEAD * threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _rows(
    path: Path, span: Span, *, file: File, schema: pa.Schema, kept: Sequence[str], learning: Learning
) -> _Rows:
    """Read the rows of a block.

    Raises
    ------
    _Unlike, _Untyped
        If it is not known to be just that.
    """
    block = _block(path, span)
    end = _end(block)
    if b"\0" in block or not is_utf_8(block) or not quotes_are_plain(block, file=file):
        raise _Unlike
    if doubtful := _doubtful(block, file=file, schema=schema):
        raise _Untyped(doubtful)
    ragged: list[tuple[int, str, str]] = []
    try:
        table = _parsed(block, file=file, schema=schema, ragged=ragged).select(kept)
    except pa.ArrowInvalid:
        raise _failed(block, file=file, schema=schema) from None
    lines = _count(block, _LF) + (block[-1:] != b"\n")
    return _Rows(table=table, seen=learning.look(table), lines=lines, ragged=ragged, end=end)


def _end(block: bytes) -> bytes:
    """Return what every line of a block ends in; nothing if none ends."""
    feeds = _count(block, _LF)
    if b"\r" in block and not (_count(block, _CR) == feeds == block.count(b"\r\n")):
        raise _Unlike
    return b"" if not feeds else b"\r\n" if b"\r" in block else b"\n"


def _count(block: bytes, sign: int) -> int:
    return int(np.count_nonzero(np.frombuffer(block, dtype=np.uint8) == sign))  # faster than the method of bytes


def _doubtful(block: bytes, *, file: File, schema: pa.Schema) -> list[str]:
    """Return the columns of which a value may be read as what it is not.

    Whole numbers would be read where they are written to the base of 16, and days before a tab.
    """
    found = []
    if holds_base_16(block):
        found += [field.name for field in schema if pa.types.is_integer(field.type)]
    if b"\t" in block and (file.separator != "\t" or file.quote.encode() in block):
        found += [field.name for field in schema if pa.types.is_date(field.type)]
    return found


def _failed(block: bytes, *, file: File, schema: pa.Schema) -> _Untyped | _Unlike:
    """Say which columns hold a value that is not of their type; if it is none of them, the block is another's."""
    texts = [pa.field(field.name, pa.string()) for field in schema]
    wrong = []
    for place, field in enumerate(schema):
        if pa.types.is_string(field.type):
            continue
        alone = pa.schema([*texts[:place], field, *texts[place + 1 :]])
        try:
            _parsed(block, file=file, schema=alone, ragged=[], only=[field.name])
        except pa.ArrowInvalid:
            wrong.append(field.name)
    return _Untyped(wrong) if wrong else _Unlike()


def _parsed(
    block: bytes,
    *,
    file: File,
    schema: pa.Schema,
    ragged: list[tuple[int, str, str]],
    only: Sequence[str] = (),
) -> pa.Table:
    """Return the rows of a block; those with more or fewer fields than columns are added to ``ragged``."""
    strange = False
    nothing = (file.separator, file.separator + 2 * file.quote)

    def refused(row: pyarrow.csv.InvalidRow) -> str:
        nonlocal strange
        more = row.actual_columns > row.expected_columns
        # the engine takes a row whose further fields are empty, and shows no more of a row than so much
        strange = strange or len(row.text) >= _SHOWN or (more and row.text.endswith(nothing))
        ragged.append((row.number, "TOO MANY COLUMNS" if more else "MISSING COLUMNS", row.text))
        return "skip"

    if not block.strip(b"\r\n"):
        return schema.empty_table()
    table = pyarrow.csv.read_csv(
        pa.BufferReader(block),
        read_options=pyarrow.csv.ReadOptions(use_threads=False, column_names=schema.names, block_size=len(block)),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=file.separator, quote_char=file.quote if file.quote.encode() in block else False,
            invalid_row_handler=refused,
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=schema, include_columns=list(only), null_values=[""], strings_can_be_null=True,
            check_utf8=False,
        ),
    )  # fmt: skip
    if strange:
        raise _Unlike
    return table


def _numbered(
    ragged: Sequence[tuple[int, str, str]], *, empty: Sequence[int], lines: int
) -> list[tuple[int, str, str]]:
    """Return rows with the numbers of their lines instead of their places among those that are not empty."""
    behind = np.asarray(empty, dtype=np.int64) - lines - np.arange(1, len(empty) + 1)
    places = np.array([at for at, _, _ in ragged], dtype=np.int64)
    numbers = lines + places + np.searchsorted(behind, places, side="left")
    return [(int(at), kind, text) for at, (_, kind, text) in zip(numbers, ragged, strict=True)]
