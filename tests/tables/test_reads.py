"""The tables a question is said to read are tables of the contract; what it truly reads: ``tests/proofs``."""

from __future__ import annotations

from cxlab.tables.reads import MADE_FROM, READS, tables_read
from cxlab.tables.schema import NEEDS, PREPARED, TABLES


def test_only_tables_of_the_contract_are_named():
    named = {name for names in (*READS.values(), *MADE_FROM.values()) for name in names}
    assert named <= set(TABLES)
    assert set(PREPARED) <= set(MADE_FROM)


def test_what_a_question_needs_is_among_what_it_reads():
    for question, ways in NEEDS.items():
        needed = {need.partition(".")[0] for way in ways for need in way} - {"rules"}
        assert needed <= set(READS[question])


def test_what_a_notebook_asks_for_is_added_and_what_is_missing_is_left_out():
    assert tables_read("churn", asked=["referrals", "texts"], present=["verbatims", "contracts", "referrals"]) == (
        "contracts", "verbatims", "referrals",
    )  # fmt: skip
    assert tables_read("growth", present=list(TABLES)) == ()
