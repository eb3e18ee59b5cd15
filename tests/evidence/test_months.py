"""Calendar months: every month counted the slow way, and what adds."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cxlab.evidence import monthly_losses
from cxlab.quarter import Window, day_number


def test_every_month_equals_the_rows(company):
    found = monthly_losses(company.lives, window=company.window).set_index("month")
    assert len(found) == 36
    for month, after in (("2023-10-01", "2023-11-01"), ("2025-02-01", "2025-03-01"), ("2026-09-01", "2026-10-01")):
        first, last = (day_number(date.fromisoformat(each)) for each in (month, after))
        gone = company.frame["exit_day"]
        there = (company.frame["start_day"] < first) & ~(gone < first)
        left = there & (gone < last) & (company.frame["cause"] != "transfer")
        assert found.loc[month].tolist() == [there.sum(), left.sum()]


def test_buckets_add_to_the_whole_and_so_do_halves(company, as_lives):
    whole = monthly_losses(company.lives, window=company.window)
    parts = monthly_losses(company.lives, window=company.window, bucket=True)
    pd.testing.assert_frame_equal(parts.groupby("month", as_index=False)[["open", "lost"]].sum(), whole)
    halves = [as_lives(company.frame.iloc[at::2], company.window) for at in (0, 1)]
    added = pd.concat([monthly_losses(half, window=company.window) for half in halves])
    pd.testing.assert_frame_equal(added.groupby("month", as_index=False).sum(), whole)


def test_who_joins_and_leaves_within_a_month_and_a_change_of_owner_are_no_losses_of_it(lives, half_year):
    spells = lives([(-5, 3), (-5, 31), (2, 9), (-5, None)], cause=["transfer", "voluntary", "voluntary", None])
    found = monthly_losses(spells, window=half_year).set_index("month")
    assert found.loc["2026-01-01"].tolist() == [3, 0]
    assert found.loc["2026-02-01"].tolist() == [2, 1]  # gone on its first day
    assert found.loc["2026-06-01"].tolist() == [1, 0]


def test_a_window_without_a_whole_month_has_none(lives):
    window = Window(open=date(2026, 1, 2), close=date(2026, 1, 31))
    assert monthly_losses(lives([(0, None)]), window=window).empty
