"""Change between two waves: paired, independent and in between by one formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.maths import net_change, net_score


def independent(then, now):
    """Two waves that share nobody; answers are (promoters, passives, detractors)."""
    table = np.zeros((4, 4))
    table[:3, 3], table[3, :3] = then[::-1], now[::-1]
    return table


tables = st.lists(st.integers(0, 60), min_size=16, max_size=16).map(lambda flat: np.reshape(flat, (4, 4)))
answered = tables.filter(lambda table: table[:3].sum() > 0 and table[:, :3].sum() > 0)


def test_the_smallest_change_seen_on_page_one():
    """400 answers a wave at NPS 30: 15.5 points, four times in five."""
    spread = 100**2 * (0.5 + 0.2 - 0.3**2)
    assert round(float(net_change.smallest_seen(np.sqrt(2 * spread / 400))), 1) == 15.5
    assert net_change.answers_needed(spread, change=15.47) == pytest.approx(400, abs=1)


def test_independent_waves_have_the_variance_of_their_sum():
    found = net_change.change(independent((200, 120, 80), (180, 110, 110)))
    assert float(found.value) == pytest.approx(17.5 - 30)
    n = 401.5
    spreads = []
    for p, d in ((200.375, 80.375), (180.375, 110.375)):
        spreads.append((p + d) / n - ((p - d) / n) ** 2)
    assert float(found.error) == pytest.approx(100 * np.sqrt(sum(spreads) / n))
    assert float(found.both) == 0


def test_everybody_twice_is_paired():
    """The same customers, 20 of 300 move one step down: the paired error is far smaller."""
    twice = np.diag([60.0, 80.0, 140.0, 0.0])
    twice[2, 1] = 20
    paired = net_change.change(twice)
    apart = net_change.change(independent((160, 80, 60), (140, 100, 60)))
    assert float(paired.value) == pytest.approx(float(apart.value))
    assert float(paired.error) < float(apart.error) / 3
    assert float(paired.p) < 0.001 < 0.05 < float(apart.p)


def test_fewer_than_ten_twice_are_taken_as_independent():
    table = independent((200, 120, 80), (180, 110, 110))
    table[2, 2] += 9
    assert float(net_change.change(table).correlation) == 0
    table[0, 0] += 5
    assert float(net_change.change(table).correlation) > 0


@given(answered)
def test_the_interval_holds_the_change_and_turns_with_time(table):
    found, back = net_change.change(table), net_change.change(table.T)
    assert float(found.low) <= float(found.value) <= float(found.high)
    assert float(back.value) == pytest.approx(-float(found.value), abs=1e-9)
    assert float(back.low) == pytest.approx(-float(found.high), abs=1e-9)
    assert float(back.p) == pytest.approx(float(found.p))


@given(answered)
def test_the_change_is_the_difference_of_the_scores(table):
    d, m, p = table[:, :3].sum(axis=0)
    d0, m0, p0 = table[:3].sum(axis=1)
    now, then = net_score.score(p, m, d), net_score.score(p0, m0, d0)
    assert float(net_change.change(table).value) == pytest.approx(float(now - then), abs=1e-9)


def test_many_tables_at_once_are_each_of_them():
    rng = np.random.default_rng(1)
    many = rng.integers(0, 50, (7, 4, 4))
    together = net_change.change(many)
    for place, table in enumerate(many):
        alone = net_change.change(table)
        assert float(together.low[place]) == pytest.approx(float(alone.low))
        assert float(together.p[place]) == pytest.approx(float(alone.p))


def test_a_design_effect_widens():
    table = independent((200, 120, 80), (180, 110, 110))
    wide = net_change.change(table, design_effect=4.0)
    assert float(wide.error) == pytest.approx(2 * float(net_change.change(table).error))


def test_wrong_tables_are_refused_in_words():
    with pytest.raises(ValueError, match=r"absent by the same\); got the shape \(3, 4\)$"):
        net_change.change(np.ones((3, 4)))
    with pytest.raises(ValueError, match=r"got the shape \(4, 4\) with negative counts$"):
        net_change.change(-np.ones((4, 4)))
    with pytest.raises(ValueError, match=r"^no number of answers shows a change of zero$"):
        net_change.answers_needed(6100, change=0)
    with pytest.raises(ValueError, match=r"^power must lie between 0 and 1; got 80$"):
        net_change.smallest_seen(1.0, power=80)
