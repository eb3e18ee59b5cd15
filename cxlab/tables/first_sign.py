"""The day the log of signs of life begins, over the customers of all parts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import ibis.expr.types as ir

from cxlab.tables.activity import log_opens
from cxlab.tables.config import Activity
from cxlab.tables.known_tables import KnownTables


def first_sign(tables: KnownTables, *, rule: Activity) -> int | None:
    """Return the day number of the first sign of life of anybody the rule is for; None without one.

    The first day of all transactions is looked at first: somebody the rule is for is nearly always on it.
    """
    parts = [tables.of_part(part) for part in range(tables.parts)]
    first = _earliest(log_opens(of["transactions"], customers=None, contracts=None, rule=rule) for of in parts)
    if first is None:
        return None
    until = date(1970, 1, 1) + timedelta(days=first + 1)
    for of in parts:
        found = _earliest([_opens_in(of, before=until, rule=rule)])
        if found is not None:  # none can be earlier
            return found
    return _earliest(_opens_in(of, before=None, rule=rule) for of in parts)


def _opens_in(tables: KnownTables, *, before: date | None, rule: Activity) -> ir.IntegerScalar:
    rows = tables["transactions"]
    return log_opens(
        rows if before is None else rows.filter(rows["at"] < before),
        customers=tables.get("customers"),
        contracts=tables.get("contracts"),
        rule=rule,
    )


def _earliest(days: Iterable[ir.IntegerScalar]) -> int | None:
    found = [day.to_pyarrow() for day in days]
    return min((int(day.as_py()) for day in found if day.is_valid), default=None)
