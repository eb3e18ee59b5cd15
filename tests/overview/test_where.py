"""Where it moved: parts that sum to the change, and the groups that hold most of it."""

import numpy as np
import pandas as pd
import pytest

from cxlab.finding import Label
from cxlab.overview.where import score_bridge, where_moved


def where(found, make, events=None):
    study = make.study()
    return where_moved(found, events=study.events if events is None else events, quarter=study.quarter)


def test_groups_an_event_met_are_named_with_it(make, found):
    told = where(found, make)
    assert [label.code for label in told.groups] == ["en90", "en120"]
    assert (told.extent.code, told.event.code) == ("almost_all", "price")


def test_without_an_event_the_largest_parts_are_named(make, found):
    told = where(found, make, make.events().iloc[:0])
    assert [label.code for label in told.groups] == ["en90", "en120"]
    assert (told.extent.code, told.event) == ("almost_all", None)


def test_an_event_of_another_quarter_or_kind_names_nobody(make, found):
    assert where(found, make, make.events().iloc[[0, 2]]).event is None


def test_events_without_a_scope_name_nobody(make, found):
    assert where(found, make, pd.DataFrame({"date": [pd.Timestamp("2026-07-01")]})).event is None


def test_a_change_spread_over_all_names_nobody(make, found):
    rows = [(code, -1.0, -2.0, 0.5, 300) for code in ("a", "b", "c", "d", "e", "f", "g")]
    found["nps.parts"] = make.finding(
        "nps.parts", make.estimate(-7, -9, -5, "points"), rows=rows, columns=("plan",)
    )
    assert where(found, make, make.events().iloc[:0]) is None


@pytest.mark.parametrize("missing", ["nps.parts", "nps.change"])
def test_without_parts_or_a_real_change_nobody_is_named(make, found, missing):
    del found[missing]
    assert where(found, make) is None


def test_the_bridge_sums_and_puts_small_groups_together(make, found):
    bridge = score_bridge(found)
    assert (bridge.proof, bridge.start, bridge.end, bridge.more_is_worse) == ("nps.parts", 31, 24, False)
    assert [part.label.code for part in bridge.parts] == ["en90", "en120", "tu_do", "others", "mix_of_customers"]
    assert bridge.start + sum(part.value for part in bridge.parts) == pytest.approx(bridge.end)


def test_what_the_parts_leave_over_is_a_part(make, found):
    found["nps.change"] = make.change(value=-9.0, low=-13.0, high=-5.0, last=33.0)
    bridge = score_bridge(found)
    assert bridge.parts[-1].label == Label(of="bridge", code="rest")
    assert bridge.parts[-1].value == pytest.approx(-2.0)


def test_totals_of_a_flow_are_no_parts(make, found):
    nan = np.nan
    rows = [
        ("before", 31, nan, nan, 9),
        ("en90", -6, nan, nan, 9),
        ("mix", -1, nan, nan, 9),
        ("now", 24, nan, nan, 9),
    ]
    parts = make.finding(
        "nps.parts", make.estimate(-7, -9, -5, "points"), rows=rows, columns=("plan",), shape="flow"
    )
    assert [part.label.code for part in score_bridge(found | {"nps.parts": parts}).parts] == ["en90", "mix"]


def test_a_marked_total_is_no_part(make, found):
    rows = [("en90", False, -6, -9, -3, 9), ("mix", False, -1, -2, 0, 9), ("all", True, -7, -9, -5, 9)]
    parts = make.finding("nps.parts", make.estimate(-7, -9, -5, "points"), rows=rows, columns=("plan", "total"))
    assert [part.label.code for part in score_bridge(found | {"nps.parts": parts}).parts] == ["en90", "mix"]


def test_where_the_score_did_not_move_the_share_that_left_is_bridged(make, found):
    rows = [("en90", 0.006, 0.002, 0.010, 9), ("mix", -0.003, -0.004, -0.002, 9)]
    whole = make.estimate(0.003, -0.004, 0.011, "share_points")
    found["churn.left_parts"] = make.finding("churn.left_parts", whole, rows=rows, columns=("plan",), shape="bars")
    found["nps.change"] = make.change(value=-1.0, low=-5.0, high=3.0, verdict="cannot_tell")
    bridge = score_bridge(found)
    assert (bridge.proof, bridge.unit, bridge.more_is_worse) == ("churn.left_parts", "share_points", True)
    assert bridge.start == pytest.approx(0.085)


def test_nothing_to_bridge(make):
    assert score_bridge({}) is None
