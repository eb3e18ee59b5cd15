"""Brier's score under censoring: R's weights, the plain mean without censoring, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.maths.brier import brier
from cxlab.maths.survival import kaplan_meier


def test_lung_with_weights_for_censoring_matches_r(from_r, grid, lung):
    times, n, d, sexes = grid(lung["time"], lung["status"], group=lung["sex"], every=True)
    chance = [[kaplan_meier(times, n[:, s], d[:, s]).at(365)] for s in range(len(sexes))]
    found = brier(times, n, d, chance, until=365)
    assert found.score[0] == pytest.approx(from_r["lung_brier"]["score"][0], rel=1e-8)
    assert found.flat[0] == pytest.approx(from_r["lung_brier"]["flat"][0], rel=1e-8)
    assert found.gain[0] == pytest.approx(1 - found.score[0] / found.flat[0])


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_without_censoring_it_is_the_plain_mean_of_squares(seed):
    rng = np.random.default_rng(seed)
    life, group = rng.integers(1, 9, 60), rng.integers(0, 2, 60)
    times = np.arange(1, 9)
    n, d = (
        np.column_stack([[who(u, g) for u in times] for g in (0, 1)])
        for who in (
            lambda u, g: ((life >= u) & (group == g)).sum(),
            lambda u, g: ((life == u) & (group == g)).sum(),
        )
    )
    chance = rng.random((2, 3))
    found = brier(times, n, d, chance, until=[0, 3, 5])
    for place, t in enumerate((0, 3, 5)):
        expected = np.mean(((life > t) - chance[group, place]) ** 2)
        assert found.score[place] == pytest.approx(expected)


def test_better_chances_score_better():
    times, n, d = [1, 2], [[50, 50], [45, 20]], [[5, 30], [5, 10]]
    good, bad = ([[first], [second]] for first, second in ((0.9, 0.4), (0.4, 0.9)))
    assert brier(times, n, d, good, until=1).gain[0] > 0 > brier(times, n, d, bad, until=1).gain[0]


def test_late_entry_is_refused_in_words():
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        brier([1, 2], [[10], [12]], [[1], [1]], [[0.5]], until=1)
    assert str(caught.value) == (
        "grading under censoring needs everybody seen from the start; somebody entered late: follow them from a "
        "landmark instead"
    )


def test_chances_beyond_what_is_seen_are_refused():
    with pytest.raises(
        ValueError, match=r"^chances can be graded from 0 to 2, the last time anybody is in sight; got \[3\.\]$"
    ):
        brier([1, 2], [[10], [9]], [[1], [1]], [[0.5]], until=3)
