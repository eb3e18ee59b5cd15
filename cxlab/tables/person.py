"""Where people stand: their rows in the sources, and every id, text and hash they leave a trace by."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ibis.backends.duckdb import Backend

from cxlab.tables.config import Expression, Source, StudyConfig
from cxlab.tables.engine import name, quote
from cxlab.tables.own_names import own_name
from cxlab.tables.parts import part_files
from cxlab.tables.private import hashed, hashes
from cxlab.tables.schema import TABLES, Table
from cxlab.tables.sources import read
from cxlab.tables.stage import Staged, stage
from cxlab.tables.withheld import FOLLOWS, PEOPLE, is_hashed, keyed

KINDS = {**dict.fromkeys(PEOPLE, "person"), "response_id": "response", "verbatim_id": "verbatim"}
_SAID = ("answers", "verbatims")
_PSEUDONYM = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What people leave behind.

    Parameters
    ----------
    people : frozenset of str
        Ids as the sources write them.
    only_hashed : frozenset of str
        Pseudonyms whose id no source knows.
    ids : mapping of str to frozenset of str
        By column of `KINDS` the ids of the people, their answers and texts, as sources write them and hashed.
    texts : frozenset of str
        What they wrote, as it is kept.
    rows : mapping of str to int
        Rows by raw file.
    tables : mapping of str to int
        Rows by table.
    """

    people: frozenset[str] = frozenset()
    only_hashed: frozenset[str] = frozenset()
    ids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    rows: Mapping[str, int] = field(default_factory=dict)
    tables: Mapping[str, int] = field(default_factory=dict)

    @property
    def text_hashes(self) -> frozenset[str]:
        """Hashes the texts are known by in findings."""
        return frozenset(hashlib.sha256(text.encode()).hexdigest()[:32] for text in self.texts)


def traces(
    identifiers: Iterable[str], *, config: StudyConfig, folder: Path, engine: Backend, key: str
) -> dict[str, Traces]:
    """Find people in the sources and in the accepted tables that are there.

    Parameters
    ----------
    identifiers : iterable of str
        Ids as a source writes them, those of an id map among them, or pseudonyms.
    engine : Backend
        Where the work is done; it learns the key.
    key : str
        The key of the ids.

    Returns
    -------
    dict of str to Traces
        By identifier; without rows and ids where nobody is meant.
    """
    engine.con.execute("SET VARIABLE cxlab_key = ?", [key])
    scratch = working_folder(folder / config.prepared)
    try:
        staged = list(_staged(config, folder=folder, engine=engine, scratch=scratch))
        return {one: _of_one(one, staged=staged, config=config, folder=folder, engine=engine, key=key)
                for one in identifiers}  # fmt: skip
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def working_folder(prepared: Path) -> Path:
    """Make a folder for what is read meanwhile; what a killed process left of it the next load takes away."""
    folder = prepared / f"load-{own_name()}"
    folder.mkdir(parents=True)
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Ids and texts of a source, as it writes them."""

    table: str
    sql: str
    columns: tuple[str, ...]
    path: str
    one_file: bool


def _staged(config: StudyConfig, *, folder: Path, engine: Backend, scratch: Path) -> Iterator[_Rows]:
    for table in TABLES.values():
        for source_name, source in config.sources.items():
            if source.table != table.name or not set(KINDS) & set(table.names):
                continue
            narrow = _narrow(table)
            one = _typed(
                narrow, source_name=source_name, source=source, config=config, folder=folder, engine=engine,
                scratch=scratch,
            )  # fmt: skip
            path = next(iter(source.files(source_name).values())).path
            yield _Rows(
                table=table.name, sql=one.rows, columns=one.columns, path=path,
                one_file=not (folder / Path(path).expanduser()).is_dir(),
            )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class IdColumn:
    """An id column of a source as the source writes it: SQL of its rows, its name, whether loads hash it."""

    rows: str
    column: str
    hashed: bool


def ids_of_sources(config: StudyConfig, *, folder: Path, engine: Backend, scratch: Path) -> list[IdColumn]:
    """Return the id columns of all sources but the key of transactions, which nothing refers to.

    Parameters
    ----------
    scratch : Path
        Where rows are kept meanwhile.
    """
    found = []
    for table in TABLES.values():
        for source_name, source in config.sources.items():
            narrow = _narrow(table, more=source.hash)
            if source.table != table.name or not narrow.columns:
                continue
            one = _typed(
                narrow, source_name=source_name, source=source, config=config, folder=folder, engine=engine,
                scratch=scratch,
            )  # fmt: skip
            found += [
                IdColumn(rows=one.rows, column=column, hashed=is_hashed(column, source=source))
                for column in one.columns
                if column != "txn_id" and (table.column(column).type == "id" or column in source.hash)
            ]
    return found


def _typed(
    narrow: Table, *, source_name: str, source: Source, config: StudyConfig, folder: Path, engine: Backend,
    scratch: Path,
) -> Staged:  # fmt: skip
    """Read some columns of a source, ids as it writes them."""
    plain = _plain(source, columns=narrow.names)
    reading = read(
        engine, source_name=source_name, source=plain, folder=folder, scratch=scratch / source_name,
        first_month=config.first_month,
    )  # fmt: skip
    to = scratch / f"{source_name}.parquet"
    return stage(
        engine, table=narrow, source_name=source_name, source=plain, reading=reading, currency=config.currency,
        to=to,
    )  # fmt: skip


def _narrow(table: Table, *, more: Collection[str] = ()) -> Table:
    """Return a table with no columns but ids, what customers wrote, and some more."""
    said = ("text",) if table.name in _SAID else ()
    kept = [column for column in table.columns if column.type == "id" or column.name in (*said, *more)]
    return dataclasses.replace(table, columns=tuple(kept))


def _plain(source: Source, *, columns: Iterable[str]) -> Source:
    """Return a source that keeps its ids and reads no other column."""
    mapped: dict[str, str | Expression] = {
        column: of for column, of in (source.columns or {}).items() if column in columns
    }
    return source.model_copy(update={"ids": "keep", "hash": (), "columns": mapped})


@dataclass(slots=True, kw_only=True)
class _Trail:
    """What was found on the way from people to their answers and texts."""

    people: set[str] = field(default_factory=set)
    follow: dict[str, set[str]] = field(default_factory=lambda: {"response": set(), "verbatim": set()})
    texts: set[str] = field(default_factory=set)
    rows: dict[str, int] = field(default_factory=dict)
    tables: dict[str, int] = field(default_factory=dict)

    def of(self, kind: str) -> set[str]:
        return self.people if kind == "person" else self.follow[kind]


def _of_one(
    identifier: str, *, staged: list[_Rows], config: StudyConfig, folder: Path, engine: Backend, key: str
) -> Traces:
    meant = {identifier, *_named(identifier, staged=staged, config=config, engine=engine)}
    brought = _follow(staged, people=meant, known=_Trail(), engine=engine)
    forms = _Trail(follow={kind: _forms(ids, key=key) for kind, ids in brought.follow.items()})
    accepted = list(_accepted(folder / config.prepared / "tables"))
    kept = _follow(accepted, people=_forms(meant, key=key), known=forms, engine=engine)
    only_hashed = kept.people & {identifier} if _is_pseudonym(identifier, config) and not brought.people else set()
    return Traces(
        people=frozenset(brought.people or ({identifier} if kept.people and not only_hashed else set())),
        only_hashed=frozenset(only_hashed),
        ids={
            column: frozenset(_forms(brought.of(kind), key=key) | kept.of(kind)) for column, kind in KINDS.items()
        },
        texts=frozenset(brought.texts | kept.texts),
        rows=brought.rows,
        tables=brought.tables,
    )


def _forms(ids: Iterable[str], *, key: str) -> set[str]:
    """Return ids as sources write them and hashed."""
    plain = set(ids)
    return plain | {hashed(of, key=key) for of in plain}


def _is_pseudonym(identifier: str, config: StudyConfig) -> bool:
    return hashes(config.sources.values()) and _PSEUDONYM.fullmatch(identifier) is not None


def _named(identifier: str, *, staged: list[_Rows], config: StudyConfig, engine: Backend) -> Iterator[str]:
    """Yield ids of sources that are meant: those an id map knows, and those with this pseudonym."""
    for one in staged:
        if one.table == "id_map":
            sql = f"SELECT DISTINCT customer_id FROM {one.sql} WHERE source_id = ?"
            yield from (row[0] for row in engine.con.execute(sql, [identifier]).fetchall())
        if _is_pseudonym(identifier, config):
            for column in set(PEOPLE) & set(one.columns):
                sql = f"SELECT DISTINCT {name(column)} FROM {one.sql} WHERE {keyed(name(column))} = ?"
                yield from (row[0] for row in engine.con.execute(sql, [identifier]).fetchall())


def _accepted(tables: Path) -> Iterator[_Rows]:
    """Yield the accepted tables that are there, of every version."""
    for table in TABLES.values():
        for path in sorted(tables.glob(f"{table.name}-*.parquet")) if set(KINDS) & set(table.names) else ():
            files = ", ".join(map(quote, part_files(path)))
            sql = f"(SELECT *, '' AS _source FROM read_parquet([{files}], hive_partitioning = false))"
            yield _Rows(table=table.name, sql=sql, columns=table.names, path=str(path), one_file=True)


def _follow(rows: Iterable[_Rows], *, people: set[str], known: _Trail, engine: Backend) -> _Trail:
    """Find the rows of people, of their answers and of their texts, table by table."""
    engine.con.execute("CREATE OR REPLACE TEMP TABLE wanted (kind VARCHAR, id VARCHAR)")
    for kind, ids in {"person": people, **known.follow}.items():
        _want(engine, kind, ids)
    trail = _Trail(follow={kind: set(ids) for kind, ids in known.follow.items()})
    for one in rows:
        _follow_one(one, trail=trail, engine=engine)
    return trail


def _follow_one(one: _Rows, *, trail: _Trail, engine: Backend) -> None:
    tests = [
        f"{name(column)} IN (SELECT id FROM wanted WHERE kind = {quote(kind)})"
        for column, kind in KINDS.items()
        if column in one.columns
    ]
    if not tests:
        return
    engine.con.execute(f"CREATE OR REPLACE TEMP TABLE hit AS SELECT * FROM {one.sql} WHERE {' OR '.join(tests)}")
    counts = engine.con.execute("SELECT regexp_replace(_source, '^[^:]*:', ''), count(*) FROM hit GROUP BY 1")
    for origin, count in counts.fetchall():
        file = one.path if one.one_file else f"{one.path}/{origin}"
        trail.rows[file] = trail.rows.get(file, 0) + count
        trail.tables[one.table] = trail.tables.get(one.table, 0) + count
    for column in set(PEOPLE) & set(one.columns):
        trail.people |= _column(engine, column, "WHERE id IN (SELECT id FROM wanted WHERE kind = 'person')")
    for column, parent in FOLLOWS.items():
        if one.table == parent and column in one.columns:
            found = _column(engine, column)
            trail.follow[KINDS[column]] |= found
            _want(engine, KINDS[column], found)
    if "text" in one.columns and one.table in _SAID:
        trail.texts |= _column(engine, "text")


def _column(engine: Backend, column: str, where: str = "") -> set[str]:
    sql = f"SELECT DISTINCT id FROM (SELECT {name(column)} AS id FROM hit) {where}"
    return {row[0] for row in engine.con.execute(sql).fetchall() if row[0] is not None}


def _want(engine: Backend, kind: str, ids: Iterable[str]) -> None:
    engine.con.execute("INSERT INTO wanted SELECT ?, unnest(?::VARCHAR[])", [kind, sorted(ids)])
