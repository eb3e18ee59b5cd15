"""Accept or quarantine: every reason, all reasons of a row, and nothing lost."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlab.errors import DataError
from cxlab.tables.check import told, words
from cxlab.tables.schema import TABLES

from .conftest import HEAD, write_text

PEOPLE = '[sources.customers]\npath = "raw/p.csv"\n'


def csv(tmp_path, name, *lines):
    write_text(tmp_path, name, "\n".join(lines) + "\n")


def reasons_of(found):
    return dict(zip(found.quarantine["record"], found.quarantine["reasons"], strict=True))


def test_every_reason_of_a_contract(tmp_path, load_table):
    csv(tmp_path, "p.csv", "customer_id", "c1", "c2")
    csv(
        tmp_path,
        "c.csv",
        "contract_id,customer_id,start,end,end_type,price_per_month",
        "k2,c1,2024-01-01,2024-02-01,voluntary,1",
        "k2,c1,2024-01-01,,,1",
        ",c1,2024-01-01,,,1",
        "k5,c9,2024-01-01,,,1",
        "k6,c1,2024-01-02,2024-01-01,voluntary,1",
        "k7,c1,2024-01-02,2024-01-02,voluntary,1",
        "k8,c1,2024-01-01,2024-02-01,eloped,1",
        "k9,c1,2024-01-01,,voluntary,-1",
        "k10,c1,31/01/2024,,,many",
    )
    found = load_table("contracts", 'path = "raw/c.csv"', others=PEOPLE)
    assert found.rows["contract_id"].tolist() == ["k2"]
    assert reasons_of(found) == {
        "3": "duplicate_key",
        "4": "contract_id_missing",
        "5": "customer_id_not_in_customers",
        "6": "end_before_start",
        "7": "end_same_day_as_start",
        "8": "end_type_not_allowed",
        "9": "end_type_without_end; price_per_month_below_0",
        "10": "price_per_month_unreadable; start_unreadable",
    }
    assert (found.accepted.read, found.accepted.accepted, found.accepted.quarantined) == (9, 1, 8)
    last = found.quarantine.iloc[-1]
    assert (last["source"], last["start"], last["price_per_month"]) == ("contracts:c.csv", "31/01/2024", "many")
    assert set(found.accepted.reasons) <= set(words(TABLES["contracts"])) | {
        "price_per_month_unreadable",
        "start_unreadable",
    }


def test_every_reason_of_a_response(tmp_path, load_table):
    csv(
        tmp_path,
        "r.csv",
        "response_id,customer_id,invited_at,answered_at,nps,csat,scale_min,scale_max,loaded_at",
        "r2,nobody,2024-01-01,2024-01-02,10,5,1,5,2024-01-03",
        "r3,,2024-01-01,,,,,,2024-01-03",
        "r4,,2024-01-02,2024-01-01,0,,,,2024-01-03",
        "r5,,2024-01-01,2024-01-02,11,,,,2024-01-03",
        "r6,,2024-01-01,2024-01-02,9,6,1,5,2024-01-03",
        "r7,,2024-01-01,2024-01-04,9,,,,2024-01-03",
        "r8,,2024-01-01,2024-01-02,9.5,,,,2024-01-03",
    )
    csv(tmp_path, "p.csv", "customer_id", "c1")
    found = load_table("survey_responses", 'path = "raw/r.csv"', others=PEOPLE)
    assert found.rows["response_id"].tolist() == ["r2", "r3"]
    assert reasons_of(found) == {
        "4": "answered_at_before_invited_at",
        "5": "nps_outside_scale",
        "6": "csat_outside_scale",
        "7": "answered_at_in_future",
        "8": "nps_unreadable",
    }


@pytest.mark.parametrize("day", ["0000-01-01", "0001-01-01", "1899-12-30", "1900-01-01", "1949-12-31 23:59:59"])
def test_dates_programs_write_where_they_know_none_are_refused(tmp_path, load_table, day):
    csv(tmp_path, "t.csv", "txn_id,customer_id,at,amount", f"t2,c,{day},1", "t3,c,1950-01-01,1")
    found = load_table("transactions", 'path = "raw/t.csv"')
    assert reasons_of(found) == {"2": "at_too_early"}
    assert list(told(TABLES["transactions"], reasons=found.accepted.reasons, places=found.accepted.places)) == [
        "transactions: at_too_early, 1 row (t.csv record 2): needed: at in 1950 or later; a date that stands "
        "for none is made missing by values"
    ]
    csv(tmp_path, "c.csv", "contract_id,customer_id,start,end", f"k2,c,{day},", "k3,c,1950-01-01,9999-12-31")
    assert reasons_of(load_table("contracts", 'path = "raw/c.csv"')) == {"2": "start_too_early"}


def test_a_date_that_stands_for_none_is_made_missing(tmp_path, load_table):
    csv(tmp_path, "r.csv", "response_id,invited_at,answered_at", "r2,2024-01-01,0001-01-01", "r3,,2024-01-01")
    found = load_table("survey_responses", 'path = "raw/r.csv"\nvalues = { answered_at = { "0001-01-01" = "" } }')
    assert found.accepted.quarantined == 0
    assert found.rows["answered_at"].isna().tolist() == [True, False]


def test_without_a_loading_date_the_future_begins_today(tmp_path, load_table):
    csv(tmp_path, "r.csv", "response_id,answered_at", "r2,2026-11-01", "r3,2026-11-02")
    real = load_table("survey_responses", 'path = "raw/r.csv"', head=HEAD.replace("made_up = true", ""))
    assert reasons_of(real) == {"3": "answered_at_in_future"}
    made_up = load_table("survey_responses", 'path = "raw/r.csv"')
    assert made_up.accepted.quarantined == 0


def test_money_in_a_currency_without_a_rate_is_refused(tmp_path, load_table):
    lines = [
        f"t{number},c,2024-01-01,1,{code}" for number, code in enumerate(("VND", "USD", "EUR", "", "JPY"), start=2)
    ]
    csv(tmp_path, "t.csv", "txn_id,customer_id,at,amount,currency", *lines)
    csv(tmp_path, "rates.csv", "currency,date,rate", "USD,2024-01-01,25000", "JPY,2024-01-02,170")
    found = load_table("transactions", 'path = "raw/t.csv"', others='[sources.rates]\npath = "raw/rates.csv"')
    assert reasons_of(found) == {"4": "currency_unknown", "6": "currency_unknown"}


def test_versions_of_one_customer_must_not_overlap(tmp_path, load_table):
    versions = ["c,a,,2024-02-01", "c,b,2024-02-01,2024-04-01", "c,c,2024-03-01,", "c,d,2024-03-01,"]
    csv(tmp_path, "p.csv", "customer_id,region,valid_from,valid_to", *versions)
    found = load_table("customers", 'path = "raw/p.csv"')
    assert reasons_of(found) == {"4": "versions_overlap", "5": "duplicate_key; versions_overlap"}


def test_codes_are_checked_after_the_value_map(tmp_path, load_table):
    csv(tmp_path, "c.csv", "contract_id,customer_id,start,end,end_type", "k2,c,2024-01-01,2024-02-01,Tự rời",
        "k3,c,2024-01-01,2024-02-01,khác", "k4,c,2024-01-01,,-")  # fmt: skip
    values = '[sources.contracts.values.end_type]\n"Tự rời" = "voluntary"\n"-" = ""\n'
    found = load_table("contracts", f'path = "raw/c.csv"\n{values}')
    assert found.rows["end_type"].tolist() == ["voluntary", None]
    assert found.quarantine[["record", "reasons", "end_type"]].to_numpy().tolist() == [
        ["3", "end_type_not_allowed", "khác"]
    ]


def test_quarantined_formulas_are_neutral(tmp_path, load_table):
    csv(tmp_path, "p.csv", "customer_id,region,first_seen", '"=1+1",@x,?', "-5,+x,-", '" ok",-7,?')
    found = load_table("customers", 'path = "raw/p.csv"')
    assert found.quarantine[["customer_id", "region", "first_seen"]].to_numpy().tolist() == [
        ["'=1+1", "'@x", "?"],
        ["-5", "'+x", "'-"],
        [" ok", "-7", "?"],
    ]
    assert (tmp_path / "prepared/quarantine/customers.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_too_many_refused_rows_stop_the_run(tmp_path, load_table):
    csv(tmp_path, "p.csv", "customer_id,first_seen", "a,2024-01-01", "b,?", ",?")
    with pytest.raises(DataError) as error:
        load_table("customers", 'path = "raw/p.csv"', head=HEAD.replace("1.0", "0.5"))
    assert str(error.value) == (
        "too many rows were refused\n"
        "  - customers: 2 of 3 rows quarantined (66.7%; quarantine_share in study.toml allows 50.0%); "
        f"rows in {tmp_path}/prepared/quarantine/customers.csv\n"
        "  - customers: first_seen_unreadable, 2 rows (p.csv record 3, p.csv record 4): "
        "needed: first_seen as a date\n"
        "  - customers: customer_id_missing, 1 row (p.csv record 4): "
        "needed: customer_id, the customer; a recycled number is a different customer\n"
        "  See data/README.md#customers"
    )


cells = st.sampled_from(["a", "b", "", "2024-01-01", "2024-02-30", "7", "x,y", '"', "-1", "1e99", " ", "Ω", "\t"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cells, min_size=3, max_size=5), min_size=1, max_size=8))
def test_nothing_is_lost(tmp_path, load_table, rows):
    """Rows read = accepted + quarantined, and every record stands in exactly one of the two."""
    lines = ["contract_id,customer_id,start,price_per_month"]
    lines += [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    write_text(tmp_path, "c.csv", "\n".join(lines) + "\n")
    found = load_table("contracts", 'path = "raw/c.csv"')
    assert found.accepted.read == len(rows)
    assert found.accepted.accepted == len(found.rows)
    assert found.accepted.quarantined == len(found.quarantine)
    kept = set(found.rows["contract_id"])
    for record, row in enumerate(rows, start=2):
        refused = not found.quarantine.empty and str(record) in set(found.quarantine["record"])
        assert refused or row[0].strip() in kept
    if not found.quarantine.empty:
        assert found.quarantine["record"].is_unique
        assert (found.quarantine["reasons"] != "").all()
        counted = pd.Series("; ".join(found.quarantine["reasons"]).split("; ")).value_counts().to_dict()
        assert counted == found.accepted.reasons
