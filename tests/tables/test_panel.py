"""Customer-quarters: who has a row, what money counts in it, which score stands beside it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlab.quarter import Quarter, Window
from cxlab.tables.config import Margin, Rules
from cxlab.tables.known import as_known
from cxlab.tables.panel import panel
from cxlab.tables.prepare import lives
from cxlab.tables.responses import responses
from cxlab.tables.schema import TABLES

from .conftest import contract_table, worked_out

OPEN = date(2024, 1, 1)
Q1, Q2, Q3 = Quarter.span("2024Q1..2024Q3")


def contract(customer, start, end=None, number="", **more):
    return {
        "contract_id": f"k{customer}{start}{number}",
        "customer_id": customer,
        "start": start,
        "end": end,
        **more,
    }


def paid(customer, day, amount, **more):
    at = datetime.combine(day, datetime.min.time()) + timedelta(hours=9)
    return {"customer_id": customer, "at": at, "amount": amount, "kind": "recurring", **more}


def asked(customer, day, nps=None, answered=None, **more):
    row = {
        "customer_id": customer,
        "invited_at": f"{day}T08:00",
        "nps": nps,
        "kind": "relationship",
        "survey": "r",
    }
    answered = answered or (day if nps is not None else None)
    return {**row, "answered_at": f"{answered}T10:00" if answered else None, **more}


@pytest.fixture
def rows(engine):
    """The panel of hand-made tables as a frame indexed by customer and quarter."""

    def make(*, contracts=(), payments=(), answers=(), rules=None, last=Q3, spells=True):
        rules = rules or Rules()
        given = {
            "contracts": list(contracts),
            "transactions": [{"txn_id": f"t{n}", **row} for n, row in enumerate(payments)],
            "survey_responses": [{"response_id": f"r{n}", **row} for n, row in enumerate(answers)],
        }
        tables = {
            name: as_known(
                contract_table(name, found),
                table=TABLES[name],
                close=last.end,
                as_of=last.end,
                team_as_of=last.end,
            )
            for name, found in given.items()
        }
        window = Window(open=OPEN, close=last.end)
        held = partial(worked_out, engine=engine)
        lived = lives(
            customers=None, contracts=tables["contracts"], transactions=None, rules=rules, window=window, held=held
        )
        lived = held(lived)
        answered = responses(
            tables["survey_responses"], lives=lived, customers=None, rules=rules, about=Quarter.parse("2024Q1")
        )
        made = panel(
            lives=lived if spells else None,
            transactions=tables["transactions"],
            responses=answered,
            rules=rules,
            quarters=list(Q1.until(last)),
        )
        found = engine.to_pandas(made)
        names = {quarter.ordinal: str(quarter) for quarter in Q1.until(last)}
        found["quarter"] = found["quarter_number"].map(names)
        return found.set_index(["customer_id", "quarter"]).sort_index()

    return make


def test_rows_go_from_the_first_quarter_to_the_first_one_after_leaving(rows):
    found = rows(
        contracts=[
            contract("a", date(2023, 5, 1)),
            contract("b", date(2024, 2, 1), date(2024, 3, 1)),
            contract("c", date(2024, 5, 1), date(2024, 9, 30)),
            contract("d", date(2023, 1, 1), date(2024, 2, 1), end_type="transfer"),
        ]
    )
    assert list(found.index) == [
        ("a", "2024Q1"), ("a", "2024Q2"), ("a", "2024Q3"), ("b", "2024Q1"), ("b", "2024Q2"),
        ("c", "2024Q2"), ("c", "2024Q3"), ("d", "2024Q1"),
    ]  # fmt: skip
    assert found["active_days"].tolist() == [91, 91, 92, 29, 0, 61, 91, 31]
    assert found["active_end"].tolist() == [True, True, True, False, False, True, False, False]
    assert found["left"].tolist() == [False, False, False, True, False, False, True, False]
    assert found["tenure_days"].tolist() == [245, 336, 427, 0, 29, 0, 61, 365]


def test_leaving_on_the_first_day_of_a_quarter_is_leaving_in_it(rows):
    found = rows(contracts=[contract("a", date(2024, 2, 1), date(2024, 4, 1))])
    assert found["active_end"].tolist() == [True, False]
    assert found["left"].tolist() == [False, True]
    assert found["active_days"].tolist() == [60, 0]


def test_a_return_goes_on_without_rows_between(rows):
    found = rows(
        contracts=[
            contract("a", date(2023, 2, 1), date(2024, 2, 1), plan="old"),
            contract("a", date(2024, 8, 1), plan="new"),
        ]
    )
    assert found.index.get_level_values("quarter").tolist() == ["2024Q1", "2024Q2", "2024Q3"]
    assert found["plan"].tolist() == ["old", "old", "new"]
    assert found["active_days"].tolist() == [31, 0, 61]
    short = rows(
        contracts=[contract("a", date(2023, 2, 1), date(2024, 2, 1)), contract("a", date(2024, 3, 1))], last=Q1
    )
    assert short[["active_days", "active_end", "left"]].to_numpy().tolist() == [[62, True, True]]


def test_a_period_counts_by_its_days_and_a_recharge_on_its_day(rows):
    year = {"period_from": date(2024, 1, 1), "period_to": date(2025, 1, 1)}
    valid = {"period_from": date(2024, 3, 31), "period_to": date(2024, 5, 30)}
    found = rows(
        contracts=[contract("a", date(2024, 1, 1))],
        payments=[paid("a", date(2024, 1, 1), 366_000, **year)],
    )
    assert found["revenue_amount"].tolist() == [91_000, 91_000, 92_000]
    found = rows(
        contracts=[contract("a", date(2024, 1, 1))],
        payments=[
            paid("a", date(2024, 3, 31), 60, kind="recharge", **valid),
            paid("a", date(2024, 3, 31), 12, kind="bonus", **valid),
            paid("a", date(2024, 4, 1), -20, kind="refund"),
        ],
    )
    assert found["revenue_amount"].tolist() == [60, -20, 0]


def test_a_quarter_after_leaving_has_no_revenue_and_none_is_lost(rows):
    year = {"period_from": date(2024, 1, 1), "period_to": date(2025, 1, 1)}
    found = rows(
        contracts=[contract("a", date(2024, 1, 1), date(2024, 5, 1))],
        payments=[paid("a", date(2024, 1, 1), 1_210, **year), paid("a", date(2024, 7, 9), 10, kind="refund")],
    )
    assert found["revenue_amount"].tolist() == [910, 290, 0]
    assert found["active_days"].tolist() == [91, 30, 0]


def test_margin_is_of_the_row_else_a_share_by_plan(rows):
    rules = Rules(tax_share=0.25, margin=Margin(default=0.5, plan={"p": 0.6}))
    found = rows(
        contracts=[contract("a", date(2024, 1, 1), plan="p"), contract("b", date(2024, 1, 1), plan="q")],
        payments=[
            paid("a", date(2024, 2, 1), 1_250),
            paid("a", date(2024, 2, 2), 1_250, margin=1),
            paid("b", date(2024, 2, 2), 1_250),
        ],
        rules=rules,
        last=Q1,
    )
    assert found[["revenue_amount", "margin_amount"]].to_numpy().tolist() == [[2_000, 601], [1_000, 500]]


def test_the_score_of_a_quarter_and_those_who_gave_none(rows):
    lived = [contract(customer, date(2023, 1, 1)) for customer in "abcde"]
    found = rows(
        contracts=lived,
        answers=[
            asked("a", "2024-02-01", 10),
            asked("b", "2024-02-01", 7),
            asked("c", "2024-02-01", 6),
            asked("d", "2024-02-01"),
            asked("d", "2024-02-02", 9, kind="transactional", survey="shop"),
        ],
        last=Q1,
    )
    assert found["grp"].tolist() == ["promoter", "passive", "detractor", "silent", ""]
    assert found["score"].fillna(-1).tolist() == [10, 7, 6, -1, -1]


def test_the_answer_of_the_quarter_before_stands_beside_it(rows):
    found = rows(
        contracts=[contract(customer, date(2023, 1, 1)) for customer in "abc"],
        answers=[asked("a", "2024-02-01", 10), asked("a", "2024-08-01"), asked("b", "2024-08-01", 3)],
    )
    assert found["grp"].tolist() == ["promoter", "", "silent", "", "", "detractor", "", "", ""]
    assert found["grp_before"].tolist() == ["", "promoter", "", "", "", "", "", "", ""]
    assert found["asked"].tolist() == [True] * 6 + [False] * 3


@pytest.mark.parametrize(("answer", "score"), [("last", 3), ("first", 9)])
def test_one_declared_answer_stands_for_the_quarter(rows, answer, score):
    answers = [
        asked("a", "2024-02-01", 9),
        asked("a", "2024-02-09", 3),
        asked("a", "2024-03-09"),
        asked("a", "2024-02-05", 10, survey="csat_only", kind="transactional"),
    ]
    found = rows(contracts=[contract("a", date(2023, 1, 1))], answers=answers, rules=Rules(answer=answer), last=Q1)
    assert found["score"].tolist() == [score]


def test_without_contracts_or_a_rule_everybody_stays_from_the_first_payment(rows):
    found = rows(payments=[paid("a", date(2024, 2, 1), 5), paid("a", date(2024, 9, 1), 7)], spells=False)
    assert found["active_days"].tolist() == [60, 91, 92]
    assert found["revenue_amount"].tolist() == [5, 0, 7]
    assert found["active_end"].all()
    assert not found["left"].any()


SPELLS = st.lists(st.tuples(st.integers(-400, 250), st.integers(1, 500)), min_size=4, max_size=12)
MONEY = st.lists(
    st.tuples(
        st.integers(0, 11), st.integers(0, 273), st.integers(-10**10, 10**10), st.integers(0, 400),
        st.sampled_from(["recurring", "one_time", "recharge", "refund"]),
    ),
    min_size=10,
    max_size=40,
)  # fmt: skip


@given(SPELLS, MONEY)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_parts_of_money_add_up_to_it(rows, spells, money):
    """All money of a spell whose period ends inside the window is in the panel, to the unit."""
    lived = [
        contract(f"c{n}", OPEN + timedelta(days=start), OPEN + timedelta(days=start + length))
        for n, (start, length) in enumerate(spells)
        if start + length > 0
    ]
    owners = {row["customer_id"]: row for row in lived}
    payments = []
    for who, day, amount, length, kind in money:
        owner = owners.get(f"c{who}")
        on = OPEN + timedelta(days=day)
        if owner is None or on < owner["start"]:
            continue
        ends = min(on + timedelta(days=max(length, 1)), Q3.end)
        payments.append(paid(f"c{who}", on, amount, kind=kind, period_from=on, period_to=ends))
    found = rows(contracts=lived, payments=payments)
    want = sum(-abs(row["amount"]) if row["kind"] == "refund" else row["amount"] for row in payments)
    assert found["revenue_amount"].sum() == want
    assert not found.loc[found["active_days"] == 0, "revenue_amount"].any()
    assert not found.index.duplicated().any()


def test_what_happens_later_changes_no_earlier_panel(rows):
    lived = [
        contract("a", date(2023, 1, 1)),
        contract("b", date(2024, 1, 5), date(2024, 6, 1), end_type="voluntary"),
    ]
    money = [paid("a", date(2024, 2, 1), 100), paid("b", date(2024, 3, 31), 50)]
    answers = [asked("a", "2024-02-01", 9)]
    before = rows(contracts=lived, payments=money, answers=answers, last=Q1)
    later = rows(
        contracts=[*lived, contract("c", date(2024, 4, 1))],
        payments=[*money, paid("a", date(2024, 4, 1), -100, kind="refund")],
        answers=[*answers, asked("a", "2024-03-30", 0, answered="2024-04-01"), asked("b", "2024-04-01", 0)],
        last=Q1,
    )
    pd.testing.assert_frame_equal(before, later)
