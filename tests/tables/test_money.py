"""Run-rates: net of tax and refunds, bonus excluded, periods spread by days, whole numbers only."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from cxlab.quarter import Window
from cxlab.tables.config import Margin, Rules
from cxlab.tables.known import as_known
from cxlab.tables.prepare import lives
from cxlab.tables.rates import converted
from cxlab.tables.schema import TABLES

from .conftest import contract_table

CLOSE = date(2024, 10, 1)
WINDOW = Window(open=date(2024, 1, 1), close=CLOSE)


@pytest.fixture
def rate(engine):
    """Revenue and margin of one customer with the given rows."""

    def make(*payments, rules=None, start=date(2024, 1, 1), end=None, price=None):
        contracts = [
            {
                "contract_id": "k",
                "customer_id": "a",
                "start": start,
                "end": end,
                "plan": "p",
                "price_per_month": price,
            }
        ]
        money = [
            {"txn_id": str(number), "customer_id": "a", "kind": "recurring", **row}
            for number, row in enumerate(payments)
        ]
        tables = {
            name: as_known(
                contract_table(name, rows), table=TABLES[name], close=CLOSE, as_of=CLOSE, team_as_of=CLOSE
            )
            for name, rows in {"contracts": contracts, "transactions": money}.items()
        }
        found = engine.to_pandas(lives(customers=None, **tables, rules=rules or Rules(), window=WINDOW))
        assert (str(found["revenue_amount"].dtype), str(found["margin_amount"].dtype)) == ("int64", "int64")
        return found["revenue_amount"][0], found["margin_amount"][0]

    return make


def paid(days_before, amount, **more):
    day = CLOSE - timedelta(days=days_before)
    return {"at": datetime.combine(day, time(9)), "amount": amount, **more}


def test_the_91_days_before_the_close_count(rate):
    assert rate(paid(1, 100), paid(91, 1_000), paid(92, 10_000), paid(0, 100_000)) == (1_100, 1_100)


def test_tax_is_taken_out_as_given_else_by_the_declared_share(rate):
    rules = Rules(tax_share=0.10)
    assert rate(paid(1, 110_000, tax_amount=9_000), rules=rules)[0] == 101_000
    assert rate(paid(1, 110_000), rules=rules)[0] == 100_000
    assert rate(paid(1, 110_000))[0] == 110_000


@pytest.mark.parametrize("sign", [1, -1])
def test_refunds_and_credits_lower_revenue_whatever_their_sign(rate, sign):
    back = [paid(2, sign * 110, tax_amount=sign * 10, kind=kind) for kind in ("refund", "credit")]
    assert rate(paid(1, 1_000), *back)[0] == 800


def test_bonus_is_no_revenue(rate):
    assert rate(paid(1, 1_000), paid(1, 200, kind="bonus"))[0] == 1_000
    assert rate(paid(1, 1_000), paid(1, 200, kind="bonus"), rules=Rules(not_revenue=()))[0] == 1_200


def test_a_period_is_spread_over_its_days(rate):
    year = {"period_from": date(2024, 1, 1), "period_to": date(2024, 12, 31)}  # 365 days, all 91 inside
    assert rate(paid(274, 900_000, **year))[0] == round(900_000 * 91 / 365)
    begins_late = {"period_from": CLOSE - timedelta(days=10), "period_to": CLOSE + timedelta(days=20)}
    assert rate(paid(10, 3_000, **begins_late))[0] == 1_000


def test_a_newcomers_days_are_scaled_up_but_never_from_less_than_thirty(rate):
    assert rate(paid(45, 45), start=CLOSE - timedelta(days=45))[0] == 91
    assert rate(paid(1, 30), start=CLOSE - timedelta(days=1))[0] == 91


def test_those_who_left_bring_nothing(rate):
    assert rate(paid(5, 1_000), end=CLOSE - timedelta(days=1)) == (0, 0)


def test_margin_comes_from_the_row_else_its_cost_else_the_share_of_the_plan(rate):
    rules = Rules(margin=Margin(plan={"p": 0.25}, default=0.9))
    rows = (paid(1, 1_000, margin=300), paid(1, 1_000, cost_amount=600), paid(1, 1_000))
    assert rate(*rows, rules=rules) == (3_000, 300 + 400 + 250)
    assert rate(paid(1, 1_000), rules=Rules(margin=Margin(default=0.9))) == (1_000, 900)


def test_without_any_transaction_three_monthly_prices_count(rate):
    assert rate(price=110_000, rules=Rules(tax_share=0.10, margin=Margin(default=0.5))) == (300_000, 150_000)
    assert rate(paid(200, 5), price=110_000)[0] == 0
    assert rate()[0] == 0


def test_large_amounts_stay_exact(rate):
    assert rate(paid(1, 9_007_199_254_740_992), paid(1, 1))[0] == 9_007_199_254_740_993


def test_foreign_money_is_converted_by_the_rate_of_its_day_to_even_minor_units(engine):
    rows = [
        {"txn_id": "1", "currency": "USD", "at": "2024-01-09 09:00", "amount": 101, "tax_amount": 1},
        {"txn_id": "2", "currency": "USD", "at": "2024-01-10 00:00", "amount": 100},
        {"txn_id": "3", "currency": "JPY", "at": "2024-01-10 00:00", "amount": 3},
        {"txn_id": "4", "currency": "VND", "at": "2024-01-10 00:00", "amount": 7},
        {"txn_id": "5", "currency": None, "at": "2024-01-10 00:00", "amount": 8},
    ]  # fmt: skip
    rates = [
        {"currency": "USD", "date": date(2024, 1, 1), "rate": 25_050.0},
        {"currency": "USD", "date": date(2024, 1, 10), "rate": 25_000.0},
        {"currency": "JPY", "date": date(2024, 1, 1), "rate": 170.5},
    ]
    found = converted(contract_table("transactions", rows), rates=contract_table("rates", rates), currency="VND")
    frame = engine.to_pandas(found.order_by("txn_id"))
    assert frame["amount"].tolist() == [25_300, 25_000, 512, 7, 8]
    assert frame["tax_amount"].tolist()[:1] == [250]
    assert set(frame["currency"].dropna()) == {"VND"}
