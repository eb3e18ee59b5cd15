"""Scores: chances and months from the risk table, tied to the money at risk."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.churn.money import horizon_of
from cxlab.churn.scores import scores
from cxlab.evidence.looked_up import looked_up
from cxlab.quarter import DAYS_PER_MONTH

DAYS = 2_000


def table(hazard, *, plan="a"):
    """A risk table with so many customers that the counts are the law."""
    n = np.full(DAYS, 10**9)
    return pd.DataFrame(
        {"tenure": np.arange(1, DAYS + 1), "plan": plan, "at_risk": n, "lost": (n * hazard).round()}
    )


def stock_of(tenures, *, plan="a"):
    return pd.DataFrame({"tenure": tenures, "plan": plan})


def test_a_constant_law_is_given_back():
    found = scores(table(0.002), stock_of([0, 500, 1_999]), horizon=92)
    days = round(24 * DAYS_PER_MONTH)
    assert found["leaving_share"].to_numpy() == pytest.approx(1 - 0.998**92)
    expected = (1 - 0.998**days) / 0.002 / DAYS_PER_MONTH
    assert found["remaining_months"].to_numpy() == pytest.approx(expected)


def test_months_are_the_area_under_the_survival_of_those_still_here():
    hazard = np.where(np.arange(1, DAYS + 1) <= 300, 0.01, 0.001)
    found = scores(table(hazard), stock_of([250]), horizon=10, months=12)
    stays = np.cumprod(1 - hazard)
    days = round(12 * DAYS_PER_MONTH)
    area = 1 + (stays[250 : 250 + days - 1] / stays[249]).sum()
    assert found["remaining_months"][0] == pytest.approx(area / DAYS_PER_MONTH)
    assert found["leaving_share"][0] == pytest.approx(1 - stays[259] / stays[249])


def test_nobody_leaving_has_all_of_the_months_and_a_small_group_takes_the_hazards_of_all():
    assert scores(table(0.0), stock_of([3]), horizon=92)["remaining_months"][0] == pytest.approx(24, abs=0.02)
    few = table(0.0, plan="b").assign(at_risk=3, lost=0)
    both = pd.concat([table(0.002), few])
    found = scores(both, pd.concat([stock_of([5]), stock_of([5], plan="b")]), horizon=92)
    assert found["leaving_share"][1] == pytest.approx(found["leaving_share"][0], rel=1e-6)


@pytest.mark.parametrize("asked", [{"horizon": 0}, {"horizon": 92, "months": 0}])
def test_nothing_is_looked_at_behind_today(asked):
    with pytest.raises(ValueError, match="scores look at least a day and a month ahead; got"):
        scores(table(0.002), stock_of([3]), **asked)


def test_rows_looked_up_add_up_to_the_money_at_risk(company, evidence):
    found = scores(evidence.risk, evidence.stock, horizon=horizon_of(company.quarter))
    rows = looked_up(company.lives, found, by="plan", window=company.window).to_pandas()
    at_risk = churn.at_risk(evidence.stock, evidence.risk, quarter=company.quarter).headline
    assert (rows["margin_amount"] * rows["leaving_share"]).sum() == pytest.approx(at_risk.value, rel=1e-12)
    assert len(rows) == at_risk.n
    sums = rows.assign(amount=rows["margin_amount"] * rows["leaving_share"]).groupby("plan")["amount"].sum()
    page = churn.at_risk(evidence.stock, evidence.risk, quarter=company.quarter).table.set_index("plan")[
        "estimate"
    ]
    assert sums.to_dict() == pytest.approx(page.to_dict())


def test_a_table_that_says_two_things_is_refused(company):
    twice = pd.DataFrame({"plan": ["a", "a"], "tenure": [1, 1], "leaving_share": [0.1, 0.2]})
    with pytest.raises(ValueError, match="the table to look up in must have one row for each plan and tenure"):
        looked_up(ibis.memtable(pd.DataFrame({"plan": ["a"]})), twice, by="plan", window=company.window)
