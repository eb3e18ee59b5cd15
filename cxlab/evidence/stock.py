"""Customers active at the close, with what they bring, by tenure."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir
import pandas as pd

from cxlab.quarter import Window

_MONEY = "decimal(19, 0)"
"""An account's money: its square is decimal(38, 0), exact whatever the order of the rows."""

AMOUNTS = ("customers", "customers_squared", "margin", "margin_squared", "revenue", "revenue_squared")


def stock_table(lives: ir.Table, *, by: Sequence[str] = (), window: Window) -> pd.DataFrame:
    """Sum customers and money of the active at the close, by tenure.

    Squares are squares of an account's total inside a cell, because an account may leave as one.
    Stocks of disjoint accounts add.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    by : sequence of str
        Columns of ``lives`` to sum by.
    window : Window
        Only its close is read.

    Returns
    -------
    DataFrame
        ``tenure`` (days up to the last one seen, the day before the close), ``by``, ``customers``,
        ``customers_squared``, ``margin``, ``margin_squared``, ``revenue``, ``revenue_squared``: per quarter of 91
        days, in minor units of the study currency. Sums are exact; floats only here, because squares outgrow
        64-bit integers. Sorted.
    """
    close = window.close_day
    gone = (lives.exit_day < close).fill_null(False)
    active = lives.filter((lives.start_day < close) & ~gone)
    active = active.mutate(tenure=(close - 1 - active.start_day).cast("int64"))
    accounts = active.group_by(["tenure", *by, "account_id"]).agg(
        customers=active.count(),
        margin=active.margin_amount.sum().cast(_MONEY),
        revenue=active.revenue_amount.sum().cast(_MONEY),
    )
    stock = accounts.group_by(["tenure", *by]).agg(
        customers=accounts.customers.sum().cast("int64"),
        customers_squared=(accounts.customers * accounts.customers).sum().cast("int64"),
        margin=accounts.margin.sum().cast("float64"),
        margin_squared=(accounts.margin * accounts.margin).sum().cast("float64"),
        revenue=accounts.revenue.sum().cast("float64"),
        revenue_squared=(accounts.revenue * accounts.revenue).sum().cast("float64"),
    )
    frame: pd.DataFrame = stock.to_pandas()
    return frame.sort_values(["tenure", *by], ignore_index=True)[["tenure", *by, *AMOUNTS]]
