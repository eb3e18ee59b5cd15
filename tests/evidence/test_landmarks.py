"""Landmarks, bins and room: who is followed from when, edges that stay, and tables that would not fit."""

from __future__ import annotations

import json

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab.evidence import risk_table
from cxlab.evidence.bins import Bins
from cxlab.evidence.keys import Keys
from cxlab.evidence.landmarks import landmark_table
from cxlab.evidence.room import MOST_ROWS

SCHEMA = ibis.schema({"customer_id": "string", "from_day": "int32", "grp": "string"})


def known(rows):
    return ibis.memtable(pd.DataFrame(rows, columns=["customer_id", "from_day", "grp"]), schema=SCHEMA)


def test_only_who_is_there_on_the_landmark_is_followed_and_from_that_day(lives, half_year):
    opens = half_year.open_day
    spells = lives([(0, 60), (50, 51), (70, None), (-30, 52), (-9, 50), (10, None)])
    groups = known([(f"c{place}", opens + 50, group) for place, group in enumerate("aaabbb")])
    found = landmark_table(spells, groups, by=["grp"], window=half_year)
    a = found[found["grp"] == "a"].set_index("tenure")
    assert a["at_risk"].to_dict() == {1: 2, **dict.fromkeys(range(2, 11), 1)}  # c2 joined after the landmark
    assert a["lost"].to_dict() == {1: 1, **dict.fromkeys(range(2, 10), 0), 10: 1}
    b = found[found["grp"] == "b"].set_index("tenure")
    assert b["at_risk"][1] == 2  # c4 was gone on the day itself
    assert b["lost"].to_dict()[2] == 1
    assert b.index.max() == half_year.close_day - 1 - (opens + 50)


def test_a_landmark_of_everybody_is_the_risk_table_cut_there(company):
    """Followed from one day on, the days at risk and the losses are those after it."""
    frame, window = company.frame, company.window
    day = window.close_day - 200
    from_day = known([(f"c{place}", day, "") for place in range(len(frame))])
    found = landmark_table(company.lives, from_day, by=["plan"], window=window)
    end = frame["exit_day"].fillna(window.close_day - 1)
    there = (frame["start_day"] <= day) & (end > day)
    lost = there & frame["exit_day"].notna() & (frame["cause"] != "transfer")
    assert found["at_risk"].sum() == (end - day)[there].sum()
    assert found["lost"].sum() == lost.sum()
    assert found.loc[found["tenure"] == 1, "at_risk"].sum() == there.sum()


def test_several_landmarks_stand_beside_each_other(lives, half_year):
    opens = half_year.open_day
    spells = lives([(0, 90), (0, None)])
    stacked = [(f"c{place}", opens + day, str(day)) for place in (0, 1) for day in (30, 60)]
    found = landmark_table(spells, known(stacked), by=["grp"], window=half_year)
    lost = found[found["lost"] > 0]
    assert dict(zip(lost["grp"], lost["tenure"], strict=True)) == {"30": 60, "60": 30}


def test_what_is_known_takes_the_place_of_what_was_known_last(lives, half_year):
    spells = lives([(0, 90)], plan=["new"])
    told = known([("c0", half_year.open_day + 10, "old")]).rename(plan="grp")
    assert set(landmark_table(spells, told, by=["plan"], window=half_year)["plan"]) == {"old"}


def test_a_landmark_outside_the_window_is_left_out_and_missing_columns_are_named(lives, half_year):
    spells = lives([(-90, 90)])
    outside = known([("c0", half_year.open_day - 1, "a"), ("c0", half_year.close_day, "a")])
    assert landmark_table(spells, outside, by=["grp"], window=half_year).empty
    with pytest.raises(ValueError, match=r"^landmarks need customer_id, from_day; from_day not among"):
        landmark_table(spells, outside.select("customer_id"), window=half_year)


@pytest.mark.parametrize("column", ["revenue_amount", "reason", "tenure_days", "idle_days"])
def test_what_is_known_afterwards_makes_no_pattern(lives, half_year, column):
    spells = lives([(0, 9)]).mutate(idle_days=ibis.null("int32"))
    message = rf"^by names what is known of everybody from the start; {column} is known afterwards$"
    with pytest.raises(ValueError, match=message):
        risk_table(spells, by=["plan", column], window=half_year)


def test_too_many_patterns_are_refused_before_they_are_laid_out(lives, half_year, monkeypatch):
    spells = lives([(day, None) for day in range(40)], plan=[f"p{day}" for day in range(40)])
    monkeypatch.setattr("cxlab.evidence.room.MOST_ROWS", 10_000)
    monkeypatch.setattr("cxlab.evidence.risk.time_at_risk", lambda *_, **__: pytest.fail("laid out"))
    with pytest.raises(ValueError, match="a risk table of") as error:
        risk_table(spells, by=["plan", "region"], window=half_year, quarter=True, bucket=True)
    days = half_year.close_day - half_year.open_day
    assert str(error.value) == (
        f"a risk table of 80 patterns (plan 40, region 1, bucket 40, quarter 2) over {days} periods has up to "
        f"{80 * days:,} rows; no more than 10,000 have room: leave out a column, bin one, or take a coarser period"
    )


def test_patterns_that_never_occur_take_no_room(lives, half_year, monkeypatch):
    spells = lives([(day, None) for day in range(40)], plan=[f"p{day}" for day in range(40)])
    whole = risk_table(spells, by=["plan"], window=half_year, bucket=True)
    monkeypatch.setattr("cxlab.evidence.room.MOST_ROWS", 40 * 181)
    pd.testing.assert_frame_equal(risk_table(spells, by=["plan"], window=half_year, bucket=True), whole)
    assert MOST_ROWS == 33_554_432


def test_a_column_that_measures_is_refused_and_its_bins_are_not(lives, half_year, monkeypatch):
    rng = np.random.default_rng(2)
    paid = rng.lognormal(10, 1, 400)
    spells = lives([(0, None)] * 400).mutate(paid=ibis.row_number().cast("float64"))
    with pytest.raises(
        ValueError, match=r"^by names columns of few values; paid is measured and has to be binned$"
    ):
        risk_table(spells, by=["paid"], window=half_year)
    monkeypatch.setattr("cxlab.evidence.keys.MOST", 50)
    rows = ibis.memtable(pd.DataFrame({"code": [f"{value:.0f}" for value in paid], "plan": "a"}))
    with pytest.raises(
        ValueError, match="columns to count by have more than 50 combinations; of these alone code 51"
    ):
        Keys.of(rows, ["code", "plan"])
    bins = Bins.of(spells, "paid")
    table = risk_table(bins.put(spells), by=["paid_bin"], window=half_year)
    assert sorted(table["paid_bin"].unique()) == list(bins.names)
    assert set(table.loc[table["tenure"] == 1, "at_risk"]) == {20}


def test_edges_are_of_the_rows_then_and_stay():
    then = ibis.memtable(pd.DataFrame({"spent": np.arange(1_000.0)}))
    bins = Bins.of(then, "spent", bins=4)
    assert bins.edges == pytest.approx((249.75, 499.5, 749.25))
    assert Bins.read(json.loads(json.dumps(bins.stored))) == bins
    later = ibis.memtable(pd.DataFrame({"spent": [-5.0, 249.0, 250.0, 10_000.0, None]}))
    put = bins.put(later, name="band").to_pandas()
    assert put.sort_values("spent")["band"].tolist() == ["01", "01", "02", "04", ""]


def test_equal_values_are_one_bin_and_no_numbers_are_none():
    rows = ibis.memtable(pd.DataFrame({"spent": [0] * 88 + [7] * 12, "plan": "a"}))
    bins = Bins.of(rows, "spent")
    assert bins.edges == (7.0,)
    assert bins.put(rows)["spent_bin"].value_counts().to_pandas().set_index("spent_bin").iloc[:, 0].to_dict() == {
        "01": 88, "02": 12,
    }  # fmt: skip
    assert Bins.of(rows.filter(rows.spent == 0), "spent").names == ["01"]
    assert Bins.of(rows.filter(False), "spent").edges == ()
    with pytest.raises(ValueError, match=r"^bins need a column of numbers; 'plan' is none of spent, plan$"):
        Bins.of(rows, "plan")
    with pytest.raises(ValueError, match=r"^bins must be at least 2; got 1$"):
        Bins.of(rows, "spent", bins=1)
