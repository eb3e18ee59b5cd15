"""A ratio said as people who stay: planted shares held, strata, linked accounts, and when it is not said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.finding import Label, Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
RATIO = {"shop": 1.0, "referral": 0.7}
PLAN = {"a": 0.05, "b": 0.12}


def monthly(*, months=15, size=6_000, seed=4, buckets=1, bend=1.0):
    """Hazard of plan a falls, that of b does not; ``bend`` multiplies the ratio of referral after half a year."""
    rng, rows = np.random.default_rng(seed), []
    for bucket in range(buckets):
        for source, ratio in RATIO.items():
            for plan, base in PLAN.items():
                n = size // buckets
                for month in range(1, months + 1):
                    rate = base * (1 / month**0.3 if plan == "a" else 1.0) * ratio
                    if source == "referral" and month > 6:
                        rate *= bend
                    d = rng.binomial(n, -np.expm1(-rate))
                    rows.append((month, source, plan, bucket, n, d))
                    n -= d
    table = pd.DataFrame(rows, columns=["tenure", "acq_source", "plan", "bucket", "at_risk", "lost"])
    return table if buckets > 1 else table.drop(columns="bucket")


def truth(plan, source):
    months = np.arange(1, 13)
    rate = PLAN[plan] * (1 / months**0.3 if plan == "a" else np.ones(12)) * RATIO[source]
    return float(np.exp(-rate.sum()))


@pytest.mark.parametrize("plan", ["a", "b"])
@pytest.mark.parametrize("buckets", [1, 25])
def test_planted_shares_lie_in_their_intervals(plan, buckets):
    found = churn.staying_alike(
        monthly(buckets=buckets), of=["acq_source", "plan"], strata=["plan"], quarter=NOW, period="month",
        reference={"acq_source": "shop", "plan": plan},
    )  # fmt: skip
    said = found.message.values
    assert found.message.id == "churn.staying_alike.within"
    assert said["within"] == (Label(of="plan", code=plan),)
    assert said["group"] == Label(of="acq_source", code="referral")
    assert said["staying"].low <= truth(plan, "referral") <= said["staying"].high
    assert said["other"].low <= truth(plan, "shop") <= said["other"].high
    assert said["staying"].high - said["staying"].low < 0.04
    assert found.table["alike"].tolist() == [said["other"].value]


def test_without_strata_levels_of_all_variables_are_predicted():
    risk = monthly().query("plan == 'b'")
    found = churn.staying_alike(
        risk, of=["acq_source"], quarter=NOW, period="month", reference={"acq_source": "shop"}
    )
    assert found.message.id == "churn.staying_alike"
    assert found.headline.low <= truth("b", "referral") <= found.headline.high
    assert found.table[["of", "code"]].to_numpy().tolist() == [["acq_source", "referral"]]


def test_a_ratio_that_changes_is_not_said_as_a_share():
    found = churn.staying_alike(monthly(bend=2.0), of=["acq_source"], strata=["plan"], quarter=NOW, period="month")
    assert found.headline == Withheld(found.message)
    assert found.message.id == "churn.staying_alike.drifting"
    assert found.message.values == {"variables": (Label(of="term", code="acq_source"),)}
    assert found.table.empty


def test_a_horizon_nobody_reached_is_not_predicted():
    found = churn.staying_alike(monthly(months=8), of=["acq_source"], strata=["plan"], quarter=NOW, period="month")
    assert (found.message.id, found.message.values) == ("churn.staying_alike.short", {"months": 12})


def test_nothing_to_compare_is_said():
    found = churn.staying_alike(monthly(), of=["plan"], strata=["plan"], quarter=NOW, period="month")
    assert found.message.id == "churn.hazard_ratios.no_groups"


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_sentence_can_be_said(language):
    wording, asked = Wording(language), {"of": ["acq_source"], "quarter": NOW, "period": "month"}
    for found in (
        churn.staying_alike(monthly(), strata=["plan"], **asked),
        churn.staying_alike(monthly().query("plan == 'b'"), **asked),
        churn.staying_alike(monthly(bend=2.0), strata=["plan"], **asked),
        churn.staying_alike(monthly(months=8), strata=["plan"], **asked),
    ):
        for message in (found.message, found.method):
            assert "{" not in wording.say(message)
