from __future__ import annotations

import numpy as np
import pytest

from cxlab.synth import company as planted
from cxlab.synth.hazards import LONGEST_DAYS, accumulated, exit_tenure, stock_tenure


def staying(plan: int, days: int) -> float:
    return float(np.exp(-accumulated()[plan, days]))


@pytest.mark.parametrize(
    ("month", "hazard"), [(1, 0.14), (2, 0.09), (3, 0.09), (5, 0.055), (12, 0.035), (20, 0.0205), (40, 0.0135)]
)
def test_en90_loses_the_planted_share_in_each_month_of_tenure(month, hazard):
    first, last = (round(m * 365.25 / 12) for m in (month - 1, month))
    assert 1 - staying(planted.EN90, last) / staying(planted.EN90, first) == pytest.approx(hazard, rel=0.04)


def test_en_nam_leaves_almost_only_at_renewal():
    before, after = staying(planted.EN_NAM, 364), staying(planted.EN_NAM, 365)
    assert before > 0.99
    assert 1 - after / before == pytest.approx(0.27, abs=0.01)


def test_sau150_spikes_in_month_13():
    assert 1 - staying(planted.SAU150, 395) / staying(planted.SAU150, 365) == pytest.approx(0.06, abs=1e-9)


def test_an_exit_is_the_first_day_the_accumulated_hazard_reaches_the_luck():
    rng = np.random.default_rng(1)
    plan, survived = rng.integers(0, 6, 500), rng.integers(0, 2_000, 500).astype(np.int32)
    ratio, luck = rng.uniform(0.3, 3, 500), rng.exponential(size=500)
    days = exit_tenure(plan, survived, ratio, luck)
    table = accumulated()
    reached = (table[plan, days] - table[plan, survived]) * ratio
    before = (table[plan, days - 1] - table[plan, survived]) * ratio
    assert (days > survived).all()
    assert (reached >= luck - 1e-9)[days < LONGEST_DAYS].all()
    assert (days < LONGEST_DAYS).mean() > 0.9
    assert (before < luck + 1e-9).all()


def test_twice_the_ratio_squares_the_share_that_stays():
    size = 100_000
    luck = np.random.default_rng(2).exponential(size=size)
    zero, plan = np.zeros(size, np.int32), np.full(size, planted.EN90)
    once = (exit_tenure(plan, zero, np.ones(size), luck) > 200).mean()
    twice = (exit_tenure(plan, zero, np.full(size, 2.0), luck) > 200).mean()
    assert twice == pytest.approx(once**2, abs=0.01)


def test_tenure_at_the_opening_follows_the_survivors():
    size = 200_000
    u = np.random.default_rng(3).random(size)
    days = stock_tenure(np.full(size, planted.EN90), u)
    assert days.min() == 1
    assert days.max() <= planted.OLDEST_YEARS * 365.25
    young, old = ((days > at) & (days <= at + 30) for at in (0, 1_000))
    curve = np.exp(-accumulated()[planted.EN90])
    assert old.sum() / young.sum() == pytest.approx(curve[1_001:1_031].sum() / curve[1:31].sum(), rel=0.06)


def expected(term: str, code: int | str, ratios: dict[str, dict[str, float]]) -> float:
    if term == "band":
        return float(np.log(-np.log1p(-planted.HAZARD_BANDS[int(code)][1])))
    return float(np.log(ratios[term][str(code)]))


def test_planted_hazards_come_back_from_the_true_spells(calm, hazard_model):
    """Oracle: a Poisson regression of exits on tenure bands and traits, written for these tests.

    Plans with a renewal or a term are left out: their spikes fall into a band of all.
    """
    spells = calm.spells()
    fitted = hazard_model(spells[~spells["plan"].isin(["en_nam", "sau150"])])
    assert len(fitted) == 20
    for (term, code), row in fitted.iterrows():
        truth = expected(term, code, calm.truth.planted["hazard_ratio"])
        assert abs(row["log"] - truth) < 3.1 * row["se"] + 0.015, (term, code, np.exp(row["log"]), np.exp(truth))


@pytest.mark.parametrize("plan", ["en_nam", "sau150"])
def test_plans_with_a_spike_keep_their_ratio_over_all_tenures(calm, hazard_model, plan):
    row = hazard_model(calm.spells()).loc[("plan", plan)]
    truth = np.log(calm.truth.planted["hazard_ratio"]["plan"][plan])
    assert abs(row["log"] - truth) < 3.1 * row["se"] + 0.05


def test_nothing_differs_between_the_halves_of_the_null_segment(calm, hazard_model):
    row = hazard_model(calm.spells()).loc[("segment", "b")]
    assert abs(row["log"]) < 3 * row["se"]
    assert row["se"] < 0.025
