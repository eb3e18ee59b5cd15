"""The score test of proportional hazards: brute force, replicated rows, power and size."""

from __future__ import annotations

import numpy as np
import pytest

from cxlab.maths.cox import cox, cox_counts
from cxlab.maths.proportional import proportionality


def brute_force(time, lost, x, beta, clock):
    """Score and information of (b, c) in x b + x g(t) c at c = 0, loss by loss, Breslow's ties or none."""
    score, information = np.zeros(4), np.zeros((4, 4))
    for who in np.flatnonzero(lost):
        risk = time >= time[who]
        w = np.exp(x[risk] @ beta)
        wide = np.hstack([x[risk], x[risk] * clock[time[who]]])
        mean = (w[:, None] * wide).sum(axis=0) / w.sum()
        score += np.concatenate([x[who], x[who] * clock[time[who]]]) - mean
        information += (w[:, None] * wide).T @ wide / w.sum() - np.outer(mean, mean)
    return score, information


def test_the_test_is_the_score_test_row_by_row(cox_rows):
    rng = np.random.default_rng(6)
    x = rng.integers(0, 3, (150, 2)).astype(float)
    time, lost = rng.permutation(np.arange(1, 151)), rng.random(150) < 0.7
    counts = cox_rows(time, lost, x)
    fit = cox(counts)
    survival, clock = 1.0, {}
    for u in np.sort(time[lost]):
        clock[u] = 1 - survival
        survival *= 1 - 1 / (time >= u).sum()
    mean = np.mean(list(clock.values()))
    score, information = brute_force(time, lost, x, fit.coefficients, {u: g - mean for u, g in clock.items()})
    each, together = proportionality(counts, fit, groups=[[0], [1]])
    assert together.statistic == pytest.approx(score @ np.linalg.solve(information, score), rel=1e-6)
    for column, found in enumerate(each):
        keep = [0, 1, 2 + column]
        part = score[keep]
        expected = part @ np.linalg.solve(information[np.ix_(keep, keep)], part)
        assert found.statistic == pytest.approx(expected, rel=1e-6)
        assert found.degrees == 1


def test_a_count_of_two_is_two_rows(cox_rows, late):
    rows = late.loc[late.index.repeat(2)]
    found = []
    for frame, weight in ((late, np.full(len(late), 2)), (rows, None)):
        counts = cox_rows(frame["time"], frame["lost"], frame[["a", "b"]], entry=frame["entry"], weight=weight)
        found.append(proportionality(counts, cox(counts), groups=[[0, 1]])[0][0])
    assert found[0].statistic == pytest.approx(found[1].statistic, rel=1e-9)
    assert found[0].p == pytest.approx(found[1].p, rel=1e-9)


def company(rng, late_ratio):
    """Two groups of 300; group 1 has twice the hazard for 6 periods, then ``late_ratio`` times."""
    n, at_risk, lost = np.array([300, 300]), [], []
    for t in range(14):
        d = rng.binomial(n, 0.05 * np.array([1.0, 2.0 if t < 6 else late_ratio]))
        at_risk.append(n)
        lost.append(d)
        n = n - d
    counts = cox_counts(range(14), at_risk, lost, design=[[0.0], [1.0]])
    return proportionality(counts, cox(counts), groups=[[0]])[1].p


def test_false_alarms_are_five_in_a_hundred_and_a_crossing_is_seen():
    rng = np.random.default_rng(8)
    assert np.mean([company(rng, 2.0) < 0.05 for _ in range(400)]) == pytest.approx(0.05, abs=0.03)
    assert np.mean([company(rng, 0.5) < 0.05 for _ in range(50)]) > 0.9
