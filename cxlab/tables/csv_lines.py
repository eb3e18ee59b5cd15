"""Lines of a CSV file: their numbers, and whether each is a row of its own: then several threads may read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cxlab.tables.config import File

_BLOCK = 2**20
"""So many bytes of a file are looked through at once."""

_LF, _CR = b"\n\r"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What one reading of a file tells.

    Parameters
    ----------
    lines : int
        All of them, empty ones as well.
    alike : bool
        Whether it is plain that all lines end alike, in a line feed or in two signs.
    quoted : bool
        Whether a quote stands anywhere.
    """

    lines: int
    alike: bool
    quoted: bool


def signs(path: Path, *, quote: str) -> Signs:
    """Look through a file once."""
    feeds = returns = both = 0
    mark, quoted, end = quote.encode(), False, b"\n"
    with path.open("rb") as held:
        for block in iter(partial(held.read, _BLOCK), b""):
            feeds += block.count(b"\n")
            if end == b"\r" or b"\r" in block:  # to look for a sign is far cheaper than to count it
                returns += block.count(b"\r")
                both += (end + block).count(b"\r\n")
            quoted, end = quoted or mark in block, block[-1:]
    return Signs(lines=feeds + (end != b"\n"), alike=returns in (0, feeds) and returns == both, quoted=quoted)


def every_line_is_a_row(path: Path, *, file: File) -> bool:
    """Say whether it is plain that every line is a row of its own.

    It is plain where every quote stands at an end of a value or beside another one: from the beginning of the file
    the first, third, fifth ... quote follows a separator, a line end or a quote, the second, fourth, sixth ... is
    followed by one, and an even number of them stands before every line end. Then no value holds a line end, and
    whoever begins to read behind one reads what was written.

    Parameters
    ----------
    path : Path
        The file, in UTF-8.
    """
    if not _is_one_byte(file.quote):
        return False
    marks = feeds = returns = both = 0
    for block in _blocks(path):
        inner = block[2:-1]
        ends = np.flatnonzero(inner == _LF)
        found = _marks(block, before=marks, ends=ends, file=file)
        if found is None:
            return False
        marks, feeds = marks + found, feeds + len(ends)
        returns += int(np.count_nonzero(inner == _CR))
        both += int(np.count_nonzero(block[ends + 1] == _CR))
    return marks % 2 == 0 and returns == both and both in (0, feeds)


def quotes_are_plain(lines: bytes, *, file: File) -> bool:
    """Say the same of some lines, whole ones; what they end in is not looked at."""
    if file.quote.encode() not in lines:
        return True
    if not _is_one_byte(file.quote):
        return False
    block = np.frombuffer(b"\n\n" + lines + b"\n", dtype=np.uint8)
    found = _marks(block, before=0, ends=np.flatnonzero(block[2:-1] == _LF), file=file)
    return found is not None and found % 2 == 0


def _is_one_byte(quote: str) -> bool:
    return len(quote.encode()) == 1


def _marks(block: npt.NDArray[np.uint8], *, before: int, ends: npt.NDArray[np.intp], file: File) -> int | None:
    """Count the quotes of a block; None where one does not stand as it should.

    Parameters
    ----------
    block : array of uint8
        With the two bytes before it and the one behind.
    before : int
        Quotes before the block.
    ends : array of intp
        Line ends inside it.
    """
    mark = ord(file.quote)
    edge = np.zeros(256, dtype=bool)
    edge[[_LF, _CR, ord(file.separator), mark]] = True
    found = np.flatnonzero(block[2:-1] == mark)
    opening, closing = found[before % 2 :: 2], found[1 - before % 2 :: 2]
    if not (edge[block[opening + 1]].all() and edge[block[closing + 3]].all()):
        return None
    return None if ((before + np.searchsorted(found, ends)) % 2).any() else len(found)


def line_numbers(path: Path, starts: Sequence[int]) -> list[int]:
    """Return the number, from 1 on, of the line that each text stands in.

    Parameters
    ----------
    starts : sequence of int
        Where the texts begin, in bytes and in order; line ends before a text may come with it.
    """
    if not starts:
        return []
    with path.open("rb") as held:
        at = np.array([_behind_line_ends(held, start) for start in starts])
        held.seek(0)
        numbers, line, passed = [], 1, 0
        for block in iter(partial(held.read, _BLOCK), b""):
            ends = passed + np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == _LF)
            here = at[slice(*np.searchsorted(at, [passed, passed + len(block)]))]
            numbers.extend((line + np.searchsorted(ends, here)).tolist())
            line, passed = line + len(ends), passed + len(block)
    return numbers


def empty_lines(path: Path, header: int) -> list[int]:
    """Return the numbers, from 1 on, of the lines below the header on which nothing stands."""
    found: list[int] = []
    line = 1
    for block in _blocks(path):
        ends = np.flatnonzero(block[2:-1] == _LF)
        found.extend((line + np.flatnonzero(_ends_nothing(block, ends))).tolist())
        line += len(ends)
    return [number for number in found if number > header]


def _ends_nothing(block: npt.NDArray[np.uint8], ends: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Say of each line end of a block whether nothing stands on its line."""
    before, before_that = block[ends + 1], block[ends]
    empty: npt.NDArray[np.bool_] = np.where(before == _CR, before_that, before) == _LF
    return empty


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


def is_utf_8(block: bytes) -> bool:
    """Say whether bytes are whole signs of UTF-8."""
    text = pa.Array.from_buffers(
        pa.large_string(), 1, [None, pa.py_buffer(np.array([0, len(block)])), pa.py_buffer(block)]
    )
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def holds_base_16(block: bytes) -> bool:
    """Say whether 0x or 0X stands anywhere; to look for two signs at once takes far longer."""
    signs = np.frombuffer(block, dtype=np.uint8)
    return any(
        bool((signs[np.flatnonzero(signs[1:] == ord(sign))] == ord("0")).any())
        for sign in (b"x", b"X")
        if sign in block
    )
