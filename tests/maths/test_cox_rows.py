"""Cox on rows: R's values with late entry, strata and clusters; equal to counts; refusals in words."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.errors import FitError
from cxlab.maths.cox import cox
from cxlab.maths.cox_rows import cox_rows as fit_rows

LUNG = ["age", "sex", "ph.ecog"]
HEART = ["age", "year", "transplant"]


@pytest.mark.parametrize("method", ["efron", "breslow"])
def test_continuous_ages_match_r_with_robust_errors(from_r, lung, method):
    rows, expected = lung.dropna(subset=LUNG), from_r[f"lung_{method}"]
    found = fit_rows(rows["time"], rows["status"], rows[LUNG], ties=method)
    assert found.fit.coefficients == pytest.approx(expected["coefficient"], rel=1e-8)
    assert found.fit.errors == pytest.approx(expected["error"], rel=1e-8)
    assert found.fit.log_likelihood == pytest.approx(expected["log_likelihood"][0], abs=1e-6)
    plain = found.robust_covariance() * (len(rows) - 1) / len(rows)
    assert np.sqrt(np.diag(plain)) == pytest.approx(expected["robust_error"], rel=1e-8)


@pytest.mark.parametrize("method", ["efron", "breslow"])
def test_covariates_that_change_match_r_with_errors_by_patient(from_r, heart, method):
    expected = from_r[f"heart_{method}"]
    found = fit_rows(heart["stop"], heart["event"], heart[HEART], start=heart["start"], ties=method)
    assert found.fit.coefficients == pytest.approx(expected["coefficient"], rel=1e-6)
    assert found.fit.errors == pytest.approx(expected["error"], rel=1e-6)
    patients = heart["id"].nunique()
    robust = found.robust_covariance(heart["id"]) * (patients - 1) / patients
    assert np.sqrt(np.diag(robust)) == pytest.approx(expected["robust_error"], rel=1e-6)


def test_strata_match_r(from_r, heart):
    expected = from_r["heart_strata"]
    found = fit_rows(
        heart["stop"], heart["event"], heart[["age", "year"]], start=heart["start"], strata=heart["surgery"]
    )
    assert found.fit.coefficients == pytest.approx(expected["coefficient"], rel=1e-6)
    assert found.fit.errors == pytest.approx(expected["error"], rel=1e-6)
    assert found.fit.log_likelihood == pytest.approx(expected["log_likelihood"][0], abs=1e-6)
    robust = found.robust_covariance(heart["id"])
    patients = heart["id"].nunique()
    assert np.sqrt(np.diag(robust) * (patients - 1) / patients) == pytest.approx(
        expected["robust_error"], rel=1e-6
    )


@pytest.mark.parametrize("method", ["efron", "breslow"])
def test_rows_of_few_patterns_are_the_counts(cox_rows, late, method):
    counted = cox(cox_rows(late["time"], late["lost"], late[["a", "b"]], entry=late["entry"]), ties=method)
    found = fit_rows(late["time"], late["lost"], late[["a", "b"]], start=late["entry"], ties=method).fit
    assert found.coefficients == pytest.approx(counted.coefficients, rel=1e-9)
    assert found.covariance == pytest.approx(counted.covariance, rel=1e-8)
    assert found.log_likelihood == pytest.approx(counted.log_likelihood, rel=1e-12)
    assert found.log_likelihood_null == pytest.approx(counted.log_likelihood_null, rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_splitting_a_spell_and_the_order_of_rows_change_nothing(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(80, 2))
    start = rng.integers(0, 4, 80).astype(float)
    stop, lost = start + rng.integers(2, 12, 80), rng.random(80) < 0.6
    whole = fit_rows(stop, lost, x, start=start)
    middle = start + 1
    order = rng.permutation(160)
    split = fit_rows(
        np.concatenate([middle, stop])[order], np.concatenate([np.zeros(80, dtype=bool), lost])[order],
        np.vstack([x, x])[order], start=np.concatenate([start, middle])[order],
    )  # fmt: skip
    assert split.fit.coefficients == pytest.approx(whole.fit.coefficients, rel=1e-8, abs=1e-10)
    assert split.fit.log_likelihood == pytest.approx(whole.fit.log_likelihood, rel=1e-10)
    customer = np.tile(np.arange(80), 2)[order]
    assert split.robust_covariance(customer) == pytest.approx(whole.robust_covariance(), rel=1e-7)


def test_a_planted_slope_is_recovered_with_late_entry():
    rng = np.random.default_rng(3)
    age = rng.normal(40, 10, 8_000)
    start = rng.integers(0, 200, 8_000).astype(float)
    stop = np.ceil(rng.exponential(1 / (0.004 * np.exp(0.03 * (age - 40)))))
    seen = stop > start
    found = fit_rows(np.minimum(stop, 400)[seen], (stop <= 400)[seen], age[seen], start=start[seen]).fit
    assert abs(found.coefficients[0] - 0.03) < 3 * found.errors[0]
    assert found.errors[0] < 0.002


def test_memory_grows_with_rows_only():
    """Rows times loss times would be 1.6 GB here."""
    rng = np.random.default_rng(4)
    stop, x = rng.permutation(20_000) + 1.0, rng.normal(size=(20_000, 3))
    tracemalloc.start()
    fit_rows(stop, rng.random(20_000) < 0.5, x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000 * 2_000


GOOD = {
    "stop": [1, 2, 3, 4, 5, 6],
    "lost": [1, 1, 1, 1, 0, 1],
    "x": [[1, 0], [3, 1], [2, 0], [5, 1], [4, 1], [0, 0]],
}
NO_VALUE = "these coefficients have no finite value\n  - "


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"x": [[np.nan, 0], [3, 1], [np.nan, 0], [5, 1], [4, 1], [0, 0]]}, ValueError,
            "these columns have missing or infinite values: age (2 of 6 rows); fill them or leave those rows out",
        ),
        ({"start": [1, 0, 0, 4, 0, 0]}, ValueError, "every row must stop after it starts; 2 of 6 rows do not"),
        ({"names": ["age"]}, ValueError, "one name per column of the design: 2 needed; got 1"),
        ({"lost": [0] * 6}, FitError, "proportional hazards need someone lost; got nobody"),
        (
            {"x": [[1, 7], [3, 7], [2, 7], [5, 7], [4, 7], [0, 7]]}, FitError,
            NO_VALUE + "dealer does not vary among those at risk when someone was lost; leave it out",
        ),
        (
            {"x": [[1, 0], [3, 0], [2, 0], [5, 0], [4, 1], [0, 0]]}, FitError,
            NO_VALUE + "nobody with dealer was lost; leave the level out or merge it with another",
        ),
        (
            {"x": [[1, 1], [3, 1], [2, 1], [5, 1], [4, 0], [0, 1]]}, FitError,
            NO_VALUE + "nobody without dealer was lost; leave the level out or merge it with another",
        ),
        (
            {"x": [[1, 5], [3, 15], [2, 10], [5, 25], [4, 20], [0, 0]]}, FitError,
            NO_VALUE + "dealer follows from age; leave it out",
        ),
        (
            {"x": [[1, 0], [0, 1], [1, 0], [0, 1], [1, 0], [0, 1]]}, FitError,
            NO_VALUE + "age and dealer are all the levels there are; leave one out to compare the others with",
        ),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_fitted_are_refused_in_words(arguments, error, message):
    given_ = {"names": ["age", "dealer"]} | GOOD | arguments
    with pytest.raises(error) as caught:
        fit_rows(given_.pop("stop"), given_.pop("lost"), given_.pop("x"), **given_)
    assert str(caught.value) == message


def test_a_covariate_that_ranks_all_losses_is_refused_by_name():
    with pytest.raises(FitError) as caught:
        fit_rows([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1], [6.0, 5, 4, 3, 2, 1], names=["age"])
    assert str(caught.value) == (
        "these covariates rank all losses perfectly, or nearly so, and have no finite coefficients: age; "
        "leave one out or merge its values"
    )
