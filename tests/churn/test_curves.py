"""When they go: retention, the median, the hazard."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.evidence import risk_table
from cxlab.finding import Withheld
from cxlab.quarter import Quarter

NOW = Quarter.parse("2026Q3")


def steady(days, at_risk, lost):
    """A risk table with the same counts on every day."""
    return pd.DataFrame({"tenure": range(1, days + 1), "at_risk": at_risk, "lost": lost})


def test_retention_equals_lifelines_on_the_rows(company, evidence):
    from lifelines import KaplanMeierFitter

    frame, window = company.frame, company.window
    tenure = frame["exit_day"].fillna(window.close_day - 1) - frame["start_day"]
    entry = (window.open_day - frame["start_day"]).clip(lower=0)
    lost = frame["exit_day"].notna() & (frame["cause"] != "transfer")
    oracle = KaplanMeierFitter().fit(tenure, lost, entry=entry)
    found = churn.retention(evidence.risk, quarter=company.quarter)
    assert found.headline.value == pytest.approx(float(oracle.predict(365)), abs=1e-9)
    months = found.table.set_index("tenure_months")["estimate"]
    assert months[24] == pytest.approx(float(oracle.predict(730)), abs=1e-9)


def test_the_planted_retention_lies_in_the_interval(evidence):
    """en90 in hcm has the ratio 1.15 and in hn 1.00: the mean of the two is planted."""
    monthly = np.array([0.14, *[0.09] * 2, *[0.055] * 3, *[0.035] * 6])
    daily = np.repeat(-np.log1p(-monthly) / 30.4375, 31)[:365].sum()
    truth = (np.exp(-daily * 1.15) + np.exp(-daily)) / 2
    mine = evidence.risk[evidence.risk["plan"] == "en90"]
    found = churn.retention(mine, quarter=NOW).headline
    assert found.low <= truth <= found.high


def test_with_buckets_the_interval_knows_that_families_leave_together(as_lives, draw):
    company = draw(customers=4000, seed=5, quarters=8)
    family = np.arange(len(company.frame)) // 30
    frame = company.frame.assign(account_id=[f"f{number}" for number in family])
    lead = frame.groupby("account_id")[["start_day", "exit_day", "cause", "reason"]].transform("first")
    lead["exit_day"] = frame["exit_day"].groupby(family).transform(lambda days: days.iloc[0])
    lead["cause"] = lead["cause"].where(lead["exit_day"].notna(), None)
    together = as_lives(frame.assign(**{name: lead[name] for name in lead}), company.window)
    linked, plain = (
        churn.retention(risk_table(together, window=company.window, bucket=bucket), quarter=NOW).headline
        for bucket in (True, False)
    )
    assert linked.value == pytest.approx(plain.value)
    assert linked.high - linked.low > 3 * (plain.high - plain.low)


def test_one_quarter_of_exits_is_enough(snapshot_evidence):
    found = churn.retention(snapshot_evidence.bucketed, quarter=NOW)
    truth = 0.46
    assert found.headline.low - 0.03 <= truth <= found.headline.high + 0.03
    assert found.table["tenure_months"].tolist() == list(range(25))


def test_the_curve_stops_where_fewer_than_ten_are_at_risk():
    risk = steady(400, [100] * 200 + [9] * 200, 1)
    found = churn.retention(risk, quarter=NOW)
    assert isinstance(found.headline, Withheld)
    assert found.headline.reason.id == "churn.retention.too_few"
    assert found.headline.reason.values["reached"] == pytest.approx(200 / (365.25 / 12))
    assert found.table["tenure_months"].max() == 6
    assert next(each for each in found.checks if each.name == "follow_up").passed is None


def test_a_year_is_365_days():
    risk = steady(400, 1000, [0] * 364 + [1] + [0] * 35)
    found = churn.retention(risk, quarter=NOW)
    assert found.headline.value == pytest.approx(0.999)
    assert found.table.set_index("tenure_months")["estimate"][11] == 1.0


def test_where_nobody_left_the_interval_is_wilsons():
    found = churn.retention(steady(400, 50, 0), quarter=NOW).headline
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.9287, abs=1e-4)


def test_the_median_is_withheld_until_it_is_reached(evidence):
    high = churn.median_tenure(steady(300, 1000, 1), quarter=NOW)
    assert high.headline.reason.id == "churn.median_tenure.not_reached"
    assert high.headline.reason.values["staying"] == pytest.approx(0.999**300)
    reached = churn.median_tenure(evidence.bucketed, quarter=NOW).headline
    assert reached.low < reached.value < reached.high
    curve = churn.retention(evidence.bucketed, quarter=NOW).table.set_index("tenure_months")["estimate"]
    assert curve[int(reached.value)] >= 0.5 >= curve[int(reached.value) + 1]


def test_groups_are_compared_at_the_horizon(evidence):
    found = churn.retention_by(evidence.risk, by="plan", quarter=NOW)
    ends = found.table[found.table["tenure_months"] == 12].set_index("plan")["estimate"]
    assert found.message.values["group"].code == ends.idxmin() == "tu_do"
    assert found.message.values["best"].code == ends.idxmax()
    assert found.headline.value == ends.min()
    few = churn.retention_by(evidence.risk, by="plan", quarter=NOW, most=2)
    assert few.table["plan"].nunique() == 2
    assert [(each.name, each.passed) for each in few.checks] == [
        ("hidden", True),
        ("largest", None),
        ("log_rank", True),
    ]
    assert few.checks[1].message.values == {"n": 2, "all": 4}


def test_the_hazard_of_a_constant_law_is_the_same_in_every_band():
    risk = steady(900, 10_000, 20)
    found = churn.hazard(risk, quarter=NOW)
    assert found.table["tenure_band"].tolist() == ["1", "2-3", "4-6", "7-12", "13-24", "25+"]
    assert found.table["estimate"].to_numpy() == pytest.approx(1 - 0.998 ** (365.25 / 12))


def test_the_hazard_recovers_what_was_planted(evidence):
    mine = evidence.risk[evidence.risk["plan"] == "en90"]
    found = churn.hazard(mine, quarter=NOW).table.set_index("tenure_band")
    for band, monthly in (("1", 0.14), ("4-6", 0.055), ("13-24", 0.017)):
        assert found.loc[band, "low"] - 0.01 <= 1 - (1 - monthly) ** 1.075 <= found.loc[band, "high"] + 0.01


def test_other_keys_are_summed_over(company, evidence):
    plain = churn.retention(risk_table(company.lives, window=company.window), quarter=NOW)
    keyed = churn.retention(evidence.risk, quarter=NOW)
    pd.testing.assert_frame_equal(plain.table, keyed.table)
    assert plain.definition == keyed.definition
