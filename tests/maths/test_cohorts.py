"""The shifted beta-geometric: published values, closed forms against sums, late entry, boundaries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.errors import FitError
from cxlab.maths.cohorts import CohortFit, shifted_beta_geometric


def law(alpha, beta):
    return CohortFit(alpha=alpha, beta=beta, log_likelihood=0.0)


@pytest.mark.parametrize("case", ["high_end", "high_end_renewals"])
def test_published_cohorts_come_back(published_buying, case):
    want = published_buying[case]
    alive = np.array(want["alive"])
    fit = shifted_beta_geometric(alive[:-1], alive[:-1] - alive[1:])
    assert fit.alpha == pytest.approx(want["alpha"], abs=5e-4)
    assert fit.beta == pytest.approx(want["beta"], abs=5e-4)
    if "log_likelihood" in want:
        assert fit.log_likelihood == pytest.approx(want["log_likelihood"], abs=5e-4)


def test_the_published_discounted_lifetime(published_buying):
    want = published_buying["high_end"]
    found = law(want["alpha"], want["beta"]).annuity(discount=0.1)
    assert found == pytest.approx(want["discounted_lifetime"], abs=5e-7)


@settings(max_examples=40)
@given(st.floats(0.1, 20), st.floats(0.1, 200), st.floats(0.02, 0.5), st.integers(0, 30))
def test_the_closed_form_is_the_sum_of_survival(alpha, beta, discount, after):
    fit, t = law(alpha, beta), np.arange(2000)
    total = (fit.survival(after + t) / fit.survival(after) * (1 / (1 + discount)) ** t).sum()
    assert fit.annuity(discount=discount, after=after) == pytest.approx(total, rel=1e-8)


def test_a_steady_chance_of_leaving_is_a_plain_annuity():
    fit = law(2e3, 9.8e4)
    assert fit.annuity(discount=0.01) == pytest.approx(1.01 / (0.01 + 0.02), rel=1e-3)


def test_hazard_and_survival_belong_together():
    fit, t = law(0.668, 3.806), np.arange(1, 20)
    assert np.cumprod(1 - fit.hazard(t)) == pytest.approx(fit.survival(t))


def test_late_entry_changes_nothing_of_the_law():
    rng = np.random.default_rng(8)
    chance = rng.beta(1.2, 9.0, 200_000)
    life = rng.geometric(chance)
    entry = rng.integers(0, 10, len(life))
    t = np.arange(1, 25)
    at_risk = np.array([((entry < each) & (life >= each)).sum() for each in t])
    lost = np.array([((entry < each) & (life == each)).sum() for each in t])
    fit = shifted_beta_geometric(at_risk, lost, period=t)
    assert (fit.alpha, fit.beta) == (pytest.approx(1.2, rel=0.05), pytest.approx(9.0, rel=0.05))


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(ValueError, match=r"^at every period 0 <= lost <= at risk must hold; see the counts$"):
        shifted_beta_geometric([5, 4], [1, 5])
    message = r"^a law of staying needs two periods, customers who left and customers who stayed$"
    for counts in (([5], [1]), ([5, 5], [0, 0]), ([5, 4], [5, 4])):
        with pytest.raises(FitError, match=message):
            shifted_beta_geometric(*counts)
    with pytest.raises(ValueError, match=r"^a future without end needs a discount rate above 0; got 0$"):
        law(1, 2).annuity(discount=0)
