"""Columns of few values carried as codes: files hold the same texts, whatever the values are."""

from __future__ import annotations

import string

import duckdb
import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.tables import codes as module
from cxlab.tables.codes import as_code, as_known_code, coding, few_values
from cxlab.tables.engine import connect
from cxlab.tables.parts import parquet

from .conftest import write_text

TEXTS = st.one_of(st.none(), st.text(alphabet=st.sampled_from("ab'\"; \té中"), max_size=3))
VISIBLE = set(string.digits + string.ascii_letters + string.punctuation)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return connect(time_zone="Asia/Ho_Chi_Minh", folder=tmp_path_factory.mktemp("engine"), threads=1)


@given(values=st.lists(TEXTS, max_size=6))
def test_values_are_told_only_where_none_has_to_be_trimmed(engine, values):
    engine.con.execute("CREATE OR REPLACE TEMP TABLE held AS SELECT unnest(?::VARCHAR[]) AS raw_code", [values])
    told = few_values(engine, "SELECT * FROM held", columns={"code": "raw_code"})
    there = {value for value in values if value is not None}
    plain = all(value and set(value) <= VISIBLE for value in there)
    assert told == ({"code": tuple(sorted(there))} if there and plain else {})
    if told:
        for coded in (as_code, as_known_code):
            sql = coded("raw_code", values=told["code"])
            assert [row[0] for row in engine.con.execute(f"SELECT {sql}::VARCHAR FROM held").fetchall()] == values


@pytest.mark.parametrize("many", [1, 16, 17, 255])
@pytest.mark.parametrize("written", ["DICTIONARY_SIZE_LIMIT 1000", "DICTIONARY_SIZE_LIMIT 1"])
def test_values_carried_as_codes_are_the_same_texts_however_a_file_keeps_them(engine, tmp_path, many, written):
    file = tmp_path / "codes.parquet"
    rows = f"SELECT CASE WHEN range % 3 > 0 THEN 'v' || (range * 7 % {many}) END AS code FROM range(20000)"
    engine.con.execute(f"COPY ({rows}) TO '{file}' (FORMAT parquet, {written})")
    values = sorted({f"v{number}" for number in range(many)})
    coded = as_known_code("code", values=values)
    sql = f"SELECT typeof({coded}), count(*), count(*) FILTER ({coded}::VARCHAR IS DISTINCT FROM code)"
    told = engine.con.execute(f"{sql}, count({coded}) FROM '{file}' GROUP BY 1").fetchall()
    listed = ", ".join(f"'{value}'" for value in values)
    assert told == [(f"ENUM({listed})", 20_000, 0, 13_333)]


@pytest.mark.parametrize("probed", [10, 1_000])
def test_columns_of_many_values_stay_as_they_are(engine, monkeypatch, probed):
    monkeypatch.setattr(module, "_PROBED", probed)
    rows = "SELECT 'a' || (range % 300) AS many, 'b' || (range % 255) AS few FROM range(1000)"
    told = few_values(engine, rows, columns={"many": "many", "few": "few"})
    assert {name: len(values) for name, values in told.items()} == {"few": 255}


def test_a_table_of_codes_is_written_and_compared_as_text(engine, tmp_path):
    rows = ibis.memtable({"plan": ["p'1", None, "p 2", "p'1"], "other": ["x", "y", "z", "x"]})
    coded = coding(engine, rows, ["plan"])(engine.create_table("coded_rows", rows, temp=True))
    kept = coded.filter((coded.plan != "somewhere else") | coded.plan.isnull()).mutate(
        known=coded.plan.fill_null("")
    )
    sql = ibis.to_sql(kept, dialect="duckdb")
    types = {row[0]: row[1] for row in engine.con.execute(f"DESCRIBE {sql}").fetchall()}
    assert types["plan"].startswith("ENUM")
    engine.con.execute(f"COPY ({sql}) TO '{tmp_path / 'rows.parquet'}' (FORMAT parquet)")
    found = duckdb.sql(f"SELECT plan, known FROM '{tmp_path / 'rows.parquet'}'")
    assert [column.id for column in found.types] == ["varchar", "varchar"]
    assert found.fetchall() == [("p'1", "p'1"), (None, ""), ("p 2", "p 2"), ("p'1", "p'1")]


@pytest.mark.parametrize("rows", [None, {"plan": [None]}, {"plan": [f"p{number}" for number in range(256)]}])
def test_nothing_is_coded_where_values_are_unknown_or_many(engine, rows):
    given = None if rows is None else ibis.memtable(rows, schema={"plan": "string"})
    table = ibis.memtable({"plan": ["p1"]})
    assert coding(engine, given, ["plan"])(table).equals(table)


def test_codes_that_are_not_allowed_are_told_in_their_own_words(tmp_path, load_table):
    write_text(
        tmp_path,
        "t.csv",
        "txn_id,customer_id,at,amount,kind,channel\n1,c,2024-01-01,5,recharge,app\n2,c,2024-01-01,5,gift,app\n"
        "3,c,2024-01-01,5,,\n4,c,2024-01-01,5,REFUND,shop\n",
    )
    found = load_table("transactions", 'path = "raw/t.csv"')
    assert found.accepted.reasons == {"kind_not_allowed": 2}
    assert found.quarantine["kind"].tolist() == ["gift", "REFUND"]
    assert found.rows[["kind", "channel"]].to_numpy().tolist() == [["recharge", "app"], [None, None]]


def test_codes_of_several_sources_are_texts_of_one_column(tmp_path, load_table, engine):
    for file, channel in (("a", "app"), ("b", "shop")):
        write_text(
            tmp_path, f"{file}.csv", f"txn_id,customer_id,at,amount,channel\n{file},c,2024-01-01,5,{channel}\n"
        )
    more = '[sources.more]\ntable = "transactions"\npath = "raw/b.csv"'
    found = load_table("transactions", 'path = "raw/a.csv"', others=more)
    assert found.rows["channel"].tolist() == ["app", "shop"]
    sql = f"SELECT typeof(channel) FROM {parquet(found.accepted.file)}"
    assert set(engine.con.execute(sql).fetchall()) == {("VARCHAR",)}
