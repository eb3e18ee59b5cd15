"""Customers whose group changes while they stay: time at risk cut where it does, and clocks of their own."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.at_risk import SEEN_FROM
from cxlab.evidence.known import with_known
from cxlab.evidence.risk import Causes, risk_table
from cxlab.quarter import Period, Quarter, Window, day_number

NEEDED = ("customer_id", "from_day", "until_day")


def episode_table(
    lives: ir.Table,
    known: ir.Table,
    *,
    by: Sequence[str],
    window: Window,
    period: Period = "day",
    causes: Causes = "one",
    bucket: bool = False,
) -> pd.DataFrame:
    """Customers at risk and lost by tenure, each in the group known at the time.

    A change of group is an exit without a loss and an entry at the same tenure: what is compared at a tenure are
    those who are in a group then. The curve of a group whose members change is nobody's survival; ratios are what
    such a table is for.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    known : ibis table
        ``customer_id``, ``from_day``, ``until_day`` (day numbers, half-open; missing = to the close), and columns
        as known from that day on. Episodes of a customer must not overlap; time without one is not at risk.
    by : sequence of str
        Columns of ``known``, or of ``lives`` where they never change.
    window, period, causes, bucket
        As for `risk_table`.

    Returns
    -------
    DataFrame
        As `risk_table`. Where the episodes cover all of a spell, sums over groups are its table.

    Raises
    ------
    ValueError
        If ``known`` lacks columns, or as `risk_table`.
    """
    rows = with_known(lives, known, needed=NEEDED, what="episodes")
    until = ibis.coalesce(rows.until_day, window.close_day)
    there = (rows.start_day < until) & ~(rows.exit_day <= rows.from_day).fill_null(False)
    rows = rows.filter(there & (until > rows.from_day))
    until = ibis.coalesce(rows.until_day, window.close_day)
    changes = (until < window.close_day) & ~(rows.exit_day <= until).fill_null(False)
    rows = rows.mutate(
        exit_day=ibis.ifelse(changes, until, rows.exit_day).cast("int32"),
        cause=ibis.ifelse(changes, "transfer", rows.cause),
        **{SEEN_FROM: rows.from_day.cast("int32")},
    )
    return risk_table(rows, by=by, window=window, period=period, causes=causes, bucket=bucket)


def known_at_closes(panel: ir.Table, columns: Sequence[str], *, quarters: Sequence[Quarter]) -> ir.Table:
    """Return what the panel says of customers at each close as episodes: it holds through the quarter after it.

    Parameters
    ----------
    panel : ibis table
        One row per customer and quarter, as prepared for a study.
    columns : sequence of str
        Columns of the panel, such as ``grp``, ``plan``, or bins of ``revenue_amount`` (`cxlab.evidence.bins`).
    quarters : sequence of Quarter
        The quarters they are of.

    Returns
    -------
    ibis table
        ``customer_id, from_day, until_day`` and the columns, for `episode_table`.
    """
    days = ibis.memtable(
        pd.DataFrame({
            "quarter_number": [quarter.ordinal for quarter in quarters],
            "from_day": [day_number(quarter.end) for quarter in quarters],
            "until_day": [day_number((quarter + 1).end) for quarter in quarters],
        }),
        schema=ibis.schema({"quarter_number": "int32", "from_day": "int32", "until_day": "int32"}),
    )  # fmt: skip
    rows = panel.inner_join(days, "quarter_number")
    return rows.select("customer_id", "from_day", "until_day", *columns)


def with_terms(lives: ir.Table, contracts: ir.Table) -> ir.Table:
    """Add ``term_days``: the committed days of the contract a spell began with; missing where it has none.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    contracts : ibis table
        The contract table ``contracts``.
    """
    day = contracts.start.cast("date").delta(ibis.date(1970, 1, 1), unit="day").cast("int32")
    begun = contracts.select(holder="customer_id", begun_day=day, term_days="term_days")
    first = begun.group_by(["holder", "begun_day"]).agg(term_days=begun.term_days.max())
    joined = lives.left_join(first, [lives.customer_id == first.holder, lives.start_day == first.begun_day])
    return joined.drop("holder", "begun_day")
