"""Customers followed from a landmark on, in the groups known by then: what comes later makes nobody a member."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.known import with_known
from cxlab.evidence.risk import Causes, risk_table
from cxlab.quarter import Period, Window

NEEDED = ("customer_id", "from_day")


def landmark_table(
    lives: ir.Table,
    known: ir.Table,
    *,
    by: Sequence[str] = (),
    window: Window,
    period: Period = "day",
    causes: Causes = "one",
    bucket: bool = False,
) -> pd.DataFrame:
    """Customers at risk and lost, by periods since a landmark.

    Only who is a customer on the landmark's day is followed, from that day on; who joins later stays out. Several
    landmarks may be stacked: a customer counts in each, and intervals go by buckets.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    known : ibis table
        ``customer_id``, ``from_day`` (day number of the landmark), and columns as known on that day: one row for
        each customer and landmark. They take the place of columns of ``lives`` of the same name.
    by : sequence of str
        Columns of ``known``, or of ``lives`` where they never change.
    window, period, causes, bucket
        As for `risk_table`; a landmark outside the window is left out.

    Returns
    -------
    DataFrame
        As `risk_table`; ``tenure`` counts from the landmark.

    Raises
    ------
    ValueError
        If ``known`` lacks columns, or as `risk_table`.
    """
    rows = with_known(lives, known, needed=NEEDED, what="landmarks")
    there = (rows.start_day <= rows.from_day) & ~(rows.exit_day <= rows.from_day).fill_null(False)
    inside = (rows.from_day >= window.open_day) & (rows.from_day < window.close_day)
    rows = rows.filter(there & inside)
    rows = rows.mutate(start_day=rows.from_day.cast("int32")).drop("from_day")
    return risk_table(rows, by=by, window=window, period=period, causes=causes, bucket=bucket)
