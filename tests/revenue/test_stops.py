"""May a step be priced: the veto stops what it should, little else, and says why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import revenue
from cxlab.finding import Estimate, Withheld
from cxlab.maths.panel import panel_fit
from cxlab.quarter import Quarter
from cxlab.revenue.stops import order_p, verdict

QUARTERS = Quarter.span("2024Q1..2025Q4")
NOW = QUARTERS[-1]
DERIVED = ("paths", "easy_answer", "by_band")


@pytest.fixture(scope="module")
def plain(draw_panel, add_up):
    """The score acts a quarter later and nothing else does."""
    return add_up(draw_panel(seed=11))


@pytest.fixture(scope="module")
def reverse(draw_panel, add_up):
    """The score follows revenue and does nothing."""
    return add_up(draw_panel(promoter=0, detractor=0, feedback=0.5, seed=12))


def by_name(found):
    return {check.name: check.passed for check in found.checks}


def test_all_five_checks_pass_where_the_score_comes_first(plain):
    found = revenue.checks(plain, quarter=NOW)
    assert isinstance(found.headline, Estimate)
    assert (found.headline.value, found.message.id) == (5, "revenue.checks.passed")
    assert list(found.table["check"]) == ["waves", "movers", "steps", "testable", "order"]
    assert set(found.table["outcome"]) == {"passed"}
    counted = found.table.set_index("check")["estimate"]
    assert (counted["waves"], counted["movers"], counted["testable"]) == (8, plain.moved, plain.veto.customers)


def test_a_score_that_follows_revenue_is_refused(reverse):
    found = revenue.checks(reverse, quarter=NOW)
    assert isinstance(found.headline, Withheld)
    assert by_name(found) == {"waves": True, "movers": True, "steps": True, "testable": True, "order": False}
    assert found.message.id == "revenue.checks.order"
    price = revenue.price(reverse, quarter=NOW)
    assert isinstance(price.headline, Withheld)
    assert price.headline.reason.id == "revenue.check.order.failed"
    assert price.table.empty
    moved = revenue.veto(reverse, quarter=NOW)
    assert moved.message.id == "revenue.veto.moved"
    rows = moved.table.set_index("grp")["estimate"]
    assert rows["detractor"] < 0 < rows["promoter"]


def test_without_the_veto_the_reverse_would_have_been_sold_as_an_effect(reverse):
    """What the check is for: within customers the wrong sign is as sure as any finding ever is."""
    fit = panel_fit(reverse.price)
    assert fit.coefficients[0, 0] / fit.errors[0, 0] < -2


@pytest.mark.parametrize("name", DERIVED)
def test_nothing_that_rests_on_a_price_is_given_without_one(reverse, name):
    found = getattr(revenue, name)(reverse, quarter=NOW)
    assert isinstance(found.headline, Withheld)
    assert found.headline.reason.id == f"revenue.{name}.not_priced"
    assert found.table.empty


def test_too_few_answers_in_a_row_cannot_be_tested(draw_panel, add_up):
    evidence = add_up(draw_panel(customers=400, asked=0.35, seed=13))
    found = revenue.checks(evidence, quarter=NOW)
    assert by_name(found) == {"waves": True, "movers": True, "steps": True, "testable": False, "order": None}
    assert found.message.id == "revenue.checks.testable"
    order = revenue.veto(evidence, quarter=NOW)
    assert isinstance(order.headline, Withheld)
    assert order.headline.reason.id == "revenue.check.testable.failed"
    assert order.headline.reason.values["rows"] == evidence.veto.rows < 500


def test_three_waves_cannot_be_tested(draw_panel, add_up):
    quarters = Quarter.span("2025Q2..2025Q4")
    evidence = add_up(draw_panel(quarters=quarters, seed=14), quarters=quarters)
    assert verdict(evidence).stop.id == "revenue.check.waves.failed"
    assert revenue.checks(evidence, quarter=NOW).message.id == "revenue.checks.waves"


def test_one_wave_cannot_be_priced(draw_panel, add_up):
    rows = draw_panel(seed=15)
    rows.loc[rows["quarter_number"] != QUARTERS[2].ordinal, "grp"] = ""
    evidence = add_up(rows)
    assert by_name(revenue.checks(evidence, quarter=NOW)) == {
        "waves": False, "movers": False, "steps": False, "testable": False, "order": None,
    }  # fmt: skip


def test_all_passives_cannot_be_priced(draw_panel, add_up):
    evidence = add_up(draw_panel(customers=300, seed=16).assign(grp="passive"))
    assert verdict(evidence).stop.id == "revenue.check.movers.failed"
    assert verdict(evidence).stop.values["n"] == 0


def test_a_group_nobody_enters_or_leaves_cannot_be_priced(draw_panel, add_up):
    rows = draw_panel(customers=600, seed=17)
    rows["grp"] = rows["grp"].replace("detractor", "passive")
    evidence = add_up(rows)
    assert verdict(evidence).stop.id == "revenue.check.steps.failed"
    assert by_name(revenue.checks(evidence, quarter=NOW))["movers"] is True


def test_no_answer_at_all_is_said_and_not_an_error(draw_panel, add_up):
    evidence = add_up(draw_panel(customers=50, asked=0.0))
    assert revenue.checks(evidence, quarter=NOW).message.id == "revenue.checks.waves"
    assert isinstance(revenue.price(evidence, quarter=NOW).headline, Withheld)


def stopped(draw_panel, add_up, *, panels, first, **planted):
    """Share of panels whose veto stops them."""
    p = [order_p(panel_fit(add_up(draw_panel(seed=first + n, **planted)).veto)) for n in range(panels)]
    return np.mean(np.array(p) < 0.05)


def test_the_veto_seldom_stops_what_it_should_not(draw_panel, add_up):
    """Nominal 5%; of 25 panels more than 5 would come once in a thousand times."""
    assert stopped(draw_panel, add_up, panels=25, first=100, customers=250) <= 5 / 25


def test_the_veto_does_not_stop_an_effect_in_the_same_quarter(draw_panel, add_up):
    """Revenue that rises with the score of its own quarter is no sign that revenue comes first."""
    p = []
    for seed in range(15):
        rows = draw_panel(customers=250, seed=300 + seed)
        rows["revenue_amount"] += 3000 * (rows["grp"] == "promoter")
        p.append(order_p(panel_fit(add_up(rows).veto)))
    assert np.mean(np.array(p) < 0.05) <= 4 / 15


@pytest.mark.parametrize(("customers", "feedback", "least"), [(300, 0.5, 1.0), (300, 0.2, 0.8), (1000, 0.1, 0.8)])
def test_the_veto_stops_feedback(draw_panel, add_up, customers, feedback, least):
    planted = {"customers": customers, "feedback": feedback, "promoter": 0, "detractor": 0}
    assert stopped(draw_panel, add_up, panels=6, first=500, **planted) >= least


def test_a_quarter_of_the_study_without_answers_is_no_wave(draw_panel, add_up):
    rows = draw_panel(customers=200, seed=18)
    rows.loc[rows["quarter_number"] == QUARTERS[0].ordinal, "grp"] = "silent"
    found = revenue.checks(add_up(rows), quarter=NOW)
    assert pd.Series(found.table["estimate"]).iloc[0] == 7
