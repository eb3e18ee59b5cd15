"""Customers without contracts: what a sign of life covers, and who is covered without a gap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from cxlab.tables.config import Activity
from cxlab.tables.days import day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Signs of life of the customers a rule is for.

    Parameters
    ----------
    rows : Table
        ``number`` (of the customer), ``from_day, to_day`` (day numbers, half-open), one row per sign.
    people : Table
        One row per customer with any cover: ``customer_id, number``; ``first_day, last_day, until`` (of the signs;
        missing without one); ``gaps`` (whether days between signs may be uncovered); ``joined_day``;
        ``joining_until`` (the day joining covers up to, where it is a sign of its own), ``carried`` (the first
        sign reaches back to joining), ``back`` (an earlier spell was not seen).
    """

    rows: ir.Table
    people: ir.Table


def log_opens(
    transactions: ir.Table, *, customers: ir.Table | None, contracts: ir.Table | None, rule: Activity
) -> ir.IntegerScalar:
    """Return the day of the first sign of life of all (day number); missing where there is none."""
    signs = _of_kinds(transactions, rule=rule)
    if customers is not None or contracts is not None:
        people = ruled(customers, transactions=transactions, contracts=contracts, rule=rule)
        signs = signs.semi_join(people, "customer_id")
    first = signs.select("at").order_by("at").limit(1)  # reads far less than a minimum over a join
    return day_of(first["at"]).min()


def signs_of_life(
    transactions: ir.Table,
    *,
    customers: ir.Table | None,
    contracts: ir.Table | None,
    rule: Activity,
    log_day: int | None = None,
    held: Callable[[ir.Table], ir.Table] = lambda rows: rows,
) -> Signs:
    """Find what covers each customer.

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
    log_day : int, optional
        First day of the log, `log_opens` of all transactions; of the given ones if not told.
    held : callable
        As in `cxlab.tables.prepare.lives`.
    """
    people = held(_numbered(ruled(customers, transactions=transactions, contracts=contracts, rule=rule)))
    signs = _of_kinds(transactions, rule=rule)
    at = day_of(signs["at"])
    until = at + rule.idle_days
    if rule.validity:
        given = ibis.greatest(day_of(signs["period_to"]), at + 1)
        until = ibis.ifelse(signs["period_to"].notnull(), given, until)
    signs = signs.select("customer_id", from_day=at.cast("int32"), to_day=until.cast("int32"))
    signs = held(signs.inner_join(people, "customer_id").select("number", "from_day", "to_day"))
    log = log_opens(transactions, customers=customers, contracts=contracts, rule=rule).as_scalar()
    opens = log if log_day is None else ibis.literal(log_day)
    return Signs(rows=signs, people=_covered(people, signs=signs, opens=opens, idle_days=rule.idle_days))


def stretches_of_signs(
    transactions: ir.Table, *, customers: ir.Table | None, contracts: ir.Table | None, rule: Activity, apart: int
) -> ir.Table:
    """Join signs of life into stretches: days within no more than ``apart`` of each other belong to one.

    Whatever number of days without a sign a rule allows, if it is not fewer, it does not end a spell within one.

    Parameters
    ----------
    transactions, customers, contracts, rule
        As for `signs_of_life`.
    apart : int
        Days.

    Returns
    -------
    Table
        ``customer_id, first_day, last_day`` (int32, of the signs in a stretch).
    """
    people = _numbered(ruled(customers, transactions=transactions, contracts=contracts, rule=rule))
    signs = _of_kinds(transactions, rule=rule)
    signs = signs.select("customer_id", day=day_of(signs["at"]).cast("int32")).inner_join(people, "customer_id")
    order = ibis.window(group_by="number", order_by="day")
    signs = signs.select(
        "number", "day", before=signs["day"].lag().over(order), after=signs["day"].lead().over(order)
    )
    begins = signs["before"].isnull() | (signs["day"] - signs["before"] > apart)
    ends = signs["after"].isnull() | (signs["after"] - signs["day"] > apart)
    ends_of = signs.select("number", "day", begins=begins, ends=ends).filter(begins | ends)
    last = ibis.ifelse(ends_of["ends"], ends_of["day"], ends_of["day"].lead().over(order))
    found = ends_of.mutate(last_day=last).filter(ends_of["begins"])
    return found.inner_join(people, "number").select("customer_id", first_day="day", last_day="last_day")


def signs_under(
    rule: Activity,
    stretches: ir.Table,
    *,
    customers: ir.Table | None,
    transactions: ir.Table,
    contracts: ir.Table | None,
    log_day: int,
) -> Signs:
    """Find what covers each customer under a rule without validity, of stretches (`stretches_of_signs`).

    Parameters
    ----------
    rule : Activity
        With no fewer ``idle_days`` than the stretches are apart.
    customers, transactions, contracts, log_day
        As for `signs_of_life`.
    """
    people = _numbered(ruled(customers, transactions=transactions, contracts=contracts, rule=rule))
    rows = stretches.inner_join(people, "customer_id")
    rows = rows.mutate(to_day=(rows["last_day"] + rule.idle_days).cast("int32"))
    whole = rows.select("number", from_day="first_day", to_day="to_day")
    last = rows.select("number", from_day="last_day", to_day="to_day")
    signs = whole.union(last, distinct=True)
    opens = ibis.literal(log_day)
    return Signs(rows=signs, people=_covered(people, signs=signs, opens=opens, idle_days=rule.idle_days))


def _numbered(people: ir.Table) -> ir.Table:
    """Number the people: a number is sorted and compared faster than an id."""
    return people.mutate(number=ibis.row_number().over(order_by="customer_id"))


def _of_kinds(transactions: ir.Table, *, rule: Activity) -> ir.Table:
    return transactions.filter(transactions["kind"].isin(rule.kinds)) if rule.kinds else transactions


def ruled(
    customers: ir.Table | None, *, transactions: ir.Table, contracts: ir.Table | None, rule: Activity
) -> ir.Table:
    """Return the customers a rule is for, however long they may be silent: ``customer_id, joined_day``.

    Parameters
    ----------
    customers, transactions, contracts : Table or None
        As for `signs_of_life`.
    """
    if customers is None:
        nothing = {"plan": ibis.null("string"), "first_seen": ibis.null("date")}
        customers = transactions.select("customer_id").distinct().mutate(**nothing)
    people = customers.select("customer_id", "plan", joined_day=day_of(customers["first_seen"]))
    if rule.plans:
        people = people.filter(people["plan"].isin(rule.plans))
    elif contracts is not None:
        people = people.anti_join(contracts, "customer_id")
    return people.drop("plan")


def _covered(people: ir.Table, *, signs: ir.Table, opens: ir.IntegerValue, idle_days: int) -> ir.Table:
    """Add the signs of each customer, and what the day of joining adds to them."""
    # the sign before is not always the one that reaches farthest: a gap by it is a gap that may be
    before = signs["to_day"].lag().over(group_by="number", order_by="from_day")
    stretch = signs.mutate(gap=signs["from_day"] > before).group_by("number")
    stretch = stretch.agg(
        first_day=ibis._.from_day.min(),
        last_day=ibis._.from_day.max(),
        until=ibis._.to_day.max(),
        gaps=ibis._.gap.any(),
    )
    known = people.left_join(stretch, "number").drop("number_right")
    joined, first = known["joined_day"], known["first_day"]
    seen = joined >= opens
    in_time = first <= opens + idle_days
    joins = seen & (first.isnull() | (first > joined))
    known = known.mutate(
        gaps=known["gaps"].fill_null(False),
        joining_until=ibis.ifelse(joins, joined + idle_days, ibis.null("int32")).cast("int32"),
        carried=(~seen & in_time & (joined < first)).fill_null(False),
        back=(~seen & ~in_time).fill_null(False),
    )
    return known.filter(known["first_day"].notnull() | known["joining_until"].notnull())
