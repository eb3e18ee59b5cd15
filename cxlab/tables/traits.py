"""Who somebody was on a day: customer columns joined to rows that have a customer and a day."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from cxlab.tables.holding import OPEN_END, with_holding

TRAITS = ("plan", "region", "acq_source", "segment", "offer")
_TOLD = ("account_id", *TRAITS)


def with_traits(
    rows: ir.Table,
    *,
    day: str,
    lives: ir.Table | None,
    customers: ir.Table | None,
    held: Callable[[ir.Table], ir.Table] = lambda rows: rows,
) -> ir.Table:
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
    held : callable
        Works a table out and gives it back, so that what is used several times is made once; by default it is not.

    Returns
    -------
    Table
        The same rows with ``account_id``, ``plan``, ``region``, ``acq_source``, ``segment``, ``offer`` ('' = not
        known), ``tenure_days`` (int32, on the day; missing without a spell) and ``active_end`` (still a customer
        at the close; missing without a spell).
    """
    rows = rows.mutate(customer_id=rows["customer_id"].fill_null(""), _day=rows[day])
    who = held(rows.select("customer_id", "_day"))
    spells = None if lives is None else held(_spells_of(who, lives=lives))
    unseen = who if spells is None else _unseen(who, spells=spells)
    rows = _from_spells(rows, spells=spells)
    rows = _from_customers(rows, customers=customers, of=unseen)
    traits = {trait: ibis.coalesce(rows[f"_{trait}"], rows[f"own_{trait}"], "") for trait in TRAITS}
    account = ibis.coalesce(rows["_account_id"], rows["own_account_id"], rows["customer_id"])
    made = rows.mutate(account_id=account, **traits)
    return made.drop([name for name in made.columns if name.startswith(("_", "own_"))])


def _spells_of(who: ir.Table, *, lives: ir.Table) -> ir.Table:
    """Keep the spells of the customers of rows."""
    return lives.select("customer_id", "start_day", "exit_day", *_TOLD).semi_join(who, "customer_id")


def _unseen(who: ir.Table, *, spells: ir.Table) -> ir.Table:
    """Keep the rows no spell speaks for: their customer has none yet on that day, or they have no day."""
    first = spells.group_by("customer_id").agg(first_day=spells["start_day"].min())
    rows = who.left_join(first, "customer_id")
    return rows.filter(~(rows["_day"] >= rows["first_day"]).fill_null(False)).select("customer_id")


def _from_spells(rows: ir.Table, *, spells: ir.Table | None) -> ir.Table:
    if spells is None:
        nothing = {f"_{name}": ibis.null("string") for name in _TOLD}
        return rows.mutate(**nothing, tenure_days=ibis.null("int32"), active_end=ibis.null("boolean"))
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
        **{f"_{name}": ibis.ifelse(seen, found[f"_{name}"], ibis.null("string")) for name in _TOLD},
        tenure_days=tenure.cast("int32"),
        active_end=ibis.ifelse(seen | stays, stays, ibis.null("boolean")),
    )


def _from_customers(rows: ir.Table, *, customers: ir.Table | None, of: ir.Table) -> ir.Table:
    """Add what the contract table knows, of the customers of some rows: the others' spells say it."""
    if customers is None:
        return rows.mutate(**{f"own_{name}": ibis.null("string") for name in _TOLD})
    people = customers.select("customer_id", *_TOLD).semi_join(of, "customer_id")
    people = people.select(own_customer="customer_id", **{f"own_{name}": people[name] for name in _TOLD})
    return rows.left_join(people, rows["customer_id"] == people["own_customer"])
