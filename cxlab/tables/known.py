"""What was known of a table at a quarter's close: the one place where the future is kept out."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from cxlab.tables.schema import Table


def as_known(
    rows: ir.Table,
    *,
    table: Table,
    close: date,
    as_of: date,
    team_as_of: date,
    parent: ir.Table | None = None,
    versions: bool = True,
) -> ir.Table:
    """Cut a contract table to what was known.

    Rows loaded after ``as_of`` are late and left out, and so are rows that happened on or after ``close``. A value
    that became known on or after ``close`` is missing. Of several versions the newest begun before ``close``
    stays. Work of the team is cut by ``team_as_of`` alone.

    Parameters
    ----------
    rows : Table
        Accepted rows, all columns of the contract.
    table : schema.Table
        The contract.
    close : date
        First day after the quarter.
    as_of : date
        Last day of loading that counts.
    team_as_of : date
        Last day of the team's work that counts.
    parent : Table, optional
        The parent table as known; undated rows stay only if their parent has happened, answered where it can be.
    versions : bool
        Whether any row says since when it is valid; without that every row is the only version.
    """
    if table.team:
        return _until(rows, names=table.dated_by, last=team_as_of)
    rows = rows.filter(~late(rows, as_of=as_of))
    if table.dated_by:
        rows = _until(rows, names=table.dated_by, last=close - timedelta(days=1))
    if parent is not None and table.parent is not None:
        rows = _happened_with_parent(rows, table=table, parent=parent)
    if table.versioned and versions:
        rows = _newest_version(rows, key=table.key, close=close)
    hidden = {
        column.name: ibis.ifelse(
            _day(rows[column.known_at]) < close, rows[column.name], ibis.null(rows[column.name].type())
        )
        for column in table.columns
        if column.known_at is not None
    }
    return rows.mutate(**hidden) if hidden else rows


def late(rows: ir.Table, *, as_of: date) -> ir.BooleanValue:
    """Say which rows were loaded after the knowledge date; rows without a loading date never are."""
    # compared as they stand, so that the engine passes by stretches of a file that hold none
    return (rows["loaded_at"] >= as_of + timedelta(days=1)).fill_null(False)


def count_late(rows: ir.Table, *, table: Table, close: date, as_of: date) -> int:
    """Count the rows that belong to the time before the close and came too late for it."""
    found = rows.filter(rows["loaded_at"] >= as_of + timedelta(days=1))
    if table.dated_by:
        found = _until(found, names=table.dated_by, last=close - timedelta(days=1))
    return int(found.count().execute())


def _day(column: ir.Column) -> ir.DateValue:
    return column.cast("date")


def _until(rows: ir.Table, *, names: tuple[str, ...], last: date) -> ir.Table:
    day = ibis.coalesce(*[_day(rows[name]) for name in names]) if len(names) > 1 else rows[names[0]]
    return rows.filter((day < last + timedelta(days=1)).fill_null(True))


def _happened_with_parent(rows: ir.Table, *, table: Table, parent: ir.Table) -> ir.Table:
    assert table.parent is not None
    happened = parent.filter(parent["answered_at"].notnull()) if "answered_at" in parent.columns else parent
    inside = rows[table.parent.column].isin(happened[table.parent.to])
    if table.dated_by:
        dated = ibis.coalesce(*[_day(rows[name]) for name in table.dated_by], ibis.null("date")).notnull()
        inside = dated | inside
    return rows.filter(inside.fill_null(False))


def _newest_version(rows: ir.Table, *, key: tuple[str, ...], close: date) -> ir.Table:
    begun = rows.filter((rows["valid_from"] < close).fill_null(True))
    newest = ibis.row_number().over(
        group_by=list(key), order_by=[ibis.desc(begun["valid_from"], nulls_first=False), begun["valid_to"].desc()]
    )
    return begun.mutate(newest=newest).filter(lambda t: t["newest"] == 0).drop("newest")
