"""The quarter-forward test: what was planted is graded well, what is wrong badly, and little is not graded."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.churn.backtest import chances
from cxlab.churn.money import hazards_by
from cxlab.finding import Estimate, Withheld


def passed(found):
    return {check.name: check.passed for check in found.checks}


def test_chances_of_the_past_hold_for_the_quarter_when_nothing_changed(evidence):
    found = churn.backtest(evidence.followed, evidence.risk_then, quarter=evidence.now)
    assert isinstance(found.headline, Estimate)
    assert found.headline.low > 1.1
    assert found.headline.low < found.headline.value < found.headline.high
    assert passed(found) == {"as_far_apart": True, "better_than_one_rate": True, "links": True}
    values = found.message.values
    assert values["lost"] == evidence.followed["lost"].sum()
    assert values["n"] == evidence.followed["customers"].sum()
    # a count of independent customers: about its own root away, three times that in one of a thousand
    assert abs(values["expected"] - values["lost"]) < 3.3 * np.sqrt(values["lost"])
    assert found.table["forecast"].is_monotonic_decreasing
    assert (found.table["estimate"] * found.table["n"]).sum() == pytest.approx(values["lost"])
    sizes = found.table["n"] / found.table["n"].sum()
    assert sizes.tolist() == pytest.approx([0.2] * 5, abs=0.02)


def test_a_chance_is_one_less_the_share_that_stays(evidence):
    horizon = evidence.now.days
    hazards = hazards_by(evidence.risk_then, evidence.followed, by="plan", horizon=horizon, minimum=10)
    some = evidence.followed.iloc[::97].head(20)
    found = chances(some, hazards, by="plan", horizon=horizon)
    for chance, (_, row) in zip(found, some.iterrows(), strict=True):
        q = hazards[row["plan"]].hazard[row["tenure"] : row["tenure"] + horizon]
        assert chance == pytest.approx(1 - np.prod(1 - q))


def test_chances_that_turn_the_order_round_are_found_out(evidence):
    """Newcomers leave soonest; here it is said of those who have stayed for a year."""
    risk = evidence.risk_then
    turned = risk.assign(
        lost=(risk["at_risk"] * np.where(risk["tenure"] > 365, 0.002, 0.0002)).round().astype(int)
    )
    right = churn.backtest(evidence.followed, risk, quarter=evidence.now)
    wrong = churn.backtest(evidence.followed, turned, quarter=evidence.now)
    assert wrong.headline.high < 1 < right.headline.low
    assert passed(wrong) == passed(right) | {"as_far_apart": False, "better_than_one_rate": False}


def test_where_nobody_was_lost_the_chance_is_not_nothing(evidence):
    quiet = evidence.risk_then.assign(lost=0)
    hazards = hazards_by(quiet, evidence.followed, by="plan", horizon=evidence.now.days, minimum=10)
    found = chances(evidence.followed, hazards, by="plan", horizon=evidence.now.days)
    assert (found > 0).all()
    assert found.max() < 0.05


def test_few_leavers_are_not_graded(evidence):
    few = evidence.followed.assign(lost=0)
    few.loc[few.index[0], "lost"] = 1
    found = churn.backtest(few, evidence.risk_then, quarter=evidence.now)
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "churn.backtest.too_few"
    assert found.message.values == {"n": 1, "least": 10, "quarter": evidence.now}


def test_one_chance_for_all_has_no_order(evidence):
    one = pd.DataFrame({"tenure": [5] * 40, "plan": "a", "bucket": range(40), "customers": 100, "lost": 10})
    risk = pd.DataFrame({"tenure": range(1, 200), "plan": "a", "at_risk": 5_000, "lost": 10})
    found = churn.backtest(one, risk, quarter=evidence.now)
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "churn.backtest.alike"


def test_few_accounts_give_no_interval(evidence):
    few = evidence.followed[evidence.followed["bucket"] < 12]
    found = churn.backtest(few, evidence.risk_then, quarter=evidence.now)
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "churn.backtest.no_interval"
    assert passed(found) | {"better_than_one_rate": None} == {
        "as_far_apart": None, "better_than_one_rate": None, "links": False,
    }  # fmt: skip


def test_evidence_that_lacks_columns_is_refused(evidence):
    said = (
        "the customers followed must give tenure, plan, bucket, customers, lost; bucket not among "
        "tenure, plan, customers, lost"
    )
    with pytest.raises(ValueError, match=f"^{said}$"):
        churn.backtest(evidence.followed.drop(columns="bucket"), evidence.risk_then, quarter=evidence.now)
