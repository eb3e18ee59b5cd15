"""A table one quarter on: what Greenwood says of both tables, what simulated quarters say, and Student's t."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cxlab.maths.carried_forward import carried_forward, chance_above
from cxlab.maths.risk_money import Drift
from cxlab.maths.survival import kaplan_meier

DAYS = np.arange(1, 41)
AT_RISK = np.linspace(900, 300, 40).astype(int)
LOST = np.round(AT_RISK * 0.6 / (10 + DAYS)).astype(int)


@given(st.lists(st.tuples(st.integers(20, 500), st.floats(0, 0.5), st.integers(0, 300)), min_size=1, max_size=30))
def test_the_variance_is_greenwoods_of_this_table_less_that_of_the_longer_one(days):
    n, share, more = (np.array(part) for part in zip(*days, strict=True))
    d = np.floor(n * share)
    found = carried_forward(n, d, more)
    variance = [(d / n / (1 - d / n) / size).sum() for size in (n, n + more)]
    assert found.variance == pytest.approx(variance[0] - variance[1], abs=1e-12)
    assert found.survival == pytest.approx(float(np.prod(1 - d / n)))


def test_nobody_coming_moves_nothing():
    found = carried_forward(AT_RISK, LOST, np.zeros(40))
    assert found.error(Drift(variance=0.04, quarters=12)) == 0.0
    assert found.survival == pytest.approx(float(kaplan_meier(DAYS, AT_RISK, LOST).at(40)))


def test_simulated_quarters_spread_as_said():
    """Hazards drawn around those seen, a quarter that differs by 15%, customers who leave by chance."""
    rng = np.random.default_rng(5)
    q, coming = LOST / AT_RISK, np.full(40, 200)
    moved, draws = Drift(variance=0.15**2, quarters=10**9), []
    found = carried_forward(AT_RISK, LOST, coming)
    for _ in range(4_000):
        true = rng.binomial(AT_RISK, q) / AT_RISK
        lost = rng.binomial(coming, np.clip(true * rng.normal(1, 0.15), 0, 1))
        draws.append(np.prod(1 - (LOST + lost) / (AT_RISK + coming)))
    assert np.mean(draws) == pytest.approx(found.survival, rel=0.005)
    assert np.std(draws) == pytest.approx(found.error(moved), rel=0.05)


def test_the_chance_is_students():
    assert chance_above(0.46, 0.02, 0.5, degrees=11) == pytest.approx(stats.t.sf(2.0, 11))
    assert chance_above(0.46, 0.02, 0.44, degrees=11) == pytest.approx(stats.t.cdf(1.0, 11))
    assert [chance_above(0.46, 0.0, target, degrees=11) for target in (0.46, 0.47)] == [1.0, 0.0]


@pytest.mark.parametrize(("n", "d"), [([10, 0], [1, 0]), ([10, 5], [1, 5])])
def test_what_cannot_be_carried_on_is_refused(n, d):
    with pytest.raises(
        ValueError, match=r"^a curve is carried forward where somebody is at risk on every day and somebody stays$"
    ):
        carried_forward(n, d, [1, 1])
