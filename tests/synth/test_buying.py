"""The textbook population: its laws hold, and its parameters come back from a fit by somebody else's code."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from cxlab.synth import Habits, buyers


@pytest.fixture(scope="module")
def population():
    return buyers(20_000, seed=2)


def test_a_fit_gives_back_what_was_planted(population):
    lifetimes = pytest.importorskip("lifetimes")
    x, last, watched, amount = population.summary()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rhythm = lifetimes.BetaGeoFitter().fit(x, last, watched).params_
        spend = lifetimes.GammaGammaFitter().fit(x[x > 0], amount[x > 0]).params_
    assert rhythm.to_dict() == pytest.approx({"r": 1.6, "alpha": 30, "a": 1.2, "b": 12}, rel=0.12)
    assert spend.to_dict() == pytest.approx({"p": 6, "q": 4, "v": 12_000}, rel=0.12)


def test_everybody_buys_first_on_day_0_and_in_order(population):
    first = np.flatnonzero(np.diff(population.who, prepend=-1))
    assert (population.on[first] == 0).all()
    assert len(first) == population.size
    assert (np.diff(population.on)[np.diff(population.who) == 0] >= 0).all()


def test_who_stopped_buys_no_more_and_who_is_alive_may(population):
    gone = ~population.alive
    assert population.later(days=180)[gone].sum() == 0
    assert population.later(days=180)[population.alive].mean() > 1
    assert (population.on <= population.stops[population.who]).all()


def test_what_is_summed_up_is_what_was_seen(population):
    x, last, watched, amount = population.summary()
    assert ((last <= watched) & ((last > 0) == (x > 0)) & ((amount > 0) == (x > 0))).all()
    assert (watched >= 270).all()
    assert (watched <= 540).all()


def test_the_mean_amount_is_that_of_the_law(population):
    assert population.mean_amount.mean() == pytest.approx(6 * 12_000 / 3, rel=0.02)
    assert population.amount.mean() == pytest.approx(24_000, rel=0.03)


def test_without_dropping_out_purchases_are_a_poisson_process():
    found = buyers(4_000, seed=5, watched_days=(300, 300), habits=Habits(r=50, alpha_days=500, a=1e-6, b=1e6))
    x, *_ = found.summary()
    assert found.alive.all()
    assert x.mean() == pytest.approx(30, rel=0.02)
    assert x.var() == pytest.approx(30 + 30**2 / 50, rel=0.1)


def test_the_same_seed_draws_the_same():
    assert (buyers(50, seed=3).on == buyers(50, seed=3).on).all()
    assert buyers(50, seed=3).on.sum() != buyers(50, seed=4).on.sum()


@pytest.mark.parametrize(
    "how", [{"size": 0}, {"watched_days": (0, 10)}, {"watched_days": (20, 10)}, {"holdout_days": -1}]
)
def test_impossible_populations_are_refused(how):
    asked = {"size": 10, "seed": 1, **how}
    with pytest.raises(
        ValueError, match="needed: a size of 1 or more, 0 < watched from <= watched to, a holdout of 0 or more"
    ):
        buyers(asked.pop("size"), **asked)


def test_parameters_must_be_positive():
    with pytest.raises(ValueError, match=r"^parameters must be above 0; got r=0, b=-1$"):
        Habits(r=0, b=-1)
