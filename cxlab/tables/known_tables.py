"""The contract tables of a study as known at its quarter, each cut when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from cxlab.tables.fingerprint import digest
from cxlab.tables.known import as_known
from cxlab.tables.parts import in_part, part_files
from cxlab.tables.rates import converted
from cxlab.tables.schema import TABLES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownTables(Mapping[str, ir.Table]):
    """Tables by name, in the order of the dictionary; transactions in the study's currency.

    Parameters
    ----------
    files : mapping of str to Path
        Accepted tables, each a file or a folder of parts.
    close, as_of, team_as_of : date
        As `cxlab.tables.known.as_known` takes them.
    currency : str
        The study's currency.
    versions : frozenset of str
        Tables with rows that say since when they are valid.
    part, parts : int
        With ``part`` only rows of the customers of that part, of so many, are in the tables that have customers.
    """

    files: Mapping[str, Path]
    engine: Backend = field(repr=False)
    close: date
    as_of: date
    team_as_of: date
    currency: str
    versions: frozenset[str] = frozenset(TABLES)
    part: int | None = None
    parts: int = 1
    _made: dict[str, ir.Table] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> ir.Table:
        if name not in self._made:
            self._made[name] = self._known(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in TABLES if name in self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __contains__(self, name: object) -> bool:
        return name in self.files

    def _known(self, name: str) -> ir.Table:
        table = TABLES[name]
        rows = as_known(
            self._accepted(name),
            table=table,
            close=self.close,
            as_of=self.as_of,
            team_as_of=self.team_as_of,
            parent=self.get(table.parent.table) if table.parent else None,
            versions=name in self.versions,
        )
        return converted(rows, rates=self.get("rates"), currency=self.currency) if name == "transactions" else rows

    def _accepted(self, name: str) -> ir.Table:
        file = self.files[name]
        part = self.part if file.is_dir() else None
        rows = self.engine.read_parquet(part_files(file, part), hive_partitioning=False)
        if self.part is None or part is not None or "customer_id" not in rows.columns or TABLES[name].team:
            return rows
        return in_part(rows, part=self.part, parts=self.parts)

    def rated(self) -> str:
        """Return the hash of the rates of exchange as known; the same without any."""
        rates = self.get("rates")
        return digest([] if rates is None else rates.order_by(*rates.columns).to_pyarrow().to_pylist())

    def of_part(self, part: int) -> KnownTables:
        """Return the tables with the rows of one part's customers only."""
        return self if self.parts == 1 else replace(self, part=part, _made={})


def team_frame(tables: Mapping[str, ir.Table], *, name: str) -> pd.DataFrame:
    """Return a table of the team as a frame, sorted by its key; empty with all columns where there is none."""
    schema = TABLES[name]
    if name not in tables:
        return pd.DataFrame({column: pd.Series(dtype="object") for column in schema.names})
    frame: pd.DataFrame = tables[name].order_by(list(schema.key)).to_pandas()
    return frame


def worded(frame: pd.DataFrame, *, name: str) -> pd.DataFrame:
    """Write '' where a code, an id or a text is not known."""
    words = [column.name for column in TABLES[name].columns if column.type in ("id", "code", "text")]
    return frame.assign(**{word: frame[word].astype("object").where(frame[word].notna(), "") for word in words})
