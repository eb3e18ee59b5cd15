"""The two prices: planted ones come back, their parts add, and the easy answer is shown to be wrong."""

from __future__ import annotations

import ibis
import numpy as np
import pytest

from cxlab import revenue
from cxlab.evidence import panel_sums
from cxlab.finding import Estimate, Withheld
from cxlab.maths.panel import panel_fit
from cxlab.quarter import Quarter

QUARTERS = Quarter.span("2024Q1..2025Q4")
NOW = QUARTERS[-1]
PLANTED = {"detractor_passive": 4_000, "passive_promoter": 3_000}


@pytest.fixture(scope="module")
def planted(draw_panel, add_up):
    return add_up(draw_panel(seed=21))


def test_both_planted_prices_lie_in_their_intervals(planted):
    found = revenue.price(planted, quarter=NOW)
    rows = found.table.set_index("step")
    for step, price in PLANTED.items():
        assert rows.low[step] <= price <= rows.high[step]
    assert found.message.id == "revenue.price.both"
    assert (found.headline.value, found.headline.unit) == (rows.estimate["detractor_passive"], "amount")


def test_bias_and_coverage_over_panels(draw_panel, add_up):
    """20 panels of 300 customers: no bias beyond its error, and the interval misses no more than it may."""
    found, covered = [], []
    for seed in range(20):
        rows = revenue.price(add_up(draw_panel(customers=300, seed=700 + seed)), quarter=NOW)
        if isinstance(rows.headline, Withheld):
            continue  # stopped by the veto, one in twenty
        table = rows.table.set_index("step").loc[list(PLANTED)]
        truth = np.array(list(PLANTED.values()))
        found.append(table["estimate"].to_numpy() - truth)
        covered.append((table["low"].to_numpy() <= truth) & (truth <= table["high"].to_numpy()))
    assert len(found) >= 15
    error = np.std(found, axis=0) / np.sqrt(len(found))
    assert (np.abs(np.mean(found, axis=0)) < 3.5 * error).all()
    assert np.mean(covered) >= 0.87


def test_nothing_is_found_where_nothing_is_planted(draw_panel, add_up):
    evidence = add_up(draw_panel(promoter=0, detractor=0, seed=22))
    found = revenue.price(evidence, quarter=NOW)
    assert found.message.id == "revenue.price.neither"


def test_the_mixed_step_is_the_mean_of_both_in_todays_mix(planted):
    rows = revenue.price(planted, quarter=NOW).table.set_index("step")["estimate"]
    passives, detractors = planted.answers[-1][1], planted.answers[-1][3]
    mixed = (detractors * rows["detractor_passive"] + passives * rows["passive_promoter"]) / (
        detractors + passives
    )
    assert rows["mix"] == pytest.approx(mixed)


def test_a_price_against_the_score_is_not_sold(draw_panel, add_up):
    evidence = add_up(draw_panel(promoter=-3.0, detractor=4.0, seed=23))
    assert revenue.price(evidence, quarter=NOW).message.id == "revenue.price.against"


def test_the_paths_add_up_to_the_price_to_the_last_digit(draw_panel, add_up):
    """Detractors are there for a tenth less of the next quarter and bring a tenth less for it, beside the rest."""
    rows = draw_panel(seed=24)
    rows = rows.sort_values(["customer_id", "quarter_number"], ignore_index=True)
    unhappy = rows.groupby("customer_id")["grp"].shift() == "detractor"
    rows["active_days"] = rows["active_days"].where(~unhappy, (rows["active_days"] * 0.9).round()).astype("int32")
    rows.loc[unhappy, "revenue_amount"] -= 5_000
    evidence = add_up(rows)
    price = revenue.price(evidence, quarter=NOW).table.set_index("step")["estimate"]
    found = revenue.paths(evidence, quarter=NOW)
    paths = found.table.set_index("path")
    for step in PLANTED:
        assert paths.estimate[f"{step}_staying"] + paths.estimate[f"{step}_spending"] == pytest.approx(
            price[step], rel=1e-12
        )
    assert 4_000 < paths.estimate["detractor_passive_staying"] < 5_000  # a tenth of what unhappy customers bring
    assert abs(paths.estimate["passive_promoter_staying"]) < 300
    share = found.message.values["share"]
    assert share.low < paths.estimate["detractor_passive_staying"] / price["detractor_passive"] < share.high


def test_paths_without_a_sure_step_are_given_as_amounts(draw_panel, add_up):
    evidence = add_up(draw_panel(promoter=0, detractor=0, seed=22))
    assert revenue.paths(evidence, quarter=NOW).message.id == "revenue.paths.amounts"


def test_the_easy_answer_is_several_times_too_large(planted):
    """Taste moves score and revenue alike: different customers compared say more than twice the planted seven."""
    found = revenue.easy_answer(planted, quarter=NOW)
    rows = found.table.set_index("specification")
    assert rows.low["within"] <= 7_000 <= rows.high["within"]
    assert rows.low["same_quarter"] <= 7_000 <= rows.high["same_quarter"]
    assert rows.estimate["pooled"] > 14_000
    assert found.message.id == "revenue.easy_answer.more"
    assert found.message.values["times"] == pytest.approx(rows.estimate["pooled"] / rows.estimate["within"])


def test_bands_that_differ_are_told_apart(draw_panel):
    rows = draw_panel(seed=25, customers=2_000)
    rows = rows.sort_values(["customer_id", "quarter_number"], ignore_index=True)
    means = rows.groupby("customer_id")["revenue_amount"].transform("mean")
    unhappy = rows.groupby("customer_id")["grp"].shift() == "detractor"
    rows.loc[unhappy & (means > means.quantile(2 / 3)), "revenue_amount"] -= 6_000
    evidence = panel_sums(ibis.memtable(rows), quarters=QUARTERS)
    found = revenue.by_band(evidence, quarter=NOW)
    assert list(found.table["band"]) == ["low", "middle", "high"]
    assert found.message.id == "revenue.by_band.differ"
    bands = found.table.set_index("band")["estimate"]
    assert bands["high"] > bands["low"]


def test_bands_alike_are_not_ranked(planted):
    assert revenue.by_band(planted, quarter=NOW).message.id == "revenue.by_band.alike"


def test_a_band_in_which_nobody_moved_is_left_out(draw_panel, add_up):
    evidence = add_up(draw_panel(seed=26), edges=(1_000.0, 50_000.0))
    found = revenue.by_band(evidence, quarter=NOW)
    assert list(found.table["band"]) == ["middle", "high"]
    assert [check.passed for check in found.checks] == [None]
    alone = add_up(draw_panel(seed=26), edges=(1_000.0, 2_000.0))
    assert isinstance(revenue.by_band(alone, quarter=NOW).headline, Withheld)


def test_adding_to_every_quarter_of_a_customer_changes_no_price(draw_panel, add_up):
    rows = draw_panel(customers=300, seed=27)
    raised = rows.assign(revenue_amount=rows["revenue_amount"] + 1000 * rows["customer_id"].str[-2:].astype(int))
    one, other = (panel_fit(add_up(each).price).coefficients[:, 0] for each in (rows, raised))
    assert other == pytest.approx(one, rel=1e-9)


def test_money_in_another_unit_scales_the_price(draw_panel, add_up):
    rows = draw_panel(customers=300, seed=27)
    one, other = (
        panel_fit(add_up(each).price) for each in (rows, rows.assign(revenue_amount=100 * rows["revenue_amount"]))
    )
    assert other.coefficients == pytest.approx(100 * one.coefficients)
    assert other.errors == pytest.approx(100 * one.errors)


def test_every_check_of_the_price_is_said_with_its_numbers(planted):
    checks = {check.name: check.message for check in revenue.price(planted, quarter=NOW).checks}
    assert list(checks) == ["identified", "unseen", "conservative"]
    assert checks["identified"].values["share"] == pytest.approx(planted.revenue_moved / planted.revenue)
    assert 0 < checks["unseen"].values["share"] < 1
    assert isinstance(revenue.price(planted, quarter=NOW).headline, Estimate)
