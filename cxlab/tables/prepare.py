"""The prepared table ``lives``: one row per spell that overlaps the window, in whole days and whole money."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from cxlab.quarter import Window
from cxlab.tables.accounts import with_shared
from cxlab.tables.activity import Signs, ruled, signs_of_life, signs_under
from cxlab.tables.bucket import bucket_of
from cxlab.tables.config import Activity, Rules
from cxlab.tables.money import run_rates
from cxlab.tables.spells import spells

_TRAITS = ("plan", "region", "acq_source", "segment", "offer")

OF_STOCK = ("shared", "revenue_amount", "margin_amount")
"""Columns of lives that only what customers bring is asked of."""


def lives(
    *,
    customers: ir.Table | None,
    contracts: ir.Table | None,
    transactions: ir.Table | None,
    rules: Rules,
    window: Window,
    log_day: int | None = None,
    leads: ir.Table | None = None,
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
    log_day : int, optional
        First day of the log (`cxlab.tables.activity.log_opens` of all transactions), to be told where the tables
        are of a part of the customers.
    leads : Table, optional
        `cxlab.tables.accounts.leads` of all customers, or those of them that are in the tables.
    held : callable
        Works a table out and gives it back, so that what is used three times is made once; by default it is not.

    Returns
    -------
    Table
        One row per spell. ``start_day``, ``exit_day`` (int32, days since 1970-01-01; exit = first day without
        service, missing while active), ``entry_days``, ``tenure_days`` (int32), ``cause`` (missing while active;
        voluntary where the source does not say), ``reason``, ``provisional``, ``ruled`` (whether the activity rule
        is for the customer), ``idle_days``; plan as last known, offer as joined by; ``bucket`` (int32, of the
        account); ``shared`` (whether the account may be another customer's too, `cxlab.tables.accounts`);
        ``revenue_amount``, ``margin_amount`` (int64, minor units per 91 days, 0 for those who left).

    Raises
    ------
    ValueError
        If neither contracts nor an activity rule with transactions are there.
    """
    signs = _signs(
        customers, contracts=contracts, transactions=transactions, rules=rules, log_day=log_day, held=held
    )
    if contracts is None and signs is None:
        raise ValueError("lives needs contracts, or transactions with rules.activity")
    found = held(
        _in_window(signs, customers=customers, contracts=contracts, rules=rules, window=window, held=held)
    )
    rates = run_rates(found, transactions=transactions, contracts=contracts, rules=rules, window=window, held=held)
    found = with_shared(found.left_join(rates, ["customer_id", "spell"]), leads=leads)
    return _finished(found, idle_days=rules.activity.idle_days if rules.activity else 0, window=window)


def lives_of_ruled(
    rule: Activity,
    stretches: ir.Table,
    *,
    customers: ir.Table | None,
    contracts: ir.Table | None,
    transactions: ir.Table,
    rules: Rules,
    window: Window,
    log_day: int,
    held: Callable[[ir.Table], ir.Table] = lambda rows: rows,
) -> ir.Table:
    """`lives`, without `OF_STOCK`, under another activity rule, of those a rule is for: nobody else's change.

    Parameters
    ----------
    rule : Activity
        For the same customers and signs of life as that of ``rules``; how long they may be silent is its own.
    stretches : Table
        `cxlab.tables.activity.stretches_of_signs`, no farther apart than that.
    customers, contracts, transactions, rules, window, log_day, held
        As for `lives`.
    """
    people = ruled(customers, transactions=transactions, contracts=contracts, rule=rule)
    people = held(people.select("customer_id"))
    theirs = None if contracts is None else contracts.semi_join(people, "customer_id")
    signs = signs_under(
        rule, stretches, customers=customers, transactions=transactions, contracts=contracts, log_day=log_day
    )
    found = _in_window(signs, customers=customers, contracts=theirs, rules=rules, window=window, held=held)
    found = found.mutate(shared=False, revenue_amount=ibis.null("int64"), margin_amount=ibis.null("int64"))
    return _finished(found, idle_days=rule.idle_days, window=window).drop(*OF_STOCK)


def _in_window(
    signs: Signs | None,
    *,
    customers: ir.Table | None,
    contracts: ir.Table | None,
    rules: Rules,
    window: Window,
    held: Callable[[ir.Table], ir.Table],
) -> ir.Table:
    """Spells that overlap the window, with what is known of their customers."""
    apart = rules.activity is None or not rules.activity.plans
    found = spells(contracts=contracts, signs=signs, apart=apart, close_day=window.close_day, held=held)
    found = found.filter(found["exit_day"].isnull() | (found["exit_day"] > window.open_day))
    return _with_customer(found, customers=customers, rule=rules.activity)


def _signs(
    customers: ir.Table | None,
    *,
    contracts: ir.Table | None,
    transactions: ir.Table | None,
    rules: Rules,
    log_day: int | None,
    held: Callable[[ir.Table], ir.Table],
) -> Signs | None:
    if rules.activity is None or transactions is None or (customers is None and rules.activity.plans):
        return None
    return signs_of_life(
        transactions, customers=customers, contracts=contracts, rule=rules.activity, log_day=log_day, held=held
    )


def _with_customer(spells: ir.Table, *, customers: ir.Table | None, rule: Activity | None) -> ir.Table:
    """Add what is known of the customers, and whether the activity rule is for them, as `ruled` says it."""
    if customers is None:
        none = ibis.null("string")
        return spells.mutate(
            account_id=spells["customer_id"], region=none, acq_source=none, segment=none, ruled="by_activity"
        )
    people = customers.select(
        "customer_id", "account_id", "region", "acq_source", "segment", own_plan="plan", own_offer="offer"
    )
    joined = spells.left_join(people, "customer_id").drop("customer_id_right")
    plans = rule.plans if rule else []
    return joined.mutate(
        # a rule for no plans is for those without contracts: all they have are signs of life
        ruled=joined["own_plan"].isin(plans).fill_null(False) if plans else joined["by_activity"],
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
        bucket=bucket_of(spells["account_id"]),
        shared="shared",
        entry_days=ibis.greatest(0, window.open_day - spells["start_day"]).cast("int32"),
        tenure_days=(ended - spells["start_day"]).cast("int32"),
        cause=ibis.ifelse(left, ibis.coalesce(spells["cause"], "voluntary"), none),
        reason=ibis.ifelse(left, ibis.coalesce(spells["reason"], silent), none),
        provisional=spells["by_activity"] & undoable,
        ruled="ruled",
        idle_days=ibis.ifelse(spells["by_activity"], idle, ibis.null("int32")).cast("int32"),
        **{trait: spells[trait].fill_null("") for trait in _TRAITS},
        revenue_amount=spells["revenue_amount"].fill_null(0).cast("int64"),
        margin_amount=spells["margin_amount"].fill_null(0).cast("int64"),
    )
