"""How far the data reach: which days have rows, how far history goes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from cxlab.quarter import Quarter
from cxlab.tables.schema import TABLES

HAPPENINGS = ("customers", "contracts", "transactions", "survey_responses", "verbatims", "interactions")
"""Tables whose rows show that something was recorded at a time."""


def span(rows: ir.Table, *, table: str) -> tuple[date, date] | None:
    """Return the first and the last day of a table's rows, or None without dated rows."""
    names = TABLES[table].dated_by
    if not names:
        return None
    days = [rows[name].cast("date") for name in names]
    day = ibis.coalesce(*days) if len(days) > 1 else days[0]
    found = rows.aggregate(first=day.min(), last=day.max()).to_pyarrow().to_pylist()[0]
    return None if found["first"] is None else (found["first"], found["last"])


def nothing_in(
    tables: Mapping[str, ir.Table], *, last_days: Mapping[str, date | None], quarter: Quarter
) -> str | None:
    """Say why a quarter has no data, or None if it has: something began or happened in it, or a contract ended.

    Parameters
    ----------
    tables : mapping of str to Table
        Tables as known at the close.
    last_days : mapping of str to (date or None)
        The last day of each one's rows (`span`).
    """
    there = [name for name in HAPPENINGS if name in tables]
    last = {name: last_days.get(name) for name in there}
    if any(day is not None and day >= quarter.start for day in last.values()):
        return None
    if "contracts" in last:
        ends = (last["contracts"], _last_end(tables["contracts"]))
        last["contracts"] = max((day for day in ends if day is not None), default=None)
        if last["contracts"] is not None and last["contracts"] >= quarter.start:
            return None
    reach = [
        f"{name} reach to {day}" if day else f"{name} have no row before {quarter.end}"
        for name, day in last.items()
    ]
    return (
        f"needed: rows from {quarter.start} on; {', '.join(reach)}"
        if reach
        else "no table with customers or their doings is declared in study.toml"
    )


def newest_quarter(
    tables: Mapping[str, ir.Table], *, before: date, made_up: bool, first_month: int
) -> Quarter | None:
    """Return the last finished quarter something happened in, or None if nothing ever did.

    Parameters
    ----------
    tables : mapping of str to Table
        Accepted tables.
    before : date
        The quarter is over before this day; a made-up company has no today, and its quarters are over when its
        rows are. Texts count only where there is nothing else: they come in after the quarter they speak of.
    """
    reach = [span(tables[name], table=name) for name in HAPPENINGS if name in tables and name != "verbatims"]
    if not reach and "verbatims" in tables:
        reach = [span(tables["verbatims"], table="verbatims")]
    days = [found[1] for found in reach if found is not None]
    if "contracts" in tables and (ended := _last_end(tables["contracts"])) is not None:
        days.append(ended)
    if not days:
        return None
    last = Quarter.holding(max(days), first_month=first_month)
    return last if made_up else min(last, Quarter.holding(before, first_month=first_month) - 1)


def _last_end(contracts: ir.Table) -> date | None:
    last: date | None = contracts["end"].max().to_pyarrow().as_py()
    return last
