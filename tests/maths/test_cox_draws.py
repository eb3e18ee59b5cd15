"""Predicted chances to stay: R's curves and errors, coverage of a planted truth, the same answer twice."""

from __future__ import annotations

import numpy as np
import pytest

from cxlab.maths.cox import cox, cox_counts
from cxlab.maths.cox_draws import baseline_draws, staying

LUNG = ["age", "sex", "ph.ecog"]
ASKED = [[50, 2, 0], [70, 1, 2]]


@pytest.mark.parametrize("method", ["efron", "breslow"])
def test_curves_and_errors_match_r(from_r, cox_rows, lung, method):
    """R's curve is Efron's too; errors of log chances agree up to the noise of 4,000 draws."""
    rows, expected = lung.dropna(subset=LUNG), from_r[f"lung_{method}"]
    counts = cox_rows(rows["time"], rows["status"], rows[LUNG])
    found = staying(baseline_draws(counts, cox(counts, ties=method), draws=4_000), ASKED, [100, 365, 730])
    for who in (0, 1):
        assert found.chance[who] == pytest.approx(expected[f"staying_{who + 1}"], rel=1e-6)
        assert np.log(found.drawn[:, who]).std(axis=0) == pytest.approx(
            expected[f"staying_error_{who + 1}"], rel=0.08
        )


def test_conditional_chances_divide(cox_rows, lung):
    rows = lung.dropna(subset=LUNG)
    counts = cox_rows(rows["time"], rows["status"], rows[LUNG])
    found = baseline_draws(counts, cox(counts))
    whole, later = staying(found, ASKED, [100, 365]), staying(found, ASKED, [365], since=100)
    assert later.chance[:, 0] == pytest.approx(whole.chance[:, 1] / whole.chance[:, 0])
    assert later.drawn[:, :, 0] == pytest.approx(whole.drawn[:, :, 1] / whole.drawn[:, :, 0])


def test_intervals_hold_the_planted_chance():
    rng, hits = np.random.default_rng(8), []
    design = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]])
    hazard = 0.05 * np.exp(design @ [0.6, -0.4])
    truth = np.exp(-10 * hazard[3])
    for _ in range(150):
        n, at_risk, lost = np.full(4, 150), [], []
        for _t in range(10):
            d = rng.binomial(n, 1 - np.exp(-hazard))
            at_risk.append(n)
            lost.append(d)
            n = n - d + rng.integers(0, 4, 4)  # some come into sight later
        counts = cox_counts(range(1, 11), at_risk, lost, design=design)
        found = staying(baseline_draws(counts, cox(counts)), design[3], 10)
        hits.append(found.low[0, 0] <= truth <= found.high[0, 0])
    assert np.mean(hits) == pytest.approx(0.95, abs=0.045)


def test_the_same_counts_in_another_order_of_patterns_give_the_same_ends(cox_rows, late):
    counts = cox_rows(late["time"], late["lost"], late[["a", "b"]], entry=late["entry"])
    turned = cox_counts(counts.times, counts.at_risk[:, ::-1], counts.lost[:, ::-1], design=counts.design[::-1])
    one, two = (staying(baseline_draws(each, cox(each)), [[1, 1]], [5, 9]) for each in (counts, turned))
    assert one.low == pytest.approx(two.low, rel=1e-9)
    assert one.high == pytest.approx(two.high, rel=1e-9)
    assert (one.low < one.chance).all()
    assert (one.chance < one.high).all()


def test_another_covariance_widens(cox_rows, late):
    counts = cox_rows(late["time"], late["lost"], late[["a", "b"]], entry=late["entry"])
    fit = cox(counts)
    wide = staying(baseline_draws(counts, fit, covariance=9 * fit.covariance), [[1, 2]], [9])
    plain = staying(baseline_draws(counts, fit), [[1, 2]], [9])
    assert (wide.high - wide.low > 1.3 * (plain.high - plain.low)).all()


def test_a_baseline_of_its_own_for_each_stratum(grid, late):
    times, n, d, patterns = grid(late["time"], late["lost"], entry=late["entry"], group=late[["a", "b"]])
    counts = cox_counts(times, n, d, design=patterns[:, :1], strata=patterns[:, 1])
    fit = cox(counts)
    curves = [staying(baseline_draws(counts, fit, stratum=s), [[0]], [8]).chance[0, 0] for s in range(3)]
    assert len(set(np.round(curves, 6))) == 3


def test_what_cannot_be_asked_is_refused():
    counts = cox_counts(
        [1, 2], [[9, 9, 9, 9]] * 2, [[1, 2, 0, 0]] * 2, design=[[0.0], [1], [0], [1]], strata=[0, 0, 1, 1]
    )
    fit = cox(counts)
    with pytest.raises(ValueError, match=r"^a baseline needs somebody lost; got nobody in stratum 1$"):
        baseline_draws(counts, fit, stratum=1)
    with pytest.raises(ValueError, match=r"^ends taken from draws need 999 of them; got 200$"):
        baseline_draws(counts, fit, draws=200)
    found = baseline_draws(counts, fit)
    with pytest.raises(ValueError, match=r"^the fit has 1 columns; the patterns asked for have 2$"):
        staying(found, [[1, 0]], [2])
    with pytest.raises(ValueError, match=r"^staying is reckoned from 3 on; got the time 2$"):
        staying(found, [[1]], [2], since=3)
