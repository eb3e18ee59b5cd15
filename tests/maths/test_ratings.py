"""Means on a scale, and a change of a mean split into within and mix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cxlab.maths.mix import within_and_mix
from cxlab.maths.ratings import mean_change, mean_ends, moments


@given(st.lists(st.integers(0, 30), min_size=5, max_size=5).filter(lambda counts: sum(counts) > 2))
def test_moments_equal_those_of_the_rows(counts):
    rows = np.repeat(np.arange(1, 6), counts)
    n, mean, variance = moments([1, 2, 3, 4, 5], counts)
    assert (n, mean) == (len(rows), pytest.approx(rows.mean()))
    assert variance == pytest.approx(rows.var(ddof=1))


def test_the_interval_of_a_mean_is_students():
    rows = np.array([3.0, 4, 4, 5, 5, 2, 4, 3])
    expected = stats.ttest_1samp(rows, 0).confidence_interval()
    low, high = mean_ends(rows.mean(), rows.var(ddof=1), len(rows), scale=(1, 5))
    assert (float(low), float(high)) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_answers_that_are_all_alike_still_have_a_range():
    low, high = mean_ends(5.0, 0.0, 12, scale=(1, 5))
    assert float(low) < 5.0 == float(high)


def test_a_change_of_means_is_welchs():
    rng = np.random.default_rng(3)
    then, now = rng.normal(4, 1, 60), rng.normal(3.7, 1.4, 45)
    test = stats.ttest_ind(now, then, equal_var=False)
    value, low, high, p = mean_change(*[(len(x), x.mean(), x.var(ddof=1)) for x in (then, now)])
    ends = test.confidence_interval()
    assert (value, low, high, p) == (
        pytest.approx(now.mean() - then.mean()), pytest.approx(ends.low), pytest.approx(ends.high),
        pytest.approx(test.pvalue),
    )  # fmt: skip


def test_means_without_any_spread_differ_or_do_not():
    assert mean_change((5, 4.0, 0.0), (5, 4.0, 0.0)) == (0.0, 0.0, 0.0, 1.0)
    assert mean_change((5, 4.0, 0.0), (5, 3.0, 0.0)) == (-1.0, -1.0, -1.0, 0.0)


cells = st.lists(
    st.tuples(st.integers(1, 400), st.integers(1, 400), st.floats(-1, 1), st.floats(-1, 1)), min_size=1
)


@given(cells)
def test_within_and_mix_sum_to_the_change(drawn):
    n_0, n_1, r_0, r_1 = (np.array(column, dtype=float) for column in zip(*drawn, strict=True))
    within, mix = within_and_mix(n_0, n_0 * r_0, n_1, n_1 * r_1)
    change = (n_1 @ r_1) / n_1.sum() - (n_0 @ r_0) / n_0.sum()
    assert within.sum() + mix == pytest.approx(change, abs=1e-12)


def test_a_group_that_comes_or_goes_is_mix():
    within, mix = within_and_mix([50, 0], [10, 0], [50, 50], [10, 40])
    assert within.tolist() == [0, 0]
    assert float(mix) == pytest.approx(0.3)
