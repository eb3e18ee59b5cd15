"""Days to come looked up: against a hand sum, pooled groups, gaps, bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab.errors import FitError
from cxlab.evidence.lookup import staying, worth_of_staying, years


def risk_of(hazard, *, plan="a", start=20_000, days=900):
    """Expected counts of one plan, whole customers, one hazard."""
    n, rows = float(start), []
    for tenure in range(1, days + 1):
        lost = round(n * hazard)
        rows.append((tenure, plan, int(n), lost))
        n -= lost
    return pd.DataFrame(rows, columns=["tenure", "plan", "at_risk", "lost"])


def stock_of(tenures, *, plan="a", margin=91.0):
    return pd.DataFrame({"tenure": tenures, "plan": plan, "customers": 1, "margin": margin})


def test_a_constant_hazard_gives_the_plain_annuity():
    found = staying(risk_of(0.002), by="plan", oldest=1200, discount_share_year=0.10)
    v = 1.1 ** (-1 / 365.25) * 0.998
    assert found.days[0, 0, [0, 400, 1200]] == pytest.approx([v / (1 - v)] * 3, rel=0.03)
    assert found.seen.tolist() == [900]
    assert 0 < found.beyond[0, 0] < found.beyond[0, 800] < found.days[0, 0, 800]
    assert found.beyond[0, 1000] == found.days[0, 0, 1000]
    assert years(float(found.days[0, 0, 0])) == pytest.approx(v / (1 - v) / 365.25, rel=0.01)


def test_worth_is_what_they_bring_a_day_times_days_to_come():
    found = staying(risk_of(0.002), by="plan", oldest=1200, discount_share_year=0.10)
    stock = stock_of([10, 500, 1100], margin=[91.0, 182.0, 0.0])
    table = worth_of_staying(stock, found, by="plan", keys=["plan"]).table
    assert table["worth"][0] == pytest.approx(found.days[0, 0, 10] + 2 * found.days[0, 0, 500])
    assert table["customers"][0] == 3
    assert table["beyond"][0] == pytest.approx(found.beyond[0, 10] + 2 * found.beyond[0, 500])


def test_a_group_too_small_takes_the_hazards_of_all():
    risk = pd.concat([risk_of(0.002), risk_of(0.0, plan="b", start=30, days=50)], ignore_index=True)
    found = staying(risk, by="plan", oldest=900, discount_share_year=0.10)
    assert found.pooled == (False, True)
    assert found.days[1] == pytest.approx(found.days[0], rel=0.01)


def test_leaving_a_bucket_out_changes_the_rates_and_not_the_stock():
    risk = pd.concat([risk_of(0.002).assign(bucket=0), risk_of(0.004).assign(bucket=1)], ignore_index=True)
    found = staying(risk, by="plan", oldest=900, discount_share_year=0.10)
    low, both, high = found.days[0, 1, 100], found.days[0, 0, 100], found.days[0, 2, 100]
    assert low < both < high
    alone = staying(risk_of(0.004), by="plan", oldest=900, discount_share_year=0.10)
    assert low == pytest.approx(alone.days[0, 0, 100], rel=1e-4)
    assert found.buckets == 2
    assert worth_of_staying(stock_of([5]), found, by="plan", keys=["plan"]).replicates.shape == (1, 40)


def test_what_cannot_be_looked_up_is_refused():
    message = r"^how long customers stay cannot be known where nobody is known to have left$"
    with pytest.raises(FitError, match=message):
        staying(risk_of(0.0, days=50), by="plan", oldest=50, discount_share_year=0.10)
    with pytest.raises(ValueError, match=r"^the risk table must give tenure, plan, at_risk, lost; it lacks plan$"):
        staying(risk_of(0.002).drop(columns="plan"), by="plan", oldest=50, discount_share_year=0.10)
    few = risk_of(0.2, start=8, days=3)
    with pytest.raises(
        FitError, match=r"^no tenure is seen by 10 customers often enough to tell how long they stay$"
    ):
        staying(few, by="plan", oldest=50, discount_share_year=0.10)
    found = staying(risk_of(0.002, days=300), by="plan", oldest=300, discount_share_year=0.10)
    message = r"^looked up are plan a to 300 days of tenure; the stock holds a, z to 400$"
    stock = pd.concat([stock_of([400]), stock_of([3], plan="z")], ignore_index=True)
    with pytest.raises(ValueError, match=message):
        worth_of_staying(stock, found, by="plan", keys=["plan"])


def test_a_gap_in_what_was_seen_takes_the_mean():
    risk = risk_of(0.002)
    gap = risk[(risk["tenure"] < 200) | (risk["tenure"] > 210)]
    found, whole = (
        staying(each, by="plan", oldest=900, discount_share_year=0.10).hazard[0] for each in (gap, risk)
    )
    assert found[199:210] == pytest.approx(np.full(11, 0.002), rel=0.05)
    assert found[:199] == pytest.approx(whole[:199])
