"""Slow proofs of the churn page: revenue at risk with drift, linked customers, stacked landmarks; churn.md."""

from __future__ import annotations

import numpy as np
import pytest

from cxlab.maths import jackknife
from cxlab.maths.cloglog import cloglog, cloglog_refitted
from cxlab.maths.cox import cox, cox_counts, refitted
from cxlab.maths.intervals import multiplier
from cxlab.maths.risk_money import (
    amount_at_risk,
    confidence_variance,
    daily_hazards,
    drift,
    prediction_variance,
)  # fmt: skip
from cxlab.maths.survival import kaplan_meier

ROWS: list[str] = []
BUCKETS = 40


@pytest.fixture(scope="module", autouse=True)
def written(put):
    yield
    put("churn.md", "Money, links and landmarks", ROWS)


def note(what, variance, setting, hits):
    covered = float(np.mean(hits))
    ROWS.append(f"| {what} | {variance} | {setting} | {len(hits)} | {covered:.1%} |")
    return covered


def held(point, variance, truth, degrees=None):
    return abs(point - truth) <= multiplier(0.95, degrees=degrees) * np.sqrt(variance)


def test_revenue_at_risk_with_drift_between_quarters():
    """Forty thousand customers whose hazards move by 10% a quarter together, and who spend unequally.

    Twelve past quarters; the thirteenth is forecast: its expectation (no drift yet), and what is counted then.
    """
    rng, days = np.random.default_rng(11), 12
    daily = np.linspace(0.06, 0.02, days)
    truth = 0.0
    found = {name: [] for name in ("alone", "with drift", "counted, alone", "counted, chance", "counted, all")}
    for _ in range(1_000):
        factor = 1 + 0.1 * rng.standard_normal(13)
        n = np.full((12, days), 3_500)
        d = rng.binomial(n, daily * factor[:12, None])
        hazards = daily_hazards(n.sum(axis=0), d.sum(axis=0), until=days)
        q = hazards.hazard
        moved = drift(d.sum(axis=1), (n * q).sum(axis=1), (n * q * (1 - q)).sum(axis=1))
        money = rng.lognormal(0, 0.7, (days, 3_300))
        part = amount_at_risk(
            np.arange(days), money.sum(axis=1), (money**2).sum(axis=1), hazards=hazards, horizon=1
        )
        truth = float(money.sum(axis=1) @ daily)
        lost = float(money[rng.random(money.shape) < (daily * factor[12])[:, None]].sum())
        found["alone"].append(held(part.amount, part.parameter, truth))
        found["with drift"].append(held(part.amount, confidence_variance(part, moved), truth, 11))
        found["counted, alone"].append(held(part.amount, part.parameter, lost))
        found["counted, chance"].append(held(part.amount, part.parameter + part.process, lost))
        found["counted, all"].append(held(part.amount, prediction_variance(part, moved), lost, 11))
    setting = "12 quarters of 42,000 at risk, hazards drifting by 10%, log-normal amounts"
    expected = "expectation of the amount"
    alone = note(expected, "hazards alone (not used)", setting, found["alone"])
    drifting = note(expected, "hazards and drift", setting, found["with drift"])
    counted = "amount counted"
    low = note(counted, "hazards alone (not used)", setting, found["counted, alone"])
    chance = note(counted, "hazards and chance (not used)", setting, found["counted, chance"])
    whole = note(counted, "hazards, chance and drift", setting, found["counted, all"])
    assert alone < 0.85
    assert low < chance < 0.75
    assert 0.93 <= drifting <= 0.98
    assert 0.93 <= whole <= 0.97


def linked(rng, accounts, *, periods=12, window=12):
    """Customers in accounts of 1 to 5 with shared gamma frailty, some of whom joined before the window."""
    size = rng.integers(1, 6, accounts)
    account = np.repeat(np.arange(accounts), size)
    x = rng.integers(0, 2, accounts)[account]
    rate = 0.08 * rng.gamma(2, 0.5, accounts)[account] * np.exp(0.5 * x)
    start = rng.integers(-window, window, len(account))
    life = np.ceil(rng.exponential(size=len(account)) / rate).astype(int)
    entry, end = np.maximum(0, -start), np.minimum(start + life, window) - start
    seen = (start + life > 0) & (end > entry)
    lost = start + life <= window
    return account[seen], x[seen], entry[seen], np.minimum(end, periods)[seen], (lost & (end <= periods))[seen]


def by_bucket(bucket, x, entry, end, lost, *, periods=12):
    """At risk and lost of each bucket, period and group."""
    shape = (BUCKETS, periods + 2, 2)
    entered, ended, gone = (np.zeros(shape, dtype=int) for _ in range(3))
    np.add.at(entered, (bucket, entry + 1, x), 1)
    np.add.at(ended, (bucket, end + 1, x), 1)
    np.add.at(gone, (bucket[lost], end[lost], x[lost]), 1)
    return np.cumsum(entered - ended, axis=1)[:, 1:-1], gone[:, 1:-1]


def ratio(n, d, *, whole=None):
    counts = cox_counts(range(1, len(n) + 1), n, d, design=[[0.0], [1.0]])
    return cox(counts) if whole is None else refitted(counts, whole)[0]


def test_coefficients_and_curves_of_linked_customers_who_enter_late():
    rng = np.random.default_rng(12)
    account, *rest = linked(rng, 200_000)
    n, d = (each.sum(axis=0) for each in by_bucket(np.zeros(len(account), dtype=int), *rest))
    target, curve = (
        ratio(n, d).coefficients[0],
        kaplan_meier(range(1, 13), n.sum(axis=1), d.sum(axis=1)).survival[-1],
    )
    points, errors = [], {"Cox, model": [], "Cox, buckets": [], "curve, Greenwood": [], "curve, buckets": []}
    hits = {name: [] for name in errors}
    for _ in range(300):
        account, *rest = linked(rng, 700)
        every_n, every_d = by_bucket(rng.integers(0, BUCKETS, 700)[account], *rest)
        n, d = every_n.sum(axis=0), every_d.sum(axis=0)
        whole, kept = ratio(n, d), kaplan_meier(range(1, 13), n.sum(axis=1), d.sum(axis=1))
        out = [ratio(n - one, d - gone, whole=whole) for one, gone in zip(every_n, every_d, strict=True)]
        curves = [
            kaplan_meier(range(1, 13), (n - one).sum(axis=1), (d - gone).sum(axis=1)).survival[-1]
            for one, gone in zip(every_n, every_d, strict=True)
        ]
        b, s = whole.coefficients[0], kept.survival[-1]
        points.append((b, s))
        for name, variance, point, truth, degrees in (
            ("Cox, model", whole.covariance[0, 0], b, target, None),
            ("Cox, buckets", jackknife.spread(out).variance, b, target, 39),
            ("curve, Greenwood", s**2 * kept.variance[-1], s, curve, None),
            ("curve, buckets", jackknife.spread(curves).variance, s, curve, 39),
        ):
            errors[name].append(np.sqrt(variance))
            hits[name].append(held(point, variance, truth, degrees))
    setting = "700 accounts of 1 to 5 customers with shared frailty, late entry"
    real = dict(zip(("Cox", "curve"), np.std(points, axis=0), strict=True))
    for name, each in errors.items():
        what, variance = name.split(", ")
        said = f"{setting}; mean error {np.mean(each):.4f}, real spread {real[what]:.4f}"
        covered = note({"Cox": "log ratio", "curve": "S(12)"}[what], variance, said, hits[name])
        if variance == "buckets":
            assert 0.93 <= covered <= 0.985
            assert 0.9 <= np.mean(each) / real[what] <= 1.2
        else:
            assert covered < 0.93
            assert np.mean(each) < 0.95 * real[what]


def followed_twice(rng, customers, *, closes=8, effect=0.4):
    """Customers whose accounts have a lasting mood: the answer at each close, and who leaves by the next."""
    account = rng.integers(0, customers // 2, customers)
    frailty = rng.gamma(2, 0.5, customers // 2)[account]
    unhappy = (rng.random(customers // 2) < 0.4)[account]
    n, d = (np.zeros((BUCKETS, closes, 2)) for _ in range(2))
    bucket = rng.integers(0, BUCKETS, customers // 2)[account]
    there = np.ones(customers, dtype=bool)
    for close in range(closes):
        answer = np.where(rng.random(customers) < 0.85, unhappy, ~unhappy).astype(int)
        left = there & (rng.random(customers) < -np.expm1(-0.1 * frailty * np.exp(effect * answer)))
        np.add.at(n, (bucket[there], close, answer[there]), 1)
        np.add.at(d, (bucket[left], close, answer[left]), 1)
        there &= ~left
    return n, d


def test_stacked_landmarks_with_linked_customers():
    """Everybody counts anew from each close; the same customers and accounts come back at the next."""
    rng = np.random.default_rng(13)

    def counts(n, d):
        return cox_counts(range(1, 9), n, d, design=[[0.0], [1.0]])

    whole = cloglog(counts(*(each.sum(axis=0) for each in followed_twice(rng, 600_000))))
    target = whole.coefficients[0]
    buckets, model = [], []
    for _ in range(300):
        n, d = followed_twice(rng, 1_500)
        fit = cloglog(counts(n.sum(axis=0), d.sum(axis=0)))
        out = [
            cloglog_refitted(counts(n.sum(axis=0) - n[b], d.sum(axis=0) - d[b]), fit)[0] for b in range(BUCKETS)
        ]
        b = fit.coefficients[0]
        buckets.append(held(b, jackknife.spread(out).variance, target, 39))
        model.append(held(b, fit.covariance[0, 0], target))
    setting = "8 closes stacked, 1,500 customers in 750 accounts with shared frailty and mood"
    covered = note("log ratio from landmarks", "buckets", setting, buckets)
    note("log ratio from landmarks", "model", setting, model)
    assert 0.925 <= covered <= 0.985
