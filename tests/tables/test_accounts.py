"""Accounts of several customers, told apart when spells are made."""

from __future__ import annotations

from datetime import date

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.tables import open_study
from cxlab.tables.accounts import leads, with_shared

PEOPLE = {
    "own": None, "lead": None, "child": "lead", "a": "family", "b": "family", "same": "same", "gone": "nobody",
}  # fmt: skip


@pytest.mark.parametrize("parts", [1, 4])
def test_a_spell_says_whether_its_account_may_be_anothers(make_study, monkeypatch, parts):
    monkeypatch.setenv("CXLAB_PARTS", str(parts))
    customers = {
        "customer_id": list(PEOPLE), "account_id": list(PEOPLE.values()), "first_seen": [date(2024, 2, 1)] * 7,
    }  # fmt: skip
    contracts = {
        "contract_id": [f"k{who}" for who in PEOPLE], "customer_id": list(PEOPLE),
        "start": [date(2024, 2, 1)] * 7, "end": [None] * 7,
    }  # fmt: skip
    lives = open_study("2024Q1", config=make_study({"customers": customers, "contracts": contracts})).lives
    found = lives.to_pandas().set_index("customer_id")["shared"]
    assert set(found.index[found]) == {"lead", "child", "a", "b", "gone"}
    assert set(found.index[~found]) == {"own", "same"}


def test_an_account_is_shared_with_a_lead_of_whom_only_the_contract_is_known():
    kinds = {"customer_id": "string", "account_id": "string"}
    customers = ibis.memtable({"customer_id": ["child"], "account_id": ["lead"]}, schema=kinds)
    spells = ibis.memtable({"customer_id": ["child", "lead", "own"], "account_id": ["lead", "lead", "own"]})
    found = with_shared(spells, leads=leads(customers)).to_pandas().set_index("customer_id")["shared"]
    assert found.to_dict() == {"child": True, "lead": True, "own": False}


def test_without_customers_everybody_is_an_account(make_study):
    contracts = {"contract_id": ["k"], "customer_id": ["own"], "start": [date(2024, 2, 1)], "end": [None]}
    lives = open_study("2024Q1", config=make_study({"contracts": contracts})).lives
    assert lives.to_pandas()["shared"].tolist() == [False]


@settings(max_examples=50, deadline=None)
@given(accounts=st.lists(st.one_of(st.none(), st.integers(0, 12).map("c{}".format)), min_size=1, max_size=12))
def test_who_shares_no_account_is_alone_on_it(accounts):
    names = [f"c{place}" for place in range(len(accounts))]
    account = [own or name for own, name in zip(accounts, names, strict=True)]
    kinds = {"customer_id": "string", "account_id": "string"}
    customers = ibis.memtable({"customer_id": names, "account_id": accounts}, schema=kinds)
    spells = ibis.memtable({"customer_id": names, "account_id": account}, schema=kinds)
    found = with_shared(spells, leads=leads(customers)).to_pandas().set_index("customer_id").loc[names]
    for name, mine, shared in zip(names, account, found["shared"], strict=True):
        assert shared == (mine != name or account.count(mine) > 1)
