"""Slow proof of the score, its change and its forecast. ``pytest tests/proofs`` writes scores.md here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from cxlab import nps
from cxlab.evidence.scores import ANSWERS, LINKS
from cxlab.maths import net_change, net_score
from cxlab.maths.multiplicity import benjamini_hochberg
from cxlab.quarter import Quarter

ROWS: list[str] = []
NOW = Quarter.parse("2026Q3")


@pytest.fixture(scope="module", autouse=True)
def written():
    yield
    origin = (
        "Written by `pytest tests/proofs`; draws are independent and seeded, coverage of one wave is counted out."
    )
    head = ["# The score and its change: measured", "", origin, ""]
    lines = [*head, "| what | setting | measured |", "|--|--|--|", *ROWS, ""]
    (Path(__file__).parent / "scores.md").write_text("\n".join(lines), encoding="utf-8")


def note(what, setting, measured):
    ROWS.append(f"| {what} | {setting} | {measured} |")


def textbook(p, m, d):
    n = p + m + d
    share = (p - d) / n
    reach = 1.959964 * np.sqrt(((p + d) / n - share**2) / n)
    return 100 * (share - reach), 100 * (share + reach)


def coverages(ends, *, n, step):
    """Exact chance to hold the true score, for all shares of the groups on a grid, each of a step at least."""
    p, d = np.meshgrid(np.arange(n + 1), np.arange(n + 1))
    inside = p + d <= n
    p, d = p[inside], d[inside]
    low, high = ends(p, n - p - d, d)
    places = np.arange(1, round(1 / step))
    grid = [(i * step, j * step) for i in places for j in places if (i + j) * step < 1 - step / 2]
    found = []
    for up, down in grid:
        weights = stats.multinomial(n, (up, 1 - up - down, down)).pmf(np.column_stack([p, n - p - d, d]))
        true = 100 * (up - down)
        found.append(weights[(low <= true + 1e-9) & (true - 1e-9 <= high)].sum())
    return np.array(found)


@pytest.mark.parametrize("n", [20, 50, 100])
def test_one_wave(n):
    ends = {"Wald after adding 3/4": net_score.adjusted_wald, "Tango": net_score.tango, "textbook Wald": textbook}
    for name, of in ends.items():
        found = coverages(of, n=n, step=0.05)
        worst, usual = found.min(), found.mean()
        note(name, f"one wave, n = {n}, every group 5% or more", f"covers {usual:.1%}, at worst {worst:.1%}")
        if name != "textbook Wald":
            assert worst > 0.93
            assert 0.945 < usual < 0.965


def two_waves(rng, *, n, overlap, score, draws):
    """Tables of two waves in which nothing changed; those asked twice answer alike with a correlation of .6."""
    passive = 0.25 if abs(score) < 70 else 0.10
    up, down = (1 - passive + score / 100) / 2, (1 - passive - score / 100) / 2
    cuts = special.ndtri(down), special.ndtri(1 - up)

    def groups(latent):
        return np.searchsorted(cuts, latent.ravel()).reshape(latent.shape)

    twice = round(n * overlap)
    taste = rng.standard_normal((draws, twice))
    first, second = (groups(np.sqrt(0.6) * taste + np.sqrt(0.4) * rng.standard_normal(taste.shape)) for _ in "ab")
    tables = np.zeros((draws, 4, 4))
    row = np.repeat(np.arange(draws), twice)
    np.add.at(tables, (row, first.ravel(), second.ravel()), 1)
    shares = (down, passive, up)
    tables[:, :3, 3] += rng.multinomial(n - twice, shares, draws)
    tables[:, 3, :3] += rng.multinomial(n - twice, shares, draws)
    return tables


def test_size_of_the_test_of_a_change():
    rng = np.random.default_rng(11)
    sizes = []
    for n in (50, 100, 400):
        for overlap in (0.0, 0.2, 0.6, 1.0):
            for score in (0, 30, 60, 85):
                found = net_change.change(two_waves(rng, n=n, overlap=overlap, score=score, draws=2000))
                sizes.append((float((found.p < 0.05).mean()), n, overlap, score))
    smallest, largest = min(sizes), max(sizes)
    measured = f"{smallest[0]:.1%} to {largest[0]:.1%}"
    note("test of a change that is none", "n 50 to 400, same customers 0 to 100%, NPS 0 to 85, at .05", measured)
    assert smallest[0] > 0.02
    assert largest[0] < 0.062


def test_power_of_the_test_of_a_change():
    """The smallest change that is named is seen four times in five."""
    rng = np.random.default_rng(12)
    shares = np.array([0.2, 0.3, 0.5])
    spread = 100**2 * (0.7 - 0.3**2)
    fall = float(net_change.smallest_seen(np.sqrt(2 * spread / 400))) / 100
    tables = np.zeros((6000, 4, 4))
    tables[:, :3, 3] = rng.multinomial(400, shares, 6000)
    tables[:, 3, :3] = rng.multinomial(400, shares + np.array([fall / 2, 0, -fall / 2]), 6000)
    power = float((net_change.change(tables).p < 0.05).mean())
    setting = f"400 answers a wave, NPS 30, {100 * fall:.1f} points"
    note("change named as the smallest seen", setting, f"seen {power:.1%}")
    assert 0.75 < power < 0.82  # answers spread more once the score has fallen


def test_forty_unchanged_groups():
    """Share of pages with any alarm, verdicts adjusted over the page."""
    rng = np.random.default_rng(13)
    tables = two_waves(rng, n=150, overlap=0.3, score=30, draws=40 * 1000)
    p = net_change.change(tables).p.reshape(1000, 40)
    alarms = float(np.mean([(benjamini_hochberg(row) < 0.05).any() for row in p]))
    note("page of 40 groups in which nothing changed", "150 answers each", f"any alarm {alarms:.1%}")
    assert alarms < 0.065


def test_accounts_whose_customers_answer_alike():
    rng = np.random.default_rng(14)
    held = {"linked": [], "ignored": []}
    for _ in range(800):
        sizes = rng.integers(1, 6, 120)
        account = np.repeat(np.arange(120), sizes)
        latent = np.sqrt(0.5) * rng.standard_normal(120)[account] + np.sqrt(0.5) * rng.standard_normal(
            len(account)
        )
        signs = np.where(latent > 0, 1, np.where(latent < -0.84, -1, 0))
        s, k = np.bincount(account, weights=signs), sizes.astype(float)
        p, m, d = ((signs == sign).sum() for sign in (1, 0, -1))
        effect = net_score.design_effect(
            p, m, d, accounts=120, net_squares=s @ s, net_times_n=s @ k, n_squares=k @ k
        )
        true = 100 * (0.5 - special.ndtr(-0.84))
        for name, by in (("linked", float(effect)), ("ignored", 1.0)):
            low, high = net_score.adjusted_wald(p / by, m / by, d / by)
            held[name].append(low <= true <= high)
    for name, what in (("linked", "links of accounts reckoned with"), ("ignored", "links ignored (not used)")):
        setting = "120 accounts of 1 to 5 customers, half of the answer the account's"
        note(what, setting, f"covers {np.mean(held[name]):.1%}")
    assert 0.925 < np.mean(held["linked"]) < 0.98


def test_forecasts_under_drift():
    rng = np.random.default_rng(15)
    for drift in (0.0, 2.0, 5.0):
        held = []
        for _ in range(150):
            true = 30 + np.cumsum(rng.normal(0, drift, 11))
            up = np.clip((0.7 + true / 100) / 2, 0.01, 0.97)
            answers = np.array([rng.multinomial(1500, (u, 0.3, max(0.7 - u, 0.0))) for u in np.minimum(up, 0.69)])
            counts = pd.DataFrame(answers, columns=list(ANSWERS)).assign(**dict.fromkeys(LINKS, 1500))
            counts["quarter"] = [str(NOW - (10 - place)) for place in range(11)]
            expected = nps.next_quarter(counts[counts["quarter"] != str(NOW)], quarter=NOW - 1).headline
            came = float(net_score.score(*answers[-1]))
            held.append(expected.low <= came <= expected.high)
        setting = f"10 past quarters, 1,500 answers, drift {drift:.0f} points"
        note("forecast of next quarter", setting, f"holds {np.mean(held):.1%}")
        assert 0.92 < np.mean(held) < 0.995
