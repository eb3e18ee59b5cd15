"""Why they go: ways out kept apart."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlab import churn
from cxlab.evidence import risk_table
from cxlab.finding import Label
from cxlab.quarter import Quarter

NOW = Quarter.parse("2026Q3")


def test_reasons_sum_to_the_share_that_left(evidence):
    found = churn.exits(evidence.reasons, quarter=NOW)
    staying = churn.retention(evidence.reasons, quarter=NOW).headline.value
    assert found.table["estimate"].sum() == pytest.approx(1 - staying)
    assert (found.table["alone"] > found.table["estimate"]).all()
    assert found.table["estimate"].is_monotonic_decreasing


def test_the_planted_split_is_recovered(evidence):
    """85% of exits that are no transfer's 3% are voluntary, 70% of those lapsed."""
    found = churn.exits(evidence.reasons, quarter=NOW)
    shares = found.table.set_index("reason")
    total = shares["estimate"].sum()
    for reason, planted in (
        ("lapsed", 0.85 * 0.7 / 0.97),
        ("port_out", 0.85 * 0.3 / 0.97),
        ("unpaid", 0.12 / 0.97),
    ):
        assert shares.loc[reason, "low"] <= planted * total <= shares.loc[reason, "high"]
    assert found.message.values["reason"] == Label(of="reason", code="lapsed")


def test_with_buckets_the_point_stays_and_the_interval_is_of_accounts(company, evidence):
    bucketed = risk_table(company.lives, window=company.window, causes="cause", bucket=True)
    plain = risk_table(company.lives, window=company.window, causes="cause")
    linked, alone = (churn.exits(risk, quarter=NOW, of="cause") for risk in (bucketed, plain))
    assert linked.table["cause"].tolist() == ["voluntary", "involuntary"]
    assert linked.table["estimate"].to_numpy() == pytest.approx(alone.table["estimate"].to_numpy())
    ratio = (linked.table["high"] - linked.table["low"]) / (alone.table["high"] - alone.table["low"])
    assert ratio.between(0.6, 1.8).all()


def test_too_few_at_risk_withholds_all(evidence):
    short = evidence.reasons[evidence.reasons["tenure"] <= 100]
    found = churn.exits(short, quarter=NOW)
    assert found.headline.reason.id == "churn.exits.too_few"
    assert found.headline.reason.values["reached"] == pytest.approx(100 / (365.25 / 12))
    assert found.table.empty


def test_a_rare_reason_is_left_out_and_said():
    risk = pd.DataFrame({"tenure": range(1, 366), "at_risk": 500, "lost_often": 1, "lost_rare": 0})
    risk.loc[3, "lost_rare"] = 9
    found = churn.exits(risk, quarter=NOW)
    assert found.table["reason"].tolist() == ["often"]
    assert found.checks[0].message.id == "churn.check.hidden_reasons"


def test_a_table_without_causes_is_refused(evidence):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        churn.exits(evidence.bucketed, quarter=NOW)
    assert str(caught.value) == (
        "exits needs risk_table(..., causes='reason'); got columns tenure, plan, bucket, at_risk, lost"
    )


def test_nobody_who_left_is_said_too():
    risk = pd.DataFrame({"tenure": range(1, 366), "at_risk": 500})
    found = churn.exits(risk, quarter=NOW)
    assert found.headline.reason.id == "churn.exits.none"
