"""Who somebody was on a day: customer columns joined to rows that have a customer and a day."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from cxlab.tables.holding import OPEN_END, with_holding

TRAITS = ("plan", "region", "acq_source", "segment", "offer")


def with_traits(rows: ir.Table, *, day: str, lives: ir.Table | None, customers: ir.Table | None) -> ir.Table:
    """Add what is known of the customer of each row.

    The spell that began last on or before the day speaks; a customer without one, or a row without a day, is
    looked up in ``customers``.

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
    names = ("account_id", *TRAITS)
    spells = lives.select("customer_id", "start_day", "exit_day", *names).semi_join(rows, "customer_id")
    spells = with_holding(spells)
    spells = spells.rename({f"_{name}": name for name in spells.columns})
    day = rows["_day"].fill_null(-OPEN_END)
    found = rows.left_join(
        spells,
        [rows["customer_id"] == spells["_customer_id"], day >= spells["_holds_from"], day < spells["_holds_to"]],
    )
    seen = (found["_day"] >= found["_start_day"]).fill_null(False)
    until = ibis.least(found["_day"], ibis.coalesce(found["_exit_day"], found["_day"]))
    tenure = ibis.ifelse(seen, until - found["_start_day"], ibis.null("int32"))
    stays = found["_stays"].fill_null(False)
    return found.mutate(
        **{f"_{name}": ibis.ifelse(seen, found[f"_{name}"], ibis.null("string")) for name in names},
        tenure_days=tenure.cast("int32"),
        active_end=ibis.ifelse(seen | stays, stays, ibis.null("boolean")),
    )


def _from_customers(rows: ir.Table, *, customers: ir.Table | None) -> ir.Table:
    if customers is None:
        return rows.mutate(**{f"own_{name}": ibis.null("string") for name in ("account_id", *TRAITS)})
    names = ("account_id", *TRAITS)
    people = customers.select("customer_id", *names).semi_join(rows, "customer_id")
    people = people.select(own_customer="customer_id", **{f"own_{name}": people[name] for name in names})
    return rows.left_join(people, rows["customer_id"] == people["own_customer"])
