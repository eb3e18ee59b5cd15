"""The whole way, from the made-up company's files to findings: what was planted comes back."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from cxlab import nps
from cxlab.evidence import pairs, rating_counts, response_counts, score_counts
from cxlab.maths import net_change
from cxlab.nps.groups import MIX
from cxlab.nps.waves import tables, wave
from cxlab.quarter import Quarter
from cxlab.synth import make_company
from cxlab.tables import open_study

ROOT = Path(__file__).parents[2]
AS_ANSWERED = (29, 28, 29, 30, 27, 28, 25, 26, 30, 30, 31, 24)
"""NPS by quarter, written down in the company's description; not read from the code that plants it."""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The study of the README's two commands: 20,000 customers, seed 7."""
    folder = tmp_path_factory.mktemp("company")
    shutil.copy(ROOT / "data" / "study.toml", folder)
    shutil.copy(ROOT / "data" / "codebook.yaml", folder)
    make_company(folder / "sample", customers=20_000, seed=7)
    return open_study("2026Q3", config=folder)


@pytest.fixture(scope="module")
def truth(study):
    quarters = json.loads((study.folder / "sample" / "truth.json").read_text(encoding="utf-8"))["quarters"]
    return {quarter["quarter"]: quarter for quarter in quarters}


@pytest.fixture(scope="module")
def counts(study):
    return score_counts(study.responses, bucket=True)


@pytest.fixture(scope="module")
def by_plan(study):
    met = pairs(study.responses, quarter=study.quarter, against=[study.quarter - 1], by=["plan"])
    return nps.by(score_counts(study.responses, by=["plan"]), met, by="plan", quarter=study.quarter)


@pytest.fixture(scope="module")
def judged(study, counts, by_plan):
    """The change, the event's part and the plans, judged together as on the page."""
    waves = pairs(study.responses, quarter=study.quarter, against=[study.quarter - 1, study.quarter - 4])
    return nps.one_page(nps.change(counts, waves, quarter=study.quarter), nps.where_at(study), by_plan)


def test_every_quarter_scores_what_truly_was_answered(study, counts, truth):
    trend = nps.trend(counts, quarter=study.quarter).table.set_index("quarter")
    assert list(trend.index) == list(truth)
    for quarter, row in trend.iterrows():
        assert row["estimate"] == pytest.approx(truth[quarter]["nps_points"], abs=1.5)
    inside = (trend["low"] <= AS_ANSWERED) & (trend["high"] >= AS_ANSWERED)
    assert inside.sum() >= 10


def test_the_fall_after_the_price_rise_is_real_and_where_it_was_planted(judged):
    change, where, by_plan = judged
    assert change.message.id == "nps.change.real_fall"
    assert change.headline.low <= -7 <= change.headline.high
    assert where.message.id == "nps.where.real_fall"
    assert [label.code for label in where.message.values["groups"]] == ["en90", "en120"]
    assert where.headline.low <= 20 - 33 <= where.headline.high
    moved = by_plan.table.query("verdict == 'real_change'")["plan"]
    assert len(moved) >= 1
    assert set(moved) <= {"en90", "en120"}


def test_nearly_all_of_the_fall_lies_within_the_two_plans(study):
    cells = score_counts(study.responses, by=["plan", "tenure_band"], bucket=True)
    parts = nps.parts(cells, by="plan", mix="tenure_band", quarter=study.quarter)
    rows = parts.table.set_index("plan")
    assert rows["estimate"].sum() == pytest.approx(parts.headline.value)
    assert rows["estimate"][["en90", "en120"]].sum() / parts.headline.value > 0.6
    assert rows["low"][MIX] <= -0.3 <= rows["high"][MIX]  # fewer long-standing customers answered


def test_the_outage_is_found_in_its_region_and_its_quarter_only(study):
    """Asked about the region the event names, the fall is real; searching all regions turns up no other."""
    flooded = Quarter.parse("2024Q4")
    regions = score_counts(study.responses, by=["region"])
    met = pairs(study.responses, quarter=flooded, against=[flooded - 1], by=["region"])
    where = nps.where(regions, met, of="region", codes=["cch"], quarter=flooded)
    assert where.message.id == "nps.where.real_fall"
    assert where.headline.low <= 12 - 30 <= where.headline.high
    found = nps.by(regions, met, by="region", quarter=flooded).table.set_index("region")
    assert found["estimate"].idxmin() == "cch"
    assert set(found.index[found["verdict"] == "real_change"]) <= {"cch"}


def test_a_group_in_which_nothing_differs_raises_no_more_alarms_than_chance(study):
    """Segments are the parity of the id: of twelve comparisons at .05 four or more come by chance once in 450."""
    halves = score_counts(study.responses, by=["segment"])
    alarms = 0
    for quarter in study.quarters:
        first, second = wave(halves, quarter=quarter, by="segment", codes=["a", "b"]).answers
        apart = np.zeros((4, 4))
        apart[:3, 3], apart[3, :3] = first[::-1], second[::-1]
        alarms += float(net_change.change(apart).p) < 0.05
    assert alarms <= 3


def test_the_bound_is_about_ten_points_below_what_was_answered(study, counts):
    bound = nps.bound(counts, quarter=study.quarter)
    gap = bound.message.values["score"] - bound.headline.value
    assert 9 < gap < 14


def test_the_funnel_is_what_was_sent_and_answered(study, truth):
    found = nps.response(response_counts(study.responses), quarter=study.quarter)
    steps = found.table.set_index("step")["estimate"]
    assert steps["invited"] == pytest.approx(truth["2026Q3"]["invited"], rel=0.01)
    assert steps["answered"] == pytest.approx(truth["2026Q3"]["answered"], rel=0.03)
    assert found.headline.value == pytest.approx(0.32, abs=0.03)


def test_the_broken_app_is_found_at_its_touchpoint(study):
    """Ease of payment in the app falls by 1.4 of 7 in 2025Q2, and nothing falls at the shop."""
    broken = Quarter.parse("2025Q2")
    ces = rating_counts(study.responses, measure="ces", by=["touchpoint"], kind="transactional")
    effort = nps.ratings_by(ces, measure="ces", by="touchpoint", quarter=broken, name="nps.effort", arrows=30)
    app = effort.table.set_index("touchpoint").loc["app_payment"]
    assert app["verdict"] == "real_change"
    assert app["change_low"] <= -1.4 <= app["change_high"]
    csat = rating_counts(study.responses, measure="csat", by=["touchpoint"], kind="transactional")
    shop = nps.ratings_by(csat, measure="csat", by="touchpoint", quarter=broken, name="nps.touchpoints", arrows=20)
    assert shop.table.set_index("touchpoint")["verdict"]["shop"] != "real_change"


def test_complaints_are_the_weakest_touchpoint_and_what_is_not_asked_is_named(study):
    csat, ces = (
        rating_counts(study.responses, measure=measure, by=["touchpoint"], kind="transactional")
        for measure in ("csat", "ces")
    )
    found = nps.ratings_by(csat, measure="csat", by="touchpoint", quarter=study.quarter, name="nps.touchpoints")
    rows = found.table.set_index("touchpoint")
    assert rows["estimate"].idxmin() in ("complaint", "leaving_call")
    assert rows["low"]["complaint"] <= 2.9 <= rows["high"]["complaint"]
    unmeasured = nps.unmeasured(study, csat, ces)
    assert [label.code for label in unmeasured.message.values["touchpoints"]] == ["dealer", "port_out", "roaming"]


def test_a_minute_on_hold_lowers_ease_by_the_planted_quarter_point(study):
    """Four quarters of answers about hotline calls; short and long waits differ by over two points."""
    found = nps.waiting_at(study)
    assert found.message.id == "nps.waiting.falls"
    assert found.message.values["group"].code == "hotline"
    assert found.headline.low <= -0.25 <= found.headline.high
    assert found.headline.high - found.headline.low < 0.15
    ease = found.table.set_index("wait_band")["estimate"]
    assert list(ease.index) == ["0-3", "3-6", "6-10", "10+"]
    assert ease.is_monotonic_decreasing
    assert ease["0-3"] - ease["10+"] > 2


def test_a_call_back_goes_with_the_planted_rise_beyond_what_detractors_rise_anyway(study):
    """The others rise as well, with no action at all: that rise is shown and is not the headline."""
    told = json.loads((study.folder / "sample" / "truth.json").read_text(encoding="utf-8"))
    truth = told["realised"]["effects"]["rise_after_bad_score"]
    found = nps.recovery_at(study)
    rows = found.table.set_index("called_back")
    assert found.headline.low <= 0.6 <= found.headline.high
    assert found.headline.value == pytest.approx(rows["estimate"]["called"] - rows["estimate"]["not_called"])
    for code, name in {"called": "called_in_time", "not_called": "not_called_in_time"}.items():
        assert rows["low"][code] <= truth[name] <= rows["high"][code]
    assert rows["low"]["not_called"] > 1
    assert found.message.values["not_called"] == rows["estimate"]["not_called"]
    assert found.headline.value < rows["low"]["not_called"]
    leaving = next(check for check in found.checks if check.name == "recovery_leaving")
    assert leaving.passed is None  # needs a comparison from the same day on, which this page does not make


def test_the_forecast_made_a_quarter_earlier_knew_nothing_of_the_price(study, counts):
    """Its range is wide enough for usual drift; whether it holds the fall is graded, not promised."""
    expected = nps.next_quarter(counts, quarter=study.quarter - 1)
    assert expected.about == study.quarter
    assert expected.headline.low < 31 < expected.headline.high
    usual = np.diff(AS_ANSWERED[:-1])
    assert expected.headline.high - expected.headline.value > usual.std()


def test_customers_seen_twice_are_paired(study):
    met = pairs(study.responses, quarter=study.quarter, against=[study.quarter - 1])
    found = net_change.change(tables(met, against=study.quarter - 1)[0])
    assert float(found.both) > 300
    assert 0.2 < float(found.correlation) < 0.7
