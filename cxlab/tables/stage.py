"""One source as typed rows: columns mapped, values mapped, typed, ids hashed; nothing dropped yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from cxlab.tables.cast import ENGINE_TYPES, always_fits, cast
from cxlab.tables.codes import as_known_code, few_values
from cxlab.tables.config import Expression, File, Source
from cxlab.tables.engine import kept_text, name, quote
from cxlab.tables.learnt import Learnt
from cxlab.tables.problems import did_you_mean
from cxlab.tables.rising import Rising, rising
from cxlab.tables.schema import Column, Table
from cxlab.tables.sources import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A source as typed rows.

    Parameters
    ----------
    rows : str
        SQL to stand after FROM: ``_source``, ``_record``, ``_misread`` (whether any value could not be read),
        ``_unread`` (of which columns) and the contract columns brought.
    columns : tuple of str
        The contract columns brought.
    reading : Reading
        Where the original values are.
    keys : Rising or None
        The keys, if they lie in order.
    """

    name: str
    rows: str
    columns: tuple[str, ...]
    reading: Reading
    keys: Rising | None


def raw_columns(table: Table, *, source: Source, reading: Reading) -> dict[str, str]:
    """Return contract columns and the SQL of their raw value; columns not mapped are read under their own name."""
    mapped = columns_of(table, source=source, among=reading.columns)
    return {column: of.sql if isinstance(of, Expression) else name(of) for column, of in mapped.items()}


def columns_of(table: Table, *, source: Source, among: Iterable[str]) -> dict[str, str | Expression]:
    """Return contract columns and what of a source they are read from, in the order of the contract.

    Parameters
    ----------
    among : iterable of str
        Columns of the source.
    """
    there = set(among)
    mapped: dict[str, str | Expression] = {column: column for column in table.names if column in there}
    mapped |= dict(source.columns or {})
    return dict(sorted(mapped.items(), key=lambda item: table.names.index(item[0])))


def mapping_problems(table: Table, *, source_name: str, source: Source, reading: Reading) -> Iterator[str]:
    """Say which columns are missing in the source, and which required ones nothing is mapped to."""
    where = f"sources.{source_name}"
    for column, of in (source.columns or {}).items():
        if isinstance(of, str) and of not in reading.columns:
            near = did_you_mean(of, among=reading.columns)
            yield f"{where}.columns.{column}: the source has no column {of!r}{near}"
    brought = raw_columns(table, source=source, reading=reading)
    there = ", ".join(reading.columns)
    for column in table.required:
        if column not in brought:
            meaning = table.column(column).meaning
            yield f"{where}: the column {column} is needed ({meaning}); the source has: {there}"


def stage(
    engine: Backend,
    *,
    table: Table,
    source_name: str,
    source: Source,
    reading: Reading,
    currency: str,
    to: Path,
) -> Staged:
    """Type the rows of one source.

    What is dear to work out (values out of words, texts to redact, hashed keys in no order, SQL of the study file
    over several tables) is worked out once and kept in ``to`` for as long as the load lasts; everything else while
    it is read.

    Raises
    ------
    duckdb.Error
        If an SQL expression of the study file is wrong.
    """
    raw = raw_columns(table, source=source, reading=reading)
    file = next(iter(source.files(source_name).values()))
    inner = _inner(raw, source_name=source_name, reading=reading, values=source.values)
    types = {row[0]: row[1] for row in engine.con.execute(f"DESCRIBE {inner}").fetchall()}
    dear = _is_dear(source, file=file, columns=[table.column(column) for column in raw])
    key = table.key[0]  # who looks for a person reads a few columns, this one perhaps not among them
    hashed = key in raw and _is_hashed(table.column(key), source=source)
    as_read = not dear and _is_read_as_it_is(key, table=table, file=file, types=types)
    keys = _rising_as_read(engine, inner, key=key, learnt=reading.learnt) if as_read else None
    dear |= hashed and not keys  # each key is compared with all others then
    codes: dict[str, tuple[str, ...]] = {}
    if not dear:
        asked = _codes(table, raw=raw, source=source, file=file, types=types)
        codes = _few_values(engine, inner, columns=asked, learnt=reading.learnt)
    typed: dict[str, str] = {}
    for column in map(table.column, raw):
        value, kind = f"raw_{column.name}", types[f"raw_{column.name}"]
        sql = cast(name(value), column=column, engine_type=kind, file=file, currency=currency)
        sql = kept_text(sql) if column.type == "text" else sql
        typed[column.name] = _hashed(sql) if _is_hashed(column, source=source) else sql
    typed |= {column: as_known_code(name(f"raw_{column}"), values=values) for column, values in codes.items()}
    if keys:
        written = name(f"raw_{key}")
        typed[key] = _hashed(written) if hashed else written
        keys = replace(keys, hashed=hashed)
    rows = f"({_typed_rows(inner, table=table, file=file, typed=typed, types=types)})"
    if dear:
        engine.con.execute(f"COPY {rows} TO {quote(str(to))} (FORMAT parquet)")
        rows = f"read_parquet({quote(str(to))})"
    if not as_read and not hashed and len(table.key) == 1 and key in raw:
        keys = rising(engine, f"SELECT {name(key)} FROM {rows} WHERE {name(key)} IS NOT NULL")
    return Staged(name=source_name, rows=rows, columns=tuple(raw), reading=reading, keys=keys)


def _is_read_as_it_is(key: str, *, table: Table, file: File, types: Mapping[str, str]) -> bool:
    """Say whether the source writes the one column of the key as texts."""
    kind = types.get(f"raw_{key}")
    if len(table.key) > 1 or kind is None:
        return False
    return always_fits(table.column(key), engine_type=kind, file=file)


def _rising_as_read(engine: Backend, inner: str, *, key: str, learnt: Learnt) -> Rising | None:
    """Return the keys as the source wrote them if they lie in order and need no trimming, as most do."""
    raw = name(f"raw_{key}")
    if key in learnt.rising:
        keys = learnt.rising[key]
    else:
        keys = rising(engine, f"SELECT {raw} FROM ({inner}) WHERE {raw} IS NOT NULL")
    return keys if keys and keys.plain else None


def _few_values(
    engine: Backend, inner: str, *, columns: Mapping[str, str], learnt: Learnt
) -> dict[str, tuple[str, ...]]:
    """Return the values of codes that are few."""
    unknown = {column: raw for column, raw in columns.items() if column not in learnt.values}
    known = {column: learnt.values[column] for column in columns if learnt.values.get(column)}
    return known | few_values(engine, inner, columns=unknown)


def _codes(
    table: Table, *, raw: Mapping[str, str], source: Source, file: File, types: Mapping[str, str]
) -> dict[str, str]:
    """Return the columns of codes that are kept as the texts they are, and what they are called before typed."""
    columns = map(table.column, raw)
    codes = (column for column in columns if column.type == "code" and not _is_hashed(column, source=source))
    return {
        column.name: f"raw_{column.name}"
        for column in codes
        if always_fits(column, engine_type=types[f"raw_{column.name}"], file=file)
    }


def _typed_rows(
    inner: str, *, table: Table, file: File, typed: Mapping[str, str], types: Mapping[str, str]
) -> str:
    """Return SQL of the typed rows; what could not be read is looked for among what is missing then."""
    unread = {
        # values are looked at where none could be read, not in every row
        column: f"CASE WHEN {name(column)} IS NULL THEN {_present(column, types)} ELSE false END"
        for column in typed
        if not always_fits(table.column(column), engine_type=types[f"raw_{column}"], file=file)
    }
    listed = ", ".join(f"CASE WHEN {test} THEN {quote(column)} END" for column, test in unread.items())
    values = ", ".join(f"{sql} AS {name(column)}" for column, sql in typed.items())
    kept = "".join(f", {name(f'raw_{column}')}" for column in unread)
    columns = ", ".join(map(name, typed))
    misread = " OR ".join(unread.values()) or "false"
    named = f"list_filter([{listed}]::VARCHAR[], lambda c: c IS NOT NULL)"
    return (
        f"SELECT _source, _record, {misread} AS _misread, "
        f"CASE WHEN {misread} THEN {named} ELSE []::VARCHAR[] END AS _unread, {columns} "
        f"FROM (SELECT _source, _record, {values}{kept} FROM ({inner}))"
    )


def _is_dear(source: Source, *, file: File, columns: Sequence[Column]) -> bool:
    if source.from_ or file.kind not in ("parquet", "csv"):
        return True
    return any(column.type == "text" for column in columns)


def _inner(
    raw: Mapping[str, str], *, source_name: str, reading: Reading, values: Mapping[str, Mapping[str, str]]
) -> str:
    columns = ", ".join(
        f"{_mapped(sql, values.get(column, {}))} AS {name(f'raw_{column}')}" for column, sql in raw.items()
    )
    return (
        f"SELECT {quote(source_name)} || ':' || {reading.origin} AS _source, {reading.record} AS _record, "
        f"{columns} FROM {reading.relation}"
    )


def _mapped(sql: str, values: Mapping[str, str]) -> str:
    if not values:
        return sql
    cases = " ".join(f"WHEN {quote(old)} THEN {quote(new)}" for old, new in values.items())
    return f"CASE CAST({sql} AS VARCHAR) {cases} ELSE CAST({sql} AS VARCHAR) END"


def _present(column: str, types: Mapping[str, str]) -> str:
    raw = name(f"raw_{column}")
    return f"trim({raw}) <> ''" if types[f"raw_{column}"] == "VARCHAR" else f"{raw} IS NOT NULL"


def _hashed(sql: str) -> str:
    # the key stays in an engine variable, so no statement and no error message ever shows it
    return f"substr(sha256(getvariable('cxlab_key') || chr(31) || ({sql})), 1, 32)"


def _is_hashed(column: Column, *, source: Source) -> bool:
    return column.name in source.hash or (source.ids == "hash" and column.type == "id")


_PLAIN = {
    "integer": "DOUBLE",
    "amount": "DOUBLE",
    "real": "DOUBLE",
    "date": "TIMESTAMP",
    "timestamp": "TIMESTAMP",
    "flag": "BOOLEAN",
}
"""By type of column what a value can be read as that is shown as it is."""


def _original(raw: str, *, column: Column, source: Source) -> str:
    text = f"CAST({name(raw)} AS VARCHAR)"
    if _is_hashed(column, source=source):
        return _hashed(f"trim({text})")
    if column.type in ("id", "code"):
        return text
    if column.type in _PLAIN:
        return (
            f"CASE WHEN TRY_CAST({text} AS {_PLAIN[column.type]}) IS NULL THEN {kept_text(text)} ELSE {text} END"
        )
    return kept_text(text)


@contextmanager
def originals(engine: Backend, staged: Staged, *, table: Table, source: Source, bad: str) -> Iterator[str]:
    """Give SQL of the refused rows: ``source``, ``record``, ``reasons`` and the original values as text.

    Hashed columns stay hashed; texts, and what stands where a date or a number belongs and is none, are redacted
    here as well. A column called like one of the quarantine's own is shown with ``_value`` behind its name.

    Parameters
    ----------
    bad : str
        The engine's table of (_source, _record, reasons, record).
    """
    raw = raw_columns(table, source=source, reading=staged.reading)
    found = name(f"_refused_{staged.name}")
    values = "".join(f", {sql} AS {name(f'raw_{column}')}" for column, sql in raw.items())
    origin = f"{quote(staged.name)} || ':' || {staged.reading.origin}"
    # a source may call its own columns anything
    refused = "SELECT _source AS cxlab_0, _record AS cxlab_1, record AS cxlab_2, reasons AS cxlab_3"
    # brought together first: texts are redacted many at a time, which is far cheaper than one by one
    with _as_written(engine, staged, bad=bad) as relation:
        engine.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {found} AS "
            f"SELECT cxlab_0 AS _source, cxlab_2 AS record, cxlab_3 AS reasons{values} "
            f"FROM {relation} CROSS JOIN ({refused} FROM {bad}) AS cxlab_refused "
            f"WHERE cxlab_1 = {staged.reading.record} AND cxlab_0 = {origin}"
        )
    columns = "".join(
        f", {_original(f'raw_{column}', column=table.column(column), source=source)} AS {name(_shown(column))}"
        for column in raw
    )
    try:
        yield f"SELECT _source AS source, record, array_to_string(reasons, '; ') AS reasons{columns} FROM {found}"
    finally:
        engine.con.execute(f"DROP TABLE {found}")


@contextmanager
def _as_written(engine: Backend, staged: Staged, *, bad: str) -> Iterator[str]:
    """Give SQL of a source with its values as they are written, of the refused rows at least; to be read once."""
    reading = staged.reading
    if reading.written is None:
        yield reading.relation
        return
    refused = engine.con.execute(
        f"SELECT record, _record AS record_number, _source FROM {bad} WHERE starts_with(_source, ?) ORDER BY 1",
        [f"{staged.name}:"],
    ).to_arrow_table()
    origins = pc.replace_substring_regex(refused["_source"], "^[^:]*:", "")
    numbers = pa.table({"record_number": refused["record_number"], "record_origin": origins})
    columns = list(reading.columns)
    schema = pa.schema([*((column, pa.string()) for column in columns), *numbers.schema])
    batches = (
        batch
        for here, texts in reading.written(lines=refused["record"].to_numpy())
        for batch in pa.table([*texts.select(columns).columns, *numbers[here].columns], schema=schema).to_batches()
    )
    engine.con.register("cxlab_written", pa.RecordBatchReader.from_batches(schema, batches))
    try:
        yield f"cxlab_written AS {name(staged.name)}"
    finally:
        engine.con.unregister("cxlab_written")


def _shown(column: str) -> str:
    return f"{column}_value" if column in ("source", "record", "reasons", "line") else column


def empty_columns(table: Table, *, brought: tuple[str, ...]) -> str:
    """Return SQL of the contract columns nobody brought, as typed NULLs."""
    return "".join(
        f", CAST(NULL AS {ENGINE_TYPES[column.type]}) AS {name(column.name)}"
        for column in table.columns
        if column.name not in brought
    )
