"""Slow proof of the price of a step: bias, coverage and the veto. ``pytest tests/proofs`` writes price.md here.

Panels: taste a, mood w and luck u standard normal; s = a + w, P = s > .8, D = s < -.5;
Y_k = 50 + 10 a + 3 P_{k-1} - 4 D_{k-1} + 8 u_k; feedback f adds f u_{k-1} to s_k.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cxlab.evidence.panel import evidence_of
from cxlab.evidence.panel_rows import DETRACTOR, PASSIVE, PROMOTER, block_of
from cxlab.maths.intervals import multiplier
from cxlab.maths.panel import panel_fit
from cxlab.quarter import Quarter
from cxlab.revenue.stops import order_p

QUARTERS = Quarter.span("2024Q1..2025Q4")
TRUE = np.array([3.0, -4.0])
ROWS: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def written():
    yield
    head = [
        "# The price of a step: measured",
        "",
        "Written by `pytest tests/proofs`; draws are independent and seeded.",
        "",
    ]
    columns = "| panels | setting | bias, promoter / detractor | coverage of 95% | stopped by the veto |"
    lines = [*head, columns, "|--|--|--|--|--|", *ROWS, ""]
    (Path(__file__).parent / "price.md").write_text("\n".join(lines), encoding="utf-8")


def evidence(rng, *, customers=1000, true=TRUE, feedback=0.0, same_quarter=0.0, persistence=0.0):
    """Evidence of one drawn panel, straight from arrays: one account per customer."""
    t = len(QUARTERS)
    taste, mood, luck = rng.standard_normal((customers, 1)), *rng.standard_normal((2, customers, t))
    for path in (mood, luck):
        for quarter in range(1, t):
            path[:, quarter] = persistence * path[:, quarter - 1] + np.sqrt(1 - persistence**2) * path[:, quarter]
    score = taste + mood
    score[:, 1:] += feedback * luck[:, :-1]
    up, down = score > 0.8, score < -0.5
    revenue = 50 + 10 * taste + 8 * luck + same_quarter * up
    revenue[:, 1:] += true[0] * up[:, :-1] + true[1] * down[:, :-1]
    who = np.repeat(np.arange(customers), t)
    columns = {
        "account": who, "customer": who, "quarter": np.tile([q.ordinal for q in QUARTERS], customers),
        "revenue": revenue.ravel(), "days": np.tile([q.days for q in QUARTERS], customers),
        "answer": np.where(up, PROMOTER, np.where(down, DETRACTOR, PASSIVE)).ravel(),
        "stays": np.ones(customers * t, dtype=bool),
    }  # fmt: skip
    block = block_of(columns, quarters=QUARTERS)
    return evidence_of([block], quarters=tuple(QUARTERS), edges=(40.0, 60.0))


def measured(setting, *, panels, seed, **planted):
    """Bias, coverage and stops over panels, noted as a row of the table."""
    rng, true = np.random.default_rng(seed), planted.get("true", TRUE)
    found, covered, stopped = [], [], []
    for _ in range(panels):
        sums = evidence(rng, **planted)
        fit = panel_fit(sums.price)
        reach = multiplier(0.95, degrees=fit.degrees) * fit.errors[:, 0]
        found.append(fit.coefficients[:, 0])
        covered.append(np.abs(fit.coefficients[:, 0] - true) <= reach)
        stopped.append(order_p(panel_fit(sums.veto)) < 0.05)
    mean, coverage, stops = np.mean(found, axis=0), np.mean(covered, axis=0), float(np.mean(stopped))
    said = " / ".join(
        f"{m / one - 1:+.1%}" if one else f"{m:+.2f} for 0" for m, one in zip(mean, true, strict=True)
    )
    ROWS.append(f"| {panels} | {setting} | {said} | {coverage[0]:.1%} / {coverage[1]:.1%} | {stops:.1%} |")
    return mean, coverage, stops


def test_the_planted_price():
    mean, coverage, stops = measured(
        "1,000 customers, 8 quarters, score acts a quarter later", panels=1000, seed=1
    )
    assert np.abs(mean / TRUE - 1).max() <= 0.02
    assert ((coverage >= 0.93) & (coverage <= 0.97)).all()
    assert 0.03 <= stops <= 0.07


def test_no_effect():
    _, coverage, stops = measured("no effect", panels=300, seed=2, true=np.zeros(2))
    assert ((coverage >= 0.92) & (coverage <= 0.98)).all()
    assert 0.025 <= stops <= 0.08


def test_an_effect_in_the_same_quarter_does_not_stop():
    _, _, stops = measured("score acts in its own quarter too (+3 promoter)", panels=300, seed=3, same_quarter=3.0)
    assert stops <= 0.08


def test_persistent_moods_and_luck_do_not_stop():
    _, _, stops = measured("moods and luck with autocorrelation .5", panels=300, seed=4, persistence=0.5)
    assert stops <= 0.08


def test_feedback_stops():
    _, _, stops = measured("feedback .5, no effect", panels=200, seed=5, feedback=0.5, true=np.zeros(2))
    assert stops >= 0.95


def test_weak_feedback_stops_where_customers_are_many():
    _, _, stops = measured("feedback .1, no effect", panels=100, seed=6, feedback=0.1, true=np.zeros(2))
    assert stops >= 0.95
