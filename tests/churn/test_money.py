"""What it costs, and how many will go."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.evidence import movements, risk_table, stock_table
from cxlab.finding import Estimate
from cxlab.quarter import Quarter

NOW = Quarter.parse("2026Q3")


def test_money_at_risk_is_each_customers_chance_times_what_they_bring(company, evidence):
    """Row by row on the young, whose chance comes straight from the curve of their plan."""
    from cxlab.churn.curves import curve

    stock = evidence.stock[evidence.stock["tenure"] <= 700]
    found = churn.at_risk(stock, evidence.risk, quarter=NOW)
    active = company.frame[company.frame["exit_day"].isna()]
    active = active.assign(tenure=company.window.close_day - 1 - active["start_day"]).query("tenure <= 700")
    total = 0.0
    for plan, rows in active.groupby("plan"):
        fitted, _ = curve(evidence.risk[evidence.risk["plan"] == plan])
        stay = fitted.at(rows["tenure"] + 92) / fitted.at(rows["tenure"])
        total += float((rows["margin_amount"] * (1 - stay)).sum())
    assert found.headline.value == pytest.approx(total, rel=1e-9)


def test_the_flat_rule_stands_beside_it(evidence):
    left = churn.left(evidence.moves, quarter=NOW)
    found = churn.at_risk(evidence.stock, evidence.risk, quarter=NOW, left=left)
    assert found.message.values["flat"] == pytest.approx(left.headline.value * evidence.stock["margin"].sum())
    assert found.table["flat"].sum() == pytest.approx(found.message.values["flat"])
    assert found.table["estimate"].sum() == pytest.approx(found.headline.value)
    assert found.message.values["flat"] > found.headline.value
    assert 0 < found.message.values["inside"] < found.headline.value


def test_the_planted_expectation_lies_in_the_interval(company, evidence):
    monthly = np.array([0.14, *[0.09] * 2, *[0.055] * 3, *[0.035] * 6, *[0.017] * 12, *[0.010] * 240])
    cumulative = np.concatenate([[0], np.cumsum(np.repeat(-np.log1p(-monthly) / 30.4375, 31))])
    ratio = {"en90": 1.0, "tu_do": 1.6, "en_nam": 0.35, "gia_dinh": 0.4}
    active = company.frame[company.frame["exit_day"].isna()]
    tenure = (company.window.close_day - 1 - active["start_day"]).to_numpy()
    each = active["plan"].map(ratio).to_numpy() * np.where(active["region"] == "hcm", 1.15, 1.0)
    chance = 1 - np.exp(-each * (cumulative[tenure + 92] - cumulative[tenure]))
    found = churn.at_risk(evidence.stock, evidence.risk, quarter=NOW).headline
    truth = float((active["margin_amount"].to_numpy() * chance).sum()) * 0.97  # 3% of exits are transfers
    assert found.low <= truth <= found.high


def test_under_eight_quarters_there_is_no_prediction(snapshot_evidence):
    e = snapshot_evidence
    money = churn.at_risk(e.stock, e.risk, quarter=NOW)
    assert isinstance(money.headline, Estimate)
    assert money.headline.kind == "confidence"
    assert "prediction" not in money.message.values
    assert [(each.name, each.passed) for each in money.checks] == [("quarters", False)]
    count = churn.next_quarter(e.stock, e.risk, e.moves, quarter=NOW)
    assert count.headline.reason.values == {"n": 1, "least": 8, "quarter": NOW + 1}


def test_the_forecast_is_a_prediction_about_the_next_quarter(evidence):
    found = churn.next_quarter(evidence.stock, evidence.risk, evidence.moves, quarter=NOW)
    assert (found.headline.kind, found.headline.unit, found.about) == ("prediction", "count", NOW + 1)
    assert found.table["part"].tolist() == ["active", "newcomers"]
    assert found.table["estimate"].sum() == pytest.approx(found.headline.value)


def test_a_forecast_made_a_quarter_ago_held(company, as_lives):
    """Made at the close of 2026Q2 from what was known then, counted at the close of 2026Q3."""
    from cxlab.quarter import Window

    before = company.quarter - 1
    window = Window(open=company.window.open, close=before.end)
    known = company.frame[company.frame["start_day"] < window.close_day].copy()
    ahead = known["exit_day"] >= window.close_day
    known.loc[ahead, "exit_day"] = np.nan
    known.loc[ahead, ["cause", "reason"]] = None
    lives = as_lives(known, window)
    quarters = list((before - 10).until(before))
    found = churn.next_quarter(
        stock_table(lives, by=["plan"], window=window),
        risk_table(lives, by=["plan"], window=window, quarter=True),
        movements(lives, quarters=quarters),
        quarter=before,
    ).headline
    came = movements(company.lives, quarters=[company.quarter])[["lost_voluntary", "lost_involuntary"]].sum(axis=1)
    assert found.low <= came.iloc[0] <= found.high


def test_no_amounts_are_said(evidence):
    empty = evidence.stock.assign(margin=0.0, margin_squared=0.0)
    assert churn.at_risk(empty, evidence.risk, quarter=NOW).headline.reason.id == "churn.at_risk.nothing"
    nobody = evidence.stock.iloc[:0]
    assert churn.next_quarter(nobody, evidence.risk, evidence.moves, quarter=NOW).message.id == (
        "churn.next_quarter.nothing"
    )


def test_small_groups_count_in_the_total_and_are_not_shown(evidence):
    few = evidence.stock[evidence.stock["plan"] == "en_nam"].head(3)
    rest = evidence.stock[evidence.stock["plan"] != "en_nam"]
    found = churn.at_risk(pd.concat([rest, few], ignore_index=True), evidence.risk, quarter=NOW)
    assert "en_nam" not in set(found.table["plan"])
    assert found.table["estimate"].sum() < found.headline.value
