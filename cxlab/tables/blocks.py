"""Customers and days kept in blocks of a quarter of a year: new data make the blocks anew that they reach."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from cxlab.tables.days import day_literal
from cxlab.tables.fingerprint import digest
from cxlab.tables.limits import within_limits
from cxlab.tables.month_sums import MonthSums
from cxlab.tables.parts import part_files, unordered
from cxlab.tables.stored import forget_older, is_there, write_sorted
from cxlab.tables.turns import in_turn
from cxlab.tables.whole_files import take_away, written_whole

_MONTHS = 3

Rows = Callable[[int, date, date], ir.Table]
"""Rows of the days of a part's customers, made of what happened from a day to before another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Days of a quarter of a calendar year of a part's customers.

    Parameters
    ----------
    part : int
        Part of the customers.
    first, until : date
        Its days, half-open.
    file : str
        Name of its file; it holds the hash of all it is made of.
    """

    part: int
    first: date
    until: date
    file: str


def blocks_of(sums: MonthSums, *, parts: int, reach: int, close: date, rules: str) -> list[Block]:
    """Cut the days before the close into blocks, in order of part and time.

    Parameters
    ----------
    sums : MonthSums
        Of the rows the days are made of.
    parts : int
        Into how many parts the customers are cut.
    reach : int
        Days on either side of a block that may change it.
    close : date
        No row on or after it counts; first day of a month.
    rules : str
        Hash of every setting and of the code that make days of rows.
    """
    firsts = sorted({_first_of(month) for month in sums.months()})
    around = timedelta(days=reach)
    return [
        Block(
            part=part,
            first=first,
            until=until,
            file=f"{first}-{digest(rules, sums.digest(part, since=first - around, until=until + around))}.parquet",
        )
        for part in range(parts)
        for first, until in ((first, min(_until(first), close)) for first in firsts)
    ]


@within_limits()
def stored_blocks(
    rows: Rows,
    *,
    blocks: Sequence[Block],
    reach: int,
    parts: int,
    engine: Backend,
    to: Path,
    sort: tuple[str, ...],
) -> ir.Table:
    """Return a table of customers and days read from ``to``; blocks another table of its kind has are shared.

    Parameters
    ----------
    rows : callable
        Gives the days of a part, made of what happened from a day to before another; they need to be right only
        at least ``reach`` days inside.
    blocks : sequence of Block
        All of the table.
    to : Path
        A folder, beside those of other quarters and earlier data.
    sort : tuple of str
        Columns each file is sorted by.

    Returns
    -------
    Table
        What ``rows`` gave, and ``part`` (int32).
    """
    files = max(len(blocks), parts)
    if not is_there(part_files(to), files=files, engine=engine):
        with in_turn(to):
            if not is_there(part_files(to), files=files, engine=engine):
                take_away(to)
                with written_whole(to) as half:
                    for part in range(parts):
                        own = [block for block in blocks if block.part == part]
                        _make_part(rows, part=part, blocks=own, reach=reach, engine=engine, to=half, sort=sort,
                                   beside=to.parent)  # fmt: skip
                forget_older(to)
    return engine.read_parquet(part_files(to), hive_partitioning=False)


def _make_part(
    rows: Rows,
    *,
    part: int,
    blocks: Sequence[Block],
    reach: int,
    engine: Backend,
    to: Path,
    sort: tuple[str, ...],
    beside: Path,
) -> None:
    folder = to / f"part={part}"
    folder.mkdir(parents=True)
    missing = [
        block for block in blocks if not _shared(block, to=folder / block.file, beside=beside, engine=engine)
    ]
    for run in _one_after_another(missing, among=blocks):
        since, until = run[0].first - timedelta(days=reach), run[-1].until + timedelta(days=reach)
        made = rows(part, since, until).mutate(part=ibis.literal(part, type="int32"))
        with unordered(engine):  # each block is put in order when it is written
            held = made.cache() if len(run) > 1 else made
        for block in run:
            inside = (held["day"] >= day_literal(block.first)) & (held["day"] < day_literal(block.until))
            write_sorted(held.filter(inside), engine=engine, to=folder / block.file, sort=sort)
    if not blocks:  # no row at all: the columns still have to be there
        nothing = rows(part, date.min, date.min).mutate(part=ibis.literal(part, type="int32"))
        write_sorted(nothing, engine=engine, to=folder / "none.parquet", sort=sort)


def _shared(block: Block, *, to: Path, beside: Path, engine: Backend) -> bool:
    """Take a block from another table that has it; a file of its own where the disk knows no links."""
    for found in beside.glob(f"*.parquet/part={block.part}/{block.file}"):
        if not is_there([str(found)], files=1, engine=engine):
            continue  # damaged: a link would spread it
        try:
            os.link(found, to)
        except FileNotFoundError:
            continue  # taken away meanwhile
        except OSError:
            shutil.copyfile(found, to)
        return True
    return False


def _one_after_another(blocks: Sequence[Block], *, among: Sequence[Block]) -> Iterator[list[Block]]:
    """Yield stretches of blocks with no other block between them."""
    place = {block: number for number, block in enumerate(among)}
    for _, run in groupby(enumerate(blocks), key=lambda of: place[of[1]] - of[0]):
        yield [block for _, block in run]


def _first_of(month: date) -> date:
    return date(month.year, (month.month - 1) // _MONTHS * _MONTHS + 1, 1)


def _until(first: date) -> date:
    return date(first.year + (first.month + _MONTHS > 12), (first.month + _MONTHS - 1) % 12 + 1, 1)
