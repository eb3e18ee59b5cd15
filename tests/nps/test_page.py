"""The whole page on waves whose law is known: what happened is found, what did not is not."""

import numpy as np
import pytest

from cxlab import nps
from cxlab.evidence import score_counts
from cxlab.finding import Estimate, Withheld
from cxlab.nps.groups import MIX
from cxlab.quarter import Quarter


def test_nothing_happened_and_nothing_is_called_real(steady_page):
    assert steady_page["nps.change"].message.id in ("nps.change.cannot_tell", "nps.change.no_material_change")
    assert steady_page["nps.by_plan"].message.id == "nps.by_plan.none"
    assert set(steady_page["nps.change"].table["against"]) == {"last_quarter", "year_ago"}


def test_a_fall_is_found_where_it_is(fallen_page):
    assert fallen_page["nps.change"].message.id == "nps.change.real_fall"
    assert fallen_page["nps.where"].message.id == "nps.where.real_fall"
    moved = fallen_page["nps.by_plan"].table.query("verdict == 'real_change'")["plan"].tolist()
    assert moved == ["a"]
    assert fallen_page["nps.by_plan"].message.values["group"].code == "a"
    largest = fallen_page["nps.parts"].message.values["group"]
    assert largest.code == "a"


def test_parts_sum_to_the_change(fallen_page, steady_page):
    for page in (fallen_page, steady_page):
        parts, change = page["nps.parts"], page["nps.change"]
        assert parts.table["estimate"].sum() == pytest.approx(parts.headline.value)
        assert parts.headline.value == pytest.approx(change.headline.value)
        assert parts.table["plan"].iloc[-1] == MIX


def test_the_same_customers_make_the_change_surer(responses, draw, page):
    """Paired by their ids, 1,200 customers who nearly all answer give a shorter interval than strangers do."""
    rows = draw(quarters=2, rate=0.95, seed=5)
    paired = page(responses(rows))["nps.change"].headline
    apart = page(responses(rows.assign(customer_id="", account_id="")))["nps.change"].headline
    assert paired.value == pytest.approx(apart.value)
    assert paired.high - paired.low < 0.85 * (apart.high - apart.low)


def test_migration_shares_sum_to_one(steady_page):
    table = steady_page["nps.migration"].table
    assert np.allclose(table.groupby("then")["estimate"].sum(), 1)
    assert steady_page["nps.migration"].headline.n == table.loc[table["then"] == "promoter", "n"].iloc[0]


def test_contacts_are_told_on_their_own_scale_and_never_pooled(steady_page):
    touchpoints, effort = steady_page["nps.touchpoints"], steady_page["nps.effort"]
    assert set(touchpoints.table["touchpoint"]) == {"shop", "complaint"}
    assert set(effort.table["touchpoint"]) == {"app"}
    assert touchpoints.headline.unit == effort.headline.unit == "score"
    assert touchpoints.message.id == "nps.touchpoints.real_fall"
    assert touchpoints.message.values["group"].code == "shop"
    assert touchpoints.message.values["scale"] == 5
    assert "nps.journey" not in steady_page  # nobody was asked the 0 to 10 question after a contact


def test_the_silent_are_counted_and_bounded(steady_page):
    steps = steady_page["nps.response"].table.set_index("step")["estimate"]
    assert steps["invited"] - steps["lost_undelivered"] - steps["lost_silent"] == steps["answered"]
    assert steady_page["nps.bound"].headline.value < steady_page["nps.score"].headline.value - 5


def test_the_sample_that_is_asked_for_shows_the_change(steady_page):
    """With as many answers as asked for, the smallest change seen is the one asked about."""
    sample, change = steady_page["nps.sample"], steady_page["nps.change"]
    assert sample.table["change_points"].tolist() == [2, 4, 8]
    mde = change.message.values.get("mde")
    reach = np.sqrt(sample.headline.value / change.headline.n) * 4
    assert mde == pytest.approx(reach, rel=0.15)


def test_a_forecast_needs_eight_quarters_and_is_a_prediction(steady_page, steady, now):
    expected = steady_page["nps.next_quarter"]
    assert expected.about == now + 1
    assert expected.headline.kind == "prediction"
    last = steady_page["nps.score"].headline
    assert expected.headline.high - expected.headline.low > 1.3 * (last.high - last.low)
    few = score_counts(steady)
    early = nps.next_quarter(few, quarter=now - 2)
    assert isinstance(early.headline, Withheld)
    assert early.message.id == "nps.next_quarter.too_few_quarters"


def test_most_forecasts_hold(responses, draw):
    """Twenty made-up histories: the tenth quarter lies where the first nine say, most of the time."""
    held = []
    for seed in range(20):
        counts = score_counts(responses(draw(customers=500, quarters=10, seed=100 + seed)))
        quarters = sorted(counts["quarter"].unique())
        last = nps.score(counts, quarter=Quarter.parse(quarters[-1])).headline.value
        expected = nps.next_quarter(counts, quarter=Quarter.parse(quarters[-2])).headline
        held.append(expected.low <= last <= expected.high)
    assert sum(held) >= 17


def test_buckets_left_out_belong_to_the_score(steady, now):
    score = nps.score(score_counts(steady, bucket=True), quarter=now)
    assert score.replicates is not None
    assert len(score.replicates) == 40
    assert np.mean(score.replicates) == pytest.approx(score.headline.value, abs=0.5)
    assert isinstance(score.headline, Estimate)


def test_accounts_that_answer_alike_widen_the_interval(responses, draw, now):
    rows = draw(quarters=1, customers=400, rate=1.0)
    alone = nps.score(score_counts(responses(rows)), quarter=now).headline
    families = rows.assign(account_id=[f"f{place // 4}" for place in range(len(rows))])
    families["nps"] = families.groupby("account_id")["nps"].transform("first")
    linked = nps.score(score_counts(responses(families)), quarter=now).headline
    assert linked.high - linked.low > 1.7 * (alone.high - alone.low)
