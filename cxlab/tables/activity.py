"""Spells of customers without contracts: gone when nothing was heard for the declared time."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from cxlab.tables.config import Activity
from cxlab.tables.days import day_of


def activity_covers(
    transactions: ir.Table, *, customers: ir.Table | None, contracts: ir.Table | None, rule: Activity
) -> ir.Table:
    """Days each sign of life covers, one row per sign.

    A recharge covers the days it is valid, or ``idle_days`` where validity is not declared or not given. Joining
    without a transaction on that day is a sign of life of its own, when the log of transactions reaches back to
    it. A customer who joined before the log begins counts from the day of joining, unless the first transaction
    comes so late that the rule had been broken before it: then only the return was seen.

    Parameters
    ----------
    transactions, customers, contracts : Table or None
        Contract tables as known; without customers everyone in the transactions is one, and the day of joining
        is not known.
    rule : Activity
        The declared rule.

    Returns
    -------
    Table
        ``customer_id, from_day, to_day, back`` (day numbers, half-open; ``back`` = an earlier spell was not seen).
    """
    people = _people(customers, transactions=transactions, contracts=contracts, rule=rule)
    signs = transactions.filter(transactions["kind"].isin(rule.kinds)) if rule.kinds else transactions
    at = day_of(signs["at"])
    until = at + rule.idle_days
    if rule.validity:
        given = ibis.greatest(day_of(signs["period_to"]), at + 1)
        until = ibis.ifelse(signs["period_to"].notnull(), given, until)
    signs = signs.select(customer_id=signs["customer_id"], from_day=at, to_day=until)
    signs = signs.semi_join(people, "customer_id")
    return _with_joining(signs, people=people, rule=rule)


def _people(
    customers: ir.Table | None, *, transactions: ir.Table, contracts: ir.Table | None, rule: Activity
) -> ir.Table:
    if customers is None:
        nothing = {"plan": ibis.null("string"), "first_seen": ibis.null("date")}
        customers = transactions.select("customer_id").distinct().mutate(**nothing)
    people = customers.select("customer_id", "plan", joined_day=day_of(customers["first_seen"]))
    if rule.plans:
        people = people.filter(people["plan"].isin(rule.plans))
    elif contracts is not None:
        people = people.anti_join(contracts, "customer_id")
    return people.drop("plan")


def _with_joining(signs: ir.Table, *, people: ir.Table, rule: Activity) -> ir.Table:
    first = signs.group_by("customer_id").agg(first_day=signs["from_day"].min())
    log = signs["from_day"].min().as_scalar()
    known = people.left_join(first, "customer_id").drop("customer_id_right")
    known = known.filter(known["joined_day"].notnull())
    seen = known["joined_day"] >= log
    silent = known["first_day"].isnull() | (known["first_day"] > known["joined_day"])
    joining = known.filter(seen & silent).select(
        "customer_id", from_day=known["joined_day"], to_day=known["joined_day"] + rule.idle_days
    )
    # joined before the log: without a silence that breaks the rule, the first sign reaches back to joining
    in_time = known["first_day"] <= log + rule.idle_days
    carried = known.filter(~seen & in_time & (known["joined_day"] < known["first_day"]))
    carried = carried.select("customer_id", from_day=carried["joined_day"], to_day=carried["first_day"])
    returned = known.filter(~seen & ~in_time)
    covers = ibis.union(_whole(signs), _whole(joining), _whole(carried))
    return covers.mutate(back=covers["customer_id"].isin(returned["customer_id"]))


def _whole(covers: ir.Table) -> ir.Table:
    return covers.select(
        "customer_id", from_day=covers["from_day"].cast("int32"), to_day=covers["to_day"].cast("int32")
    )
