"""Columns of sources that look personal by their name: values are never looked at."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables.config import Expression, File, Source, StudyConfig
from cxlab.tables.engine import quote
from cxlab.tables.schema import TABLES
from cxlab.tables.source_files import Drop
from cxlab.tables.withheld import is_hashed

_WHOLE = re.compile(
    r"name|ten|ho ten|(?:full|first|last|middle|given|family|sur|nick) ?name|lat|long|latitude|longitude|sex|"
    r"gender|gioi tinh"
)
"""Names that are personal as they stand; 'plan name' is not."""

_PART = re.compile(
    r"\b(?:(?:customer|client|contact|user|owner|subscriber|account|person|kh|khach hang|thue bao|chu) ?(?:full )?"
    r"(?:name|ten)|ten (?:kh|khach hang|thue bao|chu|nguoi)\w*|ho (?:va )?ten|phone\w*|mobile(?: no| number)?|"
    r"msisdn|tel|telephone|sdt|so dt|dien thoai|di dong|e ?mail\w*|address|street|dia chi|so nha|birth\w*|dob|"
    r"ngay sinh|nam sinh|cccd|cmnd|can cuoc|passport|ho chieu|national id|ssn|tax code|ma so thue|"
    r"card (?:no|number)|so the|iban|bank account|so tai khoan|imei|imsi|iccid|ip address|zalo|facebook|gps)\b"
)
_CODECS = {"windows-1258": "cp1258", "windows-1252": "cp1252", "utf-8": "utf-8-sig"}


def looks_personal(column: str) -> bool:
    """Say whether the name of a column tells of a person; one called a hash does not.

    >>> [looks_personal(name) for name in ("Họ và tên", "contactPhone", "E-mail 2", "Plan name", "touchpoint_id")]
    [True, True, True, False, False]
    """
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    marks = unicodedata.normalize("NFD", parted.lower().replace("đ", "d"))
    words = " ".join(re.findall(r"[a-z0-9]+", "".join(mark for mark in marks if not unicodedata.combining(mark))))
    if "hash" in words.split():
        return False
    return _WHOLE.fullmatch(words) is not None or _PART.search(words) is not None


def personal_columns(config: StudyConfig, *, folder: Path, engine: Backend) -> Iterator[str]:
    """Yield a line for every source with columns that look personal and are kept, or read past without a word.

    A column that is not mapped reaches no file that stays; ``drop`` declares that it is known and never to be
    read. Files whose header cannot be read are passed by: the load tells what is wrong with them.
    """
    for name, source in config.sources.items():
        drop = Drop(source.drop, alone=False)
        there = {column for file in source.files(name).values() for column in _header(file, folder, engine, drop)}
        suspects = sorted(column for column in there - set(source.drop) if looks_personal(column))
        kept = dict(_kept(source, there=there))
        open_ = [column for column in suspects if column not in kept and not _is_used(column, source=source)]
        if open_:
            listed = ", ".join(f'"{column}"' for column in open_)
            yield f"{name}: {', '.join(open_)}: neither mapped, dropped nor hashed; declare: drop = [{listed}]"
        for column in suspects:
            if kept.get(column, column) != column:  # columns of the contract are called what they are
                yield f"{name}: {column} is kept as {kept[column]}: hash it, or map another column"


def _kept(source: Source, *, there: set[str]) -> Iterator[tuple[str, str]]:
    """Yield columns of the source that become a column of the contract as they are."""
    table = TABLES[source.table]
    mapped: Mapping[str, str | Expression] = {
        **{column: column for column in table.names if column in there},
        **(source.columns or {}),
    }
    for column, of in mapped.items():
        if isinstance(of, str) and not is_hashed_column(column, source=source):
            yield of, column


def is_hashed_column(column: str, *, source: Source) -> bool:
    """Say whether a load hashes a column of the contract."""
    is_id = TABLES[source.table].column(column).type == "id"
    return column in source.hash or (is_id and is_hashed(column, source=source))


def _is_used(column: str, *, source: Source) -> bool:
    """Say whether a column is mapped and hashed, or stands in SQL of the study file."""
    sql = [of.sql for of in (source.columns or {}).values() if isinstance(of, Expression)]
    return column in (source.columns or {}).values() or any(column in text for text in [*sql, source.from_])


def _header(file: File, folder: Path, engine: Backend, drop: Drop) -> list[str]:
    path = folder / Path(file.path).expanduser()
    try:
        if file.kind == "csv":
            with path.open(encoding=_CODECS.get(file.encoding, file.encoding), newline="") as lines:
                records = csv.reader(lines, delimiter=file.separator, quotechar=file.quote)
                return next((row for number, row in enumerate(records, start=1) if number == file.header), [])
        if file.kind == "parquet":
            files = str(path / "**" / "*.parquet") if path.is_dir() else str(path)
            rows = engine.con.execute(f"DESCRIBE SELECT * FROM read_parquet({quote(files)}, union_by_name = true)")
            return [row[0] for row in rows.fetchall()]
        if file.kind == "excel":
            from cxlab.tables.excel_files import excel_view  # its readers are slow to import

            rows = engine.con.execute(f"DESCRIBE {excel_view(engine, path=path, file=file, drop=drop)}")
            return [row[0] for row in rows.fetchall() if row[0] not in ("record_number", "record_origin")]
    except (OSError, UnicodeError, csv.Error, duckdb.Error, DataError):
        return []
    return []
