"""What of a CSV file is wanted while it is read: types that change no value, and what to learn of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa

from cxlab.tables.config import Expression, File, Source
from cxlab.tables.csv_files import Wants, only_texts
from cxlab.tables.learnt import Wanted
from cxlab.tables.schema import Column, Table
from cxlab.tables.stage import columns_of

_TYPES: Mapping[str, pa.DataType] = {
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "integer": pa.int64(),
    "flag": pa.bool_(),
}


def csv_wanted(table: Table, *, source: Source) -> Wants:
    """Return what says what is wanted of a source's columns.

    SQL of the study file sees texts, and so does whatever is hashed or stands for something else.
    """
    if source.from_ or any(isinstance(of, Expression) for of in (source.columns or {}).values()):
        return only_texts

    def wanted(header: Sequence[str]) -> Wanted:
        every = columns_of(table, source=source, among=header)
        times = Counter(every.values())
        mapped = {column: str(of) for column, of in every.items() if of in header and column not in source.values}
        types = {
            of: _type(table.column(column), file=source)
            for column, of in mapped.items()
            if times[of] == 1 and column not in source.hash
        }
        keys = table.key if len(table.key) == 1 else ()
        return Wanted(
            types={column: of for column, of in types.items() if of is not None},
            keys={key: mapped[key] for key in keys if key in mapped},
            codes={column: of for column, of in mapped.items() if table.column(column).type == "code"},
        )

    return wanted


def _type(column: Column, *, file: File) -> pa.DataType | None:
    """Return what every value can be read as that `cxlab.tables.cast` would read as the same, or not at all."""
    if column.type == "amount":
        return pa.int64() if file.money == "minor" else None
    return _TYPES.get(column.type)
