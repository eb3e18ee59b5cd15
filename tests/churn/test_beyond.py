"""Newcomers beyond what was seen: a planted law comes back, and one that fails its checks is not used."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.churn.beyond import through_lifelines
from cxlab.finding import Withheld
from cxlab.maths.staying_laws import Monthly, fit
from cxlab.quarter import DAYS_PER_MONTH, Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")


def table(*, days=1095, customers=12_000, seed=1, whole=False, hazard, buckets=40):
    """Risk table of customers who joined evenly over the days; ``hazard(month)`` is that of a month."""
    rng = np.random.default_rng(seed)
    month = np.arange(days) / DAYS_PER_MONTH
    risen = np.cumsum(-np.log1p(-hazard(month)) / DAYS_PER_MONTH)
    life = np.searchsorted(risen, rng.exponential(size=customers)) + 1
    watched = np.full(customers, days) if whole else rng.integers(1, days + 1, customers)
    end, bucket = np.minimum(life, watched), rng.integers(0, buckets, customers)
    grid = np.zeros((2, buckets, days + 1), dtype=int)
    np.add.at(grid[0], (bucket, end), 1)
    np.add.at(grid[1], (bucket, end), life <= watched)
    at_risk = np.cumsum(grid[0][:, ::-1], axis=1)[:, ::-1][:, 1:]
    rows = pd.DataFrame(
        {"tenure": np.tile(np.arange(1, days + 1), buckets), "bucket": np.repeat(np.arange(buckets), days),
         "at_risk": at_risk.ravel(), "lost": grid[1][:, 1:].ravel()}
    )  # fmt: skip
    return rows[rows["at_risk"] > 0]


def falling(month):
    """Hazard of the shifted beta-geometric with alpha 0.7 and beta 5."""
    return 0.7 / (5.7 + np.floor(month))


def survival(hazard, months):
    return float(np.prod(1 - hazard(np.arange(months))))


@pytest.fixture(scope="module")
def seen():
    return table(hazard=falling)


@pytest.fixture(scope="module")
def older():
    return table(hazard=falling, days=2000, customers=6000, whole=True, seed=4)


def test_a_planted_law_is_carried_on(seen, older):
    found = churn.beyond(seen, everyone=older, quarter=NOW, horizon_months=60)
    assert found.message.id == "churn.beyond"
    assert found.headline.low <= survival(falling, 60) <= found.headline.high
    assert found.headline.high - found.headline.low < 0.08
    assert [(check.name, check.passed) for check in found.checks] == [
        ("trial", True), ("older", True), ("cure", None), ("links", True),
    ]  # fmt: skip
    values = found.message.values
    assert values["least"] <= values["most"]
    assert found.table["estimate"].is_monotonic_decreasing
    assert found.table["tenure_months"].iloc[-1] == 60


def test_whole_years_a_year_or_more_beyond_are_asked_for(seen):
    found = churn.beyond(seen, quarter=NOW)
    reached = found.message.values["reached"]
    assert found.message.values["months"] % 12 == 0
    assert 12 <= found.message.values["months"] - reached < 24 or found.message.values["months"] == 48


def test_a_law_older_customers_contradict_is_not_used(seen):
    """Newcomers go as they used to, but from the fourth year on older ones went three times as fast."""
    turned = table(
        hazard=lambda m: falling(m) * np.where(m > 34, 3.0, 1.0), days=2000, customers=8000, whole=True, seed=7
    )
    found = churn.beyond(seen, everyone=turned, quarter=NOW, horizon_months=60)
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "churn.beyond.contradicted"
    values = found.message.values
    assert values["carried"] < values["staying"].low
    assert values["older"].high < values["told"]


def test_a_law_that_misses_the_months_held_back_is_not_used():
    burst = table(hazard=lambda m: np.where(m > 26, 0.25, falling(m)), customers=40_000)
    found = churn.beyond(burst, quarter=NOW, horizon_months=60)
    assert found.message.id == "churn.beyond.missed"
    assert next(check for check in found.checks if check.name == "trial").passed is False


def test_a_share_that_never_leaves_is_only_spoken_of_where_the_curve_is_flat():
    flat = table(hazard=lambda m: np.where(m > 20, 0.0, 0.08), customers=30_000)
    found = churn.beyond(flat, quarter=NOW, horizon_months=48)
    cure = next(check for check in found.checks if check.name == "cure")
    assert cure.passed is True
    assert cure.message.values["share"] == pytest.approx(0.92**21, abs=0.02)


def test_what_is_too_short_or_seen_already_or_too_few_is_said(seen):
    short = seen[seen["tenure"] <= 200]
    assert churn.beyond(short, quarter=NOW).message.id == "churn.beyond.too_short"
    assert churn.beyond(seen.head(0), quarter=NOW).message.id == "churn.beyond.too_short"
    assert churn.beyond(seen, quarter=NOW, horizon_months=12).message.id == "churn.beyond.seen"
    nobody = seen.assign(lost=0)
    assert churn.beyond(nobody, quarter=NOW, horizon_months=60).message.id == "churn.beyond.too_short"
    few = seen.assign(bucket=seen["bucket"] % 10)
    assert churn.beyond(few, quarter=NOW, horizon_months=60).message.id == "churn.beyond.no_interval"
    without = churn.beyond(seen.drop(columns="bucket"), quarter=NOW, horizon_months=60)
    assert without.message.id == "churn.beyond.no_interval"


def test_the_library_gives_the_same_law():
    rng = np.random.default_rng(3)
    n = np.linspace(9000, 800, 30)
    counts = Monthly(at_risk=n, lost=n * falling(np.arange(30)) * rng.uniform(0.9, 1.1, 30))
    for name in ("weibull", "log_normal", "log_logistic"):
        theirs, ours = through_lifelines(name, counts), fit(name, counts)
        assert theirs.log_likelihood == pytest.approx(ours.log_likelihood, abs=1e-3)
        assert theirs.survival(60) == pytest.approx(ours.survival(60), abs=1e-4)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_everything_can_be_said(seen, older, language):
    wording = Wording(language)
    for found in (
        churn.beyond(seen, everyone=older, quarter=NOW, horizon_months=60),
        churn.beyond(seen.head(0), quarter=NOW),
    ):
        for message in (found.message, found.method, *(check.message for check in found.checks)):
            assert "{" not in wording.say(message)
