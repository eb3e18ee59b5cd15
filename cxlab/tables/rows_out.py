"""Rows of some ids out of files that people made: CSV and Parquet, every other byte of a CSV as it was."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from ibis.backends.duckdb import Backend

from cxlab.tables.config import File
from cxlab.tables.engine import name, quote
from cxlab.tables.private import hashed
from cxlab.tables.whole_files import written_whole
from cxlab.tables.withheld import keyed

_CODECS = {"windows-1258": "cp1258", "windows-1252": "cp1252"}


def take_rows_out(
    path: Path, *, file: File, ids: Mapping[str, Collection[str]], key: str, engine: Backend, dry: bool = False
) -> int | None:
    """Rewrite a file without the rows that hold an id; return how many those were, None if nobody can say.

    Parameters
    ----------
    path : Path
        A CSV or Parquet file; of another format, or without any of the columns, nobody can say.
    file : File
        How it is written.
    ids : mapping of str to collection of str
        By column of the file the ids, those hashed with the key among them.
    key : str
        The key; the engine knows it.
    dry : bool
        Only count.
    """
    if file.kind == "csv":
        return _out_of_csv(path, file=file, ids=ids, key=key, dry=dry)
    if path.suffix == ".parquet":
        return _out_of_parquet(path, ids=ids, engine=engine, dry=dry)
    return None


def _out_of_csv(path: Path, *, file: File, ids: Mapping[str, Collection[str]], key: str, dry: bool) -> int | None:
    codec = _CODECS.get(file.encoding, file.encoding)
    with path.open(encoding=codec, newline="") as lines:
        records = list(_records(lines, file=file))
    header = [cell.lstrip("\ufeff").strip() for cell in records[file.header - 1][1]] if records else []
    places = {place: set(ids[column]) for place, column in enumerate(header) if column in ids}
    if not places:
        return None
    kept = [
        text
        for text, row in records
        if not any(
            place < len(row) and {cell := row[place].strip(), hashed(cell, key=key)} & wanted
            for place, wanted in places.items()
        )
    ]
    if len(kept) < len(records) and not dry:
        with written_whole(path) as half, half.open("w", encoding=codec, newline="") as fresh:
            fresh.writelines(kept)
    return len(records) - len(kept)


def _records(lines: Iterable[str], *, file: File) -> Iterator[tuple[str, list[str]]]:
    """Yield each record as it is written, with its cells."""
    taken: list[str] = []

    def taking() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    for row in csv.reader(taking(), delimiter=file.separator, quotechar=file.quote):
        yield "".join(taken), row
        taken.clear()


def _out_of_parquet(path: Path, *, ids: Mapping[str, Collection[str]], engine: Backend, dry: bool) -> int | None:
    rows = f"read_parquet({quote(str(path))})"
    there = [row[0] for row in engine.con.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()]
    columns = [column for column in there if column in ids]
    if not columns:
        return None
    held = " OR ".join(
        f"coalesce(list_has_any(${place}::VARCHAR[], [{cell}, {keyed(cell)}]), false)"
        for place, column in enumerate(columns, start=1)
        for cell in [f"trim(CAST({name(column)} AS VARCHAR))"]
    )
    wanted = [sorted(ids[column]) for column in columns]
    count = int(engine.con.execute(f"SELECT count(*) FROM {rows} WHERE {held}", wanted).fetchall()[0][0])
    if count and not dry:
        kept = engine.con.execute(f"SELECT * FROM {rows} WHERE NOT ({held})", wanted).arrow()
        with written_whole(path) as half:
            engine.con.register("cxlab_kept", kept)
            engine.con.execute(f"COPY cxlab_kept TO {quote(str(half))} (FORMAT parquet, COMPRESSION zstd)")
            engine.con.unregister("cxlab_kept")
    return count
