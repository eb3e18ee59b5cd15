"""Customers of a stock who will still be here: the ratio of curves, a simulation, laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.maths.staying import Staying, chances, staying
from cxlab.maths.survival import conditional, kaplan_meier


def test_one_tenure_is_conditional_survival_and_its_variance():
    at_risk, lost = [100, 80, 60, 40], [10, 8, 6, 4]
    share, variance = conditional(kaplan_meier([1, 2, 3, 4], at_risk, lost), 1, 2)
    found = staying(at_risk, lost, [0, 50, 0], horizon=2)
    assert found.number == pytest.approx(50 * float(share))
    assert found.variance == pytest.approx(50**2 * float(share**2 * variance))


def test_variance_is_that_of_a_simulation():
    """3,000 cohorts of 300: formula and variance seen agree within 8%."""
    rng = np.random.default_rng(9)
    hazards, stock, seen, formula = (0.12, 0.08, 0.05, 0.07), np.array([30, 20, 10]), [], []
    for _ in range(3000):
        n, at_risk, lost = 300, [], []
        for q in hazards:
            d = rng.binomial(n, q)
            at_risk.append(n)
            lost.append(d)
            n -= d
        found = staying(at_risk, lost, stock, horizon=2)
        seen.append(found.number)
        formula.append(found.variance)
    truth = 30 * 0.88 * 0.92 + 20 * 0.92 * 0.95 + 10 * 0.95 * 0.93
    assert np.mean(seen) == pytest.approx(truth, rel=0.003)
    assert np.var(seen) == pytest.approx(np.mean(formula), rel=0.08)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40)), min_size=2, max_size=9), st.integers(1, 4))
def test_nobody_more_than_the_stock_stays_and_stocks_add(rows, horizon):
    n = np.array([n for n, _ in rows])
    d = np.array([min(d, n) for n, d in rows])
    horizon = min(horizon, len(n))
    stock = np.arange(1, len(n) - horizon + 2)
    found = staying(n, d, stock, horizon=horizon)
    assert 0 <= found.number <= stock.sum() + 1e-9
    assert found.variance >= 0
    assert staying(n, d, 2 * stock, horizon=horizon).number == pytest.approx(2 * found.number)
    assert chances(np.zeros(len(n)), horizon=horizon) == pytest.approx(np.ones(len(stock)))


def test_all_leave_none_leave_and_too_short_a_curve():
    assert staying([9, 4], [9, 4], [5, 5], horizon=1) == Staying(number=0.0, variance=0.0)
    assert staying([9, 9], [0, 0], [5, 5], horizon=1) == Staying(number=10.0, variance=0.0)
    assert staying([9, 9], [0, 0], [], horizon=5) == Staying(number=0.0, variance=0.0)


def test_a_stock_beyond_the_curve_is_refused():
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        staying([9, 9], [1, 1], [5, 5, 5], horizon=1)
    assert str(caught.value) == "a curve of 2 periods and a horizon of 1 answer for 2 tenures; got 3"
