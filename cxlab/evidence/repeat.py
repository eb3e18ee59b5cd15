"""Repeat buying: how many customers share the same purchases, last purchase and time since the first."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.keys import Keys, below
from cxlab.evidence.parts import by_part, counted, numbered

AT_ONCE = 8
"""Parts of the customers who buy that are counted together: there is one short row for each."""

SPEND_STEPS = 200
"""Bins of mean spend in a doubling: each is a third of a percent wide."""

_FEWEST = 32
"""Doublings that a mean may lie below one minor unit."""

_SUMS = ("customers", "spent", "amount")

NO_COUNTS = pd.DataFrame(
    {name: pd.Series(dtype="object") for name in ("plan", "segment")}
    | {name: pd.Series(dtype="bool") for name in ("active", "born")}
    | {name: pd.Series(dtype="int64") for name in ("bucket", "x", "t_x", "total", *_SUMS)}
)
"""What `repeat_counts` gives of a study without transactions."""

NO_SPEND = pd.DataFrame({name: pd.Series(dtype="int64") for name in ("bucket", "x", "bin", "customers", "spent")})
"""What `spend_counts` gives of one."""


def with_way(lives: ir.Table, buying: ir.Table | None) -> ir.Table:
    """Add ``way`` to each spell: how its customer's future is to be valued.

    ``contract``: a contract ends visibly, so how long customers stay can be looked up. ``bought``: no contract,
    birth and a purchase seen: repeat buying. ``older``: no contract and joined before the window: repeat buying
    has not seen the beginning, so how long they stay is looked up. ``not_yet``: no contract, joined and never
    bought.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    buying : ibis table or None
        One row per customer without a contract, as prepared for the same close. None: the study has no
        transactions; everybody is looked up.
    """
    silent = lives.idle_days.notnull()
    if buying is None:
        return lives.mutate(way=ibis.ifelse(silent, "older", "contract"))
    contracts = lives.filter(~silent).mutate(way=ibis.literal("contract"))  # most spells, and no join for them
    theirs = lives.filter(silent).left_join(buying.select("customer_id", told="way"), "customer_id")
    # who is not among them has a contract by now
    ways = theirs.mutate(way=theirs.told.fill_null("contract"))
    return contracts.select(*lives.columns, "way").union(ways.select(*lives.columns, "way"))


def repeat_counts(buying: ir.Table, *, by: Sequence[str] = (), bucket: bool = False) -> pd.DataFrame:
    """Count customers with equal (x, t_x, T); counts of disjoint customers add.

    Parameters
    ----------
    buying : ibis table
        One row per customer without a contract, as prepared for a study (`cxlab.tables.buying.buying`).
    by : sequence of str
        Traits to count by.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.

    Returns
    -------
    DataFrame
        ``by``, [``bucket``], ``active``, ``born`` (bool), ``x``, ``t_x``, ``total`` (days), then ``customers``,
        ``spent``, ``amount`` (minor units) and ``later`` (days) where ``buying`` has it. Sorted.

    Raises
    ------
    ValueError
        If ``by`` names something else.
    """
    unknown = [name for name in by if name not in buying.columns]
    if unknown:
        raise ValueError(f"by names traits of customers ({', '.join(buying.columns)}); got {', '.join(unknown)}")
    keys = _repeat_keys(buying, by=by, bucket=bucket)
    sums = ["spent", "amount", *(["later"] if "later" in buying.columns else [])]
    rows = (numbered(bought(part), keys, *sums) for (part,) in by_part(buying, at_once=AT_ONCE))
    return counted(rows, keys=keys, sums=["customers", *sums])


def bought(buying: ir.Table) -> ir.Table:
    """Keep those who have bought."""
    return buying.filter(buying.x.notnull())


def _repeat_keys(buying: ir.Table, *, by: Sequence[str], bucket: bool) -> Keys:
    """Return what `repeat_counts` counts by."""
    days, flag = _days_seen(buying), pd.Series([False, True])
    return Keys.of(
        buying,
        [*by, *(["bucket"] if bucket else []), "active", "born", "x", "t_x", "total"],
        own={"active": flag, "born": flag, "x": days, "t_x": days, "total": days},
    )


def _days_seen(buying: ir.Table) -> pd.Series:
    """Every number of days there can be: nobody was seen longer than T."""
    most = buying.total.max().to_pyarrow().as_py()
    return below(1 if most is None else int(most) + 1)


def spend_counts(buying: ir.Table, *, bucket: bool = False) -> pd.DataFrame:
    """Count customers with births seen by number of repeat purchases and mean spend, in bins a third of a
    percent wide.

    Counts of disjoint customers add: the mean of a bin is its ``spent`` over ``x`` times ``customers``.

    Returns
    -------
    DataFrame
        [``bucket``], ``x`` (1 or more), ``bin``, ``customers``, ``spent`` (minor units, whole). Sorted.
    """
    keys = _spend_keys(buying, bucket=bucket)
    rows = (numbered(with_spend_bin(part), keys, "spent") for (part,) in by_part(buying, at_once=AT_ONCE))
    return counted(rows, keys=keys, sums=["customers", "spent"])


def _spend_keys(buying: ir.Table, *, bucket: bool) -> Keys:
    """Return what `spend_counts` counts by."""
    bins = below((_FEWEST + 64) * SPEND_STEPS).astype("int64") - _FEWEST * SPEND_STEPS
    own = {"x": _days_seen(buying), "bin": bins}
    return Keys.of(buying, [*(["bucket"] if bucket else []), "x", "bin"], own=own)


def with_spend_bin(buying: ir.Table) -> ir.Table:
    """Keep those who came again and whose birth was seen, with the bin of their mean spend."""
    rows = buying.filter(buying.born & (buying.x > 0) & (buying.spent > 0))
    mean = rows.spent.cast("float64") / rows.x
    step = (mean.log2() * SPEND_STEPS).floor().cast("int64")
    return rows.mutate(bin=step + _FEWEST * SPEND_STEPS)
