"""Repeat buying: published values, counts equal rows, derivatives, boundaries, recovery."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.errors import FitError
from cxlab.maths import buying_rows
from cxlab.maths.buying import _height, bg_nbd, buying, fit_of
from cxlab.maths.buying_rows import level_of


def drawn(*, n, r, alpha, a, b, seed, longest=600, spared=0):
    """Customers of a known law: rates gamma, drop-out after purchases but the first ``spared`` beta."""
    rng = np.random.default_rng(seed)
    rate, p = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n) if b else np.full(n, a)
    total = rng.integers(longest // 2, longest, n).astype(float)
    x, t_x, now, alive = np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n, bool)
    while alive.any():
        now = now + rng.exponential(1 / rate)
        bought = alive & (now <= total)
        x, t_x = x + bought, np.where(bought, now, t_x)
        alive = bought & ((rng.random(n) >= p) | (x <= spared))
    return x, t_x, total


def test_cdnow_gives_the_published_values(cdnow, published_buying):
    fit = bg_nbd(buying(cdnow["x"], cdnow["t_x"], cdnow["T"]))
    want = published_buying["cdnow"]
    found = [fit.r, fit.alpha, fit.a, fit.b]
    assert found == pytest.approx([want[name] for name in ("r", "alpha", "a", "b")], abs=2e-5)
    assert fit.log_likelihood == pytest.approx(want["log_likelihood"], abs=5e-4)
    assert fit.dropout == "varied"
    assert fit.bic == pytest.approx(4 * np.log(2357) - 2 * fit.log_likelihood)


def test_counts_equal_rows(cdnow):
    rows = cdnow.assign(T=np.ceil(cdnow["T"]), t_x=np.floor(cdnow["t_x"]))
    counts = rows.groupby(["x", "t_x", "T"], as_index=False).size()
    assert len(counts) < len(rows)
    one = bg_nbd(buying(rows["x"], rows["t_x"], rows["T"]))
    two = bg_nbd(buying(counts["x"], counts["t_x"], counts["T"], counts["size"]))
    assert two.parameters == pytest.approx(one.parameters, abs=1e-9)
    assert two.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-12)


@pytest.mark.parametrize(("dropout", "size"), [("varied", 4), ("one", 3), ("none", 2)])
def test_derivatives_are_those_of_differences(cdnow, dropout, size):
    height = _height(buying(cdnow["x"], cdnow["t_x"], cdnow["T"]), dropout)
    at, step = np.array([-1.2, 1.6, -0.3, 0.7])[:size], 1e-5 * np.eye(size)
    _, gradient, hessian = height(at)
    assert gradient == pytest.approx([(height(at + e)[0] - height(at - e)[0]) / 2e-5 for e in step], abs=1e-4)
    bends = np.array([(height(at + e)[1] - height(at - e)[1]) / 2e-5 for e in step])
    assert hessian == pytest.approx(bends, abs=1e-4)
    assert hessian == pytest.approx(hessian.T)


def test_a_planted_law_comes_back():
    planted = np.array([1.6, 30.0, 1.2, 12.0])
    fit = bg_nbd(buying(*drawn(n=20_000, r=1.6, alpha=30, a=1.2, b=12, seed=3)))
    errors = np.sqrt(np.diag(np.linalg.inv(-fit.hessian)))
    assert (np.abs(fit.parameters - np.log(planted)) < 3 * errors).all()
    assert errors.max() < 0.2


def test_drop_out_without_spread_is_told():
    """Where drop-out comes later than chance would have it, spread between customers can only be in the way."""
    counts = buying(*drawn(n=4_000, r=1.6, alpha=30, a=0.15, b=0, seed=5, spared=3))
    fit = bg_nbd(counts)
    assert fit.dropout == "one"
    assert fit.a + fit.b == pytest.approx(1)
    assert fit_of(counts, dropout="varied").log_likelihood < fit.log_likelihood + 1e-3
    alike = bg_nbd(buying(*drawn(n=4_000, r=1.6, alpha=30, a=0.1, b=0, seed=5)))
    assert alike.a / (alike.a + alike.b) == pytest.approx(0.1, abs=0.01)


def test_nobody_dropping_out_is_told():
    fit = bg_nbd(buying(*drawn(n=4_000, r=1.6, alpha=30, a=0.0, b=0, seed=6)))
    assert fit.dropout == "none"
    assert (fit.r, fit.alpha) == (pytest.approx(1.6, rel=0.1), pytest.approx(30, rel=0.1))
    assert len(fit.parameters) == 2


def test_a_refit_keeps_the_model_and_reaches_the_same_top(cdnow):
    counts = buying(cdnow["x"], cdnow["t_x"], cdnow["T"])
    fit = bg_nbd(counts)
    part = cdnow.iloc[:2300]
    fewer = buying(part["x"], part["t_x"], part["T"])
    assert bg_nbd(fewer, start=fit).parameters == pytest.approx(bg_nbd(fewer).parameters, abs=1e-3)
    smaller = fit_of(counts, dropout="one")
    assert bg_nbd(fewer, start=smaller).dropout == "one"


@settings(max_examples=30)
@given(st.permutations(range(12)), st.integers(0, 1000))
def test_the_order_of_rows_means_nothing(order, seed):
    x, t_x, total = (column[:12] for column in drawn(n=12, r=2, alpha=20, a=1, b=5, seed=seed))
    x[0], t_x[0] = max(x[0], 1), max(t_x[0], 1)
    at = np.array([0.1, 2.5, -0.5, 1.0])
    one = _height(buying(x, t_x, total), "varied")(at)[0]
    two = _height(buying(x[order], t_x[order], total[order]), "varied")(at)[0]
    assert two == pytest.approx(one, rel=1e-12)


def test_rows_worked_out_a_few_at_a_time_give_what_all_give(cdnow, monkeypatch):
    at = np.array([0.1, 1.6, -0.5, 1.0])
    counts = buying(cdnow["x"], cdnow["t_x"], cdnow["T"])
    whole = _height(counts, "varied")(at)
    monkeypatch.setattr(buying_rows, "_AT_ONCE", 100)
    for one, other in zip(whole, _height(counts, "varied")(at), strict=True):
        assert one == pytest.approx(other, rel=1e-12)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=30), st.sampled_from([1.0, 0.5]))
def test_distinct_values_are_looked_up_as_they_would_be_sorted(numbers, unit):
    column = np.array(numbers) * unit
    values, place = level_of(column)
    assert values.tolist() == sorted(set(column))
    assert values[place].tolist() == column.tolist()


def test_impossible_rows_are_refused():
    message = r"^every row needs whole x >= 0, 0 <= t_x <= T, t_x = 0 where x = 0, and customers >= 0$"
    for row in ((1.5, 2, 3), (1, 4, 3), (0, 1, 3), (-1, 0, 3)):
        with pytest.raises(ValueError, match=message):
            buying(*([value] for value in row))


def test_customers_who_bought_once_tell_nothing():
    message = r"^repeat buying needs customers who bought more than once; got none$"
    with pytest.raises(FitError, match=message):
        buying([0, 0], [0, 0], [30, 40])
