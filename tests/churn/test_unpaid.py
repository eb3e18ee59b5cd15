"""Gone before payback: what was planted comes back, from the day and the curve together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.finding import Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
HAZARD = {"dealer": 0.006, "web": 0.002}
MARGIN, COST, DISCOUNT = 91_000, 60_000, 0.12


def risk_of(rng, n, hazard, source):
    """Newcomers who join one by one over 900 days, each followed to the end."""
    life, seen = rng.geometric(hazard, n), rng.integers(1, 900, n)
    last, bucket = np.minimum(life, seen), rng.integers(0, 40, n)
    days = np.arange(1, last.max() + 1)
    rows = []
    for of in range(40):
        mine = bucket == of
        at_risk = (last[mine][:, None] >= days).sum(axis=0)
        lost = np.bincount(last[mine & (life <= seen)], minlength=len(days) + 1)[1:]
        rows.append(pd.DataFrame({"tenure": days, "bucket": of, "at_risk": at_risk, "lost": lost}))
    return pd.concat(rows, ignore_index=True).assign(acq_source=source).query("at_risk > 0")


def made(seed=3, n=2_500):
    rng = np.random.default_rng(seed)
    tenure = np.arange(600)
    stock = pd.concat(
        [pd.DataFrame({"acq_source": s, "tenure": tenure, "customers": 2, "margin": 2 * MARGIN}) for s in HAZARD]
    )
    costs = pd.DataFrame(
        {"acq_source": list(HAZARD), "customers": [n, n // 2], "cost_amount": [n * COST, n // 2 * COST]}
    )
    risk = pd.concat([risk_of(rng, n, hazard, source) for source, hazard in HAZARD.items()], ignore_index=True)
    return costs, stock, risk


def asked(of, **more):
    return churn.gone_unpaid(*of, quarter=NOW, discount_share_year=DISCOUNT, **more)


def truth(hazard):
    v = 1.12 ** (-1 / 365.25) * (1 - hazard)
    days = np.log(1 - COST / (MARGIN / 91) * (1 - v) / v) / np.log(v)
    return 1 - (1 - hazard) ** days


def test_what_was_planted_is_found():
    found = asked(made())
    rows = found.table.set_index("acq_source")
    assert rows.index.tolist() == ["dealer", "web"]
    for source, hazard in HAZARD.items():
        assert rows.low[source] <= truth(hazard) <= rows.high[source]
        assert rows.high[source] - rows.low[source] < 0.08
    whole = (2 * truth(HAZARD["dealer"]) + truth(HAZARD["web"])) / 3
    assert found.headline.low <= whole <= found.headline.high
    assert found.headline.n == 3_750
    assert found.message.values["group"].code == "dealer"


def test_the_interval_holds_what_was_planted_nineteen_times_in_twenty():
    held = []
    for seed in range(30):
        found = asked(made(seed, n=500))
        rows = found.table.set_index("acq_source")
        held += [rows.low[source] <= truth(hazard) <= rows.high[source] for source, hazard in HAZARD.items()]
    assert np.mean(held) >= 0.88


def test_the_order_of_the_rows_means_nothing_and_buckets_add():
    costs, stock, risk = made()
    one = asked((costs, stock, risk))
    again = asked((costs[::-1], stock.sample(frac=1, random_state=1), risk.sample(frac=1, random_state=2)))
    pd.testing.assert_frame_equal(one.table, again.table)
    assert one.headline.value == pytest.approx(again.headline.value, rel=1e-12)


def test_who_never_earns_the_cost_is_left_out_and_named():
    costs, stock, risk = made()
    dear = costs.assign(cost_amount=costs["cost_amount"] * [100, 1])
    found = asked((dear, stock, risk))
    assert found.table["acq_source"].tolist() == ["web"]
    assert found.message.id == "churn.gone_unpaid.one"
    assert next(c for c in found.checks if c.name == "earned").message.values["groups"][0].code == "dealer"
    never = asked((costs.assign(cost_amount=10**12), stock, risk))
    assert isinstance(never.headline, Withheld)
    assert never.table.empty
    assert asked((costs.head(0), stock, risk)) is None
    few = asked((costs.assign(customers=[9, 1250]), stock, risk))
    assert few.checks[0].message.values == {"n": 1, "least": 10}


def test_without_buckets_or_enough_of_them_no_interval_is_made_up():
    costs, stock, risk = made()
    with pytest.raises(
        ValueError,
        match=r"^risk_table\(..., bucket=True\) must give acq_source, bucket, tenure, at_risk, lost; "
        r"bucket not among tenure, at_risk, lost, acq_source$",
    ):
        asked((costs, stock, risk.drop(columns="bucket")))
    few = asked((costs, stock, risk[risk["bucket"] < 15]))
    assert isinstance(few.headline, Withheld)
    assert few.message.id == "churn.gone_unpaid.few"


@pytest.mark.parametrize("language", ["en", "vi"])
def test_everything_can_be_said(language):
    costs, stock, risk = made(n=600)
    dear = costs.assign(cost_amount=costs["cost_amount"] * [100, 1])
    wording = Wording(language, labels={"acq_source": {code: {language: code.title()} for code in HAZARD}})
    for of in (
        (costs, stock, risk),
        (dear, stock, risk),
        (costs.assign(cost_amount=10**12), stock, risk),
        (costs, stock, risk[risk["bucket"] < 15]),
    ):
        found = asked(of)
        for message in (found.message, found.method, *(check.message for check in found.checks)):
            assert "{" not in wording.say(message)
