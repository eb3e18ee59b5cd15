"""The prepared table ``lives``: one row per spell that overlaps the window, in whole days and whole money."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import ibis
import ibis.expr.types as ir

from cxlab.quarter import Window
from cxlab.tables.activity import activity_covers
from cxlab.tables.config import Rules
from cxlab.tables.days import day_of
from cxlab.tables.money import run_rates

_OPEN_END = 2**31 - 1
_TRAITS = ("plan", "region", "acq_source", "segment", "offer")


def lives(
    *,
    customers: ir.Table | None,
    contracts: ir.Table | None,
    transactions: ir.Table | None,
    rules: Rules,
    window: Window,
    held: Callable[[ir.Table], ir.Table] = lambda rows: rows,
) -> ir.Table:
    """Spells of every customer, from contracts and from signs of life.

    What covers a customer (a contract from start to end, a recharge while it is valid) joins into one spell as
    long as no day lies between; a day without cover ends the spell, and what comes later begins the next one. An
    end on or after the close is no exit yet.

    Parameters
    ----------
    customers, contracts, transactions : Table or None
        Contract tables as known at the close.
    rules : Rules
        Activity rule, margins, tax.
    window : Window
        Spells that ended on or before ``window.open`` are left out.
    held : callable
        Works a table out and gives it back, so that what is used three times is made once; by default it is not.

    Returns
    -------
    Table
        One row per spell. ``start_day``, ``exit_day`` (int32, days since 1970-01-01; exit = first day without
        service, missing while active), ``entry_days``, ``tenure_days`` (int32), ``cause`` (missing while active;
        voluntary where the source does not say), ``reason``, ``provisional``, ``idle_days``; plan as last known,
        offer as joined by; ``revenue_amount``, ``margin_amount`` (int64, minor units per 91 days, 0 for those
        who left).

    Raises
    ------
    ValueError
        If neither contracts nor an activity rule with transactions are there.
    """
    covers = [_contract_covers(contracts)] if contracts is not None else []
    covers += _activity(customers, contracts=contracts, transactions=transactions, rules=rules)
    if not covers:
        raise ValueError("lives needs contracts, or transactions with rules.activity")
    spells = _spells(ibis.union(*covers) if len(covers) > 1 else covers[0], close_day=window.close_day)
    spells = spells.filter(spells["exit_day"].isnull() | (spells["exit_day"] > window.open_day))
    spells = held(_with_customer(spells, customers=customers))
    rates = run_rates(spells, transactions=transactions, contracts=contracts, rules=rules, window=window)
    spells = spells.left_join(rates, ["customer_id", "spell"])
    return _finished(spells, idle_days=rules.activity.idle_days if rules.activity else 0, window=window)


def _contract_covers(contracts: ir.Table) -> ir.Table:
    return contracts.select(
        "customer_id",
        from_day=day_of(contracts["start"]),
        to_day=day_of(contracts["end"]),
        sign=contracts["contract_id"],
        by_activity=ibis.literal(False),
        back=ibis.literal(False),
        plan=contracts["plan"],
        offer=contracts["offer"],
        cause=contracts["end_type"],
        reason=contracts["end_reason"],
    )


def _activity(
    customers: ir.Table | None,
    *,
    contracts: ir.Table | None,
    transactions: ir.Table | None,
    rules: Rules,
) -> Iterator[ir.Table]:
    if rules.activity is None or transactions is None or (customers is None and rules.activity.plans):
        return
    signs = activity_covers(transactions, customers=customers, contracts=contracts, rule=rules.activity)
    nothing = ibis.null("string")
    yield signs.select(
        "customer_id",
        "from_day",
        "to_day",
        sign=ibis.literal(""),
        by_activity=ibis.literal(True),
        back=signs["back"],
        plan=nothing,
        offer=nothing,
        cause=nothing,
        reason=nothing,
    )


def _spells(covers: ir.Table, *, close_day: int) -> ir.Table:
    """Join covers without a day between them into spells; the last cover says how a spell ended."""
    covers = covers.mutate(until=covers["to_day"].fill_null(_OPEN_END))
    order = ["from_day", "until", "sign"]
    before = ibis.window(group_by="customer_id", order_by=order, rows=(None, -1))
    covers = covers.mutate(covered_until=covers["until"].max().over(before))
    begins = covers["covered_until"].isnull() | (covers["from_day"] > covers["covered_until"])
    so_far = ibis.window(group_by="customer_id", order_by=order, rows=(None, 0))
    covers = covers.mutate(begins=begins.cast("int32"))
    covers = covers.mutate(
        spell=(covers["begins"].sum().over(so_far) + covers["back"].cast("int32")).cast("int32")
    )
    whole = ibis.window(group_by=["customer_id", "spell"])
    latest = [ibis.desc("until"), ibis.desc("from_day"), ibis.desc("sign")]
    last = ibis.window(group_by=["customer_id", "spell"], order_by=latest)
    first = ibis.window(group_by=["customer_id", "spell"], order_by=order)
    covers = covers.mutate(
        start_day=covers["from_day"].min().over(whole),
        last_sign=covers["from_day"].max().over(whole),
        offer=covers["offer"].first().over(first),
        place=ibis.row_number().over(last),
    )
    spells = covers.filter(covers["place"] == 0)
    exit_day = ibis.ifelse(spells["until"] < close_day, spells["until"], ibis.null("int32")).cast("int32")
    return spells.select(
        "customer_id",
        "spell",
        "start_day",
        "last_sign",
        "by_activity",
        "plan",
        "offer",
        "cause",
        "reason",
        exit_day=exit_day,
    )


def _with_customer(spells: ir.Table, *, customers: ir.Table | None) -> ir.Table:
    if customers is None:
        none = ibis.null("string")
        return spells.mutate(account_id=spells["customer_id"], region=none, acq_source=none, segment=none)
    people = customers.select(
        "customer_id", "account_id", "region", "acq_source", "segment", own_plan="plan", own_offer="offer"
    )
    joined = spells.left_join(people, "customer_id").drop("customer_id_right")
    return joined.mutate(
        account_id=ibis.coalesce(joined["account_id"], joined["customer_id"]),
        plan=ibis.coalesce(joined["plan"], joined["own_plan"]),
        offer=ibis.coalesce(joined["offer"], joined["own_offer"]),
    ).drop("own_plan", "own_offer")


def _finished(spells: ir.Table, *, idle_days: int, window: Window) -> ir.Table:
    """Shape the columns of ``lives``."""
    left = spells["exit_day"].notnull()
    idle = ibis.coalesce(spells["exit_day"], window.close_day) - spells["last_sign"]
    undoable = ibis.ifelse(left, spells["exit_day"] > window.close_day - idle_days, idle * 2 >= idle_days)
    ended = ibis.coalesce(spells["exit_day"], window.close_day)
    none = ibis.null("string")
    silent = ibis.ifelse(spells["by_activity"], "lapsed", "unknown")
    return spells.select(
        "customer_id",
        "account_id",
        "spell",
        "start_day",
        "exit_day",
        entry_days=ibis.greatest(0, window.open_day - spells["start_day"]).cast("int32"),
        tenure_days=(ended - spells["start_day"]).cast("int32"),
        cause=ibis.ifelse(left, ibis.coalesce(spells["cause"], "voluntary"), none),
        reason=ibis.ifelse(left, ibis.coalesce(spells["reason"], silent), none),
        provisional=spells["by_activity"] & undoable,
        idle_days=ibis.ifelse(spells["by_activity"], idle, ibis.null("int32")).cast("int32"),
        **{trait: spells[trait].fill_null("") for trait in _TRAITS},
        revenue_amount=spells["revenue_amount"].fill_null(0).cast("int64"),
        margin_amount=spells["margin_amount"].fill_null(0).cast("int64"),
    )
