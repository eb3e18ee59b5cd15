"""Discounted days to come from hazards: by hand, slopes by differences, variance by simulation; concentration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cxlab.maths.cohorts import CohortFit
from cxlab.maths.concentration import gini, held_by_top
from cxlab.maths.staying_value import daily_factor, remaining, slope, variance


def test_days_to_come_are_what_a_pencil_gives():
    days, beyond = remaining([0.1, 0.05, 0.2], factor=0.99, tail=5.0)
    third = 0.99 * 0.8 * (1 + 5)
    second = 0.99 * 0.95 * (1 + third)
    assert days == pytest.approx([0.99 * 0.9 * (1 + second), second, third, 5.0])
    reach = 0.99 * 0.8 * 5
    assert beyond == pytest.approx([0.99**2 * 0.9 * 0.95 * reach, 0.99 * 0.95 * reach, reach, 5.0])


def test_a_table_and_a_tail_of_one_law_are_its_closed_form():
    law = CohortFit(alpha=0.668, beta=3.806, log_likelihood=0.0)
    hazard = law.hazard(np.arange(1, 41))
    for after in (0, 7, 40):
        days, _ = remaining(hazard, factor=1 / 1.1, tail=law.annuity(discount=0.1, after=40) - 1)
        assert days[after] == pytest.approx(law.annuity(discount=0.1, after=after) - 1, rel=1e-12)


def test_hazards_that_leave_nobody_in_numbers_are_summed_all_the_same():
    days, _ = remaining(np.full(3000, 0.5), factor=0.999)
    assert days[0] == pytest.approx(0.4995 / 0.5005)
    assert days[2900] == pytest.approx(days[0])


@settings(max_examples=25)
@given(arrays(float, 6, elements=st.floats(0.001, 0.5)), arrays(float, 7, elements=st.floats(0, 100)))
def test_slopes_are_those_of_differences(hazard, amount):
    days, _ = remaining(hazard, factor=0.98, tail=4.0)
    found = slope(amount, hazard, days, factor=0.98)

    def worth(q):
        return amount @ remaining(q, factor=0.98, tail=4.0)[0]

    step = 1e-6 * np.eye(6)
    differences = [(worth(hazard + e) - worth(hazard - e)) / 2e-6 for e in step]
    assert found == pytest.approx(differences, rel=1e-5, abs=1e-5)


def test_the_variance_is_that_of_a_simulation():
    rng = np.random.default_rng(10)
    q, amount, start = np.array([0.05, 0.08, 0.04, 0.06]), np.array([100.0, 40.0, 0.0, 25.0, 10.0]), 300
    values, variances = [], []
    for _ in range(4000):
        n, at_risk, lost = start, [], []
        for hazard in q:
            d = rng.binomial(n, hazard)
            at_risk.append(n)
            lost.append(d)
            n -= d
        found = np.array(lost) / np.array(at_risk)
        days, _ = remaining(found, factor=0.99, tail=3.0)
        values.append(amount @ days)
        variances.append(variance(amount, found, days, at_risk, factor=0.99))
    assert np.var(values) == pytest.approx(np.mean(variances), rel=0.07)


def test_a_year_costs_the_yearly_rate():
    assert daily_factor(0.10) ** 365.25 == pytest.approx(1 / 1.1)
    with pytest.raises(ValueError, match=r"^a future without end needs a discount rate above 0; got 0$"):
        daily_factor(0)


def test_concentration_is_counted():
    assert held_by_top([1, 2, 3], [1, 1, 1], [0.2, 1 / 3, 1.0]) == pytest.approx([0.3, 0.5, 1.0])
    assert gini([1, 1], [5, 5]) == pytest.approx(0)
    assert gini([0, 1], [99, 1]) == pytest.approx(0.99)
    value = np.random.default_rng(1).exponential(size=200_000)
    assert gini(value, np.ones(len(value))) == pytest.approx(0.5, abs=0.005)


@settings(max_examples=40)
@given(
    arrays(float, 8, elements=st.floats(0, 1e6)), arrays(int, 8, elements=st.integers(1, 50)), st.floats(0.1, 9)
)
def test_concentration_knows_no_order_and_no_unit(value, customers, unit):
    value[0] += 1
    order = np.arange(8)[::-1]
    assert gini(value * unit, customers) == pytest.approx(gini(value[order], customers[order]))
    top = np.linspace(0, 1, 11)
    held = held_by_top(value, customers, top)
    assert (held >= top - 1e-9).all()
    assert (np.diff(held) >= -1e-12).all()


def test_nothing_held_or_debts_are_refused():
    for value in ([0, 0], [5, -1]):
        with pytest.raises(ValueError, match=r"^concentration needs values of 0 or more, not all of them 0$"):
            gini(value, [1, 1])
