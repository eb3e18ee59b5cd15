"""Which spell of a customer answers for a day: found by one join, most customers having one spell."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

OPEN_END = 2**31 - 1
"""A day number after all days."""


def with_holding(spells: ir.Table) -> ir.Table:
    """Add the days each spell answers for: up to the next one, and the first one back to the beginning of time.

    Parameters
    ----------
    spells : Table
        With ``customer_id, start_day, exit_day``.

    Returns
    -------
    Table
        The same rows with ``holds_from, holds_to`` (int32, half-open), ``only`` (no other spell of the customer)
        and ``stays`` (any spell of the customer is open).
    """
    counted = spells.group_by("customer_id").agg(spells=spells.count())
    again = counted.filter(counted["spells"] > 1)
    only = spells.anti_join(again, "customer_id")
    only = only.mutate(
        holds_from=ibis.literal(-OPEN_END, type="int32"),
        holds_to=ibis.literal(OPEN_END, type="int32"),
        only=ibis.literal(True),
        stays=only["exit_day"].isnull(),
    )
    several = spells.semi_join(again, "customer_id")
    order = ibis.window(group_by="customer_id", order_by="start_day")
    before, after = several["start_day"].lag().over(order), several["start_day"].lead().over(order)
    several = several.mutate(
        holds_from=ibis.ifelse(before.isnull(), -OPEN_END, several["start_day"]).cast("int32"),
        holds_to=after.fill_null(OPEN_END).cast("int32"),
        only=ibis.literal(False),
        stays=several["exit_day"].isnull().any().over(ibis.window(group_by="customer_id")),
    )
    return only.union(several)
