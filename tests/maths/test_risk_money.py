"""Money at risk: a hand calculation, its variances against a simulation, drift."""

from __future__ import annotations

import numpy as np
import pytest

from cxlab.maths.risk_money import (
    AtRisk,
    Drift,
    amount_at_risk,
    confidence_variance,
    daily_hazards,
    drift,
    prediction_variance,
)


def test_the_amount_is_what_a_pencil_gives():
    hazards = daily_hazards([100, 100, 100, 100], [10, 20, 10, 5], until=4)
    found = amount_at_risk([0, 2], [1000, 500], [1000**2, 500**2], hazards=hazards, horizon=2)
    first, second = 1 - 0.9 * 0.8, 1 - 0.9 * 0.95
    assert found.amount == pytest.approx(1000 * first + 500 * second)
    assert found.inside == pytest.approx(1000 * (0.10 + first) / 2 + 500 * (0.10 + second) / 2)
    assert found.process == pytest.approx(1000**2 * first * (1 - first) + 500**2 * second * (1 - second))
    gradient = [1000 * 0.8, 1000 * 0.9, 500 * 0.95, 500 * 0.9]
    q = np.array([0.1, 0.2, 0.1, 0.05])
    assert found.parameter == pytest.approx((np.square(gradient) * q * (1 - q) / 100).sum())


def test_days_too_few_customers_were_seen_on_share_one_hazard():
    hazards = daily_hazards([50, 40, 9, 3], [5, 2, 4, 1], until=6)
    tail = (5 + 2) / (50 + 40)
    assert hazards.hazard == pytest.approx([0.1, 0.05, tail, tail, tail, tail])
    assert hazards.parameter.tolist() == [0, 1, 6, 6, 6, 6]
    assert hazards.exposure[2:].tolist() == [90.0] * 4


def test_both_variances_are_those_of_a_simulation():
    """3,000 histories of 200 customers, a stock of 80: spread of R and of the realised loss, within 7%."""
    rng = np.random.default_rng(9)
    q, horizon = np.array([0.05, 0.08, 0.04, 0.06, 0.05]), 3
    tenure, money = np.array([0, 1, 2]), np.array([40, 25, 15])
    amounts, parameter, process, losses = [], [], [], []
    truth = np.array([1 - np.prod(1 - q[t : t + horizon]) for t in tenure])
    for _ in range(3000):
        n, at_risk, lost = 200, [], []
        for hazard in q:
            d = rng.binomial(n, hazard)
            at_risk.append(n)
            lost.append(d)
            n -= d
        hazards = daily_hazards(at_risk, lost, until=5)
        found = amount_at_risk(tenure, money * 3.0, money * 9.0, hazards=hazards, horizon=horizon)
        amounts.append(found.amount)
        parameter.append(found.parameter)
        process.append(found.process)
        losses.append(3.0 * rng.binomial(money, truth).sum())
    assert np.mean(amounts) == pytest.approx((money * 3 * truth).sum(), rel=0.01)
    assert np.var(amounts) == pytest.approx(np.mean(parameter), rel=0.07)
    assert np.var(losses) == pytest.approx(np.mean(process), rel=0.07)


def test_parts_with_hazards_of_their_own_add():
    one = AtRisk(amount=3.0, inside=1.0, parameter=2.0, process=4.0)
    two = one + one
    assert (two.amount, two.inside, two.parameter, two.process) == (6.0, 2.0, 4.0, 8.0)


def test_drift_is_the_spread_of_quarters_beyond_chance():
    expected = np.full(10, 400.0)
    observed = expected * (1 + 0.1 * np.array([1, -1] * 5))
    variance = np.full(10, 380.0)
    found = drift(observed, expected, variance)
    assert found.quarters == 10
    assert found.variance == pytest.approx(10 * 0.01 / 9 - 380 / 400**2)
    assert drift(expected, expected, variance).variance == 0.0


def test_under_eight_quarters_nothing_is_predicted():
    assert drift([400] * 7, [400] * 7, [380] * 7) is None
    part = AtRisk(amount=100.0, inside=50.0, parameter=9.0, process=16.0)
    assert prediction_variance(part, None) is None
    assert confidence_variance(part, None) == 9.0


def test_variances_add_drift_as_the_formulae_say():
    part, moved = AtRisk(amount=100.0, inside=50.0, parameter=9.0, process=16.0), Drift(variance=0.01, quarters=10)
    assert confidence_variance(part, moved) == pytest.approx(9 + 0.01 * 100**2 / 10)
    assert prediction_variance(part, moved) == pytest.approx(9 + 16 + 0.01 * 100**2 * 1.1)


def test_hazards_that_end_too_early_are_refused():
    hazards = daily_hazards([50, 50], [1, 1], until=2)
    with pytest.raises(ValueError, match=r"^hazards are needed to day 3; they end at day 2$"):
        amount_at_risk([1], [1], [1], hazards=hazards, horizon=2)


def test_hazards_of_nobody_are_refused():
    with pytest.raises(ValueError, match=r"^hazards need somebody at risk; got nobody$"):
        daily_hazards([0], [0], until=3)
