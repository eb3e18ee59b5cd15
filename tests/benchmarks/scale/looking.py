"""Which columns of which tables a piece of work reads: asked of the engine's own plans."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scale.meter import Meter

SCANS = ("READ_PARQUET", "PARQUET_SCAN")
Read = dict[str, set[str]]
"""Columns read, by the engine's name of the table."""


class Looked:
    """Stands before a connection: every statement's plan is read before the statement runs.

    Parameters
    ----------
    connection : duckdb connection
        What does the work.
    tables : mapping of str to sequence of str
        Columns of the tables that may be read, by the engine's name.
    meter : Meter
        Looking is no part of the work.
    """

    def __init__(self, connection: Any, *, tables: Mapping[str, list[str]], meter: Meter) -> None:
        self._connection, self._tables, self._meter = connection, tables, meter
        self._seen: set[str] = set()
        self.read: Read = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, query: Any, *rest: Any, **named: Any) -> Any:
        self._look(query)
        done = self._connection.execute(query, *rest, **named)
        return self if done is self._connection else done  # the same connection: what it is told next is seen too

    def sql(self, query: Any, *rest: Any, **named: Any) -> Any:
        self._look(query)
        return self._connection.sql(query, *rest, **named)

    def _look(self, query: Any) -> None:
        with self._meter.paused():
            text = str(query)
            shape = re.sub(r"\d+", "0", text)
            inside = [name for name in self._tables if name in text]
            if shape in self._seen or not inside:
                return
            self._seen.add(shape)
            try:
                plan = self._connection.execute(f"EXPLAIN (FORMAT json) {text}").fetchall()
            except Exception as error:
                print(f"no plan of {text[:200]}: {error}", flush=True)
                return
            for columns in columns_of(json.loads(plan[0][1])):
                table = owner(columns, among={name: self._tables[name] for name in inside})
                if table is not None:
                    self.read.setdefault(table, set()).update(columns & set(self._tables[table]))


def columns_of(plan: Any) -> Iterator[set[str]]:
    """Yield the columns of every scan of Parquet in a plan, those only filtered by as well."""
    for node in plan if isinstance(plan, list) else [plan]:
        if any(node["name"].strip().startswith(scan) for scan in SCANS):
            held = node["extra_info"]
            shown, filters = (_listed(held.get(name, [])) for name in ("Projections", "Filters"))
            words = {word for each in filters for word in re.findall(r"[A-Za-z_]\w*", each)}
            yield {name.strip('"') for name in shown if name} | words
        yield from columns_of(node["children"])


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def owner(columns: set[str], *, among: Mapping[str, list[str]]) -> str | None:
    """Return the table a scan is of: the one that has most of its columns; the narrowest of equals."""
    if not columns or not among:
        return None
    return max(among, key=lambda name: (len(columns & set(among[name])), -len(among[name])))
