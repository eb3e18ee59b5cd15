"""Columns declared as hashed: whatever they are, what a source writes in them is kept nowhere."""

from __future__ import annotations

import csv
import io
import re

import duckdb
import pytest

from cxlab.tables.declared import contract_problems
from cxlab.tables.schema import TABLES

SECRET = "NguyenVanSecret"
VALUES = {
    "id": "x1", "code": "plain", "text": "words", "date": "2024-01-05", "timestamp": "2024-01-05", "integer": "5",
    "amount": "5", "real": "5", "flag": "true",
}  # fmt: skip


def can_be_hashed(table, column):
    data = {"sources": {table.name: {"path": "t.csv", "hash": [column.name]}}}
    return not list(contract_problems(data, languages=["en", "vi"]))


HASHED = [
    (table.name, column.name)
    for table in TABLES.values()
    if not table.team
    for column in table.columns
    if can_be_hashed(table, column)
]


def test_ids_open_codes_and_texts_can_be_hashed():
    assert {TABLES[table].column(column).type for table, column in HASHED} == {"id", "code", "text"}
    assert {("transactions", "channel"), ("customers", "plan"), ("verbatims", "text")} <= set(HASHED)
    assert not {("transactions", "kind"), ("transactions", "currency"), ("transactions", "at")} & set(HASHED)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(("of", "hashed"), HASHED)
def test_what_is_declared_as_hashed_is_kept_nowhere(tmp_path, load_table, of, hashed, kind):
    table = TABLES[of]
    header = [column.name for column in table.columns if column.required or column.filled or column.name == hashed]
    rows = [[(table.column(name).codes or [VALUES[table.column(name).type]])[0] for name in header] for _ in "ab"]
    rows[0][header.index(hashed)] = SECRET
    rows[1][header.index(hashed)] = f"{SECRET}2"
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "t.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    raw = tmp_path / "raw" / f"t.{kind}"
    if kind == "parquet":
        duckdb.sql(f"COPY (FROM read_csv('{raw.with_suffix('.csv')}', all_varchar = true)) TO '{raw}'")
    found = load_table(of, f'path = "raw/{raw.name}"\nhash = ["{hashed}"]')
    kept = [*found.rows[hashed].dropna(), *found.quarantine.get(hashed, ())]
    assert len(kept) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", value) for value in kept)
    for file in (tmp_path / "prepared").rglob("*"):
        if file.is_file():
            assert SECRET.encode() not in file.read_bytes()
            if file.suffix == ".parquet":
                held = duckdb.sql(f"SELECT count(*) FROM '{file}' AS t WHERE contains(t::VARCHAR, '{SECRET}')")
                assert held.fetchall() == [(0,)]
