"""What has arrived: rows a day as known on the knowledge date, of the tables a quarter waits for."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cxlab.errors import UsageError
from cxlab.quarter import Quarter
from cxlab.tables.arrivals import arrivals, awaited
from cxlab.tables.config import read_config
from cxlab.tables.study import open_study

from .conftest import CONTRACTS, CUSTOMERS, HEAD

Q3 = Quarter.parse("2026Q3")
NOW = datetime(2026, 10, 7, 1, 0, tzinfo=UTC)
at = datetime.fromisoformat

MONEY = {
    "txn_id": ["t1", "t2", "t3", "t4", "t5"],
    "customer_id": ["c1", "c1", "c2", "c2", "c1"],
    "at": [at("2026-09-30T23:59"), at("2026-09-30T01:00"), at("2026-08-01"), at("2026-10-02"),
           at("2026-09-01")],
    "kind": ["recharge"] * 5,
    "amount": [1000] * 5,
    "loaded_at": [at("2026-10-01"), None, at("2026-08-02"), at("2026-10-03"), at("2026-10-06")],
}  # fmt: skip
ANSWERS = {
    "response_id": ["r1", "r2"],
    "customer_id": ["c1", "c2"],
    "invited_at": [at("2026-08-01"), None],
    "answered_at": [at("2026-08-03"), at("2026-08-20")],
    "nps": [9, 3],
}
TEXTS = {
    "verbatim_id": ["v1", "v2"],
    "response_id": ["r1", "r1"],
    "text": ["ok", "good"],
    "at": [None, at("2026-08-05")],
}


@pytest.fixture
def found(make_study):
    def look(more="", **tables):
        file = make_study({"customers": CUSTOMERS, "contracts": CONTRACTS, **tables}, more=more)
        config = read_config(file)
        made = arrivals(config, folder=file.parent, quarter=Q3, as_of=date(2026, 10, 5), now=NOW)
        return {one.table: one for one in made}

    return look


def test_rows_are_counted_by_their_local_day(found):
    money = found(transactions=MONEY)["transactions"]
    assert money.per_day == {date(2026, 9, 30): 2, date(2026, 8, 1): 1, date(2026, 10, 2): 1}
    assert (money.first, money.last) == (date(2026, 8, 1), date(2026, 10, 2))
    assert money.rows(date(2026, 8, 1), date(2026, 9, 30)) == 1
    assert money.rows(date(2026, 8, 1), date(2026, 10, 1)) == 3


def test_rows_loaded_after_the_knowledge_date_are_late(found):
    assert found(transactions=MONEY)["transactions"].late == 1


def test_an_answer_without_invitation_has_the_day_of_the_answer(found):
    answers = found(survey_responses=ANSWERS)["survey_responses"]
    assert answers.per_day == {date(2026, 8, 1): 1, date(2026, 8, 20): 1}


def test_a_text_without_a_day_has_that_of_its_answer(found):
    texts = found(survey_responses=ANSWERS, verbatims=TEXTS)["verbatims"]
    assert texts.per_day == {date(2026, 8, 3): 1, date(2026, 8, 5): 1}


def test_what_a_question_needs_is_waited_for(found):
    assert list(found(transactions=MONEY, survey_responses=ANSWERS, verbatims=TEXTS)) == [
        "contracts",
        "transactions",
        "survey_responses",
        "verbatims",
    ]


def test_a_study_may_say_what_is_waited_for(found):
    assert list(found(more='[due]\nsources = ["transactions"]\n', transactions=MONEY)) == ["transactions"]
    assert found(more="[due]\nsources = []\n", transactions=MONEY) == {}


def test_a_table_of_several_sources_is_waited_for_once(make_study):
    more = '[sources.more]\ntable = "contracts"\npath = "raw/contracts.parquet"\n'
    assert awaited(read_config(make_study(more=more))) == ("contracts",)


def test_settings_of_due_change_no_number(make_study):
    plain = open_study("2024Q2", config=make_study()).fingerprint
    resting = make_study(more="[due]\nrest_days = { contracts = 30 }\nband = [0.1, 9]\n")
    assert open_study("2024Q2", config=resting).fingerprint == plain


def test_wrong_settings_are_told_at_once(tmp_path):
    path = tmp_path / "study.toml"
    more = """
[sources.contracts]
path = "c.csv"
[sources.events]
path = "e.csv"
[due]
sources = ["contract", "events"]
band = [1.5, 2.0]
rest_days = { transactions = 3, contracts = -1 }
wait = 3
"""
    path.write_text(HEAD + more)
    with pytest.raises(UsageError) as caught:
        read_config(path)
    assert list(caught.value.problems) == [
        "due.band: needs a number below 1 and one above 1, such as [0.5, 2.0]; got [1.5, 2.0]",
        "due.rest_days.contracts: needs to be greater than or equal to 0; got -1",
        "due.wait: no such setting",
        "due.sources: no source fills a table 'contract'; did you mean 'contracts'?",
        "due.sources: the rows of events do not come day by day, so they are not waited for",
        "due.rest_days: no source fills a table 'transactions'",
    ]
