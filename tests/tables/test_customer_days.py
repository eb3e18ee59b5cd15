"""Customer-days: purchases counted, refunds on the day they belong to, and every unit of money once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlab.quarter import day_number
from cxlab.tables.config import Rules
from cxlab.tables.customer_days import customer_days

from .conftest import contract_table

DAY = date(2024, 3, 1)
KINDS = ("recurring", "one_time", "recharge", "bonus", "refund", "credit", None)


def paid(customer, day, amount, kind="one_time", **more):
    at = datetime.combine(DAY + timedelta(days=day), datetime.min.time()) + timedelta(hours=9)
    return {"customer_id": customer, "at": at, "amount": amount, "kind": kind, **more}


def numbered(rows):
    return [{"txn_id": f"t{number}", **row} for number, row in enumerate(rows)]


@pytest.fixture
def days(engine):
    """Days of hand-made transactions as (customer, day from DAY, purchases, amount, other amount)."""

    def make(*rows, rules=None):
        made = customer_days(contract_table("transactions", numbered(rows)), rules=rules or Rules())
        found = engine.to_pandas(made.order_by(["customer_id", "day"]))
        kinds = [str(found[name].dtype) for name in ("day", "purchases", "amount", "other_amount")]
        assert kinds == ["int32", "int32", "int64", "int64"]
        found["day"] -= day_number(DAY)
        return [tuple(row) for row in found.itertuples(index=False)]

    return make


def test_a_day_has_its_purchases_and_the_rest_apart(days):
    found = days(
        paid("a", 0, 100),
        paid("a", 0, 50, "recharge"),
        paid("a", 0, 900, "recurring"),
        paid("a", 1, 70, None),
        paid("b", 0, 20, "bonus"),
        paid("b", 2, 300, "recurring"),
    )
    assert found == [("a", 0, 2, 150, 900), ("a", 1, 1, 70, 0), ("b", 2, 0, 0, 300)]


def test_amounts_are_net_of_tax(days):
    rules = Rules(tax_share=0.1)
    assert days(paid("a", 0, 110), paid("a", 0, 100, tax_amount=20), rules=rules) == [("a", 0, 2, 180, 0)]


def test_what_is_given_back_is_no_purchase_even_if_its_tax_is_larger(days):
    assert days(paid("a", 0, 100), paid("a", 3, 10, "refund", tax_amount=30)) == [("a", 0, 1, 120, 0)]


@pytest.mark.parametrize("returned", [-30, 30])
def test_money_given_back_lowers_the_last_paid_day_in_reach(days, returned):
    found = days(paid("a", 0, 100), paid("a", 5, 200, "recurring"), paid("a", 8, returned, "refund"))
    assert found == [("a", 0, 1, 100, 0), ("a", 5, 0, 0, 170)]
    found = days(paid("a", 0, 100), paid("a", 30, returned, "refund"))
    assert found == [("a", 0, 1, 70, 0)]
    assert days(paid("a", 0, 100), paid("a", 31, returned, "refund")) == [
        ("a", 0, 1, 100, 0),
        ("a", 31, 0, 0, -30),
    ]
    rules = Rules(refund_days=0)
    assert days(paid("a", 0, 9), paid("a", 1, 4, "credit"), rules=rules) == [("a", 0, 1, 9, 0), ("a", 1, 0, 0, -4)]


def test_a_purchase_given_back_whole_is_none(days):
    assert days(paid("a", 0, 100), paid("a", 3, 100, "refund")) == []
    assert days(paid("a", 0, 100), paid("a", 3, 120, "refund")) == [("a", 0, 0, 0, -20)]
    assert days(paid("a", 0, 100), paid("a", 3, -100, None)) == []


def test_money_of_others_is_not_touched(days):
    assert days(paid("a", 0, 100), paid("b", 3, 40, "refund")) == [("a", 0, 1, 100, 0), ("b", 3, 0, 0, -40)]


ROWS = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.integers(0, 60), st.integers(-(10**12), 10**12), st.sampled_from(KINDS)
    ).map(lambda row: paid(*row)),
    min_size=1,
    max_size=30,
)


def net(row):
    if row["kind"] == "bonus":
        return 0
    return -abs(row["amount"]) if row["kind"] in ("refund", "credit") else row["amount"]


@given(ROWS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_days_sum_to_the_transactions(days, rows):
    found = days(*rows)
    assert sum(row[3] + row[4] for row in found) == sum(net(row) for row in rows)
    assert all((row[2] > 0) == (row[3] > 0) and row[3] >= 0 for row in found)
    for customer in "abc":
        own = sum(net(row) for row in rows if row["customer_id"] == customer)
        assert sum(row[3] + row[4] for row in found if row[0] == customer) == own


@given(ROWS)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_rows_does_not_matter(days, rows):
    assert days(*rows) == days(*rows[::-1])
