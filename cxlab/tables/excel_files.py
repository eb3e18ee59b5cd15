"""Excel sheets: every cell as text, dates as ISO text, so that they pass the same checks as CSV."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import python_calamine
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables.config import File
from cxlab.tables.engine import name, quote


def excel_view(engine: Backend, *, path: Path, file: File) -> str:
    """Register a sheet and return the SQL that reads it; record numbers are the line numbers of the sheet.

    Raises
    ------
    DataError
        If the file, the sheet or the header is not there.
    """
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
    except (python_calamine.CalamineError, OSError) as error:
        raise DataError(f"{path.name} is not an Excel file", [str(error)]) from None
    title = file.sheet or book.sheet_names[0]
    if title not in book.sheet_names:
        raise DataError(f"{path.name} has no sheet {title!r}; it has {', '.join(map(repr, book.sheet_names))}")
    sheet = book.get_sheet_by_name(title)
    lines = sheet.to_python(skip_empty_area=False)
    if len(lines) < file.header or not any(lines[file.header - 1]):
        raise DataError(f"{path.name}, sheet {title!r} has no header: line {file.header} is empty or not there")
    header = {
        str(cell).strip(): place for place, cell in enumerate(lines[file.header - 1]) if cell not in ("", None)
    }
    numbers = [
        number for number, line in enumerate(lines, start=1) if number > file.header and any(map(_filled, line))
    ]
    data = {column: [_text(lines[number - 1][place]) for number in numbers] for column, place in header.items()}
    arrays = {column: pa.array(values, pa.string()) for column, values in data.items()}
    arrays["record_number"] = pa.array(numbers, pa.int64())
    registered = f"excel_{path.stem}_{title}"
    engine.con.register(registered, pa.table(arrays))
    return f"SELECT *, {quote(path.name)} AS record_origin FROM {name(registered)}"


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
