"""Who of those active today stays another year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.finding import Withheld
from cxlab.quarter import Quarter

NOW = Quarter.parse("2026Q3")


def steady(days, at_risk, lost, **columns):
    return pd.DataFrame({"tenure": range(1, days + 1), **columns, "at_risk": at_risk, "lost": lost})


def stock_of(tenures, **columns):
    return pd.DataFrame({"tenure": tenures, "plan": "a", "customers": 20, **columns})


def test_a_steady_hazard_keeps_the_same_share_of_every_band():
    risk = steady(1500, 10_000, 10, plan="a")
    found = churn.staying_on(stock_of([5, 60, 300, 900]), risk, quarter=NOW)
    assert found.table["tenure_band"].tolist() == ["1", "2-3", "7-12", "25+"]
    assert found.table["estimate"].to_numpy() == pytest.approx(0.999**365)
    assert found.headline.value == pytest.approx(0.999**365)
    assert found.headline.n == 80
    assert [(each.name, each.passed) for each in found.checks] == [("followed", True), ("links", None)]


def test_the_planted_chance_is_recovered(evidence):
    """From day 365 on the planted hazard is 1.7% a month, then 1%; 3% of exits are transfers."""
    risk = evidence.bucketed[evidence.bucketed["plan"] == "en90"]
    stock = pd.DataFrame({"tenure": [372], "plan": "en90", "customers": 100})
    found = churn.staying_on(stock, risk, quarter=NOW, level=0.99)
    year = -np.log1p(-0.017) / 30.4375 * 365 * 0.97
    truth = (np.exp(-year) + np.exp(-1.15 * year)) / 2
    assert found.table["tenure_band"].tolist() == ["13-24"]
    assert found.headline.low <= truth <= found.headline.high


def test_those_who_have_been_longer_stay_longer_and_bands_average_to_all(evidence):
    found = churn.staying_on(evidence.stock, evidence.bucketed, quarter=NOW)
    table = found.table.set_index("tenure_band")
    assert table.estimate["25+"] > table.estimate["7-12"] > table.estimate["1"]
    mean = np.average(table["estimate"], weights=table["n"])
    assert found.headline.value == pytest.approx(mean)
    assert (table["low"] < table["estimate"]).all()
    assert (table["estimate"] < table["high"]).all()
    assert found.message.values["least_band"].code == table["estimate"].idxmin()
    plain = churn.staying_on(evidence.stock, evidence.risk, quarter=NOW)
    assert plain.headline.value == pytest.approx(found.headline.value)
    assert (plain.headline.high - plain.headline.low) / (found.headline.high - found.headline.low) > 0.5


def test_whoever_would_have_to_be_followed_beyond_the_curve_is_left_out_and_counted():
    found = churn.staying_on(stock_of([5, 300]), steady(600, 500, 1, plan="a"), quarter=NOW)
    assert found.headline.n == 20
    assert found.message.id == "churn.staying_on.all"
    followed = found.checks[0]
    assert (followed.passed, followed.message.values) == (None, {"n": 20, "all": 40})


def test_nobody_leaving_everybody_leaving_and_too_few():
    stay = churn.staying_on(stock_of([5]), steady(400, 50, 0, plan="a"), quarter=NOW)
    assert (stay.headline.value, stay.headline.high) == (1.0, 1.0)
    assert stay.headline.low == pytest.approx(0.8389, abs=1e-4)
    gone = steady(400, 50, [0] * 100 + [50] + [0] * 299, plan="a")
    go = churn.staying_on(stock_of([5]), gone, quarter=NOW)
    assert (go.headline.value, go.headline.low) == (0.0, 0.0)
    few = churn.staying_on(stock_of([5], customers=9), steady(400, 50, 1, plan="a"), quarter=NOW)
    assert isinstance(few.headline, Withheld)
    assert few.headline.reason.id == "churn.staying_on.too_few"
    other = churn.staying_on(stock_of([5], plan="b"), steady(400, 50, 1, plan="a"), quarter=NOW)
    assert other.headline.reason.id == "churn.staying_on.too_few"
