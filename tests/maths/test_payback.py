"""Payback: what a pencil finds for one hazard, and how far estimated hazards move the day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.maths.payback import brings_by_month, paid_back
from cxlab.maths.risk_money import daily_hazards

DAYS = 700


def hazards(q, n=10_000, days=DAYS):
    return daily_hazards(np.full(days, float(n)), np.full(days, n * q), until=days)


@given(st.floats(0.0005, 0.01), st.floats(1, 60), st.floats(0.999, 1))
def test_one_hazard_and_one_margin_earn_a_geometric_sum(q, months_of_margin, discount):
    v = discount * (1 - q)
    cost = 30 * months_of_margin
    found = paid_back(hazards(q), np.full(DAYS, 10.0), cost=cost, discount=discount)
    whole = 10 * v * (1 - v**DAYS) / (1 - v)
    if whole < cost:
        assert found is None
        return
    days = np.log(1 - cost / 10 * (1 - v) / v) / np.log(v)
    assert found.days == pytest.approx(days, abs=0.02)  # inside a day by proportion
    assert found.gone == pytest.approx(1 - (1 - q) ** found.days)


@given(st.floats(1e-3, 1e6))
def test_the_unit_of_money_means_nothing(times):
    brings = np.linspace(9, 12, DAYS)
    one, other = (
        paid_back(hazards(0.003), brings * unit, cost=800 * unit, discount=0.9997) for unit in (1, times)
    )
    assert (other.days, other.gone, other.error) == pytest.approx((one.days, one.gone, one.error), rel=1e-6)


def test_whoever_never_leaves_pays_back_after_cost_over_margin():
    found = paid_back(hazards(0.0), np.full(DAYS, 8.0), cost=100, discount=1.0)
    assert (found.days, found.gone, found.error) == (12.5, 0.0, 0.0)
    assert paid_back(hazards(0.0), np.full(DAYS, 8.0), cost=8 * DAYS + 1, discount=1.0) is None


def test_the_error_is_that_of_hazards_drawn_again():
    rng = np.random.default_rng(6)
    n, q = np.round(900 * np.exp(-np.arange(DAYS) / 200)) + 100, 0.004
    at = {"cost": 700.0, "discount": 0.9998}
    said = paid_back(daily_hazards(n, n * q, until=DAYS), np.full(DAYS, 10.0), **at)
    drawn = [
        paid_back(daily_hazards(n, rng.binomial(n.astype(int), q), until=DAYS), np.full(DAYS, 10.0), **at).days
        for _ in range(600)
    ]
    assert np.std(drawn) == pytest.approx(said.error, rel=0.1)


def test_what_months_bring_is_their_own_mean_where_enough_are_seen():
    found = brings_by_month(
        [0.5, 1.5, 40], [200, 30, 900], [20, 2, 30], days_per_month=30, days=400, minimum=10
    )  # fmt: skip
    assert found[[0, 29]].tolist() == [10, 10]
    assert found[30] == pytest.approx(1130 / 52)  # too few in the second month
    assert found[360] == 30
