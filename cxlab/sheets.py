"""CSV, XLSX and Parquet out: the same in every language, typed, and harmless when a spreadsheet opens them.

CSV is UTF-8 with a byte order mark, decimals are dots, days are ISO dates. A text that a spreadsheet would run
as a formula gets an apostrophe in front, which the spreadsheet hides.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters that make a cell a formula."""

LONGEST_NAME = 31
"""Characters a sheet's name may have."""

EXACT = 2**53
"""Whole numbers beyond this are written as text: a spreadsheet would round them."""

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def neutral(text: str) -> str:
    """Return a text no spreadsheet runs.

    >>> neutral("=HYPERLINK()"), neutral("Én 90"), neutral("-5")
    ("'=HYPERLINK()", 'Én 90', "'-5")
    """
    written = _writable(text)
    return f"'{written}" if written.startswith(FORMULA) else written


def _writable(text: str) -> str:
    return _SURROGATE.sub("\ufffd", _UNWRITABLE.sub("", text))


def write_csv(table: pd.DataFrame, path: Path | str) -> None:
    """Write a table as CSV; missing values become empty cells."""
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([neutral(str(name)) for name in table.columns])
        writer.writerows([_csv_cell(value) for value in row] for row in table.itertuples(index=False, name=None))


def write_xlsx(tables: Mapping[str, pd.DataFrame], path: Path | str, *, made: datetime) -> None:
    """Write tables as the sheets of one workbook: numbers as numbers, days as days, never a formula.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By sheet name; a name is cut to 31 characters and loses the signs a sheet's name may not have.
    path : Path
        The file.
    made : datetime
        Written into the file as its date, so that the same tables give the same bytes.
    """
    import xlsxwriter

    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": made})
        head, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for name, table in tables.items():
            sheet = book.add_worksheet(_NOT_IN_NAMES.sub("_", neutral(name))[:LONGEST_NAME])
            sheet.freeze_panes(1, 0)
            for place, title in enumerate(table.columns):
                sheet.write_string(0, place, neutral(str(title)), head)
                sheet.set_column(place, place, max(10, min(40, len(str(title)) + 2)))
            for line, row in enumerate(table.itertuples(index=False, name=None), start=1):
                for place, value in enumerate(row):
                    _write_cell(sheet, line, place, _plain(value), day)


def write_parquet(table: pd.DataFrame, path: Path | str) -> None:
    """Write a table as Parquet: numbers as numbers, days as days, texts as they are, missing values as nothing."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {str(name): _arrow(table[name]) for name in table.columns}
    pq.write_table(pa.table(columns), str(path), compression="zstd")


def _arrow(column: pd.Series[Any]) -> Any:  # noqa: ANN401
    """Return a column as Arrow has it; one that holds numbers and words is words."""
    import pyarrow as pa

    values: list[Any] = [_plain(value, text=_writable) for value in column]
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int} and all(value is None or abs(value) < 2**63 for value in values):
        return pa.array(values, pa.int64())
    if kinds <= {int, float}:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    if len(kinds) == 1 and kinds <= {bool, date}:
        return pa.array(values)
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def _plain(value: object, *, text: Callable[[str], str] = neutral) -> object:
    """Return a value as text, bool, int, float, day, or None where it is missing."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.date() if (value.hour, value.minute, value.second) == (0, 0, 0) else value.isoformat(" ")
    return value if isinstance(value, bool | int | date) else text(str(value))


def _csv_cell(value: object) -> str:
    match _plain(value):
        case None:
            return ""
        case bool() as flag:
            return "true" if flag else "false"
        case int() | float() as number:
            return repr(number)
        case other:
            return str(other)


def _write_cell(sheet: Any, line: int, place: int, value: object, day: object) -> None:  # noqa: ANN401
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(line, place, value)
        case int() if abs(value) > EXACT:
            sheet.write_string(line, place, str(value))
        case int() | float():
            sheet.write_number(line, place, value)
        case date():
            sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
        case _:
            sheet.write_string(line, place, str(value))
