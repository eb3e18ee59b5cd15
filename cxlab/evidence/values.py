"""How values spread over customers: counts by size of value, never a value of one customer."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.bucket import bucket_in
from cxlab.evidence.parts import by_part
from cxlab.evidence.repeat import AT_ONCE, with_way
from cxlab.evidence.stock import active_at_close
from cxlab.quarter import Window

VALUE_STEPS = 100
"""Bins of value in a doubling: each is seven tenths of a percent wide."""

NOTHING = -1
"""Bin of customers whose value is nothing."""


def value_bins(
    lives: ir.Table,
    buying: ir.Table | None,
    *,
    window: Window,
    by_tenure: pd.DataFrame,
    by_buying: pd.DataFrame,
) -> pd.DataFrame:
    """Count active customers by value: each value is looked up in the engine and only its bin comes out.

    Parameters
    ----------
    lives : ibis table
        Spells, with ``way`` (`cxlab.evidence.repeat.with_way`) or without.
    buying : ibis table or None
        One row per customer without a contract, as prepared; None where the study has no transactions.
    window : Window
        As for the worth.
    by_tenure : DataFrame
        ``plan``, ``tenure`` (days), ``per_margin``, ``per_revenue``: value of a unit a quarter of those looked up.
    by_buying : DataFrame
        ``plan``, ``x``, ``t_x``, ``total``, ``fixed``, ``per_spent``: value of those valued by their buying is
        fixed + per_spent x spent. Without rows they are looked up like the others.

    Returns
    -------
    DataFrame
        ``bucket``, ``bin``, ``customers``, ``value`` (minor units, whole). Counts of disjoint customers add.
    """
    tenures, worth = ibis.memtable(by_tenure), ibis.memtable(by_buying) if len(by_buying) else None
    frames = []
    tables = (lives,) if buying is None else (lives, buying)
    for some, *theirs in by_part(*tables, at_once=AT_ONCE):
        ways = some if "way" in some.columns else with_way(some, theirs[0] if theirs else None)
        rows = _looked_up(ways, tenures, window=window, bought=worth is not None)
        if theirs and worth is not None:
            rows = rows.union(_bought(theirs[0], worth))
        frames.append(_binned(rows))
    counted = pd.concat(frames).groupby(["bucket", "bin"], as_index=False)[["customers", "value"]].sum()
    return counted.sort_values(["bucket", "bin"], ignore_index=True)


def _looked_up(ways: ir.Table, tenures: ir.Table, *, window: Window, bought: bool) -> ir.Table:
    """Value by tenure of the active, but for those valued by their buying."""
    close = window.close_day
    active = active_at_close(ways, window=window)
    active = active.mutate(tenure=(close - 1 - active.start_day).cast("int64"), bucket=bucket_in(active))
    looked = active.filter((active.way != "bought") | (not bought)).inner_join(tenures, ["plan", "tenure"])
    amount = looked.margin_amount * looked.per_margin + looked.revenue_amount * looked.per_revenue
    return looked.select("bucket", value=amount.round().cast("int64"))


def _bought(buying: ir.Table, worth: ir.Table) -> ir.Table:
    """Value by buying of the active whose birth was seen."""
    found = buying.filter(buying.born & buying.active).inner_join(worth, ["plan", "x", "t_x", "total"])
    return found.select("bucket", value=(found.fixed + found.per_spent * found.spent).round().cast("int64"))


def _binned(rows: ir.Table) -> pd.DataFrame:
    rows = rows.mutate(value=ibis.greatest(rows.value, 0))
    size = (ibis.greatest(rows.value, 1).cast("float64").log2() * VALUE_STEPS).floor().cast("int64")
    rows = rows.mutate(bin=ibis.ifelse(rows.value > 0, size, NOTHING))
    counted = rows.group_by(["bucket", "bin"]).agg(
        customers=rows.count(), value=rows.value.sum().cast("decimal(38, 0)").cast("int64")
    )
    frame: pd.DataFrame = counted.to_pandas()
    return frame


def acquisition_costs(customers: ir.Table, *, window: Window) -> pd.DataFrame:
    """What winning a customer cost, by source, of those first seen inside the window whose cost is known.

    Parameters
    ----------
    customers : ibis table
        Contract table ``customers``.

    Returns
    -------
    DataFrame
        ``acq_source``, ``customers``, ``cost_amount`` (minor units, whole, summed). Sorted; empty without costs.
    """
    known = customers.filter(
        customers.acq_cost.notnull()
        & customers.acq_source.notnull()
        & (customers.first_seen.cast("date") >= window.open)
        & (customers.first_seen.cast("date") < window.close)
    )
    costs = known.group_by("acq_source").agg(
        customers=known.count(), cost_amount=known.acq_cost.sum().cast("decimal(38, 0)").cast("int64")
    )
    frame: pd.DataFrame = costs.to_pandas()
    return frame.sort_values("acq_source", ignore_index=True)
