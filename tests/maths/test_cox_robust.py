"""Robust errors from counts: R's values, the same as from rows, refused where somebody entered late."""

from __future__ import annotations

import numpy as np
import pytest

from cxlab.maths.cox import cox, cox_counts
from cxlab.maths.cox_robust import robust_covariance
from cxlab.maths.cox_rows import cox_rows as fit_rows

LUNG = ["age", "sex", "ph.ecog"]


@pytest.mark.parametrize("method", ["efron", "breslow"])
def test_lung_matches_r(from_r, cox_rows, lung, method):
    rows = lung.dropna(subset=LUNG)
    counts = cox_rows(rows["time"], rows["status"], rows[LUNG])
    found = robust_covariance(counts, cox(counts, ties=method)) * (len(rows) - 1) / len(rows)
    assert np.sqrt(np.diag(found)) == pytest.approx(from_r[f"lung_{method}"]["robust_error"], rel=1e-7)


@pytest.mark.parametrize("method", ["efron", "breslow"])
def test_many_ties_and_strata_are_the_rows(grid, rossi, method):
    rows = rossi.assign(week=1 + rossi["week"] // 5)
    times, n, d, patterns = grid(rows["week"], rows["arrest"], group=rows[["fin", "prio", "mar"]])
    counts = cox_counts(times, n, d, design=patterns[:, :2], strata=patterns[:, 2])
    counted = robust_covariance(counts, cox(counts, ties=method))
    by_row = fit_rows(rows["week"], rows["arrest"], rows[["fin", "prio"]], strata=rows["mar"], ties=method)
    # every week somebody of each stratum is lost in, and nobody left sight before the first
    expected = by_row.robust_covariance()
    assert counts.at_risk[0].sum() == len(rows)
    assert counted == pytest.approx(expected, rel=1e-8)


def test_late_entry_is_refused():
    counts = cox_counts([1, 2], [[9, 9], [20, 8]], [[1, 2], [2, 1]], design=[[0.0], [1.0]])
    with pytest.raises(
        ValueError, match=r"^robust errors from counts need everybody seen from the start; somebody entered late$"
    ):
        robust_covariance(counts, cox(counts))
