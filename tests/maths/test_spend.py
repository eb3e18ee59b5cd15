"""Spend per purchase: published values, derivatives, recovery, bins, and whether frequency goes with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.errors import FitError
from cxlab.maths.spend import _height, gamma_gamma, rank_correlation


@pytest.fixture
def buyers(cdnow):
    return cdnow[cdnow["x"] > 0]


def drawn(*, n, p, q, gamma, seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 30, n)
    nu = rng.gamma(q, 1 / gamma, n)
    return x, rng.gamma(p * x, 1 / (nu * x))


def test_cdnow_gives_the_published_values(buyers, published_buying):
    fit, want = gamma_gamma(buyers["x"], buyers["zbar"], np.ones(len(buyers))), published_buying["cdnow"]["spend"]
    assert (fit.p, fit.q) == (pytest.approx(want["p"], abs=1e-4), pytest.approx(want["q"], abs=1e-4))
    assert fit.gamma == pytest.approx(want["gamma"], abs=1e-4)
    assert fit.log_likelihood == pytest.approx(want["log_likelihood"], abs=5e-4)
    assert fit.mean == pytest.approx(fit.p * fit.gamma / (fit.q - 1))


def test_derivatives_are_those_of_differences(buyers):
    height = _height(buyers["x"].to_numpy(), buyers["zbar"].to_numpy() / 35, np.ones(len(buyers)))
    at, step = np.array([1.5, 0.8, -0.5]), 1e-5 * np.eye(3)
    _, gradient, hessian = height(at)
    assert gradient == pytest.approx([(height(at + e)[0] - height(at - e)[0]) / 2e-5 for e in step], abs=1e-4)
    bends = np.array([(height(at + e)[1] - height(at - e)[1]) / 2e-5 for e in step])
    assert hessian == pytest.approx(bends, abs=1e-4)


def test_a_planted_law_comes_back():
    x, mean = drawn(n=20_000, p=6.0, q=4.0, gamma=12_000.0, seed=2)
    fit = gamma_gamma(x, mean, np.ones(len(x)))
    assert (fit.p, fit.q) == (pytest.approx(6, rel=0.03), pytest.approx(4, rel=0.05))
    assert fit.mean == pytest.approx(24_000, rel=0.02)


def test_bins_a_third_of_a_percent_wide_lose_nothing_that_matters():
    x, mean = drawn(n=5_000, p=6.0, q=4.0, gamma=12_000.0, seed=4)
    whole = gamma_gamma(x, mean, np.ones(len(x)))
    places = np.floor(np.log2(mean) * 200)
    key = np.unique(np.column_stack([x, places]), axis=0, return_inverse=True)[1].ravel()
    n = np.bincount(key)
    of = np.array([np.bincount(key, weights=column) / n for column in (x, mean)])
    assert len(n) < len(x)
    assert gamma_gamma(of[0], of[1], n).parameters == pytest.approx(whole.parameters, abs=2e-4)


@settings(max_examples=30)
@given(st.integers(1, 40), st.floats(1, 1e6), st.integers(1, 40))
def test_what_is_expected_lies_between_the_customer_and_the_crowd(x, mean, n):
    fit = gamma_gamma(*drawn(n=200, p=5.0, q=3.0, gamma=100.0, seed=1), np.ones(200))
    each = float(fit.expected(x, x * mean))
    assert min(mean, fit.mean) <= each * (1 + 1e-12)
    assert each <= max(mean, fit.mean) * (1 + 1e-12)
    assert float(fit.expected(x, n * x * mean, n)) == pytest.approx(n * each)


def test_rows_that_cannot_be_are_refused():
    message = r"^every row needs x >= 1 purchases, spend > 0 and customers >= 0$"
    for row in ((0, 5.0, 1), (2, 0.0, 1), (2, 5.0, -1)):
        with pytest.raises(ValueError, match=message):
            gamma_gamma(*([value] for value in row))


def test_one_purchase_each_tells_nothing_of_spread():
    message = r"^spend per purchase needs customers with two or more purchases; got none$"
    with pytest.raises(FitError, match=message):
        gamma_gamma([1, 1], [5.0, 6.0], [3, 4])


def test_the_rank_correlation_is_the_one_everybody_knows(buyers):
    known = buyers[["x", "zbar"]].corr(method="spearman").iloc[0, 1]
    assert rank_correlation(buyers["x"], buyers["zbar"], np.ones(len(buyers))) == pytest.approx(known)
    counts = buyers.groupby(["x", "zbar"], as_index=False).size()
    assert rank_correlation(counts["x"], counts["zbar"], counts["size"]) == pytest.approx(known)
    assert rank_correlation([1, 2], [5, 5], [1, 1]) == 0
