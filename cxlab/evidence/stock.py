"""Customers active at the close, with what they bring, by tenure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.quarter import Window

_MONEY = "decimal(19, 0)"
"""An account's money: its square is decimal(38, 0), exact whatever the order of the rows."""

_NARROW = 3_000_000_000
"""Squares of smaller money fit into 64 bits, which are multiplied in half the time."""

AMOUNTS = ("customers", "customers_squared", "margin", "margin_squared", "revenue", "revenue_squared")


Told = Callable[[ir.Table], ir.Table]
"""Adds columns to spells."""


def _as_they_are(spells: ir.Table) -> ir.Table:
    return spells


def stock_table(
    lives: ir.Table,
    *,
    by: Sequence[str] = (),
    window: Window,
    told: Told = _as_they_are,
) -> pd.DataFrame:
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
    told : callable, optional
        Adds columns to sum by to spells of whole accounts; whatever the others are, they get the same.

    Returns
    -------
    DataFrame
        ``tenure`` (days up to the last one seen, the day before the close), ``by``, ``customers``,
        ``customers_squared``, ``margin``, ``margin_squared``, ``revenue``, ``revenue_squared``: per quarter of 91
        days, in minor units of the study currency. Sums are exact; floats only here, because squares outgrow
        64-bit integers. Sorted.
    """
    stock = Stock(lives, by=by, window=window)
    stock.add(lives, told=told)
    return stock.frame()


class Stock:
    """The stock of spells added part by part: disjoint customers, of whom some may share an account.

    Who shares none is an account, and needs no name; accounts that may be shared are added up when all parts are
    there. Whole numbers: the order does not matter.

    Parameters
    ----------
    lives : ibis table
        All spells.
    by, window
        As for `stock_table`.
    """

    def __init__(self, lives: ir.Table, *, by: Sequence[str], window: Window) -> None:
        self._cells, self._window = ["tenure", *by], window
        self._narrow = _largest(lives) < _NARROW
        self._alone: list[ir.Table] = []
        self._together: list[ir.Table] = []

    def add(self, part: ir.Table, *, told: Told = _as_they_are) -> None:
        """Add the spells of some customers; they bring the columns to sum by, or are told them."""
        alone = _active(told(part.filter(~part.shared)), window=self._window)
        self._alone.append(_sums(alone, cells=self._cells, narrow=self._narrow).cache())
        others = _active(told(part.filter(part.shared)), window=self._window)
        self._together.append(others.select(*self._cells, "account_id", "customers", "margin", "revenue").cache())

    def frame(self) -> pd.DataFrame:
        """Return the sums, as `stock_table` does."""
        cells, together = self._cells, ibis.union(*self._together)
        stock = ibis.union(_sums(_accounts(together, cells=cells), cells=cells), *self._alone)
        whole = stock.group_by(cells).agg(**{
            name: stock[name].sum().cast("int64" if name.startswith("customers") else "float64")
            for name in AMOUNTS
        })  # fmt: skip
        frame: pd.DataFrame = whole.to_pandas()
        return frame.sort_values(cells, ignore_index=True)[[*cells, *AMOUNTS]]


def active_at_close(lives: ir.Table, *, window: Window) -> ir.Table:
    """Keep the spells of customers active at the close."""
    close = window.close_day
    return lives.filter((lives.start_day < close) & ~(lives.exit_day < close).fill_null(False))


def _active(lives: ir.Table, *, window: Window) -> ir.Table:
    """Spells of customers active at the close, with their tenure."""
    rows = active_at_close(lives, window=window)
    return rows.mutate(
        tenure=(window.close_day - 1 - rows.start_day).cast("int64"),
        customers=ibis.literal(1, type="int64"),
        margin=rows.margin_amount,
        revenue=rows.revenue_amount,
    )


def _largest(lives: ir.Table) -> int:
    """Largest amount of a spell, whatever its sign."""
    amounts = (lives.margin_amount, lives.revenue_amount)
    ends = [end for amount in amounts for end in (amount.max(), -amount.min())]
    most = ibis.greatest(*ends).to_pyarrow().as_py()
    return 0 if most is None else int(most)


def _accounts(rows: ir.Table, *, cells: Sequence[str]) -> ir.Table:
    """Add up what the customers of an account bring, cell by cell."""
    return rows.group_by([*cells, "account_id"]).agg(
        customers=rows.customers.sum(),
        margin=rows.margin.sum().cast(_MONEY),
        revenue=rows.revenue.sum().cast(_MONEY),
    )


def _sums(accounts: ir.Table, *, cells: Sequence[str], narrow: bool = False) -> ir.Table:
    """Sum accounts and their squares, in 64 bits where these are known to be enough."""
    of = {name: accounts[name] for name in ("customers", "margin", "revenue")}
    wide = {name: amount if narrow else amount.cast(_MONEY) for name, amount in of.items()}
    squares = {f"{name}_squared": amount * amount for name, amount in wide.items()}
    return accounts.group_by(cells).agg(**{
        name: amount.sum().cast("decimal(38, 0)") for name, amount in (of | squares).items()
    })  # fmt: skip
