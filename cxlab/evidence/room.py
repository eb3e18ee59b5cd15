"""Whether a risk table has room: patterns times periods, reckoned before anything is laid out."""

from __future__ import annotations

import math

import ibis.expr.types as ir

from cxlab.evidence.keys import Keys, packed
from cxlab.quarter import Window

MOST_ROWS = 1 << 25
"""Rows of a risk table, about 2 GB of it."""

_CENTURY = 36_525
_UNCOUNTED = 1 << 40
"""As many combinations are not counted out: no table of them has room."""


def refuse_too_many(lives: ir.Table, keys: Keys, *, quarters: int, window: Window, width: float) -> None:
    """Refuse a risk table of too many rows, naming its columns and how many values each of them has.

    Only where all combinations over a century would be too many are the patterns that occur counted, and the
    periods since the oldest start.

    Parameters
    ----------
    keys : Keys
        Columns that make a pattern.
    quarters : int
        Calendar quarters time is cut at; 0: it is not.
    width : float
        Days of a period of the clock.

    Raises
    ------
    ValueError
        If it would have more than `MOST_ROWS` rows.
    """
    every, cuts = keys.combinations, max(quarters, 1)
    if every * cuts * math.ceil(_CENTURY / width) <= MOST_ROWS:
        return
    oldest = lives.start_day.min().to_pyarrow().as_py()
    periods = 0 if oldest is None else math.ceil((window.close_day - int(oldest)) / width)
    if every * cuts * periods > MOST_ROWS and every < _UNCOUNTED:
        every = int(lives.select(n=packed(keys.places(lives), keys.sizes)).distinct().count().to_pyarrow().as_py())
    if every * cuts * periods <= MOST_ROWS:
        return
    columns = [f"{name} {max(len(of), 1):,}" for name, of in zip(keys.names, keys.values, strict=True)]
    columns += [f"quarter {quarters:,}"] if quarters else []
    raise ValueError(
        f"a risk table of {every * cuts:,} patterns ({', '.join(columns)}) over {periods:,} periods has up to "
        f"{every * cuts * periods:,} rows; no more than {MOST_ROWS:,} have room: leave out a column, bin one, or "
        "take a coarser period"
    )
