"""Accounts that several customers share: told apart once, so that no question has to compare ids."""

from __future__ import annotations

import ibis.expr.types as ir


def leads(customers: ir.Table) -> ir.Table:
    """Find the ids after which somebody else's account is called; whose they are need not be known.

    Parameters
    ----------
    customers : Table
        All customers as known: ``customer_id, account_id``.

    Returns
    -------
    Table
        ``customer_id``, each once.
    """
    others = customers.filter(customers["account_id"] != customers["customer_id"])
    return others.select(customer_id="account_id").distinct()


def with_shared(spells: ir.Table, *, leads: ir.Table | None) -> ir.Table:
    """Add ``shared``: whether the account may be another customer's too.

    It is where it is not called like the customer, and where another's account is called like this one's.

    Parameters
    ----------
    spells : Table
        With ``customer_id, account_id``, neither missing.
    leads : Table or None
        `leads` of the same customers; None where nothing is known of accounts.
    """
    otherwise = spells["account_id"] != spells["customer_id"]
    if leads is None:
        return spells.mutate(shared=otherwise)
    leading = leads.select(leading="customer_id")
    both = spells.mutate(shared=otherwise).left_join(leading, spells["customer_id"] == leading["leading"])
    return both.mutate(shared=both["shared"] | both["leading"].notnull()).drop("leading")
