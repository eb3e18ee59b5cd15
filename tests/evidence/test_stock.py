"""stock_table: the active at the close, squares by account."""

from __future__ import annotations

import pandas as pd

from cxlab.evidence import stock_table


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
