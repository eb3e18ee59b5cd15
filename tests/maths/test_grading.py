"""Grading: R's concordance, rows against counts, what a perfect and a useless forecast get, bad input."""

from __future__ import annotations

import re

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import special

from cxlab.errors import FitError
from cxlab.maths.cox import cox
from cxlab.maths.grading import concordance, grades


def drawn(*, groups=40, customers=4_000, slope=1.0, shift=0.0, seed=3):
    rng = np.random.default_rng(seed)
    chance = rng.uniform(0.02, 0.6, groups)
    n = rng.multinomial(customers, np.full(groups, 1 / groups))
    true = special.expit(shift + slope * special.logit(chance))
    return chance, n, rng.binomial(n, true)


def test_concordance_of_lung_is_rs(published, cox_rows, lung):
    names = ["age", "sex", "ph.ecog"]
    rows = lung.dropna(subset=names)
    counts = cox_rows(rows["time"], rows["status"], rows[names])
    score = counts.design @ cox(counts).coefficients
    assert concordance(counts.at_risk, counts.lost, score) == pytest.approx(
        published["lung_concordance"]["value"], abs=5e-8
    )


def test_concordance_with_late_entry_and_changing_covariates_is_rs(from_r, grid, heart):
    names = ["age", "year", "transplant"]
    score = heart[names].to_numpy() @ from_r["heart_efron"]["coefficient"]
    _, n, d, scores = grid(heart["stop"], heart["event"], entry=heart["start"], group=score)
    assert concordance(n, d, scores) == pytest.approx(from_r["heart_efron"]["concordance"][0], abs=1e-8)


def test_concordance_counts_pairs_at_risk_together_only():
    # one enters after the first has gone: they were never at risk together
    at_risk, lost = [[1, 0, 1], [0, 1, 1]], [[1, 0, 0], [0, 1, 0]]
    assert concordance(at_risk, lost, [3.0, 2.0, 1.0]) == 1.0
    assert concordance(at_risk, lost, [3.0, 0.0, 1.0]) == 0.5
    assert concordance(at_risk, lost, [1.0, 1.0, 1.0]) == 0.5


def test_calibration_is_the_logistic_regression_of_the_rows():
    chance, n, d = drawn(slope=0.7, shift=0.3)
    rows = np.concatenate([np.repeat(special.logit(chance), n - d), np.repeat(special.logit(chance), d)])
    outcome = np.repeat([0, 1], [(n - d).sum(), d.sum()])
    found = grades(chance, n, d)
    fit = sm.Logit(outcome, sm.add_constant(rows)).fit(disp=False)
    assert found.slope == pytest.approx(fit.params[1], abs=1e-7)
    level = sm.GLM(outcome, np.ones(len(rows)), family=sm.families.Binomial(), offset=rows).fit()
    assert found.intercept == pytest.approx(level.params[0], abs=1e-7)
    assert found.brier == pytest.approx(np.mean((special.expit(rows) - outcome) ** 2))
    assert (found.expected, found.happened) == (pytest.approx(n @ chance), d.sum())


def test_true_chances_are_graded_true():
    found = grades(*drawn(customers=400_000))
    assert found.slope == pytest.approx(1, abs=0.03)
    assert found.intercept == pytest.approx(0, abs=0.03)
    assert found.gain > 0.1


def test_chances_that_say_nothing_gain_nothing():
    chance, n, _ = drawn(customers=400_000)
    d = np.random.default_rng(5).binomial(n, n @ chance / n.sum())
    found = grades(chance, n, d)
    assert found.gain < 0
    assert found.slope == pytest.approx(0, abs=0.03)


def test_splitting_a_group_changes_nothing():
    chance, n, d = drawn()
    whole = grades(chance, n, d)
    half, lost = n // 2, d // 3
    parted = grades(np.tile(chance, 2), np.concatenate([half, n - half]), np.concatenate([lost, d - lost]))
    assert parted.brier == pytest.approx(whole.brier)
    assert parted.slope == pytest.approx(whole.slope)


@pytest.mark.parametrize(
    ("chance", "customers", "happened", "kind", "said"),
    [
        ([0.0, 0.5], [1, 1], [0, 1], ValueError,
         "grading needs chances between 0 and 1 and 0 <= happened <= customers in every group"),
        ([0.2, 0.5], [1, 1], [0, 2], ValueError,
         "grading needs chances between 0 and 1 and 0 <= happened <= customers in every group"),
        ([0.2, 0.5], [5, 5], [0, 0], FitError,
         "grading needs some to whom it happened, some to whom not, and chances that differ"),
        ([0.2, 0.2], [5, 5], [1, 2], FitError,
         "grading needs some to whom it happened, some to whom not, and chances that differ"),
        ([0.2, 0.5], [5, 5], [0, 5], FitError,
         "the chances part those it happened to from all others, so no slope can be given"),
    ],
)  # fmt: skip
def test_what_cannot_be_graded_is_refused(chance, customers, happened, kind, said):
    with pytest.raises(kind, match=f"^{re.escape(said)}$"):
        grades(chance, customers, happened)


def test_nobody_to_compare_is_refused():
    with pytest.raises(
        ValueError, match=r"^concordance needs somebody lost while somebody else was at risk; got none$"
    ):
        concordance([[1.0]], [[1.0]], [0.5])
