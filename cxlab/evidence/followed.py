"""Customers active at one close followed to a later one: what a forecast made then is graded by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.at_risk import NEVER, SPAN
from cxlab.evidence.keys import Ints, Keys, packed_rows, unpacked, word_of
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
    keys = Keys.of(lives, [*by, *(["bucket"] if bucket else [])])
    columns = {**keys.columns(lives), "start": lives.start_day, "exit": ibis.coalesce(lives.exit_day, NEVER),
               "cause": word_of(lives.cause, ["transfer"])}  # fmt: skip
    sizes = (SPAN, *keys.sizes, 2)

    def made(rows: Mapping[str, Ints]) -> dict[str, Ints]:
        moved = (rows["exit"] < last) & (rows["cause"] == 1)
        there = (rows["start"] < first) & (rows["exit"] >= first) & ~moved
        rows = {name: of[there] for name, of in rows.items()}
        return {"all": packed_rows([first - 1 - rows["start"], *keys.places_in(rows), rows["exit"] < last], sizes)}

    found = tallied(columns, made, lives)["all"]
    tenure, *values, lost = unpacked(found.numbers, sizes)
    counts = pd.DataFrame({"tenure": tenure}).join(keys.frame(values))
    counts["customers"], counts["lost"] = found.counts, found.counts * lost
    names = ["tenure", *keys.names]
    return counts.groupby(names, as_index=False, sort=True, dropna=False)[["customers", "lost"]].sum()
