"""followed: who was active at a close and lost before the next, by tenure; what adds, bad input."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pandas as pd
import pytest

from cxlab.evidence.followed import followed
from cxlab.quarter import day_number


def test_the_active_of_a_close_are_followed(lives, half_year):
    opens = half_year.open
    close, until = opens + timedelta(days=50), opens + timedelta(days=100)
    table = followed(
        lives(
            [(0, None), (0, 60), (0, 50), (0, 49), (0, 100), (49, 99), (50, 60), (20, 70)],
            cause=[None, "voluntary", "involuntary", *["voluntary"] * 4, "transfer"],
        ),
        close=close, until=until,
    )  # fmt: skip
    # gone before the close, joined on it, or transferred later: not followed; gone on the later close: stayed
    assert table.to_dict("records") == [
        {"tenure": 0, "customers": 1, "lost": 1},
        {"tenure": 49, "customers": 4, "lost": 2},
    ]


def test_counts_are_the_rows_and_buckets_add_up(company):
    quarter = company.quarter
    close, until = quarter.start, quarter.end
    rows, first, last = company.frame, day_number(quarter.start), day_number(quarter.end)
    gone = rows["exit_day"] < last
    there = (rows["start_day"] < first) & ~(rows["exit_day"] < first) & ~(gone & (rows["cause"] == "transfer"))
    expected = pd.DataFrame({"plan": rows["plan"], "customers": 1, "lost": gone})[there].groupby("plan").sum()
    found = followed(company.lives, by=["plan"], close=close, until=until, bucket=True)
    pd.testing.assert_frame_equal(found.groupby("plan")[["customers", "lost"]].sum(), expected, check_dtype=False)
    keys = ["tenure", "plan"]
    whole = followed(company.lives, by=["plan"], close=close, until=until)
    added = found.groupby(keys, as_index=False)[["customers", "lost"]].sum()
    pd.testing.assert_frame_equal(added, whole, check_dtype=False)
    assert found["lost"].sum() > 100


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"close": date(2026, 7, 1), "until": date(2026, 7, 1)},
         "customers are followed to a day after 2026-07-01; got 2026-07-01"),
        ({"close": date(2026, 7, 1), "until": date(2026, 10, 1), "by": ["colour"]},
         "by names columns of lives ({columns}); got colour"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused(company, asked, said):
    words = re.escape(said.format(columns=", ".join(company.lives.columns)))
    with pytest.raises(ValueError, match=f"^{words}$"):
        followed(company.lives, **asked)
