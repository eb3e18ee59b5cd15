"""Customers active at one close followed to a later one: what a forecast made then is graded by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.at_risk import SPAN
from cxlab.evidence.keys import Keys, unpacked
from cxlab.evidence.tally import tallied
from cxlab.quarter import day_number


def followed(
    lives: ir.Table, *, by: Sequence[str] = (), close: date, until: date, bucket: bool = False
) -> pd.DataFrame:
    """Count the customers active at a close by tenure, and those of them who were lost before a later one.

    Who was transferred in between is left out: neither lost nor known to have stayed. Counts of disjoint customers
    add.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    by : sequence of str
        Columns of ``lives`` to count by.
    close, until : date
        First day after the quarter they are active in, and after the time they are followed.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.

    Returns
    -------
    DataFrame
        ``tenure`` (days up to the last one before ``close``, as in `stock_table`), ``by``, [``bucket``],
        ``customers``, ``lost``: integers, sorted by tenure and the other keys.

    Raises
    ------
    ValueError
        If ``until`` is not after ``close``, or ``by`` names something else.
    """
    unknown = [name for name in by if name not in lives.columns]
    if unknown:
        raise ValueError(f"by names columns of lives ({', '.join(lives.columns)}); got {', '.join(unknown)}")
    if until <= close:
        raise ValueError(f"customers are followed to a day after {close}; got {until}")
    first, last = day_number(close), day_number(until)
    gone = (lives.exit_day < last).fill_null(False)
    moved = (gone & (lives.cause == "transfer")).fill_null(False)
    there = (lives.start_day < first) & ~(lives.exit_day < first).fill_null(False)
    rows = lives.filter(there & ~moved)
    keys = Keys.of(lives, [*by, *(["bucket"] if bucket else [])])
    places = [
        first - 1 - rows.start_day,
        *keys.places(rows),
        ibis.ifelse((rows.exit_day < last).fill_null(False), 1, 0),
    ]
    sizes = dict(enumerate((SPAN, *keys.sizes, 2)))
    found = tallied(places, {"all": sizes}, rows)["all"]
    tenure, *values, lost = unpacked(found.numbers, tuple(sizes.values()))
    counts = pd.DataFrame({"tenure": tenure}).join(keys.frame(values))
    counts["customers"], counts["lost"] = found.counts, found.counts * lost
    names = ["tenure", *keys.names]
    return counts.groupby(names, as_index=False, sort=True, dropna=False)[["customers", "lost"]].sum()
