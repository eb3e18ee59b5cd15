"""Run-rates: what an active customer brings in 91 days, net of tax and refunds, in whole minor units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir

from cxlab.quarter import Window
from cxlab.tables.config import Rules
from cxlab.tables.days import day_of

QUARTER_DAYS = 91
FLOOR_DAYS = 30
"""A newcomer's few days are not blown up by more than this: exposure is at least 30 days."""

RETURNED = ("refund", "credit")
"""Kinds of transactions that give money back."""

BASIS = 10_000
"""Shares are whole numbers of this."""

_MILLION = 1_000_000


def run_rates(
    spells: ir.Table,
    *,
    transactions: ir.Table | None,
    contracts: ir.Table | None,
    rules: Rules,
    window: Window,
    held: Callable[[ir.Table], ir.Table],
) -> ir.Table:
    """Revenue and margin of the 91 days before the close, scaled to 91 days, of active spells.

    An amount with a period counts by its days inside those 91; any other counts on its day. Refunds and credits
    are negative, whatever their sign in the source; kinds in ``rules.not_revenue`` do not count. Only days of the
    spell itself count. A customer without any transaction counts with three monthly prices of the contracts.
    What was paid is worked out by ``held`` once (`cxlab.tables.prepare.lives`).

    Returns
    -------
    Table
        ``customer_id, spell, revenue_amount, margin_amount`` (int64), one row per active spell.
    """
    active = spells.filter(spells["exit_day"].isnull()).select("customer_id", "spell", "start_day", "plan")
    rates = active.mutate(
        since=ibis.greatest(active["start_day"], window.close_day - QUARTER_DAYS),
        exposure=ibis.least(ibis.greatest(window.close_day - active["start_day"], FLOOR_DAYS), QUARTER_DAYS),
    )
    rates = held(_paid(rates, transactions=transactions, rules=rules, window=window))
    rates = _priced(rates, contracts=contracts, transactions=transactions, rules=rules)
    share = margin_share(rates["plan"], rules=rules)

    def scaled(amount: ir.IntegerValue) -> ir.IntegerValue:
        return share_of(amount.fill_null(0), QUARTER_DAYS, rates["exposure"])

    return rates.select(
        "customer_id",
        "spell",
        revenue_amount=(scaled(rates["net"]) + rates["price"] * 3).cast("int64"),
        margin_amount=(
            scaled(rates["margin"])
            + share_of(scaled(rates["shared"]), share, BASIS)
            + share_of(rates["price"] * 3, share, BASIS)
        ).cast("int64"),
    )


def _paid(rates: ir.Table, *, transactions: ir.Table | None, rules: Rules, window: Window) -> ir.Table:
    """Add net revenue, margin where rows bring it, and the revenue a share of which is margin."""
    if transactions is None:
        nothing = ibis.null("int64")
        return rates.mutate(rows=nothing, net=nothing, margin=nothing, shared=nothing)
    money = _of_window(revenue_rows(transactions, rules=rules), window=window)
    net = net_amount(money, rules=rules)
    at, lasts = day_of(money["at"]), _lasts(money)
    margin = ibis.coalesce(money["margin"], net - money["cost_amount"])
    money = money.select(
        payer="customer_id",
        from_day=ibis.ifelse(lasts, day_of(money["period_from"]), at),
        to_day=ibis.ifelse(lasts, day_of(money["period_to"]), at + 1),
        net=net,
        own_margin=margin,
    )
    spell = rates.select("customer_id", "spell", "since")
    parts = money.inner_join(spell, money["payer"] == spell["customer_id"])
    overlap = ibis.greatest(
        0, ibis.least(parts["to_day"], window.close_day) - ibis.greatest(parts["from_day"], parts["since"])
    )
    days = parts["to_day"] - parts["from_day"]
    part = known_share(parts["net"], overlap, days)
    own = known_share(parts["own_margin"], overlap, days)
    parts = parts.select("customer_id", "spell", part=part, own=own)
    sums = parts.group_by(["customer_id", "spell"]).agg(
        rows=parts.count(),
        net=total(parts["part"]),
        margin=total(parts["own"]),
        shared=total(ibis.ifelse(parts["own"].isnull(), parts["part"], 0)),
    )
    return rates.left_join(sums, ["customer_id", "spell"]).drop("customer_id_right", "spell_right")


def _lasts(money: ir.Table) -> ir.BooleanValue:
    return money["period_from"].notnull() & money["period_to"].notnull()


def _of_window(money: ir.Table, *, window: Window) -> ir.Table:
    """Keep the amounts that reach into the 91 days before the close."""
    opens = window.close - timedelta(days=QUARTER_DAYS)
    inside = (money["period_to"] > opens) & (money["period_from"] < window.close)
    return money.filter(ibis.ifelse(_lasts(money), inside, money["at"] >= datetime.combine(opens, time())))


def revenue_rows(transactions: ir.Table, *, rules: Rules) -> ir.Table:
    """Keep the transactions that are revenue or give some back."""
    return transactions.filter(~ibis.coalesce(transactions["kind"], "").isin(rules.not_revenue))


def net_amount(money: ir.Table, *, rules: Rules) -> ir.IntegerValue:
    """Return each row's amount without tax, minor units; what was given back is negative."""
    inside = round(rules.tax_share / (1 + rules.tax_share) * _MILLION)
    tax = ibis.coalesce(money["tax_amount"], share_of(money["amount"], inside, _MILLION))
    back = ibis.coalesce(money["kind"], "").isin(RETURNED)
    return ibis.ifelse(back, -(money["amount"].abs() - tax.abs()), money["amount"] - tax)


def _priced(
    rates: ir.Table, *, contracts: ir.Table | None, transactions: ir.Table | None, rules: Rules
) -> ir.Table:
    """Add the monthly price of the open contracts, net of the tax inside it; 0 for whoever ever paid."""
    if contracts is None:
        return rates.mutate(price=ibis.literal(0, type="int64"))
    inside = round(rules.tax_share / (1 + rules.tax_share) * _MILLION)
    still = contracts.filter(contracts["end"].isnull())
    prices = still.group_by("customer_id").agg(price=total(still["price_per_month"]))
    prices = prices.mutate(price=prices["price"] - share_of(prices["price"], inside, _MILLION))
    silent = rates.filter(rates["rows"].isnull()).select("customer_id")
    prices = prices.semi_join(silent, "customer_id")
    if transactions is not None:
        ever = revenue_rows(transactions, rules=rules).semi_join(prices, "customer_id")
        prices = prices.anti_join(ever, "customer_id")
    rates = rates.left_join(prices, "customer_id").drop("customer_id_right")
    return rates.mutate(price=ibis.ifelse(rates["rows"].isnull(), rates["price"].fill_null(0), 0))


def margin_share(plan: ir.StringValue, *, rules: Rules) -> ir.IntegerValue:
    """Return the share of revenue that is margin, in parts of `BASIS`."""
    cases = [(plan == code, round(share * BASIS)) for code, share in sorted(rules.margin.plan.items())]
    default = round(rules.margin.default * BASIS)
    return ibis.cases(*cases, else_=default) if cases else ibis.literal(default)


@ibis.udf.scalar.builtin(name="share_of", signature=(("int64", "int64", "int64"), "int64"))
def share_of(amount, part, of):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """``amount * part / of`` to the nearest whole number, halves away from zero (`cxlab.tables.engine`)."""


def known_share(amount: ir.IntegerValue, part: ir.IntegerValue, of: ir.IntegerValue | int) -> ir.IntegerValue:
    """`share_of`, asked only where there is an amount: a missing one would be reckoned in wide numbers."""
    return ibis.ifelse(amount.notnull(), share_of(amount, part, of), ibis.null("int64"))


def total(amounts: ir.IntegerValue) -> ir.IntegerScalar:
    """Return the sum of whole amounts as 64 bits; 0 of none."""
    # the engine's sum is wider than 64 bits while ibis calls it int64 and would leave out an ordinary cast
    whole: ir.IntegerScalar = ops.Cast(amounts.sum().op(), dt.int64).to_expr()
    return whole.fill_null(0)
