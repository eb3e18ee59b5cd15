"""Intervals, jackknife, multiplicity, verdicts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cxlab.errors import FitError
from cxlab.maths import intervals, jackknife
from cxlab.maths.multiplicity import benjamini_hochberg, holm
from cxlab.maths.verdict import verdict


def test_wilson_matches_newcombe_1998(published):
    case = published["wilson"]
    low, high = intervals.wilson(case["positives"], case["n"])
    assert (round(float(low), 4), round(float(high), 4)) == (case["low"], case["high"])


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_wilson_interval_holds_its_share_inside_zero_and_one(case):
    low, high = intervals.wilson(*case)
    assert 0 <= low <= case[0] / case[1] <= high <= 1


def test_intervals_that_leave_their_point_out_are_widened_to_it():
    low, high = intervals.widen([0.5, 0.5], [0.6, 0.1], [0.7, 0.4])
    assert (low.tolist(), high.tolist()) == ([0.5, 0.1], [0.7, 0.5])


def test_with_degrees_the_multiplier_is_students():
    assert intervals.multiplier(0.95, degrees=39) == pytest.approx(stats.t.ppf(0.975, 39))
    with pytest.raises(ValueError, match=r"^level must lie between 0 and 1; got 95$"):
        intervals.multiplier(95)


def test_log_log_ends_where_the_scale_does():
    low, high = intervals.log_log([0.0, 0.5, 1.0], [0.1, 0.1, 0.1])
    assert (low[0], high[0], low[2], high[2]) == (0, 0, 1, 1)
    assert 0 < low[1] < 0.5 < high[1] < 1


def test_the_jackknife_of_a_mean_is_its_textbook_variance():
    values = np.random.default_rng(1).normal(size=40)
    replicates = (values.sum() - values) / 39
    found = jackknife.spread(replicates)
    assert found.variance == pytest.approx(values.var(ddof=1) / 40)
    assert found.degrees == 39


def test_empty_buckets_add_nothing():
    values = np.random.default_rng(2).normal(size=30)
    replicates = (values.sum() - values) / 29
    padded = np.concatenate([replicates, np.full(10, values.mean())])
    assert jackknife.spread(padded, occupied=30).variance == pytest.approx(jackknife.spread(replicates).variance)


def test_fewer_than_twenty_buckets_give_no_interval():
    with pytest.raises(FitError, match=r"^leaving buckets out needs 20 buckets with somebody in them; got 19$"):
        jackknife.spread(np.ones(19))


def test_a_left_out_share_of_zero_gives_no_interval():
    message = "^leaving one bucket out gives a share of 0 or 1, or nobody: no interval by log-odds$"
    with pytest.raises(FitError, match=message):
        jackknife.share_ends(0.01, [0.0] + [0.01] * 39)


def test_p_of_no_difference_is_one_and_of_a_certain_one_zero():
    still = jackknife.Spread(variance=np.array(0.0), degrees=39)
    assert (jackknife.p_value(0.0, still), jackknife.p_value(0.1, still)) == (1.0, 0.0)
    assert jackknife.p_of(1.96, 1.0, degrees=None) == pytest.approx(0.05, abs=1e-4)


def test_benjamini_and_hochberg_reject_four_of_their_fifteen(published):
    case = published["benjamini_hochberg"]
    assert (benjamini_hochberg(case["p"]) <= 0.05).sum() == case["rejected"]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_adjusted_p_equal_the_oracles_and_never_fall(p):
    from statsmodels.stats.multitest import multipletests

    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    assert (holm(p) >= benjamini_hochberg(p) - 1e-12).all()


@pytest.mark.parametrize(
    ("p", "low", "high", "expected"),
    [
        (0.049, -0.001, 0.02, "real_change"),
        (0.05, -0.009, 0.009, "no_material_change"),
        (0.05, -0.010, 0.009, "cannot_tell"),
        (0.90, -0.5, 0.009, "cannot_tell"),
    ],
)
def test_three_verdicts_one_rule(p, low, high, expected):
    assert verdict(p, low=low, high=high, band=0.01) == expected


def test_a_negative_band_is_refused():
    with pytest.raises(ValueError, match=r"^the band of changes too small to matter cannot be negative; got -1$"):
        verdict(0.5, low=0, high=1, band=-1)
