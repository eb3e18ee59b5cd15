"""Small studies made by hand, and an engine of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

from cxlab.tables import csv_files
from cxlab.tables.accept import Accepted
from cxlab.tables.config import read_config
from cxlab.tables.engine import connect
from cxlab.tables.load import load_tables
from cxlab.tables.schema import TABLES

HEAD = """
name = "Test"
currency = "VND"
time_zone = "Asia/Ho_Chi_Minh"
window_opens = 2024-01-01
reports = "reports"
made_up = true
quarantine_share = 1.0
"""

CUSTOMERS = {
    "customer_id": ["c1", "c2", "c3"],
    "first_seen": [date(2023, 5, 1), date(2024, 2, 1), date(2024, 1, 10)],
    "region": ["hn", "hcm", None],
    "plan": [None, None, "tu_do"],
}
CONTRACTS = {
    "contract_id": ["k1", "k2", "k3"],
    "customer_id": ["c1", "c2", "c2"],
    "plan": ["en90", "en90", "en120"],
    "start": [date(2023, 5, 1), date(2024, 2, 1), date(2024, 5, 1)],
    "end": [None, date(2024, 3, 1), None],
    "end_type": [None, "involuntary", None],
    "end_reason": [None, "unpaid", None],
    "price_per_month": [90_000, 90_000, 120_000],
}

MakeStudy = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_study_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXLAB_STUDY", raising=False)
    monkeypatch.setitem(os.environ, "CXLAB_THREADS", "1")


@pytest.fixture
def engine(tmp_path):
    made = connect(time_zone="Asia/Ho_Chi_Minh", folder=tmp_path / "engine", memory="500MB", threads=1)
    yield made
    made.disconnect()


@pytest.fixture
def make_study(tmp_path) -> MakeStudy:
    """Write a study of Parquet tables and return its study.toml; tables default to three customers."""

    def make(
        tables: Mapping[str, Mapping[str, list] | pd.DataFrame] | None = None, *, more: str = "", head: str = HEAD
    ) -> Path:
        chosen = {"customers": CUSTOMERS, "contracts": CONTRACTS} if tables is None else tables
        (tmp_path / "raw").mkdir(exist_ok=True)
        blocks = []
        for name, rows in chosen.items():
            pd.DataFrame(rows).to_parquet(tmp_path / "raw" / f"{name}.parquet")
            blocks.append(f'[sources.{name}]\npath = "raw/{name}.parquet"\n')
        path = tmp_path / "study.toml"
        path.write_text(head + "\n" + "\n".join(blocks) + more, encoding="utf-8")
        return path

    return make


def write_text(folder: Path, name: str, text: str, *, encoding: str = "utf-8") -> None:
    """Write a raw file of a study."""
    (folder / "raw").mkdir(exist_ok=True)
    (folder / "raw" / name).write_bytes(text.encode(encoding))


_ARROW = {
    "id": pa.string(),
    "code": pa.string(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "integer": pa.int64(),
    "amount": pa.int64(),
    "real": pa.float64(),
    "flag": pa.bool_(),
}


def contract_table(name: str, rows: Sequence[Mapping[str, object]]) -> ir.Table:
    """Rows of a contract table as the engine sees it: columns nobody gave are missing."""
    columns = {
        column.name: pa.array([_moment(row.get(column.name), column.type) for row in rows], _ARROW[column.type])
        for column in TABLES[name].columns
    }
    return ibis.memtable(pa.table(columns))


def worked_out(rows: ir.Table, *, engine: Backend) -> ir.Table:
    """The same rows made once, so that what is built on them does not make them again."""
    return ibis.memtable(engine.to_pyarrow(rows))


def _moment(value: object, kind: str) -> object:
    return datetime.fromisoformat(value) if kind == "timestamp" and isinstance(value, str) else value


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A table after the checks, its rows in order of the key, and its quarantine as text."""

    accepted: Accepted
    rows: pd.DataFrame
    quarantine: pd.DataFrame


@pytest.fixture
def load_table(tmp_path, engine):
    """Load one table from a raw file that is there already, by the settings of its source in TOML."""

    def load(table: str, settings: str, *, head: str = HEAD, others: str = "") -> Loaded:
        (tmp_path / "study.toml").write_text(f"{head}\n[sources.{table}]\n{settings}\n{others}", encoding="utf-8")
        config = read_config(tmp_path / "study.toml")
        accepted = load_tables(config, folder=tmp_path, engine=engine, today=date(2026, 11, 1))[table]
        file = tmp_path / "prepared" / "quarantine" / f"{table}.csv"
        refused = pd.read_csv(file, dtype=str, keep_default_na=False) if file.exists() else pd.DataFrame()
        rows = pd.read_parquet(accepted.file).sort_values(list(TABLES[table].key), ignore_index=True)
        return Loaded(accepted=accepted, rows=rows, quarantine=refused)

    return load


@pytest.fixture(params=["blocks", "engine"])
def way(request, monkeypatch):
    """Whether a file whose lines are rows is read in blocks, or by the engine's reader as all others."""
    if request.param == "engine":
        monkeypatch.setattr(csv_files, "copied_by_blocks", lambda *_, **__: None)
    return request.param
