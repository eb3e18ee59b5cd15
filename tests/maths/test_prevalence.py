"""Honest shares: the steps by hand, laws, bad input in words. Coverage is proved in tests/proofs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.maths.contrast import alike_p, difference, ratio
from cxlab.maths.intervals import wilson
from cxlab.maths.prevalence import adjudicated, as_coded, assisted, from_labels, stratified


def drawn(seed, *, share=0.2, n=400, judged=150, right=(0.88, 0.98)):
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < share).astype(float)
    coded = np.where(truth == 1, rng.random(n) < right[0], rng.random(n) > right[1]).astype(float)
    return coded, np.where(np.arange(n) < judged, truth, np.nan)


def test_labels_alone_are_wilson():
    assert from_labels(40, 200).ends() == pytest.approx([float(end) for end in wilson(40, 200)])


def test_few_positives_move_the_lower_end_to_the_poisson_one():
    """Brown, Cai and DasGupta (2001): for one positive of n the lower end is -log(1 - .05) / n."""
    low, high = from_labels(1, 100).ends()
    assert low == pytest.approx(-np.log(0.95) / 100)
    assert from_labels(99, 100).ends() == pytest.approx((1 - high, 1 - low))


def test_the_model_assisted_share_step_by_step():
    y = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], dtype=float)
    f = np.array([0.9, 0.8, 0.4, 0.3, 0.1, 0.1, 0.2, 0.1, 0.0, 0.1])
    slope = np.cov(y, f)[0, 1] / np.var(f, ddof=1)
    slope = min(max(slope, 0), 1)
    share = y.mean() + slope * (0.25 - f.mean())
    d = y - slope * f
    plain, rest = y.mean() * (1 - y.mean()) * 10 / 9, ((d - d.mean()) ** 2).sum() / 8
    gain = min(3, plain / ((1 - 10 / 500) * rest + 10 / 500 * plain))
    found = assisted(y, f, mean_score=0.25, texts=500)
    assert (found.share, found.labels, found.slope) == pytest.approx((share, 10 * gain, slope))


def test_a_score_that_says_nothing_leaves_the_labels_alone():
    y = np.array([1, 0] * 20, dtype=float)
    assert assisted(y, np.full(40, 0.3), mean_score=0.3, texts=900) == from_labels(20, 40)


def test_the_adjudicated_share_step_by_step():
    coded, judged = drawn(3)
    m, n, texts = 150, 400, 1500
    y, part = judged[:m], coded[:m]
    slope = np.cov(y, part)[0, 1] / np.var(part, ddof=1)
    share = slope * coded.mean() + (y - slope * part).mean()
    human = np.var(y - slope * part, ddof=1)
    variance = (
        (1 / m - 1 / n) * human
        + (1 / n - 1 / texts) * (slope**2 * np.var(coded, ddof=1) + human)
        + share * (1 - share) / texts
    )
    found = adjudicated(coded, judged, texts=texts)
    assert found.share == pytest.approx(share)
    assert found.labels == pytest.approx(min(n, 3 * m, y.mean() * (1 - y.mean()) * m / ((m - 1) * variance)))
    assert found.labels > m  # the coder's reading of the others is worth something


def test_a_coder_who_sees_too_much_is_corrected():
    coded, judged = drawn(5, share=0.05, n=4000, judged=2000, right=(0.80, 0.90))
    assert coded.mean() > 0.12  # merely counting the codes says more than twice the truth
    low, high = adjudicated(coded, judged, texts=20_000).ends()
    assert low < 0.05 < high


@given(st.integers(0, 500), st.floats(0.02, 0.9))
def test_counts_of_pairs_say_what_the_texts_say(seed, share):
    coded, judged = drawn(seed, share=share, n=120, judged=60)
    pairs, counts = np.unique(np.column_stack([coded, judged]), axis=0, return_counts=True)
    one = adjudicated(coded, judged, texts=900)
    many = adjudicated(pairs[:, 0], pairs[:, 1], counts=counts, texts=900)
    assert (many.share, many.labels) == pytest.approx((one.share, one.labels))
    low, high = one.ends()
    assert 0 <= low <= one.share <= high <= 1


def test_where_all_are_adjudicated_the_coder_adds_nothing():
    coded, judged = drawn(2, n=200, judged=200)
    assert adjudicated(coded, judged, texts=900).share == pytest.approx(judged.mean())


def test_several_coders_without_adjudication_are_averaged():
    means = np.array([1.0] * 18 + [0.5] * 6 + [0.0] * 76)
    found = as_coded(means, coders=2)
    assert found.share == pytest.approx(0.21)
    assert 100 < found.labels <= 200
    assert as_coded([0.0, 1.0, 1.0], coders=1).labels == pytest.approx(3)
    assert as_coded([0.0, 0.0], coders=3).share == 0


def test_several_texts_of_one_customer_widen_the_interval():
    one, many = from_labels(40, 200), from_labels(40, 200, design_effect=1.5)
    assert many.labels == pytest.approx(one.labels / 1.5)
    assert many.ends()[0] < one.ends()[0]
    assert many.ends()[1] > one.ends()[1]


def test_strata_add_by_weight():
    parts = [from_labels(10, 100), from_labels(40, 100)]
    found = stratified(parts, weights=[0.75, 0.25])
    assert found.share == pytest.approx(0.175)
    reach = [weight * (part.share - part.ends()[0]) for weight, part in zip([0.75, 0.25], parts, strict=True)]
    assert found.ends()[0] == pytest.approx(0.175 - np.hypot(*reach))
    assert stratified([parts[0]], weights=[1.0]).ends() == pytest.approx(parts[0].ends())


def test_the_difference_of_two_quarters():
    found = difference(from_labels(38, 200), from_labels(18, 200))
    assert found.value == pytest.approx(0.10)
    assert found.low > 0
    assert found.p < 0.05
    back = difference(from_labels(18, 200), from_labels(38, 200))
    assert (back.low, back.high, back.p) == pytest.approx((-found.high, -found.low, found.p))


@given(st.integers(0, 60), st.integers(0, 60))
def test_p_and_interval_tell_the_same_story(a, b):
    found = difference(from_labels(a, 60), from_labels(b, 60))
    if abs(found.p - 0.05) > 1e-6:
        assert (found.p < 0.05) == (found.low > 0 or found.high < 0)


def test_a_ratio_of_a_zero_share_cannot_be_said():
    assert ratio(from_labels(0, 100), from_labels(9, 100)) is None
    found = ratio(from_labels(38, 200), from_labels(18, 200))
    assert found.value == pytest.approx(38 / 18)
    assert 1 < found.low < found.value < found.high


def test_groups_alike_and_apart():
    assert alike_p([from_labels(10, 100)] * 4) == pytest.approx(1)
    assert alike_p([from_labels(30, 100), from_labels(5, 100)]) < 1e-4
    assert alike_p([from_labels(0, 100)] * 2) == 1.0


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: from_labels(0, 0), r"needs one text or more, and 0 to n with the theme; got 0 of 0"),
        (lambda: from_labels(3, 2), r"got 3 of 2"),
        (lambda: adjudicated([1, 0], [np.nan, 1], texts=9), r"needs two adjudicated texts or more; got 1"),
        (lambda: adjudicated([1, np.nan], [1, 1], texts=9), r"needs 2 texts or more, all of them read; got 2"),
        (lambda: assisted([1, 0], [1], mean_score=0.5, texts=9), r"come in pairs; got shapes \(2,\), \(1,\)"),
        (lambda: stratified([from_labels(1, 9)], weights=[0.5]), r"1 strata need as many weights that sum to 1"),
    ],
)
def test_bad_input_is_told(ask, said):
    with pytest.raises(ValueError, match=said):
        ask()
