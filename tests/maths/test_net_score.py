"""The score of one wave: published values, coverage counted out, bounds, design effects."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cxlab.maths import net_score

counts = st.tuples(*[st.integers(0, 300)] * 3).filter(sum)


def wald(p, m, d):
    """The textbook interval, to show what it would claim."""
    n = p + m + d
    share = (p - d) / n
    reach = 1.959964 * np.sqrt(((p + d) / n - share**2) / n)
    return 100 * (share - reach), 100 * (share + reach)


def raw_centred(p, m, d):
    """Adjusted spread around the raw score."""
    n = p + m + d
    up, down = (p + 0.75) / (n + 3), (d + 0.75) / (n + 3)
    reach = 195.9964 * np.sqrt((up + down - (up - down) ** 2) / (n + 3))
    centre = 100 * (p - d) / n
    return centre - reach, centre + reach


def coverage(ends, shares, *, n):
    """Exact chance that the interval of n answers holds the score of these shares."""
    p, d = np.meshgrid(np.arange(n + 1), np.arange(n + 1))
    inside = p + d <= n
    p, d = p[inside], d[inside]
    low, high = ends(p, n - p - d, d)
    weights = stats.multinomial(n, shares).pmf(np.column_stack([p, n - p - d, d]))
    true = 100 * (shares[0] - shares[2])
    return float(weights[(low <= true + 1e-9) & (true - 1e-9 <= high)].sum())


def grid(step):
    """Shares of the three groups, each of at least one step."""
    places = range(1, round(1 / step))
    return [
        (i * step, 1 - (i + j) * step, j * step) for i in places for j in places if (i + j) * step < 1 - step / 2
    ]


def test_the_textbook_interval_holds_56_percent_where_it_is_worst():
    assert coverage(wald, (0.02, 0.02, 0.96), n=20) == pytest.approx(0.56, abs=0.005)


def test_the_adjusted_interval_centred_where_it_was_adjusted_covers_and_centred_at_the_raw_score_does_not():
    kept = [coverage(net_score.adjusted_wald, shares, n=20) for shares in grid(0.1)]
    lost = [coverage(raw_centred, shares, n=20) for shares in grid(0.1)]
    assert min(kept) >= 0.94
    assert np.mean(kept) == pytest.approx(0.951, abs=0.002)
    assert min(lost) == pytest.approx(0.90, abs=0.005)
    assert np.mean(lost) < 0.925


def test_tango_matches_the_published_interval():
    """Bentur et al. (2009): 1 against 7 of 21; Fagerland, Lydersen and Laake (2017), table 8.8."""
    low, high = net_score.tango(1, 13, 7)
    assert (round(float(low) / 100, 3), round(float(high) / 100, 3)) == (-0.517, -0.026)


@given(counts)
def test_intervals_hold_their_score_inside_the_scale(case):
    value = float(net_score.score(*case))
    for ends in (net_score.adjusted_wald, net_score.tango):
        low, high = (float(end) for end in ends(*case))
        assert -100 <= low <= value + 1e-9
        assert value - 1e-9 <= high <= 100


@given(counts)
def test_turning_promoters_and_detractors_around_turns_the_interval_around(case):
    for ends in (net_score.adjusted_wald, net_score.tango):
        low, high = ends(*case)
        other_low, other_high = ends(*case[::-1])
        assert float(low) == pytest.approx(-float(other_high), abs=1e-6)
        assert float(high) == pytest.approx(-float(other_low), abs=1e-6)


def test_nobody_has_no_score():
    assert np.isnan(net_score.score(0, 0, 0))


def test_if_promoters_answer_more_often_a_score_of_44_is_a_score_of_30():
    value, low, high = net_score.if_answering_differs(60, 24, 16, promoter=1.5, passive=1.0)
    assert value == pytest.approx(30)
    assert low < 30 < high
    same, *_ = net_score.if_answering_differs(60, 24, 16, promoter=1.0)
    assert same == pytest.approx(44)
    with pytest.raises(ValueError, match=r"^somebody who never answers cannot be reckoned with; got 0 and 0.5$"):
        net_score.if_answering_differs(60, 24, 16, promoter=0)


def test_the_range_of_the_bound_holds_what_is_true():
    rng = np.random.default_rng(5)
    asked = np.array([0.4, 0.35, 0.25])
    rates = np.array([1.5, 1.25, 1.0])
    shares = asked * rates / (asked @ rates)
    ends = [net_score.if_answering_differs(*rng.multinomial(400, shares))[1:] for _ in range(800)]
    assert 0.93 < np.mean([low <= 15 <= high for low, high in ends]) < 0.975


def test_accounts_that_answer_alike_are_worth_their_number():
    """50 accounts of 4 customers who all say the same are 50 answers: the variance is four times as large."""
    signs = np.repeat([1, 1, 0, -1, -1], 10)
    p, m, d = (4 * (signs == sign).sum() for sign in (1, 0, -1))
    found = net_score.design_effect(
        p, m, d, accounts=50, net_squares=(16 * signs**2).sum(), net_times_n=(16 * signs).sum(), n_squares=50 * 16
    )
    assert float(found) == pytest.approx(4, rel=0.03)


def test_one_answer_an_account_has_no_design_effect():
    found = net_score.design_effect(5, 3, 2, accounts=10, net_squares=7, net_times_n=3, n_squares=10)
    assert float(found) == 1.0


def test_spread_of_nps_30():
    assert float(net_score.spread_of(50_000, 30_000, 20_000)) == pytest.approx(6100, rel=1e-3)
