"""Money in one currency: amounts converted by the newest rate known on their day."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from cxlab.tables.cast import OTHER_MINOR, minor_digits

AMOUNTS = ("amount", "tax_amount", "margin", "cost_amount")


def converted(transactions: ir.Table, *, rates: ir.Table | None, currency: str) -> ir.Table:
    """Convert transactions to the study's currency, rounding half-even per row.

    Parameters
    ----------
    transactions, rates : Table
        Contract tables as known. A rate holds from its date until the next one of its currency; rows in a currency
        without a rate on their day were quarantined at load.
    currency : str
        The study's currency; rows without a currency are in it already.

    Returns
    -------
    Table
        The same rows; amounts in minor units of ``currency``.
    """
    if rates is None:
        return transactions
    worth = _with_minor_units(rates, currency=currency)
    foreign = transactions["currency"].notnull() & (transactions["currency"] != currency)
    home = transactions.filter(~foreign)
    away = transactions.filter(foreign).mutate(day=lambda t: t["at"].cast("date"))
    away = away.asof_join(worth, on=away["day"] >= worth["date"], predicates=[away["currency"] == worth["of"]])
    amounts = {name: _round_even(away[name] * away["factor"], 0).cast("int64") for name in AMOUNTS}
    away = away.mutate(**amounts, currency=ibis.literal(currency)).select(*transactions.columns)
    return home.union(away)


def _with_minor_units(rates: ir.Table, *, currency: str) -> ir.Table:
    digits = minor_digits(currency)
    cases = [
        (rates["currency"].isin(sorted(codes)), 10.0 ** (digits - places)) for places, codes in OTHER_MINOR.items()
    ]
    shift = ibis.cases(*cases, else_=10.0 ** (digits - 2))
    return rates.select(of="currency", date="date", factor=rates["rate"] * shift)


@ibis.udf.scalar.builtin(name="round_even", signature=(("float64", "int64"), "float64"))
def _round_even(amount, places):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Round half-even, by the engine."""
