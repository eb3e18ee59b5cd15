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


def nothing_in(tables: Mapping[str, ir.Table], *, quarter: Quarter) -> str | None:
    """Say why a quarter has no data, or None if it has: something began or happened in it, or a contract ended."""
    reach: list[str] = []
    for name in HAPPENINGS:
        if name not in tables:
            continue
        found = span(tables[name], table=name)
        ended = _last_end(tables[name]) if name == "contracts" else None
        last = max((day for day in (found[1] if found else None, ended) if day is not None), default=None)
        if last is not None and last >= quarter.start:
            return None
        reach.append(f"{name} reach to {last}" if last else f"{name} have no row before {quarter.end}")
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
