"""What a change of the score goes with in money."""

from __future__ import annotations

import numpy as np
import pytest

from cxlab import revenue
from cxlab.claim import empty_table, finding
from cxlab.finding import Estimate, Message, Withheld
from cxlab.maths.panel import panel_fit
from cxlab.maths.panel_mix import mix_change, product
from cxlab.quarter import Quarter

QUARTERS = Quarter.span("2024Q1..2025Q4")
NOW = QUARTERS[-1]


def nps_change(points):
    """``nps.change`` as the other page records it."""
    headline = (
        None if points is None else Estimate(value=points, low=points - 4, high=points + 4, unit="points", n=900)
    )
    return finding(
        "nps.change", about=NOW, rule="x", headline=headline, message=Message("nps.change.first"),
        table=empty_table("against"), shape="bars", method=Message("nps.method.change"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def fallen(draw_panel, add_up):
    """In the last quarter a third of the promoters are passives and a third of the passives detractors."""
    rows = draw_panel(customers=2_000, seed=31)
    rng, last = np.random.default_rng(0), rows["quarter_number"] == NOW.ordinal
    for group, below in (("passive", "detractor"), ("promoter", "passive")):
        drops = last & (rows["grp"] == group) & (rng.random(len(rows)) < 1 / 3)
        rows.loc[drops, "grp"] = below
    return add_up(rows)


def test_a_fall_goes_with_its_shares_times_their_prices(fallen):
    found = revenue.change_cost(fallen, change=nps_change(-20.0), quarter=NOW)
    shares = fallen.answers[:, 1:] / fallen.answers[:, 1:].sum(axis=1, keepdims=True)
    _, promoters, detractors = shares[-1] - shares[-2]
    up, down = panel_fit(fallen.price).coefficients[:, 0]
    assert found.headline.value == pytest.approx(fallen.active * (promoters * up + detractors * down))
    assert found.headline.high < 0
    assert found.message.id == "revenue.change_cost.less.fall"
    amounts = [found.message.values[name].value for name in ("amount", "year")]
    assert amounts == [-value for value in found.table["estimate"]]


def test_over_four_quarters_spending_counts_four_times_when_everybody_stays(fallen):
    rows = revenue.change_cost(fallen, change=nps_change(-20.0), quarter=NOW).table.set_index("horizon")
    assert rows.estimate["four_quarters"] == pytest.approx(4 * rows.estimate["next_quarter"])


def test_who_left_misses_half_of_one_quarter_and_all_later_ones():
    """Four cohorts of leavers, each spread evenly over its quarter: sixteen halves of a quarter."""
    missed = [0.5 + (3 - quarter) for quarter in range(4)]
    assert revenue.change.HORIZONS["four_quarters"] == (4.0, sum(missed) / 0.5)


def test_an_unchanged_score_cannot_be_told(draw_panel, add_up):
    evidence = add_up(draw_panel(customers=500, seed=32))
    found = revenue.change_cost(evidence, change=nps_change(-0.5), quarter=NOW)
    assert found.message.id == "revenue.change_cost.cannot_tell"
    assert found.headline.low < 0 < found.headline.high


@pytest.mark.parametrize("change", [None, nps_change(None)])
def test_without_a_change_there_is_nothing_to_price(fallen, change):
    found = revenue.change_cost(fallen, change=change, quarter=NOW)
    assert isinstance(found.headline, Withheld)
    assert found.headline.reason.id == "revenue.change_cost.no_change"


def test_without_a_price_the_change_has_none(draw_panel, add_up):
    evidence = add_up(draw_panel(promoter=0, detractor=0, feedback=0.5, seed=12))
    found = revenue.change_cost(evidence, change=nps_change(-7.0), quarter=NOW)
    assert isinstance(found.headline, Withheld)
    assert found.headline.reason.id == "revenue.change_cost.not_priced"


def test_customers_who_answered_both_waves_narrow_the_change():
    """Simulated: groups of the same customers move together; the variance follows what is seen."""
    rng, changes, told = np.random.default_rng(5), [], []
    for _ in range(2_000):
        taste = rng.standard_normal(300)
        groups = [np.digitize(taste + rng.standard_normal(300), [-0.7, 1.0]) for _ in range(2)]
        asked = [rng.random(300) < 0.8 for _ in range(2)]
        counts = [np.bincount(group[asks], minlength=3) for group, asks in zip(groups, asked, strict=True)]
        both = asked[0] & asked[1]
        pairs = np.bincount(groups[0][both] * 3 + groups[1][both], minlength=9).reshape(3, 3)
        found = mix_change(counts[0], counts[1], pairs)
        changes.append(found.change)
        told.append(found.covariance)
    assert np.mean(told, axis=0) == pytest.approx(np.cov(np.array(changes).T), abs=6e-5)


def test_a_product_has_the_variance_of_products():
    rng = np.random.default_rng(6)
    one, other = (rng.multivariate_normal(mean, cov, 200_000) for mean, cov in (
        ([1.0, -2.0], [[0.3, 0.1], [0.1, 0.2]]), ([0.5, 1.5], [[0.4, -0.1], [-0.1, 0.5]])))  # fmt: skip
    value, variance = product([1.0, -2.0], [[0.3, 0.1], [0.1, 0.2]], [0.5, 1.5], [[0.4, -0.1], [-0.1, 0.5]])
    drawn = (one * other).sum(axis=1)
    assert value == pytest.approx(drawn.mean(), abs=0.02)
    assert variance == pytest.approx(drawn.var(), rel=0.02)


def test_a_wave_without_answers_is_refused():
    with pytest.raises(ValueError, match=r"^a change of the mix needs answers in both waves; got 0 and 30$"):
        mix_change([0, 0, 0], [10, 10, 10], np.zeros((3, 3)))
