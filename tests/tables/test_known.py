"""The future is kept out: what happened after the close, and what was loaded after the knowledge date."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlab.quarter import Window
from cxlab.tables.config import Activity, Rules
from cxlab.tables.known import as_known, count_late
from cxlab.tables.prepare import lives
from cxlab.tables.schema import TABLES

from .conftest import contract_table

OPEN, CLOSE, AS_OF = date(2024, 1, 1), date(2024, 7, 1), date(2024, 7, 5)
WINDOW = Window(open=OPEN, close=CLOSE)


def known(engine, name, rows, *, parent=None, team_as_of=date(2024, 12, 1)):
    table = as_known(
        contract_table(name, rows),
        table=TABLES[name],
        close=CLOSE,
        as_of=AS_OF,
        team_as_of=team_as_of,
        parent=parent,
    )
    return engine.to_pandas(table.order_by(list(TABLES[name].key)))


def contract(number, start, end=None, **more):
    return {"contract_id": f"k{number}", "customer_id": f"c{number}", "start": start, "end": end, **more}


def test_a_value_not_known_yet_is_missing_and_the_row_stays(engine):
    rows = [
        contract(1, date(2024, 1, 1), date(2024, 7, 1), end_type="voluntary", end_reason="port_out"),
        contract(2, date(2024, 1, 1), date(2024, 6, 30), end_type="voluntary", end_reason="port_out"),
    ]
    found = known(engine, "contracts", rows)
    assert found["end"].isna().tolist() == [True, False]
    assert found["end_type"].tolist() == [None, "voluntary"]
    assert found["end_reason"].tolist() == [None, "port_out"]


def test_a_row_that_happens_on_the_close_is_not_there(engine):
    rows = [contract(1, date(2024, 6, 30)), contract(2, date(2024, 7, 1))]
    assert known(engine, "contracts", rows)["contract_id"].tolist() == ["k1"]


def test_an_undated_row_stays(engine):
    found = known(engine, "customers", [{"customer_id": "a"}, {"customer_id": "b", "first_seen": CLOSE}])
    assert found["customer_id"].tolist() == ["a"]


def test_rows_loaded_after_the_knowledge_date_are_left_out(engine):
    rows = [
        contract(1, date(2024, 1, 1), loaded_at="2024-07-05 23:59"),
        contract(2, date(2024, 1, 1), loaded_at="2024-07-06 00:00"),
        contract(3, date(2024, 7, 1), loaded_at="2024-07-06 00:00"),
    ]
    assert known(engine, "contracts", rows)["contract_id"].tolist() == ["k1"]
    table = contract_table("contracts", rows)
    engine.create_table("rows", engine.to_pyarrow(table))
    assert count_late(engine.table("rows"), table=TABLES["contracts"], close=CLOSE, as_of=AS_OF) == 1


def test_the_newest_version_begun_before_the_close_is_used(engine):
    rows = [
        {"customer_id": "a", "region": "old"},
        {"customer_id": "a", "region": "then", "valid_from": date(2024, 5, 1), "valid_to": date(2024, 6, 1)},
        {"customer_id": "a", "region": "later", "valid_from": CLOSE},
    ]
    assert known(engine, "customers", rows)["region"].tolist() == ["then"]


def test_an_answer_after_the_close_is_a_silent_invitation(engine):
    rows = [
        {"response_id": "r", "invited_at": "2024-06-29", "answered_at": "2024-07-01", "nps": 9},
        {
            "response_id": "s",
            "invited_at": "2024-06-29",
            "answered_at": "2024-06-30 23:00",
            "nps": 9,
        },
    ]
    found = known(engine, "survey_responses", rows)
    assert found["nps"].isna().tolist() == [True, False]


def test_answers_without_a_date_of_their_own_go_by_their_response(engine):
    responses = as_known(
        contract_table(
            "survey_responses",
            [
                {"response_id": "r", "invited_at": "2024-06-29", "answered_at": "2024-07-01"},
                {"response_id": "s", "invited_at": "2024-06-29", "answered_at": "2024-06-30"},
            ],
        ),
        table=TABLES["survey_responses"], close=CLOSE, as_of=AS_OF, team_as_of=AS_OF,
    )  # fmt: skip
    rows = [{"response_id": name, "item": "q1", "value": 1.0} for name in "rs"]
    assert known(engine, "answers", rows, parent=responses)["response_id"].tolist() == ["s"]
    texts = [
        {"verbatim_id": "1", "response_id": "r", "text": "a"},
        {"verbatim_id": "2", "response_id": "s", "text": "a"},
        {"verbatim_id": "3", "text": "a", "at": "2024-06-01"},
        {"verbatim_id": "4", "text": "a", "at": "2024-07-01"},
    ]
    assert known(engine, "verbatims", texts, parent=responses)["verbatim_id"].tolist() == ["2", "3"]


def test_the_teams_work_is_cut_by_its_own_date_only(engine):
    rows = [
        {"decision_id": "after the close", "decided_at": date(2024, 8, 1), "role": "x"},
        {"decision_id": "too late", "decided_at": date(2024, 12, 2), "role": "x"},
        {
            "decision_id": "written late",
            "decided_at": date(2024, 8, 1),
            "role": "x",
            "recorded_at": "2024-12-02",
        },
    ]
    assert known(engine, "decisions", rows)["decision_id"].tolist() == ["after the close"]


days = st.integers(-200, 300).map(lambda day: OPEN + timedelta(days=day))
loads = st.none() | st.integers(0, 400).map(lambda day: datetime.fromisoformat("2024-01-01") + timedelta(days=day))


@st.composite
def contracts(draw):
    rows = []
    for number in range(draw(st.integers(1, 6))):
        start = draw(days)
        end = draw(st.none() | st.integers(1, 300).map(lambda length, start=start: start + timedelta(days=length)))
        more = {
            "end_type": draw(st.sampled_from(["voluntary", "transfer"])) if end else None,
            "loaded_at": draw(loads),
        }
        rows.append(
            {
                **contract(number, start, end, **more),
                "customer_id": draw(st.sampled_from("abc")),
                "price_per_month": 7,
            }
        )
    return rows


@st.composite
def payments(draw):
    return [
        {
            "txn_id": f"t{number}",
            "customer_id": draw(st.sampled_from("cdef")),
            "at": datetime.combine(draw(days), time(12)),
            "amount": draw(st.integers(-10_000, 10_000)),
            "kind": draw(st.sampled_from(["recharge", "refund", "bonus"])),
            "loaded_at": draw(loads),
        }
        for number in range(draw(st.integers(0, 12)))
    ]


CUSTOMERS = [
    {"customer_id": "a", "first_seen": date(2020, 1, 1)},
    {"customer_id": "b", "region": "hn"},
    {"customer_id": "c", "first_seen": OPEN, "plan": None},
    {"customer_id": "d", "first_seen": date(2023, 8, 1), "plan": "loose"},
    {"customer_id": "e", "first_seen": date(2024, 2, 1), "plan": "loose"},
    {"customer_id": "f", "first_seen": date(2024, 9, 1), "plan": "loose"},
]
RULES = Rules(activity=Activity(plans=("loose",), kinds=("recharge",), idle_days=40))


def lives_of(engine, contract_rows, payment_rows):
    def cut(name, rows):
        return as_known(contract_table(name, rows), table=TABLES[name], close=CLOSE, as_of=AS_OF, team_as_of=AS_OF)

    tables = {
        "customers": cut("customers", CUSTOMERS),
        "contracts": cut("contracts", contract_rows),
        "transactions": cut("transactions", payment_rows),
    }
    rows = lives(**tables, rules=RULES, window=WINDOW).order_by(["customer_id", "spell"])
    return engine.to_pandas(rows), {
        name: engine.to_pandas(table.order_by(list(TABLES[name].key))) for name, table in tables.items()
    }


def hidden(row, day):
    """Say whether the row is beyond the close or the knowledge date."""
    return day >= CLOSE or (row["loaded_at"] is not None and row["loaded_at"].date() > AS_OF)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contracts(), payments(), st.integers(1, 300))
def test_the_future_cannot_change_the_past(engine, contract_rows, payment_rows, later):
    """Take away every row the study must not see, and move every end it must not see: nothing changes."""
    with_future = lives_of(engine, contract_rows, payment_rows)
    past = [dict(row) for row in contract_rows if not hidden(row, row["start"])]
    for row in past:
        if row["end"] is not None and row["end"] >= CLOSE:
            row |= {"end": CLOSE + timedelta(days=later), "end_type": "involuntary"}
    seen = [row for row in payment_rows if not hidden(row, row["at"].date())]
    without = lives_of(engine, past, seen)
    pd.testing.assert_frame_equal(with_future[0], without[0])
    for name, table in with_future[1].items():
        pd.testing.assert_frame_equal(table, without[1][name])
    found = with_future[0]
    assert (found["tenure_days"] > found["entry_days"]).all()
    assert (found["exit_day"].dropna() < WINDOW.close_day).all()
    assert (found["exit_day"].dropna() > WINDOW.open_day).all()


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if not table.team])
def test_every_column_says_when_it_is_known_by_a_date_of_its_own_table(name):
    table = TABLES[name]
    for column in table.columns:
        if column.known_at is not None:
            assert table.column(column.known_at).type in ("date", "timestamp")
    assert all(table.column(dated).type in ("date", "timestamp") for dated in table.dated_by)
