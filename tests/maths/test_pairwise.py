"""Log-rank tests of pairs: linked customers, strata, groups that cannot be compared."""

from __future__ import annotations

import numpy as np
import pytest

from cxlab.errors import FitError
from cxlab.maths.pairwise import one_step, pairwise_log_rank
from cxlab.maths.survival import log_rank


def companies(rng, ratios, *, households, of, shared):
    """Households with a common mood of size ``shared``, spread over 40 buckets: counts (40, 12 months, groups)."""
    n, d = np.zeros((40, 12, len(ratios))), np.zeros((40, 12, len(ratios)))
    for group, ratio in enumerate(ratios):
        mood = rng.gamma(1 / shared, shared, households) if shared else np.ones(households)
        month = rng.geometric(1 - np.exp(-0.05 * ratio * np.repeat(mood, of)))
        bucket = np.repeat(rng.integers(0, 40, households), of)
        for t in range(12):
            np.add.at(n[:, t, group], bucket[month > t], 1)
            np.add.at(d[:, t, group], bucket[month == t + 1], 1)
    return n, d


def test_linked_customers_are_not_counted_as_so_many_witnesses():
    """Equal groups of 60 households of eight: the plain test cries wolf, leaving buckets out does not."""
    rng = np.random.default_rng(3)
    plain, linked = [], []
    for _ in range(150):
        n, d = companies(rng, (1, 1), households=60, of=8, shared=0.6)
        totals = n.sum(axis=0), d.sum(axis=0)
        plain.append(pairwise_log_rank(*totals)[0].p < 0.05)
        linked.append(pairwise_log_rank(*totals, buckets=(n, d))[0].p < 0.05)
    assert np.mean(plain) > 0.15
    assert np.mean(linked) == pytest.approx(0.05, abs=0.05)


def test_where_nobody_is_linked_both_agree_and_a_difference_is_found():
    rng = np.random.default_rng(4)
    n, d = companies(rng, (1, 1.1, 2), households=900, of=1, shared=0)
    plain = pairwise_log_rank(n.sum(axis=0), d.sum(axis=0))
    linked = pairwise_log_rank(n.sum(axis=0), d.sum(axis=0), buckets=(n, d))
    assert [(each.first, each.second) for each in linked] == [(0, 1), (0, 2), (1, 2)]
    for one, other in zip(plain, linked, strict=True):
        assert (one.adjusted < 0.05) == (other.adjusted < 0.05)
        assert one.adjusted >= one.p
    assert [each.adjusted < 0.05 for each in linked] == [False, True, True]


def test_strata_are_compared_within_themselves():
    """Two seasons, each with equal groups; one group is seen in the bad season more often."""
    n = np.array([[[900, 100]] * 6, [[100, 900]] * 6], dtype=float)
    d = n * np.array([0.02, 0.10])[:, None, None]
    assert pairwise_log_rank(n.sum(axis=0), d.sum(axis=0))[0].p < 1e-6
    assert pairwise_log_rank(n, d)[0].p == pytest.approx(1.0)
    parts = np.stack([n / 40] * 40), np.stack([d / 40] * 40)
    assert pairwise_log_rank(n, d, buckets=parts)[0].p == pytest.approx(1.0)
    assert log_rank(n, d).statistic == pytest.approx(0.0, abs=1e-12)


def test_the_order_of_groups_and_times_does_not_matter():
    rng = np.random.default_rng(5)
    n, d = rng.integers(20, 60, (9, 3)), rng.integers(0, 4, (9, 3))
    straight, turned = pairwise_log_rank(n, d), pairwise_log_rank(n[::-1, ::-1], d[::-1, ::-1])
    assert [each.p for each in turned] == pytest.approx([straight[place].p for place in (2, 1, 0)])


def test_pairs_never_seen_together_or_without_losses_are_left_out():
    n = np.array([[9, 9, 0], [8, 8, 0], [0, 0, 7]])
    d = np.array([[1, 1, 0], [2, 1, 0], [0, 0, 3]])
    assert [(each.first, each.second) for each in pairwise_log_rank(n, d)] == [(0, 1)]
    parts = np.stack([n] * 40), np.stack([d] * 40)
    assert len(pairwise_log_rank(n * 40, d * 40, buckets=parts)) == 1
    assert pairwise_log_rank(n, np.zeros_like(d)) == []
    assert np.isnan(one_step(np.array([[5.0, 0.0]]), np.array([[1.0, 0.0]])))


def test_too_few_buckets_are_refused():
    n, d = np.full((40, 3, 2), 0), np.full((40, 3, 2), 0)
    n[:9], d[:9] = 50, 2
    with pytest.raises(FitError) as caught:
        pairwise_log_rank(n.sum(axis=0), d.sum(axis=0), buckets=(n, d))
    assert str(caught.value) == "leaving buckets out needs 20 buckets with somebody in them; got 9"
