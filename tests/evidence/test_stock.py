"""stock_table: the active at the close, squares by account."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab.evidence import stock_table
from cxlab.evidence.stock import AMOUNTS


def test_only_the_active_are_in_stock_and_accounts_are_squared_whole(lives, half_year):
    days = half_year.close_day - half_year.open_day
    table = stock_table(
        lives(
            [(0, None), (0, None), (0, None), (0, 9), (5, None)],
            account_id=["f", "f", "g", "f", "f"],
            margin_amount=[3, 4, 10, 99, 1],
            revenue_amount=[6, 8, 20, 99, 2],
        ),
        window=half_year,
    )
    assert table.to_dict("records") == [
        {"tenure": days - 6, "customers": 1, "customers_squared": 1, "margin": 1.0, "margin_squared": 1.0,
         "revenue": 2.0, "revenue_squared": 4.0},
        {"tenure": days - 1, "customers": 3, "customers_squared": 5, "margin": 17.0, "margin_squared": 149.0,
         "revenue": 34.0, "revenue_squared": 596.0},
    ]  # fmt: skip


def test_the_stock_is_what_the_rows_sum_to(company):
    active = company.frame[company.frame["exit_day"].isna()]
    table = stock_table(company.lives, by=["plan"], window=company.window)
    by_plan = table.groupby("plan")[["customers", "margin", "revenue"]].sum()
    expected = active.groupby("plan").agg(
        customers=("plan", "size"), margin=("margin_amount", "sum"), revenue=("revenue_amount", "sum")
    )
    pd.testing.assert_frame_equal(by_plan, expected, check_dtype=False)
    tenure = company.window.close_day - 1 - active["start_day"]
    assert (table["tenure"] * table["customers"]).sum() == tenure.sum()


@pytest.fixture(scope="module", params=[2**31, 2**41])
def families(lives, request):
    """Customers of whom some share an account, one that is another customer's own among them."""
    rng = np.random.default_rng(3)
    customers = [f"c{number}" for number in range(60)]
    account = [f"c{number - number % 3}" if number < 30 else name for number, name in enumerate(customers)]
    return lives(
        [(int(start), None) for start in rng.integers(0, 3, 60)], customer_id=customers, account_id=account,
        margin_amount=rng.integers(-10, request.param, 60), revenue_amount=rng.integers(0, 10**9, 60),
        plan=["a", "b"] * 30,
    )  # fmt: skip


def test_squares_are_of_accounts_whoever_shares_them(families, half_year):
    table = stock_table(families, by=["plan"], window=half_year)
    rows = families.to_pandas()
    rows["tenure"] = half_year.close_day - 1 - rows["start_day"]
    for cell, mine in rows.groupby(["tenure", "plan"]):
        accounts = mine.groupby("account_id")[["margin_amount", "revenue_amount"]].sum().astype(object)
        sizes = mine.groupby("account_id").size()
        expected = [len(mine), (sizes**2).sum()]
        for amount in ("margin_amount", "revenue_amount"):
            expected += [float(accounts[amount].sum()), float((accounts[amount] ** 2).sum())]
        found = table[(table["tenure"] == cell[0]) & (table["plan"] == cell[1])]
        assert found[list(AMOUNTS)].iloc[0].tolist() == expected


def test_stock_of_parts_is_that_of_the_whole_whatever_accounts_they_share(families, half_year):
    number = families.customer_id.substr(1).cast("int64")
    cut = families.mutate(part=(number % 4).cast("int16"))
    table = stock_table(cut, by=["plan"], window=half_year)
    pd.testing.assert_frame_equal(table, stock_table(families, by=["plan"], window=half_year))
