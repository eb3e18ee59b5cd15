"""Lines of a CSV file: their numbers, and whether each is a row of its own: then several threads may read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from cxlab.tables.config import File

_BLOCK = 2**20
"""So many bytes of a file are looked through at once."""

_LF, _CR = b"\n\r"


def lines_that_are_rows(path: Path, *, file: File, header: int) -> int | None:
    """Count the lines with anything on them below the header; None where it is not plain that each is a row.

    It is plain where every quote stands at an end of a value or beside another one: from the beginning of the file
    the first, third, fifth ... quote follows a separator, a line end or a quote, the second, fourth, sixth ... is
    followed by one, and an even number of them stands before every line end. Then no value holds a line end, and
    whoever begins to read behind one reads what was written.

    Parameters
    ----------
    path : Path
        The file, in UTF-8.
    header : int
        Lines up to the end of the header.
    """
    if len(file.quote.encode()) > 1:
        return None
    mark = ord(file.quote)
    edge = np.zeros(256, dtype=bool)
    edge[[_LF, _CR, ord(file.separator), mark]] = True
    lines = marks = feeds = returns = both = 0
    for block in _blocks(path):
        inner = block[2:-1]
        found, ends = np.flatnonzero(inner == mark), np.flatnonzero(inner == _LF)
        opening, closing = found[marks % 2 :: 2], found[1 - marks % 2 :: 2]
        if not (edge[block[opening + 1]].all() and edge[block[closing + 3]].all()):
            return None
        if ((marks + np.searchsorted(found, ends)) % 2).any():
            return None
        lines += int(np.count_nonzero(~_ends_nothing(block, ends)))
        marks, feeds = marks + len(found), feeds + len(ends)
        returns += int(np.count_nonzero(inner == _CR))
        both += int(np.count_nonzero(block[ends + 1] == _CR))
    if marks % 2 or returns != both or both not in (0, feeds):
        return None
    with path.open("rb") as held:
        above = sum(bool(line.strip(b"\r\n")) for line in islice(held, header))
        held.seek(-1, 2)
        return lines + (held.read() != b"\n") - above


def line_numbers(path: Path, starts: Sequence[int]) -> list[int]:
    """Return the number, from 1 on, of the line that each text stands in.

    Parameters
    ----------
    starts : sequence of int
        Where the texts begin, in bytes and in order; line ends before a text may come with it.
    """
    if not starts:
        return []
    end = _line_end(path)
    with path.open("rb") as held:
        at = np.array([_behind_line_ends(held, start) for start in starts])
        held.seek(0)
        numbers, line, passed = [], 1, 0
        for block in iter(partial(held.read, _BLOCK), b""):
            ends = passed + np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == end)
            here = at[slice(*np.searchsorted(at, [passed, passed + len(block)]))]
            numbers.extend((line + np.searchsorted(ends, here)).tolist())
            line, passed = line + len(ends), passed + len(block)
    return numbers


def empty_lines(path: Path, header: int) -> list[int]:
    """Return the numbers, from 1 on, of the lines below the header on which nothing stands."""
    found: list[int] = []
    end, line = _line_end(path), 1
    for block in _blocks(path):
        ends = np.flatnonzero(block[2:-1] == end)
        empty = _ends_nothing(block, ends) if end == _LF else np.isin(block[ends + 1], (_LF, _CR))
        found.extend((line + np.flatnonzero(empty)).tolist())
        line += len(ends)
    return [number for number in found if number > header]


def _ends_nothing(block: npt.NDArray[np.uint8], ends: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Say of each line end of a block whether nothing stands on its line."""
    before, before_that = block[ends + 1], block[ends]
    empty: npt.NDArray[np.bool_] = np.where(before == _CR, before_that, before) == _LF
    return empty


def _line_end(path: Path) -> int:
    """Return the last sign of a line end, as the first line has it."""
    with path.open(newline="", encoding="utf-8", errors="replace") as held:
        return _CR if held.readline().endswith("\r") else _LF


def _behind_line_ends(held: BinaryIO, start: int) -> int:
    held.seek(start)
    while held.read(1) in (b"\n", b"\r"):
        start += 1
    return start


def _blocks(path: Path) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield a file in blocks, each with the two bytes before it and the one behind; line ends around the whole."""
    with path.open("rb") as held:
        before, block = b"\n\n", held.read(_BLOCK)
        while block:
            behind = held.read(_BLOCK)
            yield np.frombuffer(before + block + (behind[:1] or b"\n"), dtype=np.uint8)
            before, block = (before + block)[-2:], behind
