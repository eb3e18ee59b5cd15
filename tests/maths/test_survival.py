"""Kaplan-Meier, Nelson-Aalen, quantiles, conditional survival, log-rank: published values, oracles, laws."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.maths.survival import conditional, kaplan_meier, log_rank, nelson_aalen, quantile


def curve_of(grid, time, lost, **arguments):
    times, n, d, _ = grid(time, lost, every=True, **arguments)
    return kaplan_meier(times, n[:, 0], d[:, 0])


def test_survival_of_lung_matches_r(published, grid, lung):
    curve = curve_of(grid, lung["time"], lung["status"])
    expected = published["lung_kaplan_meier"]
    assert curve.at(expected["times"]) == pytest.approx(expected["survival"], abs=5e-7)


def test_median_of_lung_and_its_interval_match_r(published, grid, lung):
    """R's default interval is on the log scale; 285 to 363 comes from it, log-log gives 284 to 361."""
    middle, low, high = quantile(curve_of(grid, lung["time"], lung["status"]))
    assert middle == published["lung_kaplan_meier"]["median"]
    assert (low, high) == (284, 361)


def test_medians_match_freireich_1963(published, grid, leukaemia):
    for placebo, name in ((0, "median_mp"), (1, "median_placebo")):
        mine = leukaemia[leukaemia["placebo"] == placebo]
        assert quantile(curve_of(grid, mine["time"], mine["lost"]))[0] == published["leukaemia"][name]


@pytest.mark.parametrize(("data", "by", "value"), [("lung", "sex", "lung"), ("leukaemia", "placebo", "leukaemia")])
def test_log_rank_matches_published_values(request, published, grid, data, by, value):
    frame = request.getfixturevalue(data)
    lost = frame["status"] if data == "lung" else frame["lost"]
    _, n, d, _ = grid(frame["time"], lost, group=frame[by])
    key = "log_rank_by_sex" if data == "lung" else "log_rank"
    table = published["lung_kaplan_meier" if data == "lung" else "leukaemia"]
    digits = 5e-5 if data == "lung" else 5e-3
    found = log_rank(n, d)
    assert found.statistic == pytest.approx(table[key], abs=digits)
    assert found.degrees == 1


def test_log_rank_of_three_groups_equals_lifelines(grid, lung):
    from lifelines.statistics import multivariate_logrank_test

    lung = lung[lung["ph.ecog"].isin([0, 1, 2])]
    _, n, d, _ = grid(lung["time"], lung["status"], group=lung["ph.ecog"])
    oracle = multivariate_logrank_test(lung["time"], lung["ph.ecog"], lung["status"])
    found = log_rank(n, d)
    assert (found.statistic, found.degrees) == (pytest.approx(oracle.test_statistic), 2)
    assert found.p == pytest.approx(oracle.p_value)


def test_log_log_interval_with_late_entry_equals_lifelines(grid, late):
    from lifelines import KaplanMeierFitter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = KaplanMeierFitter().fit(late["time"], late["lost"], entry=late["entry"])
    curve = curve_of(grid, late["time"], late["lost"], entry=late["entry"])
    times = [2.0, 5.0, 9.0]
    assert curve.at(times) == pytest.approx(oracle.predict(times).to_numpy())
    low, high = curve.interval(times)
    ends = oracle.confidence_interval_.loc[times].to_numpy()
    assert np.column_stack([low, high]) == pytest.approx(ends, abs=1e-9)


def test_nelson_aalen_equals_lifelines(grid, lung):
    from lifelines import NelsonAalenFitter

    oracle = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(lung["time"], lung["status"])
    times, n, d, _ = grid(lung["time"], lung["status"])
    hazard, variance = nelson_aalen(n[:, 0], d[:, 0])
    assert hazard == pytest.approx(oracle.cumulative_hazard_.loc[times].to_numpy().ravel())
    assert (variance > 0).all()


@pytest.mark.parametrize("copies", [2, 5])
def test_a_count_of_two_is_two_rows(grid, late, copies):
    weights = np.where(late["a"] == 1, copies, 1)
    rows = late.loc[late.index.repeat(weights)]
    counted = curve_of(grid, late["time"], late["lost"], entry=late["entry"], weight=weights)
    repeated = curve_of(grid, rows["time"], rows["lost"], entry=rows["entry"])
    assert counted.survival == pytest.approx(repeated.survival, rel=1e-12)
    assert counted.variance == pytest.approx(repeated.variance, rel=1e-12)
    tests = [
        log_rank(*grid(frame["time"], frame["lost"], entry=frame["entry"], group=frame["b"], weight=weight)[1:3])
        for frame, weight in ((late, weights), (rows, None))
    ]
    assert tests[0].statistic == pytest.approx(tests[1].statistic, rel=1e-10)


def test_a_median_that_is_not_reached_is_none():
    curve = kaplan_meier([1, 2], [100, 90], [5, 5])
    assert quantile(curve) == (None, None, None)


def test_conditional_survival_is_a_ratio_and_its_variance_a_sum():
    curve = kaplan_meier([1, 2, 3], [100, 80, 60], [10, 8, 6])
    share, variance = conditional(curve, [0, 1], 2)
    q = curve.hazard
    assert share == pytest.approx([(1 - q[0]) * (1 - q[1]), (1 - q[1]) * (1 - q[2])])
    assert variance[1] == pytest.approx(q[1] / (80 * (1 - q[1])) + q[2] / (60 * (1 - q[2])))


def test_variance_of_conditional_survival_is_that_of_a_simulation():
    """4,000 cohorts of 400: the mean of the formula is the variance seen, within 6%."""
    rng = np.random.default_rng(3)
    hazards, seen, formula = (0.10, 0.06, 0.08, 0.05), [], []
    for _ in range(4000):
        n, at_risk, lost = 400, [], []
        for q in hazards:
            d = rng.binomial(n, q)
            at_risk.append(n)
            lost.append(d)
            n -= d + rng.binomial(n - d, 0.03)
        share, variance = conditional(kaplan_meier([1, 2, 3, 4], at_risk, lost), 1, 2)
        seen.append(float(share))
        formula.append(float(share**2 * variance))
    assert np.var(seen) == pytest.approx(np.mean(formula), rel=0.06)
    assert np.mean(seen) == pytest.approx(0.94 * 0.92, abs=0.002)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), min_size=1, max_size=12))
def test_survival_never_rises_and_its_interval_holds_it(counts):
    at_risk = [n for n, _ in counts]
    curve = kaplan_meier(range(1, len(counts) + 1), at_risk, [min(d, n) for n, d in counts])
    low, high = curve.interval(curve.times)
    assert (np.diff(curve.survival) <= 0).all()
    assert ((low >= 0) & (low <= curve.survival) & (curve.survival <= high) & (high <= 1)).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 1], [5, 5], [0, 0]), "times must ascend without repeats: add the counts of equal times first"),
        (([1, 2], [5, 5], [0, 6]), "at every time 0 <= lost <= at risk must hold; see the counts"),
    ],
)
def test_impossible_counts_are_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        kaplan_meier(*arguments)


def test_log_rank_needs_two_groups():
    message = "^a log-rank test needs two groups at risk at the same times and someone lost; got none$"
    with pytest.raises(ValueError, match=message):
        log_rank([[5], [4]], [[1], [1]])
