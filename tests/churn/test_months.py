"""How many months newcomers stay, and which groups' curves differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.evidence import risk_table
from cxlab.finding import Label, Withheld
from cxlab.quarter import DAYS_PER_MONTH, Quarter

NOW = Quarter.parse("2026Q3")


def steady(days, at_risk, lost, **columns):
    return pd.DataFrame({"tenure": range(1, days + 1), **columns, "at_risk": at_risk, "lost": lost})


@pytest.fixture(scope="module")
def by_plan(company):
    return risk_table(company.lives, by=["plan"], window=company.window, bucket=True)


def test_months_equal_lifelines_on_the_rows(company, by_plan):
    from lifelines import KaplanMeierFitter

    frame, window = company.frame, company.window
    frame = frame[frame["plan"] == "tu_do"]
    tenure = frame["exit_day"].fillna(window.close_day - 1) - frame["start_day"]
    entry = (window.open_day - frame["start_day"]).clip(lower=0)
    lost = frame["exit_day"].notna() & (frame["cause"] != "transfer")
    oracle = KaplanMeierFitter().fit(tenure, lost, entry=entry)
    found = churn.expected_months(by_plan, by="plan", quarter=NOW).table.set_index("plan")
    assert found.estimate["tu_do"] == pytest.approx(oracle.predict(range(365)).sum() / DAYS_PER_MONTH)


def test_the_planted_months_lie_in_the_intervals(by_plan):
    """The law of the made-up company: monthly hazards, times 1.15 for half of them; 3% of exits are transfers."""
    monthly = np.array([0.14, *[0.09] * 2, *[0.055] * 3, *[0.035] * 6])
    total = np.cumsum(np.repeat(-np.log1p(-monthly) / 30.4375, 31)[:364]) * 0.97
    found = churn.expected_months(by_plan, by="plan", quarter=NOW, level=0.998)
    rows = found.table.set_index("plan")
    for plan, ratio in (("en90", 1.0), ("tu_do", 1.6), ("en_nam", 0.35)):
        truth = sum(1 + np.exp(-total * ratio * each).sum() for each in (1.0, 1.15)) / 2 / DAYS_PER_MONTH
        assert rows.low[plan] <= truth <= rows.high[plan]
    assert rows.index[0] == "tu_do"
    less = found.message.values["less"]
    assert less.value == pytest.approx(rows.behind_months["tu_do"])
    assert less.low > 0
    assert found.message.values["best"] == Label(of="plan", code=rows.index[-1])


def test_with_buckets_the_interval_is_of_accounts(company, by_plan):
    """Thirty customers of a family share an account, but leave each on their own: nearly the formula's width."""
    plain = churn.expected_months(
        risk_table(company.lives, by=["plan"], window=company.window), by="plan", quarter=NOW
    )
    linked = churn.expected_months(by_plan, by="plan", quarter=NOW)
    assert linked.table["estimate"].tolist() == pytest.approx(plain.table["estimate"].tolist())
    ratio = (linked.table["high"] - linked.table["low"]) / (plain.table["high"] - plain.table["low"])
    assert ratio.between(0.6, 1.8).all()
    assert [(each.name, each.passed) for each in plain.checks] == [("hidden", True), ("links", None)]


def test_nobody_leaving_is_all_months_down_to_wilsons_share_of_them():
    found = churn.expected_months(steady(400, 50, 0, plan="a"), by="plan", quarter=NOW)
    assert found.message.id == "churn.expected_months.one"
    assert found.headline.value == pytest.approx(365 / DAYS_PER_MONTH)
    assert found.headline.low == pytest.approx(0.92865 * 365 / DAYS_PER_MONTH, rel=1e-4)
    assert found.headline.high == found.headline.value


def test_two_alike_are_not_told_apart():
    risk = pd.concat([steady(400, 500, 1, plan="a"), steady(400, 500, 1, plan="b")])
    found = churn.expected_months(risk, by="plan", quarter=NOW)
    assert found.message.id == "churn.expected_months.cannot_tell"
    assert found.message.values["less"].low < 0 < found.message.values["less"].high


def test_one_customer_and_groups_not_followed_long_enough_are_said():
    found = churn.expected_months(steady(400, 1, [0] * 399 + [1], plan="a"), by="plan", quarter=NOW)
    assert isinstance(found.headline, Withheld)
    assert found.headline.reason.id == "churn.expected_months.too_few"
    some = pd.concat([steady(400, 500, 1, plan="a"), steady(90, 500, 1, plan="b")])
    found = churn.expected_months(some, by="plan", quarter=NOW)
    assert found.table["plan"].tolist() == ["a"]
    assert found.checks[0].passed is None


def apart(finding):
    return next((each for each in finding.checks if each.name == "log_rank"), None)


def test_the_pairs_of_plans_are_tested(by_plan):
    found = churn.retention_by(by_plan, by="plan", quarter=NOW)
    check = apart(found)
    assert check.message.values["all"] == 6
    assert check.message.id == "churn.check.curves_alike"  # en_nam has .35, gia_dinh .40, and few customers
    assert {check.message.values[name].code for name in ("a", "b")} == {"en_nam", "gia_dinh"}
    assert check.message.values["n"] == 5


def test_pairs_may_be_compared_within_quarters(evidence):
    check = apart(churn.retention_by(evidence.risk, by="plan", quarter=NOW, within="quarter"))
    assert check.message.values["n"] == 5


def test_curves_without_losses_are_not_tested_and_one_curve_is_not_compared():
    quiet = pd.concat([steady(400, 50, 0, plan="a"), steady(400, 50, 0, plan="b")])
    assert apart(churn.retention_by(quiet, by="plan", quarter=NOW)).message.id == "churn.check.curves_untested"
    assert apart(churn.retention_by(steady(400, 50, 1, plan="a"), by="plan", quarter=NOW)) is None


def test_few_accounts_are_compared_customer_by_customer(by_plan):
    few = by_plan[by_plan["bucket"] < 9]
    check = apart(churn.retention_by(few, by="plan", quarter=NOW))
    assert check.message.values["all"] == 6
