"""Laws of staying: published values, the same fit as a library's, planted laws, months made of days."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.errors import FitError
from cxlab.maths.cohorts import shifted_beta_geometric
from cxlab.maths.staying_laws import LAWS, Law, Monthly, by_month, fit, log_likelihood
from cxlab.maths.survival import kaplan_meier

ALIVE = np.array([1000, 869, 743, 653, 593, 551, 517, 491.0])
"""Fader and Hardie (2007), customers of high end."""

PLANTED = {
    "sbg": np.log([0.67, 3.8]), "bdw": np.log([0.9, 6.0, 1.3]), "weibull": np.log([14.0, 0.7]),
    "log_normal": np.array([2.2, np.log(1.4)]), "log_logistic": np.log([9.0, 1.2]),
}  # fmt: skip


def counts_of(alive):
    return Monthly(at_risk=alive[:-1], lost=alive[:-1] - alive[1:])


def test_the_published_cohort_comes_back():
    found = fit("sbg", counts_of(ALIVE))
    assert np.exp(found.at) == pytest.approx([0.668, 3.806], abs=5e-4)
    assert found.log_likelihood == pytest.approx(-1611.158, abs=5e-4)


def test_it_is_the_fit_there_is_already():
    counts = counts_of(ALIVE)
    there, here = shifted_beta_geometric(counts.at_risk, counts.lost), fit("sbg", counts)
    assert np.exp(here.at) == pytest.approx([there.alpha, there.beta], rel=1e-5)
    assert here.survival([3, 12]) == pytest.approx(there.survival([3, 12]), rel=1e-6)


def test_without_duration_the_longer_law_is_the_shorter_one():
    at = np.log([0.67, 3.8])
    t = np.arange(0, 60)
    assert Law(name="bdw", at=np.append(at, 0.0), log_likelihood=0).survival(t) == pytest.approx(
        Law(name="sbg", at=at, log_likelihood=0).survival(t), rel=1e-12
    )
    assert fit("bdw", counts_of(ALIVE)).log_likelihood > fit("sbg", counts_of(ALIVE)).log_likelihood


@pytest.mark.parametrize("name", LAWS)
def test_a_planted_law_comes_back_from_late_entry_and_censoring(name):
    rng, law = np.random.default_rng(6), Law(name=name, at=PLANTED[name], log_likelihood=0.0)
    stays = np.exp(np.diff(law.log_survival(np.arange(49))))
    n, lost, at_risk = 0, [], []
    for stay in stays:
        n += int(rng.integers(5000, 20_000))  # who come into view
        n -= rng.binomial(n, 0.05)  # who go out of view
        at_risk.append(n)
        lost.append(rng.binomial(n, 1 - stay))
        n -= lost[-1]
    found = fit(name, Monthly(at_risk=np.array(at_risk, dtype=float), lost=np.array(lost, dtype=float)))
    assert found.survival([12, 24, 60]) == pytest.approx(law.survival([12, 24, 60]), rel=0.03)


@pytest.mark.parametrize("name", ["weibull", "log_normal", "log_logistic"])
def test_the_fit_is_that_of_lifelines_on_counts(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import LogLogisticFitter, LogNormalFitter, WeibullFitter
    fitter = {"weibull": WeibullFitter, "log_normal": LogNormalFitter, "log_logistic": LogLogisticFitter}[name]()
    counts = counts_of(ALIVE)
    start, end = np.arange(7.0), np.arange(1.0, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter.fit_interval_censoring(
            np.concatenate([start, end]), np.concatenate([end, np.full(7, np.inf)]),
            weights=np.concatenate([counts.lost, counts.at_risk - counts.lost]),
            entry=np.concatenate([start, start]),
        )  # fmt: skip
    found = fit(name, counts)
    assert found.log_likelihood == pytest.approx(fitter.log_likelihood_, abs=1e-4)
    want = fitter.survival_function_at_times([3, 7, 12]).to_numpy()
    assert found.survival([3, 7, 12]) == pytest.approx(want, abs=5e-5)


def test_months_of_days_carry_the_curve_and_its_variance():
    rng = np.random.default_rng(2)
    n = np.sort(rng.integers(200, 900, 365))[::-1]
    lost = rng.binomial(n, 0.004)
    months = by_month(n, lost, month_days=30.4375)
    days = kaplan_meier(np.arange(1, 366), n, lost)
    whole = kaplan_meier(np.arange(1, 12), months.at_risk[:11], months.lost[:11])
    last = int(11 * 30.4375)
    assert whole.survival[-1] == pytest.approx(float(days.at(last)), rel=1e-12)
    assert whole.variance[-1] == pytest.approx(float(days.variance_at(last)), rel=1e-9)
    assert len(months) == 11  # 365 days are not quite twelve months


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0.01, 0.6)), min_size=4, max_size=20))
def test_splitting_the_likelihood_adds_up(rows):
    n = np.array([float(n) for n, _ in rows])
    counts = Monthly(at_risk=n, lost=np.floor(n * np.array([q for _, q in rows])))
    for name, at in PLANTED.items():
        first = log_likelihood(name, counts.until(3), at)
        assert first + log_likelihood(name, counts, at, after=3) == pytest.approx(log_likelihood(name, counts, at))


def test_what_cannot_be_fitted_is_refused():
    message = r"^a law of staying needs more months than parameters, customers who left and who stayed$"
    for n, d in (([5.0, 4, 3], [0.0, 0, 0]), ([5.0, 4, 3], [5.0, 4, 3]), ([5.0, 4], [1.0, 1])):
        with pytest.raises(FitError, match=message):
            fit("weibull", Monthly(at_risk=np.array(n), lost=np.array(d)))
    names = r"^a law is one of sbg, bdw, weibull, log_normal, log_logistic; got 'gompertz'$"
    with pytest.raises(ValueError, match=names):
        fit("gompertz", counts_of(ALIVE))
    with pytest.raises(ValueError, match=r"^in every month 0 <= lost <= at risk must hold; see the counts$"):
        Monthly(at_risk=np.array([3.0]), lost=np.array([4.0]))
    with pytest.raises(ValueError, match=r"^on every day 0 <= lost <= at risk must hold; see the counts$"):
        by_month([3], [4], month_days=1)
    assert len(by_month([3, 0, 5], [1, 0, 1], month_days=2)) == 0
