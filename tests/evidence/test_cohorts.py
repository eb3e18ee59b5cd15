"""Cohorts cell by cell: every spell counted the slow way, every close the sum of its cohorts."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.evidence import cohort_customers, cohort_revenue, movements
from cxlab.quarter import Quarter, day_number

NOW = Quarter.parse("2026Q3")


def cell(frame, joined, quarter, quarters):
    """Spells begun and, of them, active at the close, one by one."""
    opened = quarters[0].start
    begun = active = 0
    for start, gone in zip(frame["start_day"], frame["exit_day"], strict=True):
        if joined == "":
            mine = start < day_number(opened) and not gone < day_number(opened)
        else:
            of = Quarter.parse(joined)
            mine = day_number(of.start) <= start < day_number(of.end)
        begun += mine
        active += mine and not gone < day_number(quarter.end)
    return begun, active


def test_every_cell_equals_the_rows(company):
    quarters = list(Quarter.holding(company.window.open).until(company.quarter))
    found = cohort_customers(company.lives, quarters=quarters).set_index(["joined", "quarter"])
    assert len(found) == len(quarters) + len(quarters) * (len(quarters) + 1) // 2
    for joined, quarter in [("", 0), ("", 11), (2, 2), (2, 5), (7, 11), (11, 11)]:
        name = joined if joined == "" else str(quarters[joined])
        row = found.loc[(name, str(quarters[quarter]))]
        assert (row["began"], row["customers"]) == cell(company.frame, name, quarters[quarter], quarters)


def test_every_close_is_the_sum_of_its_cohorts(company):
    quarters = list(Quarter.holding(company.window.open).until(company.quarter))
    found = cohort_customers(company.lives, quarters=quarters)
    moves = movements(company.lives, quarters=quarters).set_index("quarter")
    assert found.groupby("quarter")["customers"].sum().to_dict() == moves["close"].to_dict()
    began = found[found["joined"] == found["quarter"]].set_index("quarter")["began"]
    assert began.to_dict() == (moves["joined"] + moves["back"]).to_dict()


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(-90, 180), st.none() | st.integers(0, 180)), min_size=1, max_size=20))
def test_halves_add_and_the_order_of_spells_does_not_matter(lives, half_year, spells):
    ends = [(start, None if gone is None else max(gone, start)) for start, gone in spells]
    quarters = [Quarter.parse("2026Q1"), Quarter.parse("2026Q2")]
    whole = cohort_customers(lives(ends), quarters=quarters)
    pd.testing.assert_frame_equal(cohort_customers(lives(ends[::-1]), quarters=quarters), whole)
    parts = [cohort_customers(lives(part), quarters=quarters) for part in (ends[::2], ends[1::2]) if part]
    added = pd.concat(parts).groupby(["joined", "quarter"], as_index=False).sum()
    pd.testing.assert_frame_equal(added, whole)


def test_a_later_exit_has_not_happened_and_all_leaving_at_once_leaves_nobody(lives):
    quarters = [Quarter.parse("2026Q1"), Quarter.parse("2026Q2")]
    found = cohort_customers(lives([(10, 50), (20, 300), (-5, 0), (-5, -3)]), quarters=quarters)
    assert found.to_numpy().tolist() == [
        ["", "2026Q1", 1, 0],
        ["", "2026Q2", 1, 0],
        ["2026Q1", "2026Q1", 2, 1],
        ["2026Q1", "2026Q2", 2, 1],
    ]


def test_revenue_of_each_cohort_is_that_of_the_rows():
    first = NOW - 2
    quarters = [first, first + 1, NOW]
    rng = np.random.default_rng(2)
    rows = pd.DataFrame(
        {
            "customer_id": [f"c{at}" for at in range(300)],
            "quarter_number": rng.choice([each.ordinal for each in (first - 1, *quarters)], 300).astype("int32"),
            "tenure_days": rng.integers(0, 260, 300).astype("int32"),
            "revenue_amount": rng.integers(0, 10**12, 300),
        }
    )
    found = cohort_revenue(ibis.memtable(rows), quarters=quarters)
    seen = rows[rows["quarter_number"] >= first.ordinal]
    opened = [day_number(Quarter.numbered(int(each)).start) for each in seen["quarter_number"]]
    start = np.array(opened) - seen["tenure_days"]
    words = [next((str(each) for each in quarters[::-1] if day >= day_number(each.start)), "") for day in start]
    names = [str(Quarter.numbered(int(each))) for each in seen["quarter_number"]]
    expected = seen.assign(joined=words, quarter=names).groupby(["joined", "quarter"])["revenue_amount"].sum()
    assert found.set_index(["joined", "quarter"])["revenue"].to_dict() == expected.to_dict()


def test_no_quarters_are_refused(company):
    with pytest.raises(ValueError, match=r"^cohorts need at least one quarter; got none$"):
        cohort_customers(company.lives, quarters=[])
