"""Slow proofs: how often the intervals hold what is true. ``pytest tests/proofs`` writes README.md here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cxlab.maths import jackknife
from cxlab.maths.competing import aalen_johansen
from cxlab.maths.cox import cox, cox_counts
from cxlab.maths.intervals import log_log, multiplier, symmetric
from cxlab.maths.risk_money import amount_at_risk, confidence_variance, daily_hazards, drift, prediction_variance
from cxlab.maths.survival import kaplan_meier

ROWS: list[tuple[str, float, int, str]] = []
LIMITS = {"plain": (0.925, 0.975), "wide": (0.92, 0.995)}


@pytest.fixture(scope="module", autouse=True)
def written():
    yield
    lines = [
        "# Measured coverage",
        "",
        "Written by `pytest tests/proofs`. Nominal coverage is 95%; draws are independent and seeded.",
        "",
        "| interval | coverage | draws | setting |",
        "|--|--|--|--|",
        *(f"| {name} | {covered:.1%} | {draws} | {setting} |" for name, covered, draws, setting in ROWS),
        "",
    ]
    (Path(__file__).parent / "README.md").write_text("\n".join(lines), encoding="utf-8")


def note(name, hits, setting, *, limits="plain"):
    covered = float(np.mean(hits))
    ROWS.append((name, covered, len(hits), setting))
    low, high = LIMITS[limits]
    assert low <= covered <= high, f"{name} covers {covered:.1%}"


def counts(entry, time, lost, *, until):
    """At risk and lost on periods 1 ... until; each row one customer."""
    t = np.arange(1, until + 1)
    at_risk = ((entry[:, None] < t) & (t <= time[:, None])).sum(axis=0)
    return at_risk, np.bincount(time[lost & (time <= until)], minlength=until + 1)[1:]


def followed(rng, n, hazard, *, window):
    """Customers who joined over the past, seen only inside the last ``window`` periods."""
    start = -rng.integers(-window + 1, 40, n)
    life = rng.geometric(hazard, n)
    entry, end = np.maximum(0, -start), np.minimum(start + life, window) - start
    seen = start + life > 0
    return entry[seen], end[seen], (start + life < window)[seen]


def test_kaplan_meier_with_late_entry():
    rng, hits = np.random.default_rng(1), []
    for _ in range(1500):
        entry, time, lost = followed(rng, 400, 0.05, window=12)
        # an exit on the last day is not seen yet, so time at risk ends the day before for those still there
        at_risk, losses = counts(entry, time - ~lost, lost, until=12)
        low, high = kaplan_meier(range(1, 13), at_risk, losses).interval(12)
        hits.append(low <= 0.95**12 <= high)
    note("retention, log-log", hits, "400 customers, 12 periods of sight, late entry")


def test_cumulative_incidence():
    rng, hits, truth = np.random.default_rng(2), [], sum(0.04 * 0.94**k for k in range(10))
    for _ in range(1500):
        n, at_risk, lost = 250, [], []
        for _t in range(10):
            d = rng.multinomial(n, [0.04, 0.02, 0.94])[:2]
            at_risk.append(n)
            lost.append(d)
            n -= int(d.sum()) + rng.binomial(n - int(d.sum()), 0.03)
        low, high = aalen_johansen(range(1, 11), at_risk, lost).interval()
        hits.append(low[-1, 0] <= truth <= high[-1, 0])
    note("cumulative incidence", hits, "250 customers, two ways out, censoring")


def families(rng, accounts, hazard, periods):
    """Lifetimes in accounts of 1 to 5 customers with shared gamma frailty (variance 0.5); their buckets."""
    size = rng.integers(1, 6, accounts)
    account = np.repeat(np.arange(accounts), size)
    frailty = rng.gamma(2, 0.5, accounts)[account]
    life = np.ceil(rng.exponential(size=len(account)) / (hazard * frailty)).astype(int)
    return np.minimum(life, periods), life <= periods, rng.integers(0, 40, accounts)[account]


def test_share_and_retention_of_linked_customers_by_buckets():
    rng, truth = np.random.default_rng(3), (1 + 0.06 * 10 * 0.5) ** -2.0
    shares, staying, plain = [], [], []
    for _ in range(600):
        time, lost, bucket = families(rng, 400, 0.06, 10)
        total, gone = np.bincount(bucket, minlength=40), np.bincount(bucket, weights=lost, minlength=40)
        share = gone.sum() / total.sum()
        low, high = jackknife.share_ends(share, (gone.sum() - gone) / (total.sum() - total))
        shares.append(low <= 1 - truth <= high)
        curves = [kaplan_meier(range(1, 11), *counts(np.zeros(keep.sum()), time[keep], lost[keep], until=10))
                  for keep in [bucket >= 0, *(bucket != b for b in range(40))]]  # fmt: skip
        spread = jackknife.spread([np.log(each.survival[-1]) for each in curves[1:]])
        low, high = log_log(curves[0].survival[-1], spread.variance, degrees=spread.degrees)
        staying.append(low <= truth <= high)
        low, high = curves[0].interval(10)
        plain.append(low <= truth <= high)
    setting = "400 accounts of 1 to 5 customers with shared frailty"
    note("share that left, buckets, log-odds", shares, setting)
    note("retention, buckets, log-log", staying, setting)
    ROWS.append(
        ("retention, links ignored (not used where buckets are)", float(np.mean(plain)), len(plain), setting)
    )
    assert np.mean(plain) < np.mean(staying)


def test_hazard_ratios_of_linked_customers_by_buckets():
    """With shared frailty the ratio fitted is a mean over it; its target is the fit of a very large company."""
    rng = np.random.default_rng(4)

    def fit(accounts):
        size = rng.integers(1, 6, accounts)
        account = np.repeat(np.arange(accounts), size)
        x = rng.integers(0, 2, accounts)[account]
        rate = 0.06 * rng.gamma(2, 0.5, accounts)[account] * np.exp(0.5 * x)
        time = np.ceil(rng.exponential(size=len(account)) / rate).astype(int)
        lost, time, bucket = time <= 8, np.minimum(time, 8), rng.integers(0, 40, accounts)[account]

        def table(keep):
            groups = [keep & (x == g) for g in (0, 1)]
            parts = [counts(np.zeros(mine.sum()), time[mine], lost[mine], until=8) for mine in groups]
            n, d = (np.column_stack([part[k] for part in parts]) for k in (0, 1))
            return cox_counts(range(1, 9), n, d, design=[[0.0], [1.0]])

        return table, bucket

    table, bucket = fit(150_000)
    target, hits, model = cox(table(bucket >= 0)).coefficients[0], [], []
    for _ in range(300):
        table, bucket = fit(300)
        whole = cox(table(bucket >= 0))
        out = [cox(table(bucket != b), start=whole.coefficients).coefficients[0] for b in range(40)]
        spread, b = jackknife.spread(out), whole.coefficients[0]
        hits.append(abs(b - target) <= multiplier(0.95, degrees=39) * np.sqrt(spread.variance))
        model.append(abs(b - target) <= multiplier(0.95) * whole.errors[0])
    setting = "300 accounts of 1 to 5 customers with shared frailty, covariate of the account"
    note("hazard ratio, buckets", hits, setting, limits="wide")
    ROWS.append(("hazard ratio, model errors", float(np.mean(model)), len(model), setting))


def test_losses_with_drift_between_quarters():
    """Ten past quarters whose hazards drift by 10%: expectation and realised loss of the eleventh."""
    rng, expectation, realised, without = np.random.default_rng(5), [], [], []
    for _ in range(1000):
        factor = 1 + 0.1 * rng.standard_normal(11)
        n, stock = np.full((10, 8), 900), np.full(8, 900)
        q = 0.02 * factor[:10, None] * np.ones(8)
        d = rng.binomial(n, q)
        hazards = daily_hazards(n.sum(axis=0), d.sum(axis=0), until=8)
        expected = (n * hazards.hazard).sum(axis=1)
        moved = drift(d.sum(axis=1), expected, (n * hazards.hazard * (1 - hazards.hazard)).sum(axis=1))
        found = amount_at_risk(np.arange(8), stock, stock, hazards=hazards, horizon=1)
        low, high = symmetric(found.amount, np.sqrt(confidence_variance(found, moved)), degrees=9)
        expectation.append(low <= 0.02 * 7200 <= high)
        low, high = symmetric(found.amount, np.sqrt(prediction_variance(found, moved)), degrees=9)
        realised.append(low <= rng.binomial(7200, 0.02 * factor[10]) <= high)
        low, high = symmetric(found.amount, np.sqrt(found.parameter))
        without.append(low <= 0.02 * 7200 <= high)
    setting = "10 past quarters, hazards drifting by 10%"
    note("expected loss with drift, confidence", expectation, setting, limits="wide")
    note("realised loss, prediction", realised, setting, limits="wide")
    ROWS.append(
        (
            "expected loss, drift left out (under 8 quarters, said so)",
            float(np.mean(without)),
            len(without),
            setting,
        )
    )
