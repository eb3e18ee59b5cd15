"""Grouped survival times: equal to a binomial regression with that link; a planted ratio comes back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.errors import FitError
from cxlab.maths.cloglog import cloglog
from cxlab.maths.cox import cox, cox_counts
from cxlab.maths.proportional import proportionality


def by_statsmodels(counts):
    """Dummies of every period in its stratum, then the design; columns of periods without losses left out."""
    import statsmodels.api as sm

    k, g = counts.at_risk.shape
    period = np.repeat(np.arange(k), g) * (counts.strata.max() + 1) + np.tile(counts.strata, k)
    n, d, x = counts.at_risk.ravel(), counts.lost.ravel(), np.tile(counts.design, (k, 1))
    lost, total = (np.bincount(period, weights=w)[period] for w in (d, n))
    used = (n > 0) & (lost > 0) & (lost < total)
    dummies = (period[used][:, None] == np.unique(period[used])).astype(float)
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    p = x.shape[1]
    with np.errstate(all="ignore"):
        model = sm.GLM(np.column_stack([d, n - d])[used], np.hstack([x[used], dummies]), family=family)
        found = model.fit(tol=1e-13, maxiter=200)
        null = sm.GLM(np.column_stack([d, n - d])[used], dummies, family=family).fit(tol=1e-13, maxiter=200)
    return found.params[:p], found.cov_params()[:p, :p], found.llf - null.llf


@pytest.fixture(scope="module")
def yearly():
    """Five years, six patterns, two of them hazards of a third and more."""
    rng = np.random.default_rng(2)
    design = np.array([[a, b] for a in (0, 1) for b in (0.0, 1.0, 2.5)])
    n, at_risk, lost = np.full(6, 400), [], []
    for year in range(5):
        q = 1 - np.exp(-np.exp(-1.2 - 0.2 * year + design @ [0.7, -0.3]))
        d = rng.binomial(n, q)
        at_risk.append(n)
        lost.append(d)
        n = n - d + 20
    return cox_counts(range(1, 6), at_risk, lost, design=design, names=["a", "b"])


@pytest.mark.parametrize("strata", [None, [0, 1, 0, 1, 0, 1]])
def test_it_is_the_binomial_regression(yearly, strata):
    counts = yearly if strata is None else replace(yearly, strata=np.array(strata))
    found = cloglog(counts)
    b, covariance, gained = by_statsmodels(counts)
    assert found.coefficients == pytest.approx(b, abs=1e-8)
    assert found.covariance == pytest.approx(covariance, rel=1e-6, abs=1e-10)
    assert found.log_likelihood - found.log_likelihood_null == pytest.approx(gained, abs=1e-6)


def test_periods_in_which_nobody_or_everybody_was_lost_say_nothing(yearly):
    more = cox_counts(
        range(1, 8), np.vstack([yearly.at_risk, np.full((2, 6), 9)]),
        np.vstack([yearly.lost, np.zeros((1, 6)), np.full((1, 6), 9)]), design=yearly.design,
    )  # fmt: skip
    assert cloglog(more).coefficients == pytest.approx(cloglog(yearly).coefficients, abs=1e-12)


def yearly_losses(rng, ratio, customers=300):
    n, at_risk, lost = np.full(2, customers), [], []
    for hazard in (0.9, 0.6, 0.5):
        d = rng.binomial(n, 1 - np.exp(-hazard * np.array([1.0, ratio])))
        at_risk.append(n)
        lost.append(d)
        n = n - d
    return cox_counts(range(3), at_risk, lost, design=[[0.0], [1.0]])


def test_a_planted_ratio_comes_back_where_tied_times_pull_it_to_one():
    rng = np.random.default_rng(5)
    drawn = [yearly_losses(rng, 2.0) for _ in range(150)]
    grouped, tied = ([fit(counts) for counts in drawn] for fit in (cloglog, cox))
    truth = np.log(2.0)
    assert np.mean([fit.coefficients[0] for fit in grouped]) == pytest.approx(truth, rel=0.03)
    assert np.mean([fit.coefficients[0] for fit in tied]) < 0.9 * truth
    covered = [abs(fit.coefficients[0] - truth) <= 1.96 * fit.errors[0] for fit in grouped]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.04)


def test_on_a_fine_clock_it_is_cox(cox_rows, late):
    counts = cox_rows(late["time"] * 10, late["lost"], late[["a", "b"]], entry=late["entry"] * 10)
    thin = replace(counts, at_risk=counts.at_risk * 1000)  # the same losses among very many
    assert cloglog(thin).coefficients == pytest.approx(cox(thin).coefficients, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.floats(-50, 50), scale=st.floats(0.01, 100))
def test_shifting_and_scaling_a_covariate_scales_its_coefficient(seed, shift, scale):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(4, 1))
    n, d = rng.integers(20, 40, (5, 4)), rng.integers(1, 15, (5, 4))
    plain, moved = (cloglog(cox_counts(range(5), n, d, design=design)) for design in (x, (x + shift) * scale))
    assert moved.coefficients * scale == pytest.approx(plain.coefficients, rel=1e-6, abs=1e-9)


def test_a_ratio_that_drifts_is_seen_and_a_steady_one_is_not():
    rng = np.random.default_rng(6)
    steady = [yearly_losses(rng, 2.0) for _ in range(150)]
    alarms = [proportionality(each, cloglog(each), groups=[[0]])[1].p < 0.05 for each in steady]
    assert np.mean(alarms) == pytest.approx(0.05, abs=0.045)
    first, last = yearly_losses(rng, 3.0, 2000), yearly_losses(rng, 0.7, 2000)
    crossed = replace(
        first,
        at_risk=np.vstack([first.at_risk[:1], last.at_risk[1:]]),
        lost=np.vstack([first.lost[:1], last.lost[1:]]),
    )
    assert proportionality(crossed, cloglog(crossed), groups=[[0]])[1].p < 1e-6


def test_losses_and_stays_kept_apart_by_a_column_are_refused_in_words():
    counts = cox_counts([1], [[9, 9]], [[9, 4]], design=[[1.0], [0.0]], names=["plan = x"])
    with pytest.raises(FitError) as caught:
        cloglog(counts)
    assert str(caught.value) == (
        "these coefficients have no finite value\n"
        "  - plan = x, with the other columns, ranks all losses perfectly; leave it out or merge levels"
    )
