"""Fine and Gray from counts: without other ways to leave, without censoring, with late entry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.errors import FitError
from cxlab.maths.competing import aalen_johansen
from cxlab.maths.cox import cox, cox_counts
from cxlab.maths.fine_gray import fine_gray_counts

DESIGN = [[0.0], [1.0]]


def cohort(seed, *, censoring=0.0, other=0.05, ratio=2.0, periods=10, n=4000):
    """Two groups from the start; the first way has ``ratio`` in the second group."""
    rng = np.random.default_rng(seed)
    here, columns = np.array([n, n]), ([], [], [])
    for _ in range(periods):
        own, gone = rng.binomial(here, 0.04 * np.array([1, ratio])), rng.binomial(here, other)
        gone = np.minimum(gone, here - own)
        for column, counts in zip(columns, (here, own, gone), strict=True):
            column.append(counts)
        here = here - own - gone
        here = here - rng.binomial(here, censoring)
    return tuple(np.array(column) for column in columns)


def test_without_another_way_it_is_the_cox_model():
    n, own, _ = cohort(1, censoring=0.05, other=0.0)
    found = cox(fine_gray_counts(n, own, np.zeros_like(n), design=DESIGN))
    plain = cox(cox_counts(range(1, 11), n, own, design=DESIGN))
    assert found.coefficients == pytest.approx(plain.coefficients, rel=1e-12)
    assert found.errors == pytest.approx(plain.errors, rel=1e-12)


def test_without_censoring_whoever_left_another_way_stays_at_risk_whole():
    n, own, other = cohort(2)
    counts = fine_gray_counts(n, own, other, design=DESIGN)
    gone = np.vstack([np.zeros((1, 2)), np.cumsum(other, axis=0)[:-1]])
    ended = n[-1] - own[-1] - other[-1]
    assert ended.sum() > 0  # censored when all is over, which moves no weight before
    assert counts.at_risk == pytest.approx(n + gone)


def test_its_baseline_is_the_incidence_of_aalen_and_johansen_in_equal_groups():
    """Without a covariate the subdistribution hazards multiply up to 1 minus the share lost this way."""
    n, own, other = cohort(3, censoring=0.06, ratio=1.0)
    counts = fine_gray_counts(n, own, other, design=DESIGN)
    hazard = counts.lost.sum(axis=1) / counts.at_risk.sum(axis=1)
    found = aalen_johansen(range(1, 11), n.sum(axis=1), np.column_stack([own.sum(axis=1), other.sum(axis=1)]))
    assert 1 - np.cumprod(1 - hazard) == pytest.approx(found.share[:, 0])


@given(st.integers(0, 1000))
def test_counts_of_two_are_two_rows_and_the_order_of_groups_does_not_matter(seed):
    n, own, other = cohort(seed, censoring=0.1, n=60)
    one = fine_gray_counts(n, own, other, design=DESIGN)
    two = fine_gray_counts(2 * n, 2 * own, 2 * other, design=DESIGN)
    turned = fine_gray_counts(n[:, ::-1], own[:, ::-1], other[:, ::-1], design=DESIGN[::-1])
    assert two.at_risk == pytest.approx(2 * one.at_risk)
    assert turned.at_risk[:, ::-1] == pytest.approx(one.at_risk)


def test_late_entry_is_refused_in_words():
    with pytest.raises(FitError) as caught:
        fine_gray_counts([[10, 10], [12, 9]], [[1, 1], [1, 1]], [[0, 0], [0, 0]], design=DESIGN)
    assert str(caught.value) == (
        "Fine-Gray needs everybody from the start: those who left another way before they came into view "
        "were never seen"
    )


def test_everybody_gone_or_censored_at_once_leaves_nothing_undefined():
    gone = fine_gray_counts([[9, 9], [4, 4]], [[1, 1], [2, 2]], [[4, 4], [2, 2]], design=DESIGN)
    assert np.isfinite(gone.at_risk).all()
    cut = fine_gray_counts([[9, 9], [0, 0]], [[1, 1], [0, 0]], [[2, 2], [0, 0]], design=DESIGN)
    assert np.isfinite(cut.at_risk).all()
