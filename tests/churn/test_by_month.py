"""Who leaves in which calendar month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.evidence import monthly_losses
from cxlab.finding import Withheld
from cxlab.quarter import Quarter

NOW = Quarter.parse("2026Q3")


@pytest.fixture(scope="module")
def losses(company):
    return monthly_losses(company.lives, window=company.window, bucket=True)


def flat(months, n=1000, lost=20):
    return pd.DataFrame({"month": months, "open": n, "lost": lost})


def test_the_last_year_stands_beside_the_one_before(losses):
    found = churn.by_month(losses, quarter=NOW)
    sums = losses.groupby("month")[["open", "lost"]].sum()
    share = sums["lost"] / sums["open"]
    assert found.table["month"].tolist() == [f"{(9 + place) % 12 + 1:02d}" for place in range(12)]
    assert found.table["estimate"].to_numpy() == pytest.approx(share.iloc[-12:].to_numpy())
    assert found.table["year_ago"].to_numpy() == pytest.approx(share.iloc[-24:-12].to_numpy())
    assert (found.table["low"] < found.table["estimate"]).all()
    values = found.message.values
    assert (values["left"].value, values["year_ago"]) == (share["2026-09-01"], share["2025-09-01"])
    assert values["most"].value == share.iloc[-12:].max()


def test_an_earlier_quarter_ends_with_its_own_last_month(losses):
    found = churn.by_month(losses, quarter=NOW - 8)
    assert found.table["month"].iloc[-1] == "09"
    assert found.message.id == "churn.by_month.first"
    assert np.isnan(found.table["year_ago"].astype(float)).all()


def test_without_buckets_and_with_nobody_lost_the_interval_is_wilsons():
    found = churn.by_month(flat(["2026-08-01", "2026-09-01"], n=50, lost=0), quarter=NOW)
    assert (found.headline.value, found.headline.low) == (0.0, 0.0)
    assert found.headline.high == pytest.approx(0.0714, abs=1e-4)
    assert found.checks[1].passed is None


def test_months_that_began_with_few_are_left_out_and_all_of_them_withheld():
    some = pd.concat([flat(["2026-08-01"], n=9, lost=1), flat(["2026-09-01"])])
    found = churn.by_month(some, quarter=NOW)
    assert found.table["month"].tolist() == ["09"]
    assert found.checks[0].passed is None
    none = churn.by_month(flat(["2026-09-01"], n=9, lost=9), quarter=NOW)
    assert isinstance(none.headline, Withheld)
    assert none.headline.reason.id == "churn.by_month.too_few"
