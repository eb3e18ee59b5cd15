"""The prepared table ``days``: one row per customer and day with revenue, what was given back netted."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from cxlab.tables.config import Rules
from cxlab.tables.days import day_of
from cxlab.tables.money import RETURNED, net_amount, revenue_rows, total

PURCHASES = ("recharge", "one_time")
"""Kinds a customer decides on anew every time; a transaction without a kind is one."""


def customer_days(transactions: ir.Table, *, rules: Rules) -> ir.Table:
    """Collapse transactions to customer-days; the sum of both amounts is the net sum of the transactions.

    Money given back lowers the customer's last day with a payment if that lies at most ``rules.refund_days``
    before (its purchases, if it has any), else the day it was given back on. A day whose purchases were given
    back whole has none.

    Parameters
    ----------
    transactions : Table
        Contract table as known at the close, in the study's currency.
    rules : Rules
        Tax, kinds that are no revenue, days a refund may reach back.

    Returns
    -------
    Table
        ``customer_id``; ``day`` (int32, days since 1970-01-01); ``purchases`` (int32); ``amount`` (int64, minor
        units net of tax of those purchases; above 0 exactly where ``purchases`` is); ``other_amount`` (int64,
        everything else: recurring charges, money given back for no purchase).
    """
    money = revenue_rows(transactions, rules=rules)
    net, kind = net_amount(money, rules=rules), ibis.coalesce(money["kind"], PURCHASES[0])
    bought = kind.isin(PURCHASES)
    rows = money.select(
        "customer_id",
        day=day_of(money["at"]),
        bought=bought,
        net=net,
        given_back=kind.isin(RETURNED) | (bought & (net < 0)),
    )
    paid = rows.filter(~rows["given_back"]).drop("given_back").mutate(settled=False)
    back = rows.filter(rows["given_back"]).group_by(["customer_id", "day"]).agg(back=total(rows["net"]))
    return _finished(paid.union(_settled(back, paid=paid, refund_days=rules.refund_days)))


def _settled(back: ir.Table, *, paid: ir.Table, refund_days: int) -> ir.Table:
    """Put what was given back on the day it belongs to."""
    touched = paid.semi_join(back, "customer_id").group_by(["customer_id", "day"])
    touched = touched.agg(bought=(paid["bought"] & (paid["net"] > 0)).any())
    touched = touched.select("bought", payer="customer_id", paid_day="day")
    found = back.asof_join(
        touched, on=back["day"] >= touched["paid_day"], predicates=[back["customer_id"] == touched["payer"]]
    )
    reaches = (found["paid_day"] >= found["day"] - refund_days).fill_null(False)
    return found.select(
        "customer_id",
        day=ibis.ifelse(reaches, found["paid_day"], found["day"]).cast("int32"),
        bought=reaches & found["bought"],
        net=found["back"],
        settled=True,
    )


def _finished(rows: ir.Table) -> ir.Table:
    bought, net = rows["bought"], rows["net"]
    rows = rows.group_by(["customer_id", "day"]).agg(
        purchases=rows.count(where=bought & (net > 0) & ~rows["settled"]),
        amount=total(ibis.ifelse(bought, net, 0)),
        other_amount=total(ibis.ifelse(bought, 0, net)),
    )
    stays = rows["amount"] > 0
    rows = rows.select(
        "customer_id",
        "day",
        purchases=ibis.ifelse(stays, rows["purchases"], 0).cast("int32"),
        amount=ibis.ifelse(stays, rows["amount"], 0).cast("int64"),
        other_amount=(rows["other_amount"] + ibis.ifelse(stays, 0, rows["amount"])).cast("int64"),
    )
    return rows.filter((rows["purchases"] > 0) | (rows["other_amount"] != 0))
