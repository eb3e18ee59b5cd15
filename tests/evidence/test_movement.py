"""movements: the waterfall ties out, adds, and draws its lines at the quarter's first day."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlab.evidence import movements
from cxlab.evidence.bucket import bucket_of
from cxlab.evidence.movement import STEPS, added
from cxlab.quarter import Quarter

Q1, Q2 = Quarter.parse("2026Q1"), Quarter.parse("2026Q2")
NEXT = 90  # first day of 2026Q2, counted from the window's first


def counts(table, quarter):
    row = table[table["quarter"] == str(quarter)]
    return {step: int(n) for step, n in row[list(STEPS)].sum().items() if n}


def ties_out(row):
    lost = row["lost_voluntary"] + row["lost_involuntary"] + row["transferred"]
    return row["open"] + row["joined"] + row["back"] - lost == row["close"]


def test_every_quarter_ties_out_in_every_cell(company):
    quarters = list((company.quarter - 11).until(company.quarter))
    table = movements(company.lives, quarters=quarters, by=["plan", "region"], bucket=True)
    assert len(table) > 12 * 8
    assert table.apply(ties_out, axis=1).all()
    assert set(table["quarter"]) == {str(quarter) for quarter in quarters}


def test_a_close_is_the_next_quarters_start(company):
    table = movements(company.lives, quarters=[company.quarter - 1, company.quarter])
    assert table["close"].iloc[0] == table["open"].iloc[1]


def test_finer_keys_sum_to_the_total(company):
    whole = movements(company.lives, quarters=[company.quarter])
    parts = movements(company.lives, quarters=[company.quarter], by=["plan"], bucket=True)
    pd.testing.assert_series_equal(
        parts[list(STEPS)].sum(), whole[list(STEPS)].iloc[0], check_names=False, check_dtype=False
    )


@pytest.mark.parametrize(
    ("spell", "first", "second"),
    [
        ((-5, None), {"open": 1, "close": 1}, {"open": 1, "close": 1}),
        ((0, None), {"joined": 1, "close": 1}, {"open": 1, "close": 1}),
        ((5, NEXT - 1), {"joined": 1, "lost_voluntary": 1}, {}),
        ((5, NEXT), {"joined": 1, "close": 1}, {"open": 1, "lost_voluntary": 1}),
        ((NEXT, NEXT + 1), {}, {"joined": 1, "lost_voluntary": 1}),
        ((-5, 181), {"open": 1, "close": 1}, {"open": 1, "close": 1}),
    ],
)
def test_each_customer_is_counted_on_the_right_side_of_the_line(lives, spell, first, second):
    table = movements(lives([spell]), quarters=[Q1, Q2])
    assert (counts(table, Q1), counts(table, Q2)) == (first, second)


def test_those_who_come_back_and_those_handed_on_have_steps_of_their_own(lives):
    table = movements(
        lives([(3, None), (4, 20), (5, 21)], spell=[2, 1, 1], cause=[None, "transfer", "involuntary"]),
        quarters=[Q1],
    )
    assert counts(table, Q1) == {"joined": 2, "back": 1, "transferred": 1, "lost_involuntary": 1, "close": 1}


def test_provisional_losses_are_counted_among_the_losses_only(lives):
    table = movements(
        lives([(-9, 20), (-9, None), (-9, 30)], provisional=[True, True, False]), quarters=[Q1], bucket=True
    )
    assert table["provisional"].sum() == 1


def test_quarters_counted_together_are_those_counted_one_by_one(company):
    quarters = [company.quarter - 5, company.quarter - 1, company.quarter]
    together = movements(company.lives, quarters=quarters, by=["plan"])
    alone = [movements(company.lives, quarters=[quarter], by=["plan"]) for quarter in quarters]
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True))


def test_movements_of_disjoint_customers_add(company):
    number = company.lives.customer_id.hexdigest("md5").substr(0, 1)
    asked = {"quarters": [company.quarter - 1, company.quarter], "by": ["plan"], "bucket": True}
    some, others = (movements(company.lives.filter(of), **asked) for of in (number < "5", number >= "5"))
    assert 0 < len(some) != len(others) > 0
    pd.testing.assert_frame_equal(added(some, others), movements(company.lives, **asked))
    pd.testing.assert_frame_equal(added(some, some.iloc[:0]), some)


def test_a_prepared_bucket_gives_what_is_reckoned(company):
    prepared = company.lives.mutate(bucket=bucket_of(company.lives.account_id))
    found = [
        movements(lives, quarters=[company.quarter], by=["plan"], bucket=True)
        for lives in (company.lives, prepared)
    ]
    pd.testing.assert_frame_equal(*found)


def test_no_quarter_is_refused(lives):
    with pytest.raises(ValueError, match=r"^movements needs at least one quarter; got none$"):
        movements(lives([(0, None)]), quarters=[])
