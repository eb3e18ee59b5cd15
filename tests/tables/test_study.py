"""A study opened for a quarter: two dates, spells, the team's work, and quarters that cannot be opened."""

from __future__ import annotations

from datetime import date

import pytest

from cxlab.errors import DataError, UsageError
from cxlab.quarter import Window, day_number
from cxlab.tables import open_study

from .conftest import CONTRACTS, CUSTOMERS, HEAD


def spells(study):
    return study.lives.order_by(["customer_id", "spell"]).to_pandas()


def test_a_study_opens_end_to_end(make_study):
    study = open_study("2024Q1", config=make_study())
    assert study.window == Window(open=date(2024, 1, 1), close=date(2024, 4, 1))
    assert (study.as_of, study.config.name) == (date(2024, 4, 5), "Test")
    lives = spells(study)
    assert list(lives["customer_id"]) == ["c1", "c2"]
    stayed, left = lives.iloc[0], lives.iloc[1]
    assert (stayed["start_day"], stayed["entry_days"]) == (day_number(date(2023, 5, 1)), 245)
    assert stayed["tenure_days"] == 336
    assert stayed[["cause", "reason"]].isna().all()
    assert (stayed["revenue_amount"], stayed["margin_amount"]) == (270_000, 270_000)
    assert (left["exit_day"], left["tenure_days"]) == (day_number(date(2024, 3, 1)), 29)
    assert (left["cause"], left["reason"], left["revenue_amount"]) == ("involuntary", "unpaid", 0)


def test_lives_have_the_agreed_columns_and_whole_numbers(make_study):
    schema = open_study("2024Q1", config=make_study()).lives.schema()
    assert {name: str(kind) for name, kind in schema.items()} == {
        "customer_id": "string",
        "account_id": "string",
        "spell": "int32",
        "start_day": "int32",
        "exit_day": "int32",
        "entry_days": "int32",
        "tenure_days": "int32",
        "cause": "string",
        "reason": "string",
        "provisional": "boolean",
        "ruled": "boolean",
        "idle_days": "int32",
        "plan": "string",
        "region": "string",
        "acq_source": "string",
        "segment": "string",
        "offer": "string",
        "revenue_amount": "int64",
        "margin_amount": "int64",
        "bucket": "int32",
        "shared": "boolean",
        "part": "int32",
    }


def test_an_end_on_or_after_the_close_is_no_exit_yet(make_study):
    rows = {**CONTRACTS, "end": [date(2024, 4, 1), date(2024, 3, 31), None]}
    config = make_study({"customers": CUSTOMERS, "contracts": rows})
    first = spells(open_study("2024Q1", config=config))
    assert first["exit_day"].isna().tolist() == [True, False]
    later = spells(open_study("2024Q2", config=config))
    assert later["exit_day"].tolist()[:2] == [day_number(date(2024, 4, 1)), day_number(date(2024, 3, 31))]


def test_the_earlier_study_is_the_one_known_then(make_study):
    study = open_study("2024Q2", config=make_study()).earlier(1)
    assert (str(study.quarter), study.as_of) == ("2024Q1", date(2024, 4, 5))
    with pytest.raises(DataError, match=r"^2023Q4 ends before the study's window opens"):
        study.earlier(1)


def test_late_rows_are_counted_and_not_used(make_study):
    rows = {**CONTRACTS, "loaded_at": [date(2024, 1, 1), date(2024, 4, 6), date(2024, 5, 1)]}
    config = make_study({"customers": CUSTOMERS, "contracts": rows})
    study = open_study("2024Q1", config=config)
    assert spells(study)["customer_id"].tolist() == ["c1"]
    assert study.load.tables["contracts"].late == 1
    now = open_study("2024Q1", as_of="2024-07-05", config=config)
    assert spells(now)["customer_id"].tolist() == ["c1", "c2"]
    assert now.load.tables["contracts"].late == 0


def test_rows_of_later_quarters_are_not_late(make_study):
    rows = {**CONTRACTS, "loaded_at": [date(2024, 1, 1), date(2024, 2, 1), date(2024, 5, 2)]}
    study = open_study("2024Q1", config=make_study({"customers": CUSTOMERS, "contracts": rows}))
    assert study.load.tables["contracts"].late == 0


def test_the_teams_work_goes_by_the_teams_date(make_study):
    decisions = {
        "decision_id": ["d1", "d2"],
        "decided_at": [date(2024, 4, 20), date(2024, 5, 20)],
        "role": ["Head of care", "Head of care"],
    }
    config = make_study({"customers": CUSTOMERS, "contracts": CONTRACTS, "decisions": decisions})
    study = open_study("2024Q1", team_as_of="2024-04-30", config=config)
    assert study.decisions["decision_id"].tolist() == ["d1"]
    assert len(open_study("2024Q1", config=config).decisions) == 2


def test_team_tables_nobody_brought_are_empty_with_their_columns(make_study):
    study = open_study("2024Q1", config=make_study())
    assert study.events.empty
    assert list(study.events.columns)[:3] == ["event_id", "date", "until"]
    assert len(study.targets) == len(study.commentary) == 0


def test_the_same_contents_have_the_same_fingerprint_whatever_their_order(make_study):
    def fingerprint(contracts):
        return open_study(
            "2024Q1", config=make_study({"customers": CUSTOMERS, "contracts": contracts})
        ).fingerprint

    one = fingerprint(CONTRACTS)
    assert fingerprint({name: column[::-1] for name, column in CONTRACTS.items()}) == one
    assert fingerprint({**CONTRACTS, "price_per_month": [90_000, 90_000, 120_001]}) != one


def test_labels_fall_back_to_the_code(make_study):
    config = make_study(more='[labels.plan]\nen90 = { en = "Swallow 90", vi = "Én 90" }\n')
    study = open_study("2024Q1", config=config)
    assert study.labels("plan", "en90", "vi") == "Én 90"
    assert study.labels("plan", "other", "vi") == "other"


@pytest.mark.parametrize(
    ("quarter", "kind", "message"),
    [
        ("2024-Q1", UsageError, "quarter must look like '2026Q3'; got '2024-Q1'"),
        (
            "2023Q4",
            DataError,
            "2023Q4 ends before the study's window opens\n"
            "  - needed: a last day on or after 2024-01-01 (window_opens in study.toml); it is 2023-12-31",
        ),
        (
            "2024Q4",
            DataError,
            "2024Q4 has no data\n"
            "  - needed: rows from 2024-10-01 on; customers reach to 2024-02-01, contracts reach to 2024-05-01\n"
            "  See data/README.md",
        ),
    ],
)
def test_quarters_that_cannot_be_opened(make_study, quarter, kind, message):
    with pytest.raises(kind) as error:
        open_study(quarter, config=make_study())
    assert str(error.value) == message


def test_a_quarter_in_the_future_is_refused(make_study, monkeypatch):
    from datetime import datetime

    from cxlab.tables import study as module

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2024, 3, 31, 12, tzinfo=tz)

    monkeypatch.setattr(module, "datetime", Clock)
    with pytest.raises(DataError) as error:
        open_study("2024Q1", config=make_study(head=HEAD.replace("made_up = true", "")))
    assert str(error.value) == (
        "2024Q1 is not over\n  - needed: a last day before today, 2024-03-31; it is 2024-03-31"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("05/04/2024", "as_of must look like '2026-10-05'; got '05/04/2024'"),
        ("2024-03-01", "as_of lies before the end of 2024Q1\n  - needed: 2024-03-31 or later; got 2024-03-01"),
    ],
)
def test_knowledge_dates_that_cannot_be(make_study, given, message):
    with pytest.raises(UsageError) as error:
        open_study("2024Q1", as_of=given, config=make_study())
    assert str(error.value) == message


def test_lives_say_what_they_need(make_study):
    money = {"txn_id": ["t"], "customer_id": ["c"], "at": [date(2024, 2, 1)], "amount": [1]}
    study = open_study("2024Q1", config=make_study({"transactions": money}))
    with pytest.raises(DataError) as error:
        _ = study.lives
    assert str(error.value) == (
        "lives cannot be made\n"
        "  - churn needs contracts or transactions and rules.activity; missing: rules.activity\n"
        "  See data/README.md#contracts"
    )
