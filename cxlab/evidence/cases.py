"""Customers with a case followed from a day after its opening, by what had become of it by then."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.landmarks import landmark_table
from cxlab.quarter import Window

STATES = ("solved", "closed", "open")
"""Of a case on the landmark's day: closed as solved, closed otherwise, not closed."""

SOLVED = "solved"
"""Outcome of a case that was."""


def case_table(
    lives: ir.Table,
    cases: ir.Table,
    *,
    by: Sequence[str] = (),
    window: Window,
    days: int = 30,
    bucket: bool = False,
) -> pd.DataFrame:
    """Customers at risk and lost, by weeks since their case had been open for as many days.

    Everybody counts from that day on, whose case was solved by then as whose was not: a case takes time to be
    solved, and who left meanwhile could not have one solved.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    cases : ibis table
        The contract table ``loop_cases``; cases of nobody known are left out.
    by : sequence of str
        Columns of ``lives`` that never change, to count by.
    window : Window
        The time looked at.
    days : int
        The landmark lies as many days after the opening.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.

    Returns
    -------
    DataFrame
        ``tenure`` (weeks since the landmark), ``by``, ``case_state`` (one of `STATES`), [``bucket``], ``at_risk``,
        ``lost``. Counts of disjoint customers add.

    Raises
    ------
    ValueError
        If ``days`` is negative.
    """
    if days < 0:
        raise ValueError(f"the landmark lies after the opening of a case; got {days} days")
    opened, closed = (_day(cases[name]) for name in ("opened_at", "closed_at"))
    state = ibis.cases(
        ((closed <= opened + days) & (cases.outcome == SOLVED), "solved"), (closed <= opened + days, "closed"),
        else_="open",
    )  # fmt: skip
    known = cases.select("customer_id", from_day=opened + days, case_state=state)
    known = known.filter(known.customer_id.notnull())
    # two cases of one day are one landmark: the state that comes first among them counts
    order = ibis.cases(
        *((known.case_state == name, place) for place, name in enumerate(STATES)), else_=len(STATES)
    )
    known = known.group_by(["customer_id", "from_day"]).agg(case_state=known.case_state.argmin(order))
    return landmark_table(lives, known, by=[*by, "case_state"], window=window, period="week", bucket=bucket)


def _day(at: ir.TimestampValue) -> ir.IntegerValue:
    return at.cast("date").delta(ibis.date(1970, 1, 1), unit="day").cast("int32")
