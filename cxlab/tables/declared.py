"""What a study file declares, beside what the contract knows: tables, columns, codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cxlab.tables import schema
from cxlab.tables.delivery import language_problems
from cxlab.tables.problems import did_you_mean
from cxlab.tables.schema import TYPE_WORDS, Column, Table

_HASHED = "an id, an open code or a text, or drop for a column that is never to be read"


def contract_problems(data: Mapping[str, Any], *, languages: Sequence[str]) -> Iterator[str]:
    """Check names that only the contract knows: tables, columns, code columns; other forms are passed by.

    Parameters
    ----------
    data : mapping
        The study file as TOML.
    languages : sequence of str
        Those of a study that declares none.
    """
    for name, source in _mapping(data, "sources").items():
        if not isinstance(source, dict):
            continue
        where, table = f"sources.{name}", source.get("table", name)
        if table not in schema.TABLES:
            near = did_you_mean(str(table), among=schema.TABLES)
            yield f"{where}.table: no table of the contract is called {table!r}{near}"
            continue
        yield from _column_problems(source, table=schema.TABLES[table], where=where)
    yield from _due_problems(data)
    written = data.get("languages", languages)
    for of, codes in _mapping(data, "labels").items():
        for code in _mapping(_mapping(data, "labels"), of):
            words = _mapping(codes, code)
            missing = [str(language) for language in written if words and not words.get(language)]
            if missing:
                yield f"labels.{of}.{code}: needs a label in {' and '.join(missing)}"
    yield from language_problems(data, known=[str(language) for language in written])


def _column_problems(source: Mapping[str, Any], *, table: Table, where: str) -> Iterator[str]:
    """Check the columns of the contract that a source names."""
    hashed = source.get("hash", ())
    for part, names in (
        ("columns", _mapping(source, "columns")),
        ("values", _mapping(source, "values")),
        ("hash", hashed if isinstance(hashed, list) else ()),
    ):
        for column in names:
            if column not in table.names:
                near = did_you_mean(str(column), among=table.names)
                yield f"{where}.{part}.{column}: {table.name} has no column {column!r}{near}"
            elif part == "hash" and (what := _why_not_hashed(table.column(column))):
                yield f"{where}.hash: {column} is {what}, and a hash is none; needed: {_HASHED}"


def _why_not_hashed(column: Column) -> str | None:
    """Say what a column is that cannot be a hash; None if it can."""
    if column.codes:
        return f"one of {', '.join(column.codes)}"
    if column.name == "currency":
        return "a currency"
    return None if column.type in ("id", "code", "text") else TYPE_WORDS[column.type]


def _due_problems(data: Mapping[str, Any]) -> Iterator[str]:
    """Check the tables that [due] names: declared here, and with rows that carry a day."""
    due = _mapping(data, "due")
    here = {of.get("table", name) for name, of in _mapping(data, "sources").items() if isinstance(of, dict)}
    sources = due.get("sources", ())
    for where, names in (
        ("due.sources", sources if isinstance(sources, list) else ()),
        ("due.rest_days", _mapping(due, "rest_days")),
    ):
        for table in names:
            if table not in here:
                near = did_you_mean(str(table), among=map(str, here))
                yield f"{where}: no source fills a table {table!r}{near}"
            elif table in schema.TABLES and (schema.TABLES[table].team or not schema.TABLES[table].dated_by):
                yield f"{where}: the rows of {table} do not come day by day, so they are not waited for"


def _mapping(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}
