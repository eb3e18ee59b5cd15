"""The numbers: value, interval, comparison, verdict; what cannot be said is a sentence, never a blank."""

import pandas as pd
import pytest

from cxlab.finding import Message, Withheld
from cxlab.overview import target_for, tiles
from cxlab.overview.targets import Target, against
from cxlab.quarter import Quarter
from cxlab.wording import Wording

Q3 = Quarter(2026, 3)


def said(message, language="en"):
    return Wording(language).say(message).replace("\u00a0", " ")


def test_the_score_has_value_interval_comparison_and_verdict(found):
    tile = tiles.feeling(found["nps.score"], found["nps.change"], target=Target(value=35, due=Quarter(2026, 4)))
    assert (tile.number.value, tile.last.value, tile.verdict, tile.worse) == (24, 31, "real_change", True)
    assert said(tile.detail) == "21 to 27 · 2,280 answers"
    assert said(tile.verdict_line) == "▼ 7 points: real fall"
    assert said(tile.notes[0]) == "−2 on a year ago."
    assert (tile.target, tile.against.id) == (35, "overview.target.missed.due")


def test_who_left_tells_the_part_that_moved(found):
    tile = tiles.left(found["churn.left"], found["churn.left_change"], where=found["churn.left_where"])
    assert said(tile.detail) == "8.3 to 9.4 · 10,330 at the start"
    assert said(tile.verdict_line) == "+0.3 points: cannot tell yet"
    assert [note.id for note in tile.notes] == ["overview.where.real_rise", "overview.tile.year_ago"]
    assert tile.worse is None


def test_fewer_leavers_are_not_worse(make, found):
    change = make.change("churn.left_change", -0.012, -0.02, -0.004, unit="share_points", last=None)
    assert tiles.left(found["churn.left"], change).worse is False


def test_the_first_measurement_says_so(make, found):
    tile = tiles.feeling(found["nps.score"], make.change(verdict=None))
    assert (tile.verdict_line.id, tile.last, tile.notes) == ("overview.tile.first", None, ())


def test_a_number_without_a_change_finding_stands_with_its_interval(found):
    tile = tiles.left(found["churn.left"])
    assert (tile.verdict_line, tile.notes) == (None, ())


def test_a_withheld_number_is_a_sentence(make):
    reason = Message("page.first_quarter")
    tile = tiles.staying(make.finding("churn.retention", Withheld(reason)))
    assert (tile.number, tile.detail) == (None, reason)


def test_a_step_is_priced_with_its_checks(make, found):
    tile = tiles.step_worth(found["revenue.price"], found["revenue.checks"])
    assert said(tile.detail) == "17,000 to 28,000 · detractor to passive"
    assert [said(note) for note in tile.notes] == [
        "Passive to promoter: 12,000 VND (7,000 to 16,000).", "All 5 checks passed.",
    ]  # fmt: skip


def test_checks_that_did_not_all_pass_are_not_praised(make, found):
    checks = found["revenue.checks"]
    some = make.replace(checks, checks=(make.replace(checks.checks[0], passed=None), *checks.checks[1:]))
    tile = tiles.step_worth(found["revenue.price"], some)
    assert [note.id for note in tile.notes] == ["overview.tile.price.second"]


def test_a_vetoed_price_says_that_it_cannot_be_given_and_why(make):
    tile = tiles.step_worth(make.price(vetoed=True))
    assert (tile.number, said(tile.said)) == (None, "Cannot be priced")
    assert said(tile.said, "vi") == "Chưa định giá được"
    assert tile.detail == make.price(vetoed=True).headline.reason


def test_the_base_tells_its_change(make, found):
    change = make.change("clv.base_change", 0.3e9, -0.1e9, 0.7e9, "cannot_tell", unit="amount", last=17.1e9)
    tile = tiles.base_value(found["clv.base"], change)
    assert said(tile.verdict_line) == "+300 m VND: cannot tell yet"
    assert tile.last.value == 17.1e9


def test_what_is_at_risk_is_called_what_it_is(make):
    amount = make.estimate(232e6, 210e6, 255e6, "amount", 10_207)
    for kind, word in (("", "margin"), (".revenue", "revenue")):
        message = Message(f"churn.at_risk{kind}", {"amount": amount, "share": 0.071, "flat": 292e6})
        tile = tiles.at_risk(make.finding("churn.at_risk", amount, message=message))
        assert word in said(tile.title).lower()
        assert f"7.1% of all {word}" in said(tile.detail)


def test_forecasts_are_counted_and_the_first_miss_is_told():
    missed = (Message("page.first_quarter"), Message("page.data"))
    tile = tiles.forecasts(17, 19, proof="churn.next_quarter", missed=missed)
    assert (said(tile.said), tile.notes) == ("17 of 19", missed[:1])
    assert said(tile.said, "vi") == "17/19"


def test_next_quarters_forecast_stands_beside_what_came(found):
    tile = tiles.leaving_next(found["churn.next_quarter"], came=908.0)
    assert [said(note) for note in tile.notes] == ["908 left this quarter.", "The next report will grade it."]
    assert said(tile.title) == "Expected to leave in Q4"


@pytest.mark.parametrize(("target", "case"), [(0.08, "reached"), (0.09, "cannot_tell"), (0.10, "missed")])
def test_a_target_is_judged_by_the_whole_interval(found, target, case):
    assert against(Target(value=target, due=None), found["churn.left"]).id == f"overview.target.{case}"


def targets(*rows):
    return pd.DataFrame(rows, columns=["metric", "segment", "period", "target"])


def test_the_target_in_force_is_this_quarters_else_the_next_to_come():
    rows = targets(
        ("nps.score", "all", "2026Q2", 30), ("nps.score", "all", "2027Q1", 40), ("nps.score", "all", "2026Q4", 35),
        ("nps.score", "plan=en90", "2026Q3", 1), ("churn.left", "all", None, 0.08),
    )  # fmt: skip
    assert target_for(rows, "nps.score", about=Q3) == Target(value=35, due=Quarter(2026, 4))
    assert target_for(rows, "nps.score", about=Quarter(2025, 1)) is None, "a target years ahead is no measure yet"
    assert target_for(rows, "nps.score", about=Quarter(2026, 2)) == Target(value=30, due=Quarter(2026, 2))
    three_months = Quarter.parse("2026-08")
    assert target_for(rows, "churn.left", about=three_months) is None, "a target is a whole quarter's"
    assert target_for(rows, "churn.left", about=Q3) == Target(value=0.08, due=None)
    assert target_for(rows, "clv.base", about=Q3) is None
    assert target_for(pd.DataFrame(), "nps.score", about=Q3) is None


def test_a_period_that_is_no_quarter_counts_for_every_quarter():
    assert target_for(targets(("x.y", "all", "always", 1)), "x.y", about=Q3) == Target(value=1, due=None)
