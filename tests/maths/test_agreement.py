"""Agreement of coders: published values, what is undefined, laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cxlab.maths.agreement import alpha, alpha_interval, cohen, fleiss, percent

N = np.nan
TEXTBOOK = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    ]
).T
"""Krippendorff (2011), four observers, twelve units, missing readings."""


@pytest.mark.parametrize(
    ("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_the_textbook_case(metric, published):
    assert alpha(TEXTBOOK, metric=metric) == pytest.approx(published, abs=5e-4)


def test_alpha_of_two_observers_and_binary_data():
    """Krippendorff (2011), section A: ten units, alpha .095."""
    one = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    two = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert alpha(np.transpose([one, two])) == pytest.approx(0.095, abs=5e-4)


def test_cohen_1960_and_fleiss_1971():
    psychologists = np.array([[1, 1], [1, 2], [1, 3], [2, 1], [2, 2], [2, 3], [3, 1], [3, 2], [3, 3]])
    assert cohen(psychologists, counts=[88, 14, 18, 10, 40, 10, 2, 6, 12]) == pytest.approx(0.492, abs=5e-4)
    diagnoses = [
        [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
        [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
        [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0],
        [0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0],
        [1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6],
    ]  # fmt: skip
    readings = [np.repeat(np.arange(5), row) for row in diagnoses]
    assert fleiss(readings) == pytest.approx(0.430, abs=5e-4)


def test_percent_is_the_share_of_equal_pairs():
    assert percent([[0, 0], [1, 1], [0, 1]], counts=[20, 20, 5]) == pytest.approx(40 / 45)
    assert percent([[0, N], [N, 1]]) is None


@pytest.mark.parametrize("readings", [[[0, 0], [0, 0]], [[1, 1], [1, 1]], [[0, N], [N, 1]]])
def test_a_code_never_or_always_used_has_no_agreement(readings):
    assert alpha(readings) is None
    found = alpha_interval(readings)
    assert (found.value, found.low, found.high) == (None, None, None)


def test_cohen_is_undefined_where_both_used_one_value():
    assert cohen([[1, 1], [1, 1]]) is None
    assert cohen([[N, 1], [1, N]]) is None


def test_what_cannot_be_asked_is_said():
    with pytest.raises(ValueError, match=r"Cohen's kappa is for two coders; got 3: ask for alpha"):
        cohen([[1, 1, 1]])
    with pytest.raises(ValueError, match=r"read equally often, twice at least; got \[1, 2\]: ask for alpha"):
        fleiss([[1, N], [1, 1]])
    with pytest.raises(ValueError, match="metric must be one of nominal, ordinal, interval, ratio; got 'other'"):
        alpha([[1, 0]], metric="other")
    with pytest.raises(ValueError, match="needs 999 draws or more; got 200"):
        alpha_interval([[1, 0]], draws=200)
    with pytest.raises(ValueError, match="one number, 0 or more, for each of 2 patterns"):
        alpha([[1, 0], [1, 1]], counts=[1])
    with pytest.raises(ValueError, match="one row per unit and one column per coder; got 1 dimensions"):
        alpha([1, 0])


READINGS = arrays(np.int64, st.tuples(st.integers(2, 30), st.just(3)), elements=st.integers(-1, 3))


@given(READINGS, st.sampled_from(["nominal", "ordinal", "interval", "ratio"]))
def test_counts_of_patterns_say_what_the_units_say(values, metric):
    readings = np.where(values < 0, N, values)
    patterns, counts = np.unique(values, axis=0, return_counts=True)
    grouped = alpha(np.where(patterns < 0, N, patterns), counts=counts, metric=metric)
    assert grouped == pytest.approx(alpha(readings, metric=metric))


@given(READINGS)
def test_neither_the_order_of_coders_nor_names_of_values_matter(values):
    readings = np.where(values < 0, N, values)
    assert alpha(readings[:, ::-1]) == pytest.approx(alpha(readings))
    assert alpha(7 - 2 * readings) == pytest.approx(alpha(readings))


def test_the_interval_holds_the_point_and_is_seeded():
    one = alpha_interval(TEXTBOOK, metric="ordinal", seed=4)
    assert one == alpha_interval(TEXTBOOK, metric="ordinal", seed=4)
    assert one != alpha_interval(TEXTBOOK, metric="ordinal", seed=5)
    assert one.low <= one.value <= one.high
    assert one.units == 11  # the twelfth unit was read once


def test_a_bootstrap_over_patterns_is_one_over_units():
    """Its spread is that of resampling 300 units one by one."""
    rng = np.random.default_rng(1)
    truth = rng.random(300) < 0.3
    readings = np.column_stack([np.where(rng.random(300) < 0.9, truth, ~truth) for _ in range(2)]).astype(float)
    slow = [alpha(readings[rng.integers(0, 300, 300)]) for _ in range(1500)]
    found = alpha_interval(readings, draws=4000)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(slow, [0.025, 0.975])), abs=0.02)
