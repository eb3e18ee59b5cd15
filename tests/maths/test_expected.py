"""What repeat buying expects: published, against the hypergeometric form, where that fails, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from cxlab.maths.buying import BuyingFit, bg_nbd, buying
from cxlab.maths.expected import alive, discounted_purchases, purchases


def law(r, alpha, a, b, dropout="varied"):
    nothing = np.zeros(0)
    return BuyingFit(r=r, alpha=alpha, a=a, b=b, dropout=dropout, log_likelihood=0.0, bic=0.0, parameters=nothing,
                     hessian=nothing)  # fmt: skip


def by_hypergeometric(fit, x, t_x, total, horizon):
    """Equation 10 of Fader, Hardie and Lee (2005); it divides by a - 1."""
    z = horizon / (fit.alpha + total + horizon)
    series = special.hyp2f1(fit.r + x, fit.b + x, fit.a + fit.b + x - 1, z)
    gone = 1 - ((fit.alpha + total) / (fit.alpha + total + horizon)) ** (fit.r + x) * series
    return (fit.a + fit.b + x - 1) / (fit.a - 1) * gone * alive(fit, x, t_x, total)


LAWS = [law(0.24, 4.4, 0.79, 2.4), law(1.6, 30, 1.2, 12), law(0.05, 3, 0.05, 2), law(3, 20, 30, 400)]
CUSTOMERS = [(0, 0, 100, 30.0), (2, 30.43, 38.86, 39.0), (50, 900, 1000, 365.0), (3, 80, 1000, 3650.0)]


def test_the_published_expectation(cdnow, published_buying):
    want = published_buying["cdnow"]["expected"]
    fit = bg_nbd(buying(cdnow["x"], cdnow["t_x"], cdnow["T"]))
    found = purchases(fit, want["x"], want["t_x"], want["total"], horizon=want["horizon"])
    assert float(found) == pytest.approx(want["purchases"], abs=5e-4)


@pytest.mark.parametrize("fit", LAWS, ids=lambda fit: f"a={fit.a}")
@pytest.mark.parametrize(("x", "t_x", "total", "horizon"), CUSTOMERS)
def test_it_is_the_hypergeometric_form_where_that_can_be_had(fit, x, t_x, total, horizon):
    found = float(purchases(fit, x, t_x, total, horizon=horizon))
    assert found == pytest.approx(by_hypergeometric(fit, x, t_x, total, horizon), rel=1e-10)


def test_nothing_happens_at_a_equal_to_one():
    below, at, above = (
        float(purchases(law(1.6, 30, a, 12), 50, 900, 1000, horizon=365)) for a in (1 - 1e-7, 1.0, 1 + 1e-7)
    )
    assert below == pytest.approx(at, rel=1e-6)
    assert above == pytest.approx(at, rel=1e-6)


def test_thousands_of_purchases_are_those_of_a_simulation():
    """Given alive: rate gamma(r + x, alpha + T), drop-out beta(a, b + x), drawn two million times."""
    fit, x, total, horizon, discount = law(0.24, 4.4, 0.79, 2.4), 5000, 1000.0, 365.0, 0.00026
    rng = np.random.default_rng(11)
    rate, p = rng.gamma(fit.r + x, 1 / (fit.alpha + total), 2_000_000), rng.beta(fit.a, fit.b + x, 2_000_000)
    here = float(alive(fit, x, 999.9, total))
    ahead = -np.expm1(-rate * p * horizon) / p
    found = float(purchases(fit, x, 999.9, total, horizon=horizon))
    assert found == pytest.approx(here * ahead.mean(), abs=5 * here * ahead.std() / np.sqrt(2e6))
    later = rate / (discount + rate * p)
    found = float(discounted_purchases(fit, x, 999.9, total, discount=discount))
    assert found == pytest.approx(here * later.mean(), abs=5 * here * later.std() / np.sqrt(2e6))


@pytest.mark.parametrize("fit", LAWS[:3], ids=lambda fit: f"a={fit.a}")
def test_discounting_is_the_integral_over_horizons(fit):
    """The discounted sum is the integral of d e^(-d s) E[Y(s)]."""
    discount, ends = 0.003, np.concatenate([[0.0], np.geomspace(1e-2, 40 / 0.003, 400)])
    for x, t_x, total in ((0, 0.0, 100.0), (2, 30.0, 38.0), (50, 900.0, 1000.0)):
        bought = [float(purchases(fit, x, t_x, total, horizon=end)) for end in ends]
        area = integrate.simpson(discount * np.exp(-discount * ends) * bought, x=ends)
        found = float(discounted_purchases(fit, x, t_x, total, discount=discount))
        assert found == pytest.approx(area, rel=1e-4)


def test_values_between_the_nodes_are_as_exact_as_at_them():
    fit, total = LAWS[0], np.linspace(5, 1500, 301)
    whole = discounted_purchases(fit, 3, 4.0, total, discount=0.0003)
    alone = [float(discounted_purchases(fit, 3, 4.0, each, discount=0.0003)) for each in total[::30]]
    assert whole[::30] == pytest.approx(alone, rel=1e-7)


def test_what_comes_late_and_what_comes_soon_are_all():
    fit = LAWS[1]
    whole, late = (
        float(discounted_purchases(fit, 5, 100.0, 120.0, discount=0.0003, after=after)) for after in (0.0, 1000.0)
    )
    assert 0 < late < whole
    step = np.linspace(0, 1000, 201)
    bought = np.array([float(purchases(fit, 5, 100.0, 120.0, horizon=end)) for end in step])
    soon = integrate.simpson(0.0003 * np.exp(-0.0003 * step) * bought, x=step) + np.exp(-0.3) * bought[-1]
    assert late == pytest.approx(whole - soon, rel=1e-6)


@settings(max_examples=40)
@given(st.floats(0.1, 5), st.floats(1, 100), st.floats(0.1, 5), st.floats(0.1, 50), st.integers(0, 80))
def test_longer_horizons_hold_more_and_silence_means_less(r, alpha, a, b, x):
    fit = law(r, alpha, a, b)
    total, t_x = 400.0, 0.0 if x == 0 else 300.0
    bought = [float(purchases(fit, x, t_x, total, horizon=horizon)) for horizon in (0.0, 10.0, 100.0, 1000.0)]
    assert bought[0] == 0
    assert sorted(bought) == bought
    assert 0 <= float(alive(fit, x, t_x, 800.0)) <= float(alive(fit, x, t_x, total)) <= 1


def test_without_drop_out_buying_goes_on():
    fit = law(2.0, 30.0, 0.0, 1.0, "none")
    assert float(alive(fit, 4, 10.0, 500.0)) == 1
    assert float(purchases(fit, 4, 10.0, 500.0, horizon=53.0)) == pytest.approx(6 / 530 * 53)
    assert float(discounted_purchases(fit, 4, 10.0, 500.0, discount=0.001)) == pytest.approx(6 / 530 / 0.001)


def test_one_chance_of_drop_out_is_the_limit_of_many_alike():
    narrow, one = law(2.0, 30.0, 1000.0, 9000.0), law(2.0, 30.0, 0.1, 0.9, "one")
    for x, t_x in ((0, 0.0), (4, 90.0)):
        many = float(discounted_purchases(narrow, x, t_x, 120.0, discount=0.001))
        assert float(discounted_purchases(one, x, t_x, 120.0, discount=0.001)) == pytest.approx(many, rel=1e-3)


def test_a_future_without_end_or_discount_is_refused():
    with pytest.raises(
        ValueError, match=r"^a horizon without discount must end: a number of periods >= 0; got inf$"
    ):
        purchases(LAWS[0], 1, 1.0, 2.0, horizon=np.inf)
    message = r"^a future without end needs a discount rate above 0; got 0$"
    with pytest.raises(ValueError, match=message):
        discounted_purchases(LAWS[0], 1, 1.0, 2.0, discount=0)
