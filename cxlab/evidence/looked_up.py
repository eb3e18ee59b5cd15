"""Numbers of tables by tenure and group, looked up for every active customer: the engine joins them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.quarter import Window


def looked_up(lives: ir.Table, table: pd.DataFrame, *, by: str, window: Window) -> ir.Table:
    """Give each customer active at the close what a table says of their group and tenure.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    table : DataFrame
        ``by``, ``tenure`` (days up to the last one before the close, as in `stock_table`), and what to look
        up; one row each.
    by : str
        Column of ``lives`` the table knows.
    window : Window
        Only its close is read.

    Returns
    -------
    ibis table
        ``customer_id, account_id, spell``, ``by``, ``tenure_days``, ``revenue_amount``, ``margin_amount``, then
        the columns of ``table``; who is not in the table has no row.

    Raises
    ------
    ValueError
        If the table says two things of one group and tenure.
    """
    if table.duplicated([by, "tenure"]).any():
        raise ValueError(f"the table to look up in must have one row for each {by} and tenure; some have several")
    close = window.close_day
    active = lives.filter((lives.start_day < close) & ~(lives.exit_day < close).fill_null(False))
    active = active.mutate(tenure=(close - 1 - active.start_day).cast("int64"))
    found = active.inner_join(ibis.memtable(table), [by, "tenure"])
    columns = [name for name in table.columns if name not in (by, "tenure")]
    return found.select(
        "customer_id", "account_id", "spell", by, found.tenure.cast("int32").name("tenure_days"), "revenue_amount",
        "margin_amount", *columns,
    )  # fmt: skip
