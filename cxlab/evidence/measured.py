"""Spells with what was measured of them, row by row: numbers of too many values to be counted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.bucket import bucket_in
from cxlab.quarter import Window

MOST_SPELLS = 2_000_000
"""More are not fitted row by row: `cxlab.evidence.bins` makes groups of what was measured."""

SOURCES = ("customers", "contracts")
"""Tables measured numbers may stand in; the first one that has a column gives it."""


def measured_spells(
    lives: ir.Table, tables: Mapping[str, ir.Table], *, of: Sequence[str], by: str = "plan", window: Window
) -> pd.DataFrame:
    """Each spell in the window with its time at risk and numbers known when it began.

    At risk where entry < t <= stop, as `cxlab.evidence.risk.risk_table` counts. A number of ``customers`` is
    theirs, one of ``contracts`` that of the contract the spell began with; of several begun that day the lowest.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    tables : mapping of str to ibis table
        Contract tables of the study.
    of : sequence of str
        Columns of numbers of ``customers`` or ``contracts``.
    by : str
        Column of ``lives`` to be compared inside.
    window : Window
        The time looked at.

    Returns
    -------
    DataFrame
        ``entry``, ``stop`` (days), ``lost``, ``by``, ``account`` (a number that only tells accounts apart),
        ``bucket``, and the columns of ``of`` (missing where nothing was measured). Sorted. Spells of disjoint
        customers only stand together.

    Raises
    ------
    ValueError
        If a name is no such column, or there are more than `MOST_SPELLS` spells.
    """
    rows = lives.filter(lives.start_day < window.close_day - 1)
    many = int(rows.count().to_pyarrow().as_py())
    if many > MOST_SPELLS:
        raise ValueError(
            f"up to {MOST_SPELLS:,} spells are fitted row by row; there are {many:,}: cxlab.evidence.bins makes "
            "groups of what was measured"
        )
    held = {name: _holds(name, tables) for name in of}
    end = ibis.least(rows.exit_day.fill_null(window.close_day), window.close_day - 1)
    rows = rows.mutate(
        entry=ibis.greatest(window.open_day - rows.start_day, 0).cast("int64"),
        stop=(end - rows.start_day).cast("int64"),
        lost=((rows.exit_day < window.close_day) & (rows.cause != "transfer")).fill_null(False),
        account=rows.account_id.hash(),
        bucket=bucket_in(rows),
    )
    rows = rows.filter(rows.stop > rows.entry)
    kept = ["entry", "stop", "lost", by, "account", "bucket"]
    rows = rows.select("customer_id", "start_day", *kept)
    for source in SOURCES:
        mine = [name for name in of if held[name] == source]
        if mine:
            rows = _joined(rows, tables[source], mine)
    frame: pd.DataFrame = rows.select("customer_id", "start_day", *kept, *of).to_pandas()
    frame = frame.sort_values(["customer_id", "start_day"], ignore_index=True)
    return frame[[*kept, *of]].astype(dict.fromkeys(of, "float64"))


def _holds(name: str, tables: Mapping[str, ir.Table]) -> str:
    there = {source: tables[source] for source in SOURCES if source in tables}
    for source, table in there.items():
        if name in table.columns and table[name].type().is_numeric():
            return source
    known = [f"{s}.{c}" for s, table in there.items() for c in table.columns if table[c].type().is_numeric()]
    raise ValueError(
        f"measured numbers are columns of numbers: {', '.join(known) or 'there are none'}; got {name!r}"
    )


def _joined(rows: ir.Table, table: ir.Table, names: Sequence[str]) -> ir.Table:
    """Add the numbers of a table: by customer, and by first day where its rows begin on one."""
    keys = {"who": table.customer_id}
    if "start" in table.columns:
        keys["began"] = table.start.cast("date").delta(ibis.date(1970, 1, 1), unit="day").cast("int32")
    values = table.select(**keys, **{name: table[name] for name in names})
    values = values.group_by(list(keys)).agg(**{name: values[name].min() for name in names})
    on = [rows.customer_id == values.who]
    if "began" in keys:
        on.append(rows.start_day == values.began)
    return rows.left_join(values, on).drop(*keys)
