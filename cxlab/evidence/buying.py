"""Everything the worth of customers needs of their buying and staying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.parts import by_part
from cxlab.evidence.repeat import AT_ONCE, NO_COUNTS, NO_SPEND, repeat_counts, spend_counts, with_way
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
    lives: ir.Table, buying: ir.Table | None, *, by: Sequence[str], traits: Sequence[str], window: Window
) -> WorthSums:
    """Sum stock, repeat buying and spend.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    buying : ibis table or None
        One row per customer without a contract, as prepared; None: the study has no transactions.
    by : sequence of str
        What the stock is summed by; ``way`` may be among it.
    traits : sequence of str
        Traits the repeat buying is counted by.
    window : Window
        The stock of its close.
    """
    stock = Stock(lives, by=by, window=window)
    tables = (lives,) if buying is None else (lives, buying)
    for some, *theirs in by_part(*tables, at_once=AT_ONCE):
        stock.add(some, told=partial(with_way, buying=theirs[0] if theirs else None))
    if buying is None:
        return WorthSums(stock=stock.frame(), counts=NO_COUNTS.copy(), spend=NO_SPEND.copy())
    return WorthSums(
        stock=stock.frame(),
        counts=repeat_counts(buying, by=traits, bucket=True),
        spend=spend_counts(buying, bucket=True),
    )
