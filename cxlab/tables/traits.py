"""Who somebody was on a day: customer columns joined to rows that have a customer and a day."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

TRAITS = ("plan", "region", "acq_source", "segment", "offer")


def with_traits(rows: ir.Table, *, day: str, lives: ir.Table | None, customers: ir.Table | None) -> ir.Table:
    """Add what is known of the customer of each row.

    The spell that began last on or before the day speaks; a customer without one is looked up in ``customers``.

    Parameters
    ----------
    rows : Table
        With ``customer_id`` (missing or '' = not known) and the column ``day`` names (day number, may be missing).
    lives : Table or None
        Prepared spells; None where nobody's leaving is known.
    customers : Table or None
        Contract table as known.

    Returns
    -------
    Table
        The same rows with ``account_id``, ``plan``, ``region``, ``acq_source``, ``segment``, ``offer`` ('' = not
        known), ``tenure_days`` (int32, on the day; missing without a spell) and ``active_end`` (still a customer
        at the close; missing without a spell).
    """
    rows = rows.mutate(customer_id=rows["customer_id"].fill_null(""), _day=rows[day])
    rows = _from_lives(rows, lives=lives)
    rows = _from_customers(rows, customers=customers)
    traits = {trait: ibis.coalesce(rows[f"_{trait}"], rows[f"own_{trait}"], "") for trait in TRAITS}
    account = ibis.coalesce(rows["_account_id"], rows["own_account_id"], rows["customer_id"])
    made = rows.mutate(account_id=account, **traits)
    return made.drop([name for name in made.columns if name.startswith(("_", "own_"))])


def _from_lives(rows: ir.Table, *, lives: ir.Table | None) -> ir.Table:
    if lives is None:
        nothing = {f"_{name}": ibis.null("string") for name in ("account_id", *TRAITS)}
        return rows.mutate(**nothing, tenure_days=ibis.null("int32"), active_end=ibis.null("boolean"))
    spells = lives.select(
        _holder="customer_id",
        _start_day="start_day",
        _exit_day="exit_day",
        **{f"_{name}": lives[name] for name in ("account_id", *TRAITS)},
    )
    found = rows.asof_join(
        spells, on=rows["_day"] >= spells["_start_day"], predicates=[rows["customer_id"] == spells["_holder"]]
    )
    still = lives.filter(lives["exit_day"].isnull()).select(_stays="customer_id")
    found = found.left_join(still, found["customer_id"] == still["_stays"])
    until = ibis.least(found["_day"], ibis.coalesce(found["_exit_day"], found["_day"]))
    tenure = ibis.ifelse(found["_holder"].notnull(), until - found["_start_day"], ibis.null("int32"))
    seen = found["_holder"].notnull()
    active = ibis.ifelse(seen | found["_stays"].notnull(), found["_stays"].notnull(), ibis.null("boolean"))
    return found.mutate(tenure_days=tenure.cast("int32"), active_end=active)


def _from_customers(rows: ir.Table, *, customers: ir.Table | None) -> ir.Table:
    if customers is None:
        return rows.mutate(**{f"own_{name}": ibis.null("string") for name in ("account_id", *TRAITS)})
    people = customers.select(
        own_customer="customer_id", **{f"own_{name}": customers[name] for name in ("account_id", *TRAITS)}
    )
    return rows.left_join(people, rows["customer_id"] == people["own_customer"])
