"""Loading: kept while nothing changed, never stale, and every problem of the sources told at once."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from cxlab.errors import DataError
from cxlab.tables import fingerprint, open_study
from cxlab.tables.whole_files import write_whole, written_whole

from .conftest import CONTRACTS, CUSTOMERS, HEAD, write_text

CSV = 'path = "raw/c.csv"\n'
ROW = "contract_id,customer_id,start,price_per_month\nk,c,2024-01-01,{}\n"


def price(load_table):
    return load_table("contracts", CSV).rows["price_per_month"].tolist()


def test_an_unchanged_source_is_not_read_again(tmp_path, load_table, monkeypatch):
    write_text(tmp_path, "c.csv", ROW.format(1))
    first = load_table("contracts", CSV).accepted
    monkeypatch.setattr("cxlab.tables.load.stage_all", lambda *_, **__: pytest.fail("read again"))
    assert load_table("contracts", CSV).accepted == first


def test_a_changed_source_is_noticed_even_with_its_old_size_and_date(tmp_path, load_table):
    write_text(tmp_path, "c.csv", ROW.format(1))
    file = tmp_path / "raw" / "c.csv"
    os.utime(file, (1_700_000_000, 1_700_000_000))
    assert price(load_table) == [1]
    write_text(tmp_path, "c.csv", ROW.format(2))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    assert price(load_table) == [2]


def test_a_hash_is_remembered_only_when_the_file_had_settled(tmp_path, monkeypatch):
    file, remembered = tmp_path / "a.csv", tmp_path / "fingerprints.json"
    file.write_text("a")
    before = fingerprint.contents(file, remembered=remembered)
    assert ", false, " in remembered.read_text().replace("\n", " ")
    monkeypatch.setattr(fingerprint, "_TRUST_AFTER_NS", -1)
    assert fingerprint.contents(file, remembered=remembered) == before
    assert ", true, " in remembered.read_text().replace("\n", " ")
    monkeypatch.setattr("cxlab.tables.fingerprint._piece_hash", lambda *_: pytest.fail("hashed again"))
    assert fingerprint.contents(file, remembered=remembered) == before


def test_every_byte_of_a_file_counts_and_where_it_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(fingerprint, "_PIECE", 4)
    monkeypatch.setattr(fingerprint, "_AT_ONCE", 2)
    file, found = tmp_path / "a.csv", set()
    texts = [b"", b"a", b"abcd", b"abcde", b"abcdefghij", b"efghabcdij", b"abcdefghiJ", b"Abcdefghij"]
    for number, text in enumerate(texts):
        file.write_bytes(text)
        found.add(fingerprint.contents(file, remembered=tmp_path / f"{number}.json"))
    assert len(found) == len(texts)


def test_other_settings_read_it_again(tmp_path, load_table):
    write_text(tmp_path, "c.csv", ROW.format(1))
    assert price(load_table) == [1]
    found = load_table("contracts", CSV + 'columns = { price_per_month = { sql = "2" } }')
    assert found.rows["price_per_month"].tolist() == [2]


def test_rows_refused_with_a_parent_come_back_with_it(tmp_path, load_table):
    people = '[sources.customers]\npath = "raw/p.csv"\n'
    write_text(tmp_path, "c.csv", ROW.format(1))
    write_text(tmp_path, "p.csv", "customer_id\nother\n")
    assert load_table("contracts", CSV, others=people).accepted.reasons == {"customer_id_not_in_customers": 1}
    write_text(tmp_path, "p.csv", "customer_id\nother\nc\n")
    found = load_table("contracts", CSV, others=people)
    assert found.accepted.reasons == {}
    assert found.quarantine.empty


def test_a_folder_of_parquet_files_is_one_source(tmp_path, load_table):
    folder = tmp_path / "raw" / "money"
    (folder / "2024").mkdir(parents=True)
    for number, path in enumerate((folder / "a.parquet", folder / "2024" / "b.parquet")):
        rows = {"txn_id": [f"t{number}", None], "customer_id": ["c", "c"], "at": [datetime(2024, 1, 1)] * 2}  # noqa: DTZ001
        pd.DataFrame({**rows, "amount": [1.0, 2.0]}).to_parquet(path)
    found = load_table("transactions", 'path = "raw/money"')
    assert found.rows[["txn_id", "amount"]].to_numpy().tolist() == [["t0", 1], ["t1", 1]]
    assert found.quarantine[["source", "record", "reasons"]].to_numpy().tolist() == [
        ["transactions:a.parquet", "2", "txn_id_missing"],
        ["transactions:b.parquet", "2", "txn_id_missing"],
    ]


def test_instants_become_local_days(tmp_path, load_table):
    (tmp_path / "raw").mkdir()
    instant = pd.to_datetime(["2024-03-31T17:30:00Z"])
    pd.DataFrame({"contract_id": ["k"], "customer_id": [12.0], "start": instant}).to_parquet(
        tmp_path / "raw/c.parquet"
    )
    row = load_table("contracts", 'path = "raw/c.parquet"').rows.iloc[0]
    assert (row["start"], row["customer_id"]) == (date(2024, 4, 1), "12")


def test_several_sources_fill_one_table(tmp_path, load_table):
    write_text(tmp_path, "c.csv", ROW.format(1))
    write_text(tmp_path, "d.csv", "id;who;from\nk2;c;01/02/2024\nk;c;01/02/2024\n")
    more = """
        [sources.dealer]
        table = "contracts"
        path = "raw/d.csv"
        separator = ";"
        date_order = "dmy"
        columns = { contract_id = "id", customer_id = "who", start = "from" }
    """
    found = load_table("contracts", CSV, others=more)
    assert found.rows["contract_id"].tolist() == ["k", "k2"]
    assert found.quarantine[["source", "record", "reasons"]].to_numpy().tolist() == [
        ["dealer:d.csv", "3", "duplicate_key"]
    ]


def test_ids_are_hashed_with_a_key_of_their_own_and_still_join(tmp_path, load_table):
    write_text(tmp_path, "c.csv", ROW.format(1) + "k2,c,?,1\n")
    write_text(tmp_path, "p.csv", "customer_id,Phone,region\nc,0901,hn\n")
    people = '[sources.customers]\npath = "raw/p.csv"\nids = "hash"\ndrop = ["Phone"]\n'
    found = load_table("contracts", f'{CSV}ids = "hash"\n', others=people)
    customer = found.rows["customer_id"].iloc[0]
    assert len(customer) == 32
    assert found.accepted.accepted == 1
    assert found.quarantine["customer_id"].tolist() == [customer]
    key = tmp_path / "private" / "id.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    kept = key.read_text()
    everything = b"".join(file.read_bytes() for file in (tmp_path / "prepared").rglob("*") if file.is_file())
    assert b"0901" not in everything
    assert kept.strip().encode() not in everything


def test_all_problems_of_all_sources_are_told_at_once(tmp_path):
    write_text(tmp_path, "p.csv", "Customer,joined\nc,2024-01-01\n")
    write_text(tmp_path, "t.csv", "txn_id,customer_id,at\nt,c,2024-01-01\n")
    (tmp_path / "raw" / "broken.parquet").write_bytes(b"PAR1 no")
    (tmp_path / "study.toml").write_text(
        HEAD
        + """
        [sources.customers]
        path = "raw/p.csv"
        columns = { customer_id = "Custumer" }
        [sources.contracts]
        path = "raw/none.csv"
        [sources.transactions]
        path = "raw/t.csv"
        [sources.referrals]
        path = "raw/broken.parquet"
        [sources.touchpoints]
        path = "raw/p.csv"
        columns = { touchpoint_id = { sql = "joned" } }
        """
    )
    with pytest.raises(DataError) as error:
        open_study("2024Q1", config=tmp_path)
    lines = str(error.value).splitlines()
    assert lines[:4] == [
        "the sources cannot be read",
        "  - customers: sources.customers.columns.customer_id: the source has no column 'Custumer'; "
        "did you mean 'Customer'?",
        f"  - contracts: sources.contracts.path: no file or folder at {tmp_path}/raw/none.csv",
        "  - transactions: sources.transactions: the column amount is needed "
        "(amount, tax included; a refund may carry either sign); the source has: txn_id, customer_id, at",
    ]
    assert lines[4].startswith("  - touchpoints: sources.touchpoints: an SQL expression is wrong: Binder Error")
    assert lines[5].startswith(f"  - referrals: {tmp_path}/raw/broken.parquet cannot be read as parquet: ")
    pages = ("customers", "contracts", "transactions", "touchpoints", "referrals")
    assert lines[6:] == [f"  See {', '.join(f'data/README.md#{page}' for page in pages)}"]


def test_columns_nobody_declared_are_not_read(make_study):
    people = {**CUSTOMERS, "phone": ["0901234567"] * 3}
    study = open_study("2024Q1", config=make_study({"customers": people, "contracts": CONTRACTS}))
    assert "phone" not in study.tables["customers"].columns
    prepared = Path(study.folder) / "prepared"
    assert b"0901234567" not in b"".join(file.read_bytes() for file in prepared.rglob("*") if file.is_file())


def test_lives_are_kept_and_made_again_when_a_rule_changes(make_study):
    config = make_study()
    study = open_study("2024Q1", config=config)
    study.lives.count().execute()
    kept = set((study.folder / "prepared" / "lives").iterdir())
    again = open_study("2024Q1", config=config)
    again.lives.count().execute()
    assert set((study.folder / "prepared" / "lives").iterdir()) == kept
    changed = open_study("2024Q1", config=make_study(more="[rules.margin]\ndefault = 0.5\n"))
    assert changed.fingerprint != study.fingerprint
    assert changed.lives.margin_amount.sum().execute() * 2 == again.lives.margin_amount.sum().execute()


def test_studies_opened_at_once_agree_and_leave_nothing_half_done(make_study):
    config = make_study()

    def opened(_):
        study = open_study("2024Q1", config=config)
        return study.fingerprint, study.lives.order_by(["customer_id", "spell"]).to_pandas().to_csv()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(opened, range(4)))) == 1
    prepared = config.parent / "prepared"
    assert not [path for path in prepared.rglob(".*") if path.is_file()]
    assert not list(prepared.glob("load-*"))


def test_after_an_error_the_old_file_is_as_it_was(tmp_path):
    path = tmp_path / "a" / "b.txt"
    write_whole(path, "old")

    def fail():
        with written_whole(path) as half:
            half.write_text("half")
            raise RuntimeError("full")

    with pytest.raises(RuntimeError, match="full"):
        fail()
    assert path.read_text() == "old"
    assert [file.name for file in path.parent.iterdir()] == ["b.txt"]


def test_a_key_that_comes_again_in_another_file_is_found_on_several_threads(tmp_path, load_table, engine):
    engine.con.execute("SET threads = 4")
    (tmp_path / "raw" / "p").mkdir(parents=True)
    rows = pd.DataFrame({"customer_id": [f"c{number:06}" for number in range(30_000)]})
    for name in ("a", "b"):
        rows.to_parquet(tmp_path / "raw" / "p" / f"{name}.parquet", row_group_size=2_000)
    found = load_table("customers", 'path = "raw/p"').accepted
    assert (found.accepted, found.reasons) == (30_000, {"duplicate_key": 30_000})
