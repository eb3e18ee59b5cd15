"""Aalen-Johansen: an oracle, a simulation, laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.maths.competing import aalen_johansen
from cxlab.maths.survival import kaplan_meier


def test_shares_and_variance_equal_lifelines_without_ties():
    from lifelines import AalenJohansenFitter

    rng = np.random.default_rng(4)
    time, event = rng.permutation(np.arange(1, 301)), rng.integers(0, 3, 300)
    oracle = AalenJohansenFitter().fit(time, event, event_of_interest=1)
    order = np.argsort(time)
    lost = np.column_stack([event[order] == 1, event[order] == 2])
    found = aalen_johansen(time[order], np.arange(300, 0, -1), lost)
    share = oracle.cumulative_density_.to_numpy().ravel()[1:]
    assert found.share[:, 0] == pytest.approx(share[-300:])
    assert found.variance[:-1, 0] == pytest.approx(
        oracle.variance_.to_numpy().ravel()[-300:-1], rel=1e-6, abs=1e-9
    )


def test_variance_is_that_of_a_simulation():
    """4,000 cohorts of 300 with tied exits for two causes: formula and variance seen agree within 6%."""
    rng = np.random.default_rng(5)
    hazards, seen, formula = ((0.10, 0.05), (0.06, 0.08), (0.04, 0.02)), [], []
    for _ in range(4000):
        n, at_risk, lost = 300, [], []
        for q in hazards:
            d = rng.multinomial(n, [*q, 1 - sum(q)])[:2]
            at_risk.append(n)
            lost.append(d)
            n -= int(d.sum()) + rng.binomial(n - int(d.sum()), 0.05)
        found = aalen_johansen([1, 2, 3], at_risk, lost)
        seen.append(found.share[-1])
        formula.append(found.variance[-1])
    assert np.var(seen, axis=0) == pytest.approx(np.mean(formula, axis=0), rel=0.06)
    truth = 0.10 + 0.85 * 0.06 + 0.85 * 0.86 * 0.04
    assert np.mean(seen, axis=0)[0] == pytest.approx(truth, abs=0.002)


def test_one_bucket_for_two_exits_claims_too_much():
    """Two exits as one trap: with half lost to another cause, 1 - Kaplan-Meier claims 45% where 35% is true."""
    n, at_risk, lost = 100_000.0, [], []
    for _ in range(12):
        at_risk.append(n)
        lost.append((n * 0.0487, n * 0.0470))
        n -= sum(lost[-1])
    found = aalen_johansen(range(1, 13), at_risk, lost)
    assert found.share[-1, 0] == pytest.approx(0.35, abs=0.01)
    assert found.alone[-1, 0] == pytest.approx(0.45, abs=0.01)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=10))
def test_causes_sum_to_the_loss_and_alone_is_never_less(rows):
    n, at_risk, lost = 120, [], []
    for first, second, censored in rows:
        at_risk.append(n)
        lost.append((first, second))
        n -= first + second + censored
    times = range(1, len(rows) + 1)
    found = aalen_johansen(times, at_risk, lost)
    curve = kaplan_meier(times, at_risk, np.sum(lost, axis=1))
    assert found.share.sum(axis=1) == pytest.approx(1 - curve.survival)
    assert (found.alone >= found.share - 1e-12).all()
    low, high = found.interval()
    assert ((low <= found.share + 1e-12) & (found.share <= high + 1e-12)).all()


def test_a_count_of_two_is_two_rows():
    single = aalen_johansen([1, 2], [20, 14], [(2, 1), (3, 2)])
    double = aalen_johansen([1, 2], [40, 28], [(4, 2), (6, 4)])
    assert double.share == pytest.approx(single.share)
    assert double.variance == pytest.approx(single.variance / 2)


def test_one_cause_alone_has_greenwoods_variance():
    found = aalen_johansen([1, 2, 3], [50, 40, 30], [[5], [4], [3]])
    curve = kaplan_meier([1, 2, 3], [50, 40, 30], [5, 4, 3])
    assert found.variance[:, 0] == pytest.approx(curve.survival**2 * curve.variance)
