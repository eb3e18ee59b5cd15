"""The prepared table ``buying``: one row per customer without a contract, with what they bought by the close."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from cxlab.quarter import Window
from cxlab.tables.money import total


def buying(days: ir.Table, lives: ir.Table, *, window: Window, later_days: int | None = None) -> ir.Table:
    """Sum up the purchases of each customer without a contract, on the day grid: several on a day are one.

    A birth is seen when the customer joined, and first bought, inside the window: taking the first purchase in the
    file for the birth of older customers would bend every rate.

    Parameters
    ----------
    days : Table
        Prepared customer-days.
    lives : Table
        Prepared spells: who has no contract in the latest spell begun by the close (their spells follow an
        activity rule), who is active, the traits.
    window : Window
        Purchases from its open up to its close.
    later_days : int, optional
        Add ``later``: days with a purchase among so many after the close (what a model fitted at the close is
        tried on).

    Returns
    -------
    Table
        ``customer_id, account_id, bucket, plan, region, acq_source, segment``; ``active`` (not gone by the
        activity rule at the close); ``way``, how their future is to be valued: ``bought`` (birth and a purchase
        seen: repeat buying), ``older`` (joined before the window: repeat buying has not seen the beginning) or
        ``not_yet`` (joined and never bought); ``born`` (joined inside the window). Missing for those who never
        bought: ``x`` (days with a purchase after the first), ``t_x`` (days from the first to the last), ``total``
        (T: days from the first to the last day seen), all int32; 0 for them: ``spent`` (int64, minor units of the
        x days), ``amount`` (of all), [``later`` (int32)].
    """
    rows = _silent(lives, window=window).left_join(_bought(days, window=window), "customer_id")
    if later_days is not None:
        ahead = _purchases(days, since=window.close_day, until=window.close_day + later_days)
        counts = ahead.group_by("customer_id").agg(later=ahead.count().cast("int32"))
        rows = rows.drop("customer_id_right").left_join(counts, "customer_id")
    born = rows["joined_day"] >= window.open_day
    way = ibis.cases((born & rows["first"].notnull(), "bought"), (~born, "older"), else_="not_yet")
    return rows.select(
        "customer_id", "account_id", "bucket", "plan", "region", "acq_source", "segment", "active",
        way=way,
        born=born,
        x=(rows["bought_days"] - 1).cast("int32"),
        t_x=(rows["last"] - rows["first"]).cast("int32"),
        total=(window.close_day - 1 - rows["first"]).cast("int32"),
        spent=(rows["amount"] - rows["at_first"]).fill_null(0).cast("int64"),
        amount=rows["amount"].fill_null(0).cast("int64"),
        **({} if later_days is None else {"later": rows["later"].fill_null(0).cast("int32")}),
    )  # fmt: skip


def _purchases(days: ir.Table, *, since: int, until: int) -> ir.Table:
    return days.filter((days["purchases"] > 0) & (days["day"] >= since) & (days["day"] < until))


def _bought(days: ir.Table, *, window: Window) -> ir.Table:
    bought = _purchases(days, since=window.open_day, until=window.close_day)
    return bought.group_by("customer_id").agg(
        first=bought["day"].min(),
        last=bought["day"].max(),
        bought_days=bought.count(),
        amount=total(bought["amount"]),
        at_first=_arg_min(bought["amount"], bought["day"]),
    )


def _silent(lives: ir.Table, *, window: Window) -> ir.Table:
    """Traits of those without a contract in the latest spell begun by the close, and the day they joined.

    Only where there is a later spell than the first do the others have to be looked at.
    """
    begun = lives.filter(lives["start_day"] < window.close_day)
    silent = begun.filter(begun["idle_days"].notnull())
    several = begun.semi_join(begun.filter(begun["spell"] > 1).select("customer_id"), "customer_id")
    found = several.group_by("customer_id").agg(_joined=several["start_day"].min(), _last=several["spell"].max())
    both = silent.left_join(found, "customer_id")
    last = both.filter(both["_last"].isnull() | (both["spell"] == both["_last"]))
    return last.select(
        "customer_id", "account_id", "bucket", "plan", "region", "acq_source", "segment",
        joined_day=ibis.coalesce(last["_joined"], last["start_day"]),
        active=~(last["exit_day"] < window.close_day).fill_null(False),
    )  # fmt: skip


@ibis.udf.agg.builtin(name="arg_min")  # type: ignore[untyped-decorator]
def _arg_min(amount: int, day: int) -> int:
    """Amount of the first day: without a sort, which `argmin` asks the engine for, in half the time."""
    raise NotImplementedError  # the engine has it
