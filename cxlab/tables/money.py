"""Run-rates: what an active customer brings in 91 days, net of tax and refunds, in whole minor units."""

from __future__ import annotations

import ibis
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
) -> ir.Table:
    """Revenue and margin of the 91 days before the close, scaled to 91 days, of active spells.

    An amount with a period counts by its days inside those 91; any other counts on its day. Refunds and credits
    are negative, whatever their sign in the source; kinds in ``rules.not_revenue`` do not count. Only days of the
    spell itself count. A customer without any transaction counts with three monthly prices of the contracts.

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
    rates = _paid(rates, transactions=transactions, rules=rules, window=window)
    rates = _priced(rates, contracts=contracts, rules=rules)
    known = rates["rows"].fill_null(0) > 0
    share = margin_share(rates["plan"], rules=rules)
    return rates.select(
        "customer_id",
        "spell",
        revenue_amount=ibis.ifelse(
            known, share_of(rates["net"], QUARTER_DAYS, rates["exposure"]), rates["price"].fill_null(0) * 3
        ).cast("int64"),
        margin_amount=ibis.ifelse(
            known,
            share_of(rates["margin"], QUARTER_DAYS, rates["exposure"])
            + share_of(share_of(rates["shared"], QUARTER_DAYS, rates["exposure"]), share, BASIS),
            share_of(rates["price"].fill_null(0) * 3, share, BASIS),
        ).cast("int64"),
    )


def _paid(rates: ir.Table, *, transactions: ir.Table | None, rules: Rules, window: Window) -> ir.Table:
    """Add net revenue, margin where rows bring it, and the revenue a share of which is margin."""
    zero = ibis.literal(0, type="int64")
    if transactions is None:
        return rates.mutate(rows=zero, net=zero, margin=zero, shared=zero)
    money = revenue_rows(transactions, rules=rules)
    net = net_amount(money, rules=rules)
    at = day_of(money["at"])
    lasts = money["period_from"].notnull() & money["period_to"].notnull()
    margin = ibis.coalesce(money["margin"], net - money["cost_amount"])
    money = money.select(
        payer="customer_id",
        from_day=ibis.ifelse(lasts, day_of(money["period_from"]), at),
        to_day=ibis.ifelse(lasts, day_of(money["period_to"]), at + 1),
        net=net,
        own_margin=margin,
    )
    parts = rates.select("customer_id", "spell", "since").left_join(money, rates["customer_id"] == money["payer"])
    overlap = ibis.greatest(
        0, ibis.least(parts["to_day"], window.close_day) - ibis.greatest(parts["from_day"], parts["since"])
    )
    days = parts["to_day"] - parts["from_day"]
    part = share_of(parts["net"], overlap, days)
    own = share_of(parts["own_margin"], overlap, days)
    parts = parts.mutate(part=part, own=own, unshared=ibis.ifelse(own.isnull(), part, 0))
    sums = parts.group_by(["customer_id", "spell"]).agg(
        rows=parts["payer"].count(),
        net=total(parts["part"]),
        margin=total(parts["own"]),
        shared=total(parts["unshared"]),
    )
    return rates.left_join(sums, ["customer_id", "spell"]).drop("customer_id_right", "spell_right")


def revenue_rows(transactions: ir.Table, *, rules: Rules) -> ir.Table:
    """Keep the transactions that are revenue or give some back."""
    return transactions.filter(~ibis.coalesce(transactions["kind"], "").isin(rules.not_revenue))


def net_amount(money: ir.Table, *, rules: Rules) -> ir.IntegerValue:
    """Return each row's amount without tax, minor units; what was given back is negative."""
    inside = round(rules.tax_share / (1 + rules.tax_share) * _MILLION)
    tax = ibis.coalesce(money["tax_amount"], share_of(money["amount"], inside, _MILLION))
    back = ibis.coalesce(money["kind"], "").isin(RETURNED)
    return ibis.ifelse(back, -(money["amount"].abs() - tax.abs()), money["amount"] - tax)


def _priced(rates: ir.Table, *, contracts: ir.Table | None, rules: Rules) -> ir.Table:
    """Add the monthly price of the open contracts, net of the tax inside it."""
    if contracts is None:
        return rates.mutate(price=ibis.null("int64"))
    inside = round(rules.tax_share / (1 + rules.tax_share) * _MILLION)
    still = contracts.filter(contracts["end"].isnull())
    prices = still.group_by("customer_id").agg(price=total(still["price_per_month"]))
    prices = prices.mutate(price=prices["price"] - share_of(prices["price"], inside, _MILLION))
    return rates.left_join(prices, "customer_id").drop("customer_id_right")


def margin_share(plan: ir.StringValue, *, rules: Rules) -> ir.IntegerValue:
    """Return the share of revenue that is margin, in parts of `BASIS`."""
    cases = [(plan == code, round(share * BASIS)) for code, share in sorted(rules.margin.plan.items())]
    default = round(rules.margin.default * BASIS)
    return ibis.cases(*cases, else_=default) if cases else ibis.literal(default)


@ibis.udf.scalar.builtin(name="share_of", signature=(("int64", "int64", "int64"), "int64"))
def share_of(amount, part, of):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """``amount * part / of`` to the nearest whole number, halves away from zero (`cxlab.tables.engine`)."""


def total(amounts: ir.IntegerValue) -> ir.IntegerScalar:
    """Return the sum of whole amounts as 64 bits; 0 of none."""
    # the engine's sum is wider than 64 bits while ibis calls it int64, and would leave out a plain cast
    return amounts.sum().cast("decimal(38, 0)").cast("int64").fill_null(0)
