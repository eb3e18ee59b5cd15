"""Fine and Gray from the page's evidence: only those seen from their first day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.evidence import risk_table
from cxlab.finding import Withheld
from cxlab.quarter import Quarter

NOW = Quarter.parse("2026Q3")


@pytest.fixture(scope="module")
def joined(company):
    """Newcomers' table by week, as the page asks for it."""
    lives = company.lives.filter(company.lives.start_day >= company.window.open_day)
    return risk_table(lives, by=["plan"], window=company.window, period="week", causes="reason", bucket=True)


def test_the_ratios_are_pulled_towards_one_as_the_incidence_asks(joined):
    """Every exit of tu_do is planted 1.6 times as likely, so the other exits take some of its lapses away."""
    found = churn.subdistribution(joined, by="plan", quarter=NOW, reference="en90")
    assert found.message.values["reason"].code == "lapsed"
    rows = found.table.set_index("code")
    assert 1 < rows.estimate["tu_do"] < rows.alone["tu_do"]
    assert rows.estimate["en_nam"] > rows.alone["en_nam"]
    assert (rows["low"] < rows["estimate"]).all()
    assert set(rows["reference"]) == {"en90"}
    assert found.message.id == "churn.subdistribution"
    assert found.headline.value == rows.estimate[found.message.values["group"].code]


def test_buckets_leave_the_point_and_without_them_the_errors_are_the_fits_own(joined):
    linked = churn.subdistribution(joined, by="plan", quarter=NOW).table
    keys = ["tenure", "plan"]
    plain = joined.groupby(keys, as_index=False).sum().drop(columns="bucket")
    alone = churn.subdistribution(plain, by="plan", quarter=NOW).table
    assert alone["estimate"].to_numpy() == pytest.approx(linked["estimate"].to_numpy(), rel=1e-9)
    width = np.log(linked["high"] / linked["low"]) / np.log(alone["high"] / alone["low"])
    assert width.between(0.5, 2).all()


def test_late_entry_is_refused_in_words(company):
    everybody = risk_table(company.lives, by=["plan"], window=company.window, period="week", causes="reason")
    found = churn.subdistribution(everybody, by="plan", quarter=NOW)
    assert isinstance(found.headline, Withheld)
    assert found.headline.reason.id == "churn.subdistribution.late"
    assert found.table.empty


def test_one_group_or_none_is_said(joined):
    one = churn.subdistribution(joined[joined["plan"] == "en90"], by="plan", quarter=NOW)
    assert one.headline.reason.id == "churn.subdistribution.too_few"
    few = churn.subdistribution(joined, by="plan", quarter=NOW, minimum=1_000_000)
    assert few.headline.reason.id == "churn.subdistribution.too_few"
    assert few.checks[0].passed is None


def test_groups_alike_are_not_told_apart():
    weeks = pd.DataFrame({"tenure": range(1, 11), "at_risk": range(400, 300, -10), "lost_a": 6, "lost_b": 4})
    found = churn.subdistribution(
        pd.concat([weeks.assign(plan="x"), weeks.assign(plan="y")]), by="plan", quarter=NOW
    )
    assert found.message.id == "churn.subdistribution.cannot_tell"
    assert found.headline.value == pytest.approx(1.0)


def test_a_table_without_reasons_is_refused():
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        churn.subdistribution(
            pd.DataFrame({"tenure": [1], "plan": ["a"], "at_risk": [5], "lost": [1]}), by="plan", quarter=NOW
        )
    assert str(caught.value) == (
        "subdistribution needs risk_table(..., causes='reason'); got tenure, plan, at_risk, lost"
    )


def test_nobody_who_joined_has_left_yet(joined):
    stay = joined[["tenure", "plan", "bucket", "at_risk"]]
    for risk in (stay, stay.iloc[:0]):
        found = churn.subdistribution(risk, by="plan", quarter=NOW)
        assert found.headline.reason.id == "churn.subdistribution.too_few"
