"""Columns of few different values: the engine carries and writes them as numbers, and files read as text again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from cxlab.tables.engine import name, quote

FEW = 255
"""So many values are told apart by one byte."""

_LISTED = 16
"""So many values are told apart by a look at one after another, as fast as any other way."""

_PROBED = 100_000
"""So many rows are looked at first, so that no column of many values is read whole."""


def few_values(engine: Backend, rows: str, *, columns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the values of columns that hold few, if nothing is to be trimmed: visible ASCII characters alone.

    Parameters
    ----------
    rows : str
        SQL of the rows.
    columns : mapping of str to str
        Columns of them, by the name they are returned under.
    """
    if not columns:
        return {}
    counts = ", ".join(f"approx_count_distinct({name(column)})" for column in columns.values())
    probed = engine.con.execute(f"SELECT {counts} FROM (SELECT * FROM ({rows}) LIMIT {_PROBED})").fetchall()[0]
    likely = [column for column, found in zip(columns, probed, strict=True) if found <= 2 * FEW]
    if not likely:
        return {}
    asked = [name(columns[column]) for column in likely]
    sets = ", ".join(f"({column})" for column in asked)
    each = engine.con.execute(f"SELECT {', '.join(asked)} FROM ({rows}) GROUP BY GROUPING SETS ({sets})")
    there = each.fetchall()
    values = (plain_codes({row[place] for row in there} - {None}) for place in range(len(likely)))
    return {column: found for column, found in zip(likely, values, strict=True) if found}


def plain_codes(values: Collection[str]) -> tuple[str, ...]:
    """Return values in order if they are few and nothing of them is to be trimmed, else none."""
    return tuple(sorted(values)) if len(values) <= FEW and all(map(_is_plain, values)) else ()


def as_code(sql: str, *, values: Sequence[str]) -> str:
    """Return SQL of a text that is one of few values, as the engine's enumeration of them."""
    return f"CAST({sql} AS ENUM({', '.join(map(quote, values))}))"


def as_known_code(sql: str, *, values: Sequence[str]) -> str:
    """Return SQL of a text as `as_code` does; one that is not among the values is missing, and no error."""
    if len(values) > _LISTED:
        return as_code(sql, values=values)
    listed = ", ".join(map(quote, values))
    # functions, other than casts, are worked out once for each value where a file keeps them in a dictionary
    return f"list_extract([{listed}]::ENUM({listed})[], list_position([{listed}], {sql}))"


def _is_plain(value: str) -> bool:
    return value != "" and value.isascii() and value.isprintable() and " " not in value


def coding(engine: Backend, rows: ir.Table | None, columns: Sequence[str]) -> Callable[[ir.Table], ir.Table]:
    """Return what lets the engine carry columns as codes from there on; compared and read, they are texts still.

    Parameters
    ----------
    rows : Table or None
        Holds every value the columns have; None: nothing is known of them, and they stay as they are.
    columns : sequence of str
        Text columns of it; one of many values stays as it is.
    """
    if rows is None:
        return lambda table: table
    functions = {}
    for column in columns:
        values = rows.select(column).distinct().limit(FEW + 1).to_pyarrow()[column].drop_null().to_pylist()
        if 0 < len(values) <= FEW:
            functions[column] = _function(engine, f"code_of_{column}", values=sorted(values))
    if not functions:
        return lambda table: table
    return lambda table: table.mutate(**{column: of(table[column]) for column, of in functions.items()})


def _function(engine: Backend, of: str, *, values: Sequence[str]) -> Callable[[ir.StringValue], ir.StringValue]:
    engine.con.execute(f"CREATE OR REPLACE TEMP MACRO {name(of)}(value) AS {as_code('value', values=values)}")

    @ibis.udf.scalar.builtin(name=of, signature=(("string",), "string"))
    def code(value):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        """Code of a text."""

    made: Callable[[ir.StringValue], ir.StringValue] = code
    return made
