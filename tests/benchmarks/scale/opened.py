"""A study's tables as they lie on the disk: the newest prepared ones, whatever the sources say now.

Opening the study would look at its sources and, after a change of code, make every table anew; here the tables are
taken as they are, so that evidence can be measured on tables that took long to make.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from cxlab.quarter import Quarter, Window
from cxlab.tables.config import find_config, read_config
from cxlab.tables.engine import connect
from cxlab.tables.known_tables import KnownTables, team_frame, worded
from cxlab.tables.prepare import OF_STOCK
from cxlab.tables.schema import TABLES

PREPARED = {
    "lives": "lives",
    "days": "days",
    "buying": "buying",
    "panel": "quarters",
    "responses": "responses",
    "texts": "texts",
}
"""Attributes of a study and the folders their tables lie in."""


class Opened:
    """Stands in for `cxlab.tables.Study` before the builders of evidence."""

    def __init__(self, folder: Path | str, *, quarter: str, engine: Backend | None = None) -> None:
        self.file = find_config(folder)
        self.config = read_config(self.file)
        self.folder = self.file.parent / self.config.prepared
        self.quarter = Quarter.parse(quarter, first_month=self.config.first_month)
        self.window = Window(open=self.config.window_opens, close=self.quarter.end)
        self.engine = engine or connect(time_zone=self.config.time_zone, folder=self.folder)

    @property
    def quarters(self) -> list[Quarter]:
        first = Quarter.holding(self.window.open, first_month=self.quarter.first_month)
        return [each for each in first.until(self.quarter) if each.start >= self.window.open]

    @cached_property
    def lives(self) -> ir.Table:
        return self.read("lives")

    @cached_property
    def days(self) -> ir.Table:
        return self.read("days")

    @cached_property
    def panel(self) -> ir.Table:
        return self.read("quarters")

    @cached_property
    def responses(self) -> ir.Table:
        return self.read("responses")

    @cached_property
    def texts(self) -> ir.Table:
        return self.read("texts")

    @property
    def by_activity(self) -> bool:
        return self.config.rules.activity is not None

    @property
    def unruled(self) -> ir.Table:
        """Spells of customers no rule of silence is for."""
        return self.lives.filter(~self.lives["ruled"]).drop(*OF_STOCK)

    def ruled_under(self, idle_days: int) -> ir.Table:
        """Spells under another rule of silence, of those it is for."""
        return self.read(f"lives-{idle_days}")

    @cached_property
    def buying(self) -> ir.Table:
        return self.read("buying")

    def buying_before(self, days: int) -> ir.Table:
        """Purchases as of so many days before the close."""
        return self.read(f"buying-{days}")

    def earlier(self, quarters: int) -> Opened:
        """Open the tables prepared as many quarters back."""
        return Opened(self.file.parent, quarter=str(self.quarter - quarters), engine=self.engine)

    def read(self, name: str) -> ir.Table:
        """Read a prepared table."""
        return self.engine.read_parquet([str(file) for file in files_of(self.path(name))], hive_partitioning=False)

    def path(self, name: str) -> Path:
        """Return the newest version of a prepared table: a file, or a folder of files."""
        return newest(self.folder / name, f"{self.quarter}-*", needed=f"prepared table {name} of {self.quarter}")

    @cached_property
    def tables(self) -> KnownTables:
        """The accepted tables, cut to what was known at the close."""
        lie = self.folder / "tables"
        files = {name: newest(lie, f"{name}-*", needed=name) for name in TABLES if any(lie.glob(f"{name}-*"))}
        known_on = self.quarter.end + timedelta(days=self.config.grace_days)
        return KnownTables(
            files=files, engine=self.engine, close=self.quarter.end, as_of=known_on,
            team_as_of=known_on + timedelta(days=3650), currency=self.config.currency,
            versions=frozenset(name for name, path in files.items() if _has_versions(path)),
        )  # fmt: skip

    @cached_property
    def events(self) -> pd.DataFrame:
        return team_frame(self.tables, name="events")

    @cached_property
    def codebook(self) -> pd.DataFrame:
        return worded(team_frame(self.tables, name="codebook"), name="codebook")

    @cached_property
    def codings(self) -> pd.DataFrame:
        return worded(team_frame(self.tables, name="codings"), name="codings")

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"a study opened to be measured has no {name!r}; add it to tests/benchmarks/scale")


def _has_versions(accepted: Path) -> bool:
    """Whether rows of an accepted table say since when they are valid."""
    record = json.loads(accepted.with_suffix(".json").read_text(encoding="utf-8"))
    return "valid_from" in {*record["brought"]} - {*record["empty"]}


def newest(folder: Path, pattern: str, *, needed: str) -> Path:
    """Return the newest Parquet file, or folder of them, of a pattern."""
    found = [path for path in folder.glob(pattern) if path.suffix == ".parquet" or path.is_dir()]
    if not found:
        raise SystemExit(f"needed: {needed}; nothing like {pattern} in {folder}: load the study first")
    return max(found, key=lambda path: path.stat().st_mtime_ns)


def files_of(path: Path) -> list[Path]:
    """Return the Parquet files of a table."""
    return [path] if path.is_file() else sorted(path.rglob("*.parquet"))
