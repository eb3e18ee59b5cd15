"""Customers at the start of a quarter, joined, back, lost and at its close."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.bucket import bucket_of
from cxlab.quarter import Quarter, day_number

STEPS = ("open", "joined", "back", "lost_voluntary", "lost_involuntary", "transferred", "close")
"""Counts of a quarter; open + joined + back - lost - transferred = close."""


def movements(
    lives: ir.Table, *, quarters: Sequence[Quarter], by: Sequence[str] = (), bucket: bool = False
) -> pd.DataFrame:
    """Count the moves of each quarter; every step, the close too, is counted on its own: the sum is a check.

    A spell is open at a quarter's start if it began before and its first day without service is not before.
    Movements of disjoint customers add.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    quarters : sequence of Quarter
        None may begin before the window opened or close after it closed.
    by : sequence of str
        Columns of ``lives`` to count by.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.

    Returns
    -------
    DataFrame
        ``quarter`` (text such as 2026Q3), ``by``, [``bucket``], then the integer counts of `STEPS`, and
        ``provisional``: losses of the quarter that a return could still undo. Sorted; empty cells left out.

    Raises
    ------
    ValueError
        If no quarter is asked for.
    """
    if not quarters:
        raise ValueError("movements needs at least one quarter; got none")
    keys = [*by, *(["bucket"] if bucket else [])]
    spells = lives.mutate(bucket=bucket_of(lives.account_id)) if bucket else lives
    frames = [_one_quarter(spells, quarter=quarter, keys=keys) for quarter in quarters]
    table = pd.concat(frames, ignore_index=True).sort_values(["quarter", *keys], ignore_index=True)
    counts = [*STEPS, "provisional"]
    table[counts] = table[counts].fillna(0).astype("int64")
    return table.loc[table[counts].any(axis=1), ["quarter", *keys, *counts]].reset_index(drop=True)


def _one_quarter(spells: ir.Table, *, quarter: Quarter, keys: list[str]) -> pd.DataFrame:
    first, close = day_number(quarter.start), day_number(quarter.end)
    begun = spells.start_day < close
    joins = begun & (spells.start_day >= first)
    gone = (spells.exit_day < close).fill_null(False)
    leaves = gone & (spells.exit_day >= first)
    left = leaves & (spells.cause != "transfer")
    stays_from_before = (spells.start_day < first) & ~(spells.exit_day < first).fill_null(False)
    counts = {
        "open": stays_from_before,
        "joined": joins & (spells.spell == 1),
        "back": joins & (spells.spell > 1),
        "lost_voluntary": left & (spells.cause != "involuntary"),
        "lost_involuntary": left & (spells.cause == "involuntary"),
        "transferred": leaves & (spells.cause == "transfer"),
        "close": begun & ~gone,
        "provisional": left & spells.provisional,
    }
    sums = {name: ibis.ifelse(condition.fill_null(False), 1, 0).sum() for name, condition in counts.items()}
    table = spells.group_by(keys).agg(**sums) if keys else spells.agg(**sums)
    frame: pd.DataFrame = table.to_pandas()
    frame.insert(0, "quarter", str(quarter))
    return frame
