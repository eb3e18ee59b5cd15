"""Excel sheets: every cell as text, dates as ISO text, so that they pass the same checks as CSV."""

from __future__ import annotations

import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import python_calamine
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables.config import File
from cxlab.tables.engine import name, quote
from cxlab.tables.source_files import Drop, broken


def excel_view(engine: Backend, *, path: Path, file: File, drop: Drop) -> str:
    """Register a sheet and return the SQL that reads it; record numbers are the line numbers of the sheet.

    Raises
    ------
    DataError
        If the file, the sheet or the header is not there.
    """
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
    except (python_calamine.CalamineError, OSError) as error:
        if path.read_bytes()[:2] == b"PK":
            raise DataError(broken(path.name, kind="excel", said=str(error))) from None
        raise DataError(f'{path.name} is not an Excel file: {error}; if it is text, set format = "csv"') from None
    title = file.sheet or book.sheet_names[0]
    if title not in book.sheet_names:
        raise DataError(f"{path.name} has no sheet {title!r}; it has {', '.join(map(repr, book.sheet_names))}")
    try:
        lines = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        errors = _errors(path, title=title)
    except (python_calamine.CalamineError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(broken(path.name, kind="excel", said=str(error))) from None
    if len(lines) < file.header or not any(lines[file.header - 1]):
        raise DataError(f"{path.name}, sheet {title!r} has no header: line {file.header} is empty or not there")
    there = [(str(cell).strip(), place) for place, cell in enumerate(lines[file.header - 1]) if _filled(cell)]
    dropped = drop.among([column for column, _ in there], of=f"{path.name}, sheet {title!r}")
    header = dict(there)
    numbers = [
        number for number, line in enumerate(lines, start=1) if number > file.header and any(map(_filled, line))
    ]
    arrays = {
        column: pa.array(
            [errors.get((number, place)) or _text(lines[number - 1][place]) for number in numbers], pa.string()
        )
        for column, place in header.items()
        if column not in dropped
    }
    arrays["record_number"] = pa.array(numbers, pa.int64())
    registered = f"excel_{path.stem}_{title}"
    engine.con.register(registered, pa.table(arrays))
    return f"SELECT *, {quote(path.name)} AS record_origin FROM {name(registered)}"


def _errors(path: Path, *, title: str) -> dict[tuple[int, int], str]:
    """Return error cells such as #N/A by (line, place): the fast reader hands them over as empty."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return {}
    with zipfile.ZipFile(path) as parts:
        sheets = [part for part in parts.namelist() if part.startswith("xl/worksheets/")]
        if not any(b't="e"' in parts.read(part) for part in sheets):
            return {}
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    found = {
        (cell.row, cell.column - 1): str(cell.value)
        for line in book[title].iter_rows()
        for cell in line
        if cell.data_type == "e"
    }
    book.close()
    return found


def _filled(cell: object) -> bool:
    return cell not in ("", None)


def _text(cell: Any) -> str | None:  # noqa: ANN401  (whatever a cell holds)
    match cell:
        case "" | None:
            return None
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() | date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell.total_seconds())
        case _:
            return str(cell)
