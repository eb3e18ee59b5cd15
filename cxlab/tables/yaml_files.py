"""YAML lists: one row per entry, every value as text, so that they pass the same checks as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables.config import File
from cxlab.tables.engine import name, quote
from cxlab.tables.source_files import Drop


def yaml_view(engine: Backend, *, path: Path, file: File, drop: Drop) -> str:
    """Register a list of entries and return the SQL that reads it; record numbers count the entries from 1.

    A list of words inside an entry becomes one text, a word a line.

    Raises
    ------
    DataError
        If the file is no YAML, or no list of entries with plain values.
    """
    try:
        entries = yaml.safe_load(path.read_text(encoding=file.encoding))
    except UnicodeDecodeError:
        raise DataError(f"{path.name} is not written in {file.encoding}: declare its encoding") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        said = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise DataError(f"{path.name}{where} is no YAML: {said}") from None
    problems = list(_problems(entries, origin=path.name))
    if problems:
        raise DataError(f"{path.name} cannot be read", problems)
    entries = [{_whole(str(key)): value for key, value in entry.items()} for entry in entries]
    columns = list(dict.fromkeys(key for entry in entries for key in entry))
    dropped = drop.among(columns, of=path.name)
    arrays = {
        column: pa.array([_text(entry.get(column)) for entry in entries], pa.string())
        for column in columns
        if column not in dropped
    }
    arrays["record_number"] = pa.array(range(1, len(entries) + 1), pa.int64())
    registered = f"yaml_{path.stem}"
    engine.con.register(registered, pa.table(arrays))
    return f"SELECT *, {quote(path.name)} AS record_origin FROM {name(registered)}"


def _problems(entries: object, *, origin: str) -> Iterator[str]:
    if not isinstance(entries, list) or not entries:
        yield f"{origin}: needed: a list of entries, each beginning with '- code_id: ...'; got {_kind(entries)}"
        return
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, Mapping):
            where = f"{origin}, entry {number}"
            yield f"{where}: needed: names with values such as 'code_id: price'; got {_kind(entry)}"
            continue
        for key, value in entry.items():
            if not _is_plain(value):
                yield f"{origin}, entry {number}, {key}: needed: a word, a number, a date or a list of words"


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(not isinstance(part, (list, Mapping)) for part in value)
    return not isinstance(value, Mapping)


def _kind(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case list():
            return "a list" if value else "an empty list"
        case Mapping():
            return "names with values"
        case _:
            return repr(value)


def _text(value: Any) -> str | None:  # noqa: ANN401  (whatever YAML holds)
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case list():
            return "\n".join(filter(None, map(_text, value)))
        case _:
            return _whole(str(value))


def _whole(text: str) -> str:
    """Join half characters that belong together; a half alone, which no file can hold, becomes a mark."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
