"""Slow proofs of curves and of Fine-Gray: restricted means, who stays on, subdistributions; churn.md."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from cxlab.maths import intervals, jackknife
from cxlab.maths.cox import CoxFit, cox, refits
from cxlab.maths.fine_gray import fine_gray_counts
from cxlab.maths.restricted import dense_mean, restricted_mean
from cxlab.maths.staying import chances, staying
from cxlab.maths.survival import conditional, kaplan_meier

ROWS: list[str] = []
BUCKETS = 40
FEW = 0.92, 0.985
"""Between these a share of 600 draws or fewer may lie; of more, between `MANY`."""
MANY = 0.93, 0.97


@pytest.fixture(scope="module", autouse=True)
def written(put):
    yield
    put("churn.md", "Means, staying on and subdistributions", ROWS)


def note(what, variance, setting, hits):
    covered = float(np.mean(hits))
    ROWS.append(f"| {what} | {variance} | {setting} | {len(hits)} | {covered:.1%} |")
    return covered


def within(ends, truth):
    return bool(ends[0] <= truth <= ends[1])


def survival_of(hazard):
    """Share surviving each of the periods a hazard is given for."""
    return np.cumprod(1 - hazard)


def lives(rng, size, survival):
    """Periods lived, 1 for whoever is lost in the first; one more than there are for those who outlive them."""
    return 1 + np.searchsorted(-survival, -rng.random(size), side="left")


def watched(rng, life, *, window, past):
    """Tenure at entry and at the end of sight, and who was lost: starts spread over the past and the window.

    Whoever was gone before the window opened was never seen.
    """
    start = rng.integers(-past, window, len(life))
    entry, end = np.maximum(0, -start), np.minimum(start + life, window) - start
    seen = start + life > 0
    return entry[seen], end[seen], (start + life <= window)[seen]


def counted(entry, end, lost, *, periods, rows=None, size=1):
    """At risk and lost of each row (bucket) and period."""
    row = np.zeros(len(entry), dtype=int) if rows is None else rows
    shape = (size, periods + 2)
    entered, ended, gone = (np.zeros(shape, dtype=int) for _ in range(3))
    np.add.at(entered, (row, np.minimum(entry, periods) + 1), 1)
    np.add.at(ended, (row, np.minimum(end, periods) + 1), 1)
    here = lost & (end <= periods)
    np.add.at(gone, (row[here], end[here]), 1)
    return np.cumsum(entered - ended, axis=1)[:, 1:-1], gone[:, 1:-1]


CLOCKS = {
    "days": (365, 0.0024, "step", 900, 700, "an exact-day clock of 365 days"),
    "months": (12, 0.07, "trapezoid", 30, 24, "12 grouped months, losses anywhere inside them"),
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_restricted_means_and_their_difference(clock):
    """Two groups of newcomers and of customers who joined before anybody looked.

    In months a life ends anywhere inside its month; its true mean is that of time, not of whole months.
    """
    until, rate, how, window, past, said = CLOCKS[clock]
    rng = np.random.default_rng(21)
    every = np.arange(1, until + past + window)
    hazards = [each * (0.4 + 1.2 * np.exp(-every / (until / 2))) for each in (rate, 1.5 * rate)]
    curves = [np.exp(-np.cumsum(hazard)) for hazard in hazards]
    if how == "step":
        truths = [dense_mean(curve[:until]) for curve in curves]
    else:  # a hazard that is even inside each month
        starts = [np.concatenate([[1.0], curve])[:until] for curve in curves]
        truths = [
            float((start * -np.expm1(-h[:until]) / h[:until]).sum())
            for start, h in zip(starts, hazards, strict=True)
        ]
    one, two = [], []
    for _ in range(1_500):
        means = []
        for curve in curves:
            entry, end, lost = watched(rng, lives(rng, 500, curve), window=window, past=past)
            n, d = counted(entry, end, lost, periods=until)
            found = kaplan_meier(np.arange(1, until + 1), n[0], d[0])
            means.append(restricted_mean(found, until, within=how))
        one.append(within(intervals.symmetric(means[0].value, np.sqrt(means[0].variance)), truths[0]))
        less = means[0] - means[1]
        two.append(within(intervals.symmetric(less.value, np.sqrt(less.variance)), truths[0] - truths[1]))
    setting = f"500 customers a group, late entry; {said}"
    assert MANY[0] <= note("mean stay within a year", "Greenwood, " + how, setting, one) <= MANY[1]
    assert MANY[0] <= note("difference of two mean stays", "Greenwood, " + how, setting, two) <= MANY[1]


def test_restricted_means_of_linked_customers():
    """Accounts whose customers share a frailty: Greenwood's formula takes them for strangers."""
    rng, until = np.random.default_rng(22), 12
    periods = np.arange(1, until + 1)

    def drawn(accounts):
        account = np.repeat(np.arange(accounts), rng.integers(2, 8, accounts))
        rate = 0.07 * rng.gamma(1, 1, accounts)[account]
        life = np.ceil(rng.exponential(size=len(account)) / rate).astype(int)
        start = rng.integers(-24, 30, len(account))
        seen = start + life > 0
        entry, end = np.maximum(0, -start), np.minimum(start + life, 30) - start
        bucket = rng.integers(0, BUCKETS, accounts)[account]
        return counted(
            entry[seen], end[seen], (start + life <= 30)[seen], periods=until, rows=bucket[seen], size=BUCKETS
        )

    n, d = (each.sum(axis=0) for each in drawn(300_000))
    truth = restricted_mean(kaplan_meier(periods, n, d), until, within="trapezoid").value
    hits = {"Greenwood": [], "buckets": []}
    for _ in range(600):
        every_n, every_d = drawn(250)
        n, d = every_n.sum(axis=0), every_d.sum(axis=0)
        mean = restricted_mean(kaplan_meier(periods, n, d), until, within="trapezoid")
        out = dense_mean(np.cumprod(1 - (d - every_d) / (n - every_n), axis=1), within="trapezoid")
        spread = jackknife.spread(out)
        ends = intervals.symmetric(mean.value, np.sqrt(spread.variance), degrees=spread.degrees)
        hits["buckets"].append(within(ends, truth))
        hits["Greenwood"].append(within(intervals.symmetric(mean.value, np.sqrt(mean.variance)), truth))
    setting = "250 accounts of 2 to 7 customers with shared frailty, late entry; 12 months"
    model = note("mean stay within a year", "Greenwood (not used where buckets are)", setting, hits["Greenwood"])
    covered = note("mean stay within a year", "buckets", setting, hits["buckets"])
    assert FEW[0] <= covered <= FEW[1]
    assert model < covered


def test_staying_on_of_those_who_are_here():
    """S(t + h) / S(t) at one tenure, and the share of a stock of all tenures that will stay."""
    rng, horizon, periods = np.random.default_rng(23), 12, 36
    hazard = 0.03 + 0.09 * np.exp(-np.arange(periods) / 8)
    curve = survival_of(hazard)
    stock = np.linspace(60, 20, periods - horizon + 1)
    true_share = float(stock @ chances(np.log(curve), horizon=horizon)) / stock.sum()
    at = {6: curve[17] / curve[5], 24: curve[35] / curve[23]}
    hits = {name: [] for name in (*at, "stock")}
    for _ in range(1_500):
        entry, end, lost = watched(rng, lives(rng, 900, curve), window=24, past=30)
        n, d = (each[0] for each in counted(entry, end, lost, periods=periods))
        found = kaplan_meier(np.arange(1, periods + 1), n, d)
        for behind, truth in at.items():
            share, variance = conditional(found, behind, horizon)
            hits[behind].append(within(intervals.log_log(share, variance), truth))
        held = staying(n, d, stock, horizon=horizon)
        share = held.number / stock.sum()
        hits["stock"].append(within(intervals.log_log(share, held.variance / held.number**2), true_share))
    setting = "900 customers, 24 months of sight, late entry"
    for behind in at:
        covered = note(f"another year, {behind} months behind", "Greenwood, log-log", setting, hits[behind])
        assert MANY[0] <= covered <= MANY[1]
    covered = note("another year, all active", "hazards, log-log", setting, hits["stock"])
    assert MANY[0] <= covered <= MANY[1]


def two_ways_out(rng, accounts, *, most, effect, periods, linked):
    """At risk, lost and lost otherwise of each bucket, period and group, by the model of Fine and Gray exactly.

    F1(t | x) = 1 - (1 - p (1 - exp(-t)))^exp(effect x), as in their paper; customers of an account share a part
    of their luck, which leaves each one's own law as it is.
    """
    size = rng.integers(1, most + 1, accounts)
    account = np.repeat(np.arange(accounts), size)
    x = rng.integers(0, 2, accounts)[account]
    shared = np.sqrt(linked) * rng.standard_normal((2, accounts))[:, account]
    which, when = special.ndtr(shared + np.sqrt(1 - linked) * rng.standard_normal((2, len(account))))
    ratio, p = np.exp(effect * x), 0.45
    first = 1 - (1 - p) ** ratio
    mine = which < first
    time = np.where(mine, -np.log(1 - (1 - (1 - when * first) ** (1 / ratio)) / p), -np.log1p(-when) / ratio)
    step = 3.0 / periods
    place = np.ceil(time / step)
    sight = rng.integers(periods // 6, 2 * periods, len(account))  # out of sight after so many periods
    end = np.minimum(np.minimum(place, sight), periods).astype(int)
    lost = place <= np.minimum(sight, periods)
    bucket = rng.integers(0, BUCKETS, accounts)[account]
    shape = (BUCKETS, periods + 2, 2)
    ended, gone, other = (np.zeros(shape, dtype=int) for _ in range(3))
    for into, who in ((ended, np.ones_like(lost)), (gone, lost & mine), (other, lost & ~mine)):
        np.add.at(into, (bucket[who], end[who], x[who]), 1)
    at_risk = np.cumsum(ended[:, ::-1], axis=1)[:, ::-1]
    return at_risk[:, 1:-1], gone[:, 1:-1], other[:, 1:-1]


def fitted(ways):
    return fine_gray_counts(*ways, design=[[0.0], [1.0]])


@pytest.mark.parametrize("linked", [False, True])
def test_coefficients_of_fine_and_gray(linked):
    rng, effect = np.random.default_rng(24), 0.5
    settings = {
        False: ("900 customers", {"accounts": 900, "most": 1, "linked": 0.0}),
        True: ("350 accounts of 1 to 5 linked customers", {"accounts": 350, "most": 5, "linked": 0.5}),
    }
    said, drawn = settings[linked]
    hits, points, errors = {"model": [], "buckets": []}, [], {"model": [], "buckets": []}
    for _ in range(500):
        parts = two_ways_out(rng, **drawn, effect=effect, periods=60)
        whole = [part.sum(axis=0) for part in parts]
        fit: CoxFit = cox(fitted(whole))
        out = refits(
            [fitted([w - part[b] for w, part in zip(whole, parts, strict=True)]) for b in range(BUCKETS)], fit
        )
        spread, b = jackknife.spread(out), float(fit.coefficients[0])
        points.append(b)
        for name, error, degrees in (
            ("model", fit.errors[0], None),
            ("buckets", float(np.sqrt(spread.variance[0])), spread.degrees),
        ):
            errors[name].append(error)
            hits[name].append(within(intervals.symmetric(b, error, degrees=degrees), effect))
    covered = {}
    for name, each in errors.items():
        setting = (
            f"{said}, two ways out, out of sight at random; mean error {np.mean(each):.4f}, "
            f"real spread {np.std(points):.4f}"
        )
        covered[name] = note("log ratio of Fine and Gray", name, setting, hits[name])
    assert abs(np.mean(points) - effect) < 4 * np.std(points) / np.sqrt(len(points)) + 0.01
    assert FEW[0] <= covered["buckets"] <= FEW[1]
    assert (covered["model"] < FEW[0]) if linked else (FEW[0] <= covered["model"] <= FEW[1])
