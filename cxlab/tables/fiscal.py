"""Fiscal quarters in the engine: their numbers (`cxlab.quarter.Quarter.ordinal`) and first days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from cxlab.quarter import Quarter
from cxlab.tables.days import day_literal, day_of


def quarter_number(date: Any, *, about: Quarter) -> ir.IntegerValue:  # noqa: ANN401  (a date or timestamp)
    """Number the quarter a date or a local timestamp lies in, in the count of the quarter studied."""
    return ((date.year() * 12 + date.month() - about.first_month) // 3 + about.first_ordinal).cast("int32")


def named_quarter(text: ir.StringValue) -> ir.IntegerValue:
    """Return the number of a quarter written like ``2026Q3``; missing for any other text."""
    number = text.substr(0, 4).try_cast("int32") * 4 + text.substr(5, 1).try_cast("int32") - 1
    return ibis.ifelse(text.re_search(r"^[0-9]{4}Q[1-4]$"), number, ibis.null("int32")).cast("int32")


def calendar(quarters: Sequence[Quarter]) -> ir.Table:
    """Return one row per quarter: ``quarter_number``, ``from_day``, ``to_day``, ``before_day`` (int32).

    ``from_day`` is the first day, ``to_day`` the first day after it, ``before_day`` the first day of the quarter
    before. The quarters follow one another.
    """
    first, last = quarters[0], quarters[-1]
    numbers = ibis.range(first.ordinal, last.ordinal + 1).unnest().name("quarter_number").as_table()

    def first_day(number: ir.IntegerValue) -> ir.IntegerValue:
        months = (number - first.first_ordinal) * 3 + (first.first_month - 1)
        return day_of(ibis.date((months // 12).cast("int32"), (months % 12 + 1).cast("int32"), 1))

    number = numbers["quarter_number"].cast("int32")
    return numbers.select(
        quarter_number=number,
        from_day=first_day(number),
        to_day=first_day(number + 1),
        before_day=first_day(number - 1),
    )


def quarter_of(day: ir.IntegerValue, *, quarters: Sequence[Quarter]) -> ir.IntegerValue:
    """Return the number of the quarter a day number lies in; that of a neighbour for days outside the quarters."""
    around = [quarters[0] - 1, *quarters, quarters[-1] + 1]
    return _among(day, quarters=around, told=lambda quarter: ibis.literal(quarter.ordinal, type="int32"))


def quarter_end_of(day: ir.IntegerValue, *, quarters: Sequence[Quarter]) -> ir.IntegerValue:
    """Return the first day after the quarter a day number lies in; that of a neighbour outside the quarters."""
    around = [quarters[0] - 1, *quarters, quarters[-1] + 1]
    return _among(day, quarters=around, told=lambda quarter: day_literal(quarter.end))


def _among(
    day: ir.IntegerValue, *, quarters: Sequence[Quarter], told: Callable[[Quarter], ir.IntegerScalar]
) -> ir.IntegerValue:
    """Halve the quarters until one is left: few comparisons a day, however many quarters there are."""
    if len(quarters) == 1:
        return told(quarters[0])
    half = len(quarters) // 2
    earlier, later = (_among(day, quarters=some, told=told) for some in (quarters[:half], quarters[half:]))
    return ibis.ifelse(day < day_literal(quarters[half].start), earlier, later)
