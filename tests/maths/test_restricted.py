"""Restricted means: a simulation, two groups, laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.maths.restricted import dense_mean, restricted_mean
from cxlab.maths.survival import kaplan_meier

COUNTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=10)


def curve_of(rows, n=150):
    at_risk, lost = [], []
    for gone, censored in rows:
        at_risk.append(n)
        lost.append(gone)
        n -= gone + censored
    return kaplan_meier(range(1, len(rows) + 1), at_risk, lost)


@pytest.mark.parametrize("within", ["step", "trapezoid"])
def test_variance_is_that_of_a_simulation(within):
    """2,000 cohorts of 400: mean and variance seen agree with the formula's, 9% for the variance."""
    rng = np.random.default_rng(12)
    hazards, seen, formula = (0.10, 0.06, 0.08, 0.05), [], []
    for _ in range(2000):
        n, at_risk, lost = 400, [], []
        for q in hazards:
            d = rng.binomial(n, q)
            at_risk.append(n)
            lost.append(d)
            n -= d + rng.binomial(n - d, 0.04)
        found = restricted_mean(kaplan_meier([1, 2, 3, 4], at_risk, lost), 4, within=within)
        seen.append(found.value)
        formula.append(found.variance)
    truth = dense_mean(np.cumprod(1 - np.array(hazards)), within=within)
    assert np.mean(seen) == pytest.approx(float(truth), abs=0.003)
    assert np.var(seen) == pytest.approx(np.mean(formula), rel=0.09)


@given(COUNTS, st.sampled_from(["step", "trapezoid"]))
def test_a_dense_curve_gives_the_same_area_and_a_mean_within_the_horizon(rows, within):
    curve = curve_of(rows)
    found = restricted_mean(curve, len(rows), within=within)
    assert found.value == pytest.approx(float(dense_mean(curve.survival, within=within)))
    assert 0 <= found.value <= len(rows)
    assert found.variance >= 0


@given(COUNTS)
def test_a_count_of_two_is_two_rows_and_a_period_without_losses_may_be_left_out(rows):
    curve = curve_of(rows)
    until = len(rows)
    double = kaplan_meier(curve.times, 2 * curve.at_risk, 2 * curve.lost)
    one, two = restricted_mean(curve, until), restricted_mean(double, until)
    assert (two.value, two.variance) == (pytest.approx(one.value), pytest.approx(one.variance / 2))
    kept = (curve.lost > 0) | (curve.times == until)
    sparse = kaplan_meier(curve.times[kept], curve.at_risk[kept], curve.lost[kept])
    again = restricted_mean(sparse, until)
    assert (again.value, again.variance) == (pytest.approx(one.value), pytest.approx(one.variance))


def test_groups_without_losses_all_lost_and_of_one_customer():
    stay, go = kaplan_meier([1, 2, 3], [9, 9, 9], [0, 0, 0]), kaplan_meier([1, 2], [9, 4], [5, 4])
    assert restricted_mean(stay, 3) == restricted_mean(kaplan_meier([3], [1], [0]), 3)
    assert (restricted_mean(stay, 3).value, restricted_mean(stay, 3).variance) == (3.0, 0.0)
    assert restricted_mean(go, 3).value == pytest.approx(1 + 4 / 9)
    assert restricted_mean(go, 3, within="trapezoid").value == pytest.approx(1 / 2 + 4 / 9)
    assert restricted_mean(kaplan_meier([2], [1], [1]), 5).value == 2.0


def test_the_difference_of_two_groups_adds_variances():
    stay, go = restricted_mean(curve_of([(2, 0)] * 4), 4), restricted_mean(curve_of([(9, 1)] * 4), 4)
    assert (stay - go).value == pytest.approx(stay.value - go.value)
    assert (stay - go).variance == pytest.approx(stay.variance + go.variance)


@pytest.mark.parametrize(
    ("until", "within", "message"),
    [
        (5, "step", "the curve ends at 4: a mean up to 5 lies beyond it"),
        (2.5, "trapezoid", "a trapezoid needs the period that ends at 2.5; the curve has none"),
    ],
)
def test_horizons_that_cannot_be_answered_are_refused(until, within, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        restricted_mean(curve_of([(2, 0)] * 4), until, within=within)


def test_no_curve_has_no_mean():
    with pytest.raises(ValueError, match=r"^the curve ends at 0: a mean up to 3 lies beyond it$"):
        restricted_mean(kaplan_meier([], [], []), 3)
