"""Which columns of a CSV file need not be texts: those whose values mean the same read as a type at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa

from cxlab.tables.config import Expression, File, Source
from cxlab.tables.csv_files import Types, no_types
from cxlab.tables.schema import Column, Table
from cxlab.tables.stage import columns_of

_TYPES: Mapping[str, pa.DataType] = {
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "integer": pa.int64(),
    "flag": pa.bool_(),
}


def csv_types(table: Table, *, source: Source) -> Types:
    """Return what gives the types of a source's columns.

    SQL of the study file sees texts, and so does whatever is hashed or stands for something else.
    """
    if source.from_ or any(isinstance(of, Expression) for of in (source.columns or {}).values()):
        return no_types

    def types(header: Sequence[str]) -> Mapping[str, pa.DataType]:
        mapped = columns_of(table, source=source, among=header)
        times = Counter(mapped.values())
        found = {
            str(of): _type(table.column(column), file=source)
            for column, of in mapped.items()
            if of in header and times[of] == 1 and column not in source.values and column not in source.hash
        }
        return {column: of for column, of in found.items() if of is not None}

    return types


def _type(column: Column, *, file: File) -> pa.DataType | None:
    """Return what every value can be read as that `cxlab.tables.cast` would read as the same, or not at all."""
    if column.type == "amount":
        return pa.int64() if file.money == "minor" else None
    return _TYPES.get(column.type)
