"""Repeat buying: how many customers share the same purchases, last purchase and time since the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.bucket import bucket_in
from cxlab.evidence.keys import Keys, below
from cxlab.evidence.parts import by_part, counted, numbered
from cxlab.quarter import Window

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


def repeat_customers(days: ir.Table, lives: ir.Table, *, window: Window) -> ir.Table:
    """One row per customer without a contract who has bought by the close, on the day grid.

    Several purchases on a day are one. A birth is seen when the customer joined, and first bought, inside the
    window: taking the first purchase in the file for the birth of older customers would bend every rate.

    Parameters
    ----------
    days : ibis table
        One row per customer-day, as prepared for a study.
    lives : ibis table
        One row per spell: says who has no contract (their spells follow an activity rule), who is active and the
        traits.
    window : Window
        Purchases from its open up to its close.

    Returns
    -------
    Table
        ``customer_id, account_id, plan, region, acq_source, segment``; ``active`` (not gone by the activity rule
        at the close), ``born`` (birth seen); ``x`` (days with a purchase after the first), ``t_x`` (days from
        the first to the last), ``total`` (T: days from the first to the last day seen), ``spent`` (amount of the
        x days) and ``amount`` (of all).
    """
    bought = days.filter((days.purchases > 0) & (days.day >= window.open_day) & (days.day < window.close_day))
    each = bought.group_by("customer_id").agg(
        first=bought.day.min(),
        last=bought.day.max(),
        bought_days=bought.count(),
        amount=_total(bought.amount),
        at_first=_arg_min(bought.amount, bought.day),
    )
    rows = each.inner_join(_silent(lives, window=window), "customer_id")
    return rows.select(
        "customer_id", "account_id", "bucket", "plan", "region", "acq_source", "segment", "active",
        born=rows.joined_day >= window.open_day,
        x=(rows.bought_days - 1).cast("int32"),
        t_x=(rows["last"] - rows["first"]).cast("int32"),
        total=(window.close_day - 1 - rows["first"]).cast("int32"),
        spent=(rows.amount - rows.at_first).cast("int64"),
        amount=rows.amount.cast("int64"),
    )  # fmt: skip


def _silent(lives: ir.Table, *, window: Window) -> ir.Table:
    """Traits of those without a contract in the latest spell begun by the close, and the day they joined."""
    begun = lives.filter(lives.start_day < window.close_day)
    spells = _with_joining(begun, of=begun.filter(begun.idle_days.notnull()))
    last = spells.filter(spells.spell == spells.last_spell)
    return last.select(
        "customer_id", "account_id", "plan", "region", "acq_source", "segment", "joined_day",
        bucket=bucket_in(last),
        active=~(last.exit_day < window.close_day).fill_null(False),
    )  # fmt: skip


def _with_joining(spells: ir.Table, *, of: ir.Table) -> ir.Table:
    """Add to some spells their customer's first day and last spell of all; only a later spell needs looking up."""
    later = spells.filter(spells.spell > 1).select("customer_id")
    theirs = spells.semi_join(later, "customer_id")
    found = theirs.group_by("customer_id").agg(_joined=theirs.start_day.min(), _last=theirs.spell.max())
    both = of.left_join(found, "customer_id")
    return both.select(
        *of.columns,
        joined_day=ibis.coalesce(both["_joined"], both.start_day),
        last_spell=ibis.coalesce(both["_last"], both.spell),
    )


def with_way(
    lives: ir.Table, days: ir.Table | None, *, window: Window, buyers: ir.Table | None = None
) -> ir.Table:
    """Add ``way`` to each spell: how its customer's future is to be valued.

    ``contract``: a contract ends visibly, so how long customers stay can be looked up. ``bought``: no contract,
    birth and a purchase seen: repeat buying. ``older``: no contract and joined before the window: repeat buying
    has not seen the beginning, so how long they stay is looked up. ``not_yet``: no contract, joined and never
    bought.

    Parameters
    ----------
    days : ibis table or None
        None: the study has no transactions; everybody is looked up.
    buyers : ibis table, optional
        `repeat_customers` of the same tables, where they are made already.
    """
    silent = lives.idle_days.notnull()
    if days is None:
        return lives.mutate(way=ibis.ifelse(silent, "older", "contract"))
    buyers = repeat_customers(days, lives, window=window) if buyers is None else buyers
    bought = buyers.filter(buyers.born)
    spells = _with_joining(lives, of=lives.filter(silent))
    spells = spells.mutate(has_bought=spells.customer_id.isin(bought.customer_id))
    way = ibis.cases(
        (spells.has_bought, "bought"), (spells.joined_day < window.open_day, "older"), else_="not_yet"
    )
    looked = spells.mutate(way=way).select(*lives.columns, "way")
    contracts = lives.filter(~silent).mutate(way=ibis.literal("contract"))  # most spells, and no join for them
    return contracts.select(*lives.columns, "way").union(looked)


def repeat_counts(
    days: ir.Table,
    lives: ir.Table,
    *,
    window: Window,
    by: Sequence[str] = (),
    bucket: bool = False,
    later: int | None = None,
) -> pd.DataFrame:
    """Count customers with equal (x, t_x, T); counts of disjoint customers add.

    Parameters
    ----------
    days, lives, window
        As for `repeat_customers`.
    by : sequence of str
        Traits to count by.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.
    later : int, optional
        Days after the close: add ``later``, the purchase days of these customers in them (what a model fitted at
        the close is tried on).

    Returns
    -------
    DataFrame
        ``by``, [``bucket``], ``active``, ``born`` (bool), ``x``, ``t_x``, ``total`` (days), then ``customers``,
        ``spent``, ``amount`` (minor units) and [``later``]. Sorted.

    Raises
    ------
    ValueError
        If ``by`` names something else.
    """
    traits = repeat_customers(days, lives, window=window).columns
    unknown = [name for name in by if name not in traits]
    if unknown:
        raise ValueError(f"by names traits of customers ({', '.join(traits)}); got {', '.join(unknown)}")
    keys = repeat_keys(lives, window=window, by=by, bucket=bucket)
    sums = ["spent", "amount", *([] if later is None else ["later"])]

    def numbers() -> Iterator[ir.Table]:
        for some_days, some_lives in by_part(days, lives):
            rows = repeat_customers(some_days, some_lives, window=window)
            if later is not None:
                rows = _with_later(rows, some_days, window=window, days_ahead=later)
            yield numbered(rows, keys, *sums)

    return counted(numbers(), keys=keys, sums=["customers", *sums])


def repeat_keys(lives: ir.Table, *, window: Window, by: Sequence[str], bucket: bool) -> Keys:
    """Return what `repeat_counts` counts by."""
    days_seen = below(max(window.close_day - window.open_day, 1))
    flag = pd.Series([False, True])
    return Keys.of(
        lives,
        [*by, *(["bucket"] if bucket else []), "active", "born", "x", "t_x", "total"],
        own={"active": flag, "born": flag, "x": days_seen, "t_x": days_seen, "total": days_seen},
    )


def _with_later(rows: ir.Table, days: ir.Table, *, window: Window, days_ahead: int) -> ir.Table:
    ahead = days.filter(
        (days.purchases > 0) & (days.day >= window.close_day) & (days.day < window.close_day + days_ahead)
    )
    counted = ahead.group_by("customer_id").agg(later=ahead.count())
    joined = rows.left_join(counted, "customer_id").drop("customer_id_right")
    return joined.mutate(later=joined.later.fill_null(0))


def spend_counts(days: ir.Table, lives: ir.Table, *, window: Window, bucket: bool = False) -> pd.DataFrame:
    """Count customers with births seen by number of repeat purchases and mean spend, in bins a third of a
    percent wide.

    Counts of disjoint customers add: the mean of a bin is its ``spent`` over ``x`` times ``customers``.

    Returns
    -------
    DataFrame
        [``bucket``], ``x`` (1 or more), ``bin``, ``customers``, ``spent`` (minor units, whole). Sorted.
    """
    keys = spend_keys(lives, window=window, bucket=bucket)

    def numbers() -> Iterator[ir.Table]:
        for some_days, some_lives in by_part(days, lives):
            rows = with_spend_bin(repeat_customers(some_days, some_lives, window=window))
            yield numbered(rows, keys, "spent")

    return counted(numbers(), keys=keys, sums=["customers", "spent"])


def spend_keys(lives: ir.Table, *, window: Window, bucket: bool) -> Keys:
    """Return what `spend_counts` counts by."""
    x = below(max(window.close_day - window.open_day, 1))
    bins = below((_FEWEST + 64) * SPEND_STEPS).astype("int64") - _FEWEST * SPEND_STEPS
    return Keys.of(lives, [*(["bucket"] if bucket else []), "x", "bin"], own={"x": x, "bin": bins})


def with_spend_bin(buyers: ir.Table) -> ir.Table:
    """Keep buyers who came again and whose birth was seen, with the bin of their mean spend."""
    rows = buyers.filter(buyers.born & (buyers.x > 0) & (buyers.spent > 0))
    mean = rows.spent.cast("float64") / rows.x
    step = (mean.log2() * SPEND_STEPS).floor().cast("int64")
    return rows.mutate(bin=step + _FEWEST * SPEND_STEPS)


@ibis.udf.agg.builtin(name="arg_min")  # type: ignore[untyped-decorator]
def _arg_min(amount: int, day: int) -> int:
    """Amount of the first day: without a sort, which `argmin` asks the engine for, in half the time."""
    raise NotImplementedError  # the engine has it


def _total(amounts: ir.IntegerColumn) -> ir.IntegerScalar:
    # the engine's own sum is wider than 64 bits and would come back as a float
    return amounts.sum().cast("decimal(38, 0)").cast("int64").fill_null(0)
