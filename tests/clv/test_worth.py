"""What customers are worth: the planted truth, rows against counts, laws, and what cannot be valued."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlab import clv
from cxlab.evidence.lookup import staying, variance_of_staying, worth_of_staying
from cxlab.evidence.repeat import NO_COUNTS, NO_SPEND
from cxlab.finding import Estimate, Withheld
from cxlab.maths.expected import discounted_purchases
from cxlab.maths.staying_value import YEAR_DAYS, daily_factor


def part(equity, way):
    rows = equity.table["way"] == way
    return float(equity.table.loc[rows, "worth"].sum()), equity.replicates[rows].sum(axis=0)


def ends(values, middle):
    error = np.sqrt(39 / 40 * ((values - values.mean()) ** 2).sum())
    return middle - 2.02 * error, middle + 2.02 * error


def test_contracts_are_worth_what_was_planted(equity, law):
    found, replicates = part(equity, "contract")
    customers = equity.table.loc[equity.table["way"] == "contract", "customers"].sum()
    v = daily_factor(0.10) * (1 - law.hazard)
    truth = customers * law.margin / 91 * v / (1 - v)
    low, high = ends(replicates, found)
    assert low <= truth <= high
    assert (high - low) / found < 0.3


def test_buyers_are_worth_what_was_planted(equity, drawn):
    """Each customer's own rate and drop-out known: half of what they will spend is margin."""
    found, replicates = part(equity, "bought")
    d = np.log(1.1) / YEAR_DAYS
    each = drawn.planted
    truth = 0.5 * float((each["still"] * each["rate"] / (d + each["rate"] * each["p"]) * each["mean"]).sum())
    low, high = ends(replicates, found)
    spread = 0.5 * float(np.sqrt(((each["rate"] / (d + each["rate"] * each["p"]) * each["mean"]) ** 2).sum()))
    assert low - spread <= truth <= high + spread
    assert found == pytest.approx(truth, rel=0.25)


def test_the_law_of_buying_comes_back(equity):
    fit = equity.buying.buys
    errors = np.sqrt(np.diag(np.linalg.inv(-fit.hessian)))
    assert fit.dropout == "varied"
    assert (np.abs(fit.parameters - np.log([1.6, 30, 1.2, 12])) < 3.5 * errors).all()
    assert equity.buying.spends.mean == pytest.approx(120_000 / 5, rel=0.1)


def test_the_worth_of_the_base_is_that_of_the_rows(equity, drawn, law):
    """Every customer valued alone, from rows; then summed."""
    fit, spends = equity.buying.buys, equity.buying.spends
    rows = drawn.bought.groupby("customer_id").agg(first=("day", "min"), last=("day", "max"), n=("day", "size"))
    paid = drawn.bought.sort_values("day").groupby("customer_id")["amount"]
    spent = paid.sum() - paid.first()
    ahead = discounted_purchases(
        fit, rows["n"] - 1, rows["last"] - rows["first"], law.window.close_day - 1 - rows["first"],
        discount=np.log(1.1) / YEAR_DAYS,
    )  # fmt: skip
    by_rows = float((0.5 * ahead * spends.expected(rows["n"] - 1, spent.loc[rows.index])).sum())
    assert part(equity, "bought")[0] == pytest.approx(by_rows, rel=1e-9)
    active = drawn.spells[(drawn.spells["plan"] == "con") & drawn.spells["exit_day"].isna()]
    place = equity.stays.codes.index("con")
    days = equity.stays.days[place, 0, law.window.close_day - 1 - active["start_day"]]
    assert part(equity, "contract")[0] == pytest.approx(
        float((active["margin_amount"] / 91 * days).sum()), rel=1e-9
    )


def test_parts_of_the_evidence_add_up_to_the_whole(evidence, equity, law):
    half = evidence.counts["segment"] == "a"
    table = pd.concat([evidence.counts[~half], evidence.counts[half]], ignore_index=True)
    mixed = evidence.stock.sample(frac=1, random_state=1)
    again = clv.worth(
        mixed,
        evidence.risk.sample(frac=1, random_state=2),
        table,
        evidence.spend,
        quarter=law.quarter,
        terms=law.terms,
    )
    assert again.table["worth"].sum() == pytest.approx(equity.table["worth"].sum(), rel=1e-9)
    assert again.replicates.sum(axis=0) == pytest.approx(equity.replicates.sum(axis=0), rel=1e-6)


def test_names_of_plans_mean_nothing(evidence, equity, law):
    named = [frame.assign(plan=frame["plan"].map({"con": "z", "free": "a"})) for frame in (
        evidence.stock, evidence.risk, evidence.counts)]  # fmt: skip
    terms = replace(law.terms, margin={"a": 0.5})
    again = clv.worth(*named, evidence.spend, quarter=law.quarter, terms=terms)
    assert again.table["worth"].sum() == pytest.approx(equity.table["worth"].sum(), rel=1e-9)


def test_a_higher_rate_makes_the_future_worth_less(evidence, equity, law):
    dearer = law.worth_of(evidence, terms=replace(law.terms, discount_share_year=0.2))
    assert dearer.table["worth"].sum() < equity.table["worth"].sum()


def test_without_a_rate_there_is_no_worth(evidence, law):
    with pytest.raises(ValueError, match=r"^a future without end needs a discount rate above 0; got 0$"):
        law.worth_of(evidence, terms=replace(law.terms, discount_share_year=0))


def test_the_formula_and_leaving_buckets_out_agree_where_nothing_is_linked(evidence, law):
    """Only the law beyond what was seen is left out of the formula, so it may be a little narrower."""
    stock = evidence.stock[evidence.stock["way"] == "contract"]
    risk = evidence.risk[evidence.risk["plan"] == "con"]
    found = staying(risk, by="plan", oldest=int(stock["tenure"].max()), discount_share_year=0.10)
    replicates = worth_of_staying(stock, found, by="plan", keys=["plan"]).replicates[0]
    by_buckets = np.sqrt(39 / 40 * ((replicates - replicates.mean()) ** 2).sum())
    by_formula = np.sqrt(variance_of_staying(stock, found, by="plan"))
    assert 0.6 < by_formula / by_buckets < 1.3


def test_headline_and_checks(equity):
    found = clv.base(equity)
    assert isinstance(found.headline, Estimate)
    assert (found.headline.unit, found.headline.kind) == ("amount", "confidence")
    assert found.headline.value == pytest.approx(equity.table["worth"].sum())
    assert found.message.id == "clv.base.margin"
    assert found.message.values["each"] == pytest.approx(found.headline.value / found.headline.n)
    states = {check.name: check.passed for check in found.checks}
    assert states["births"] is True
    assert states["unrelated"] is True
    assert states["links"] is True
    assert len(found.replicates) == 40


def test_where_nobody_left_nothing_can_be_said(evidence, law):
    nobody = evidence.risk.assign(lost=0)
    found = clv.base(clv.worth(evidence.stock, nobody, evidence.counts, evidence.spend, quarter=law.quarter,
                               terms=law.terms))  # fmt: skip
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "clv.base.nobody_left"


def test_few_accounts_give_no_interval(evidence, law):
    few = [frame[frame["bucket"] < 5] for frame in (evidence.risk, evidence.counts, evidence.spend)]
    found = clv.base(clv.worth(evidence.stock, few[0], few[1], few[2], quarter=law.quarter, terms=law.terms))
    assert found.message.id == "clv.base.no_interval"
    assert found.message.values == {"n": 5, "least": 20}


def test_buyers_who_never_came_back_are_looked_up(evidence, law):
    once = evidence.counts[evidence.counts["x"] == 0]
    equity = clv.worth(evidence.stock, evidence.risk, once, evidence.spend.iloc[:0], quarter=law.quarter,
                       terms=law.terms)  # fmt: skip
    assert equity.buying is None
    assert equity.no_buying == "repeat buying needs customers who bought more than once; got none"
    assert part(equity, "bought")[0] > 0
    assert "buying" in [check.name for check in clv.base(equity).checks]


def test_a_study_without_transactions_is_looked_up(drawn, law):
    found = law.evidence_of(drawn, looked_up=True)
    assert set(found.stock["way"]) == {"contract", "older"}
    equity = clv.worth(found.stock, found.risk, NO_COUNTS, NO_SPEND, quarter=law.quarter, terms=law.terms)
    assert equity.buying is None
    assert equity.table["worth"].sum() > 0
