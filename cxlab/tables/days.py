"""Day numbers in the engine: days since 1970-01-01, the same on every backend."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir


def day_of(moment: Any) -> ir.IntegerValue:  # noqa: ANN401  (a date or timestamp expression)
    """Return the day number of a date or a local timestamp."""
    return moment.cast("date").delta(ibis.date(1970, 1, 1), unit="day").cast("int32")


def day_literal(day: date) -> ir.IntegerValue:
    """Return the day number of a date as an engine constant."""
    return ibis.literal((day - date(1970, 1, 1)).days, type="int32")
