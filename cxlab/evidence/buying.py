"""Everything the worth of customers needs of their buying and staying, in one passage over their days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.parts import Counting, by_part, numbered
from cxlab.evidence.repeat import (
    NO_COUNTS,
    NO_SPEND,
    repeat_customers,
    repeat_keys,
    spend_keys,
    with_spend_bin,
    with_way,
)
from cxlab.evidence.stock import Stock
from cxlab.quarter import Window


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorthSums:
    """What the worth of customers is made of.

    Parameters
    ----------
    stock : DataFrame
        `cxlab.evidence.stock.stock_table` of the spells with their ``way`` (`cxlab.evidence.repeat.with_way`).
    counts : DataFrame
        `cxlab.evidence.repeat.repeat_counts` with buckets.
    spend : DataFrame
        `cxlab.evidence.repeat.spend_counts` with buckets.
    """

    stock: pd.DataFrame
    counts: pd.DataFrame
    spend: pd.DataFrame


def worth_sums(
    lives: ir.Table, days: ir.Table | None, *, by: Sequence[str], traits: Sequence[str], window: Window
) -> WorthSums:
    """Sum stock, repeat buying and spend; who bought what is worked out once for all three, part by part.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    days : ibis table or None
        One row per customer-day; None: the study has no transactions.
    by : sequence of str
        What the stock is summed by; ``way`` may be among it.
    traits : sequence of str
        Traits the repeat buying is counted by.
    window : Window
        Purchases from its open up to its close; the stock of its close.
    """
    stock = Stock(lives, by=by, window=window)
    if days is None:
        for (part,) in by_part(lives):
            stock.add(with_way(part, None, window=window))
        return WorthSums(stock=stock.frame(), counts=NO_COUNTS.copy(), spend=NO_SPEND.copy())
    repeats = repeat_keys(lives, window=window, by=traits, bucket=True)
    spends = spend_keys(lives, window=window, bucket=True)
    counts = Counting(keys=repeats, sums=["customers", "spent", "amount"])
    spend = Counting(keys=spends, sums=["customers", "spent"])
    for some_days, some in by_part(days, lives):
        buyers = repeat_customers(some_days, some, window=window).cache()
        stock.add(with_way(some, some_days, window=window, buyers=buyers))
        counts.add(numbered(buyers, repeats, "spent", "amount"))
        spend.add(numbered(with_spend_bin(buyers), spends, "spent"))
    return WorthSums(stock=stock.frame(), counts=counts.frame(), spend=spend.frame())
