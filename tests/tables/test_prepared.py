"""Prepared tables of a study: made once, made anew when a rule changes, refused with a reason."""

from __future__ import annotations

import os
import time
from datetime import date

import pandas as pd
import pytest

from cxlab.errors import DataError, UsageError
from cxlab.tables import open_study

from .conftest import CONTRACTS, CUSTOMERS

MONEY = {
    "txn_id": ["t1", "t2", "t3"],
    "customer_id": ["c1", "c1", "c2"],
    "at": [date(2024, 1, 10), date(2024, 1, 20), date(2024, 2, 3)],
    "amount": [90_000, 30_000, 20_000],
    "kind": ["recurring", "refund", "one_time"],
}
ANSWERS = {
    "response_id": ["r1", "r2", "r3"],
    "customer_id": ["c1", "c1", "c2"],
    "survey": ["nps", "nps", "nps"],
    "answered_at": [date(2024, 2, 1), date(2024, 3, 1), date(2024, 2, 9)],
    "nps": [10, 3, 8],
}
TEXTS = {"verbatim_id": ["v1"], "response_id": ["r1"], "text": ["gọi 0541234567"]}
ALL = {
    "customers": CUSTOMERS, "contracts": CONTRACTS, "transactions": MONEY, "survey_responses": ANSWERS,
    "verbatims": TEXTS,
}  # fmt: skip
NAMES = ("days", "panel", "responses", "texts")
KEYS = {
    "days": ["customer_id", "day"], "panel": ["customer_id", "quarter_number"], "responses": ["response_id"],
    "texts": ["verbatim_id"],
}  # fmt: skip


def frames(study):
    return {name: getattr(study, name).order_by(KEYS[name]).to_pandas() for name in NAMES}


def test_every_prepared_table_is_kept_and_read_again(make_study, monkeypatch):
    config = make_study(ALL)
    first = frames(open_study("2024Q1", config=config))
    for name in ("lives", "customer_days", "panel", "responses", "texts"):
        monkeypatch.setattr(f"cxlab.tables.prepared.{name}", lambda *_, **__: pytest.fail("made again"))
    again = frames(open_study("2024Q1", config=config))
    for name in NAMES:
        pd.testing.assert_frame_equal(first[name], again[name])
    folders = {"lives": 1, "days": 1, "quarters": 1, "responses": 1, "texts": 1}
    kept = {name: len(list((config.parent / "prepared" / name).glob("*.parquet"))) for name in folders}
    assert kept == folders


def test_a_rule_that_changes_makes_them_anew(make_study):
    last = frames(open_study("2024Q1", config=make_study(ALL)))
    first = frames(
        open_study("2024Q1", config=make_study(ALL, more='[rules]\nanswer = "first"\nrefund_days = 0\n'))
    )
    assert last["responses"]["counts"].tolist() == [False, True, True]
    assert first["responses"]["counts"].tolist() == [True, False, True]
    assert last["panel"]["grp"].tolist() == ["detractor", "passive"]
    assert first["panel"]["grp"].tolist() == ["promoter", "passive"]
    assert (len(last["days"]), len(first["days"])) == (2, 3)


def test_an_older_version_goes_after_a_day(make_study):
    config = make_study(ALL)
    _ = open_study("2024Q1", config=config).days
    (old,) = (config.parent / "prepared" / "days").glob("*.parquet")
    os.utime(old, (time.time() - 90_000,) * 2)
    _ = open_study("2024Q1", config=make_study(ALL, more="[rules]\nrefund_days = 0\n")).days
    (new,) = (config.parent / "prepared" / "days").glob("*.parquet")
    assert new != old


def test_a_quarter_as_known_then_does_not_change(make_study):
    then = frames(open_study("2024Q1", config=make_study(ALL)))
    later = {
        **ALL,
        "transactions": {
            **MONEY,
            "txn_id": ["t1", "t2", "t3", "t4", "t5"],
            "customer_id": [*MONEY["customer_id"], "c2", "c1"],
            "at": [*MONEY["at"], date(2024, 4, 1), date(2024, 5, 1)],
            "amount": [*MONEY["amount"], 20_000, 90_000],
            "kind": [*MONEY["kind"], "refund", "recurring"],
        },
        "survey_responses": {
            "response_id": [*ANSWERS["response_id"], "r4"],
            "customer_id": [*ANSWERS["customer_id"], "c1"],
            "survey": ["nps"] * 4,
            "answered_at": [*ANSWERS["answered_at"], date(2024, 4, 1)],
            "nps": [*ANSWERS["nps"], 0],
        },
        "verbatims": {"verbatim_id": ["v1", "v2"], "response_id": ["r1", "r4"], "text": ["gọi 0541234567", "tệ"]},
    }
    now = frames(open_study("2024Q1", config=make_study(later)))
    for name in NAMES:
        pd.testing.assert_frame_equal(then[name], now[name])


def test_repeated_answers_are_quarantined_and_counted_once(make_study):
    doubled = {name: [*column, column[0]] for name, column in ANSWERS.items()}
    study = open_study("2024Q1", config=make_study({**ALL, "survey_responses": doubled}))
    assert study.load.tables["survey_responses"].reasons == {"duplicate_key": 1}
    assert study.responses.count().execute() == 3


@pytest.mark.parametrize(
    ("name", "without", "message"),
    [
        (
            "days",
            "transactions",
            "days cannot be made\n  - days needs transactions; missing: transactions\n"
            "  See data/README.md#transactions",
        ),
        (
            "panel",
            "transactions",
            "panel cannot be made\n"
            "  - revenue needs survey_responses.customer_id and transactions; missing: transactions\n"
            "  See data/README.md#transactions",
        ),
        (
            "responses",
            "survey_responses",
            "responses cannot be made\n  - nps needs survey_responses; missing: survey_responses\n"
            "  See data/README.md#survey_responses",
        ),
        (
            "texts",
            "verbatims",
            "texts cannot be made\n  - voc needs verbatims; missing: verbatims\n  See data/README.md#verbatims",
        ),
    ],
)
def test_what_is_missing_is_named(make_study, name, without, message):
    tables = {table: rows for table, rows in ALL.items() if table != without}
    study = open_study("2024Q1", config=make_study(tables))
    with pytest.raises(DataError) as error:
        getattr(study, name)
    assert str(error.value) == message


@pytest.mark.parametrize("customer", [None, [None, None, None]], ids=["no column", "no value"])
def test_anonymous_answers_give_scores_and_no_money(make_study, customer):
    answers = {name: column for name, column in ANSWERS.items() if name != "customer_id"}
    if customer:
        answers["customer_id"] = pd.Series(customer, dtype="string")
    study = open_study("2024Q1", config=make_study({**ALL, "survey_responses": answers}))
    found = study.responses.to_pandas()
    assert found["counts"].all()
    assert set(found["customer_id"]) == {""}
    assert study.load.cannot_run("nps") is None
    assert study.load.cannot_run("revenue") == (
        "revenue needs survey_responses.customer_id and transactions; missing: survey_responses.customer_id"
    )


def test_the_teams_codes_are_empty_frames_with_their_columns_where_there_are_none(make_study):
    study = open_study("2024Q1", config=make_study(ALL))
    assert study.codebook.empty
    assert study.codings.empty
    assert list(study.codings.columns) == [
        "event_id", "verbatim_id", "code_id", "coder_id", "codebook_version", "value", "polarity", "span_start",
        "span_end", "span_hash", "origin", "sample_design", "inclusion_probability", "memo", "at", "undoes",
        "recorded_at",
    ]  # fmt: skip


def test_codings_go_by_the_teams_date_and_keep_texts_read_without_a_code(make_study):
    codings = {
        "event_id": ["e1", "e2", "e3"],
        "verbatim_id": ["v1", "v1", "v1"],
        "code_id": ["price", "", "price"],
        "coder_id": ["A", "B", "A"],
        "at": [date(2024, 4, 2), date(2024, 4, 3), date(2024, 5, 3)],
        "memo": ["hỏi lại 0541234567", None, None],
        "inclusion_probability": [0.5, 0.5, 0.5],
    }
    config = make_study({**ALL, "codings": codings})
    study = open_study("2024Q1", team_as_of="2024-04-30", config=config)
    assert study.codings[["event_id", "code_id", "memo"]].to_numpy().tolist() == [
        ["e1", "price", "hỏi lại [phone]"],
        ["e2", "", ""],
    ]
    assert len(open_study("2024Q1", config=config).codings) == 3


def test_a_chance_of_nought_is_quarantined(make_study):
    codings = {
        "event_id": ["e1"], "verbatim_id": ["v1"], "code_id": ["price"], "coder_id": ["A"],
        "at": [date(2024, 4, 2)], "inclusion_probability": [0.0],
    }  # fmt: skip
    study = open_study("2024Q1", config=make_study({**ALL, "codings": codings}))
    assert study.load.tables["codings"].reasons == {"inclusion_probability_no_chance": 1}


def test_rules_that_cannot_be(make_study):
    with pytest.raises(UsageError) as error:
        open_study("2024Q1", config=make_study(ALL, more='[rules]\nanswer = "best"\nrefund_days = -1\n'))
    assert str(error.value) == (
        f"{make_study(ALL)} has 2 problems\n"
        "  - rules.refund_days: needs to be greater than or equal to 0; got -1\n"
        "  - rules.answer: needs 'last' or 'first'; got 'best'\n"
        "  See data/README.md#studytoml"
    )
