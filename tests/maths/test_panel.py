"""Panel regressions from sums: what is refused, and tests against textbook values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from cxlab.errors import FitError
from cxlab.maths.panel import PanelSums, joint_test, panel_fit, partial_r2, robustness_value, upper


def sums(x, y, cluster, *, scores=2, customers=0):
    """Sums of rows, cluster by cluster, the long way."""
    p, m = x.shape[1], y.shape[1]
    a, s = [], []
    for one in np.unique(cluster):
        mine = cluster == one
        a.append((x[mine].T @ x[mine])[upper(p)])
        s.append((x[mine].T @ y[mine]).T.ravel())
    a, s = np.array(a), np.array(s)
    return PanelSums(
        scores=tuple(f"score {n}" for n in range(scores)), periods=tuple(range(p - scores)),
        outcomes=tuple(f"outcome {n}" for n in range(m)), rows=len(x), customers=customers,
        clusters=len(a), moved=np.full(scores, len(a)), a=x.T @ x, s=x.T @ y, yy=y.T @ y, ss=s.T @ s, sa=s.T @ a,
        aa=a.T @ a,
    )  # fmt: skip


@pytest.fixture
def drawn():
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(50), 4)
    period = np.tile(np.arange(4), 50)[:, None] == np.arange(4)
    x = np.column_stack([rng.random((200, 2)) < 0.3, period]).astype(float)
    y = x[:, :2] @ [2.0, -1.0] + rng.standard_normal(200) + rng.standard_normal(50)[cluster]
    return x, np.column_stack([y, y**2]), cluster


def test_a_fit_equals_statsmodels_with_clusters(drawn):
    x, y, cluster = drawn
    fit = panel_fit(sums(x, y, cluster))
    for outcome in range(2):
        model = sm.OLS(y[:, outcome], x).fit(cov_type="cluster", cov_kwds={"groups": cluster})
        assert fit.coefficients[:, outcome] == pytest.approx(model.params[:2], rel=1e-8)
        assert fit.errors[:, outcome] == pytest.approx(model.bse[:2], rel=1e-8)
        assert fit.residual[outcome] == pytest.approx(model.ssr, rel=1e-8)
    assert (fit.degrees, fit.residual_degrees) == (49, 194)


def test_a_joint_test_equals_statsmodels(drawn):
    x, y, cluster = drawn
    fit = panel_fit(sums(x, y, cluster))
    model = sm.OLS(y[:, 0], x).fit(cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True)
    wald = model.wald_test(np.eye(6)[:2], scalar=True)
    statistic, p = joint_test(fit.coefficients[:, 0], fit.covariance[0][:, 0], degrees=fit.degrees)
    assert statistic == pytest.approx(float(wald.statistic), rel=1e-8)
    assert p == pytest.approx(float(wald.pvalue), rel=1e-8)


def test_a_combination_over_outcomes_has_the_variance_of_the_combined_outcome(drawn):
    x, y, cluster = drawn
    both = panel_fit(sums(x, y, cluster))
    single = panel_fit(sums(x, (2 * y[:, 0] - 3 * y[:, 1])[:, None], cluster))
    weights = np.array([[[2.0, -3.0], [0.0, 0.0]]])
    value, variance = both.combined(weights)
    assert value[0] == pytest.approx(single.coefficients[0, 0])
    assert variance[0, 0] == pytest.approx(single.covariance[0, 0, 0, 0])


def test_a_period_without_rows_and_one_too_many_are_left_out(drawn):
    x, y, cluster = drawn
    one = panel_fit(sums(x, y, cluster))
    more = np.column_stack([x[:, :2], np.ones(200), x[:, 2:], np.zeros(200)])
    other = panel_fit(sums(more, y, cluster))
    assert other.coefficients == pytest.approx(one.coefficients)
    assert other.covariance == pytest.approx(one.covariance)


def test_a_score_that_the_others_determine_is_refused(drawn):
    x, y, cluster = drawn
    x[:, 1] = x[:, 3] + x[:, 4]
    message = r"^no customer tells score 1 apart from the other columns: nothing to estimate$"
    with pytest.raises(FitError, match=message):
        panel_fit(sums(x, y, cluster))


def test_too_few_clusters_or_rows_are_refused(drawn):
    x, y, cluster = drawn
    message = r"^a regression needs two clusters and rows to spare; got 1 and 194$"
    with pytest.raises(FitError, match=message):
        panel_fit(sums(x, y, np.zeros_like(cluster)))
    message = r"^a regression needs two clusters and rows to spare; got 50 and 0$"
    with pytest.raises(FitError, match=message):
        panel_fit(sums(x, y, cluster, customers=194))


def test_sums_of_another_layout_do_not_add(drawn):
    found = sums(*drawn)
    with pytest.raises(ValueError, match=r"^only sums of one layout add; got \(\('score 0', 'score 1'\), "):
        found + replace(found, scores=("score 0", "score 2"))


def test_the_periods_account_for_what_they_add(drawn):
    x, y, cluster = drawn
    y = y + 3 * x[:, [3]]
    full, short = (sm.OLS(y[:, 0], design).fit().ssr for design in (x, x[:, :2]))
    assert partial_r2(sums(x, y, cluster)) == pytest.approx(1 - full / short)


def test_the_robustness_value_is_the_published_one():
    """Cinelli and Hazlett (2020), Darfur: t = 4.18445, 783 degrees of freedom, 13.9%."""
    assert robustness_value(4.18445, degrees=783) == pytest.approx(0.1388, abs=5e-5)
    assert robustness_value(0.0, degrees=783) == 0
