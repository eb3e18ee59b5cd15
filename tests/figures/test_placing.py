"""Words keep apart and stay on the paper."""

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.figures.glyphs import text_width
from cxlab.figures.happened import happenings, lanes
from cxlab.figures.marks import apart
from cxlab.figures.numbers import nice_ticks
from cxlab.figures.outline import outline
from cxlab.figures.sheet import cut, wrap
from cxlab.figures.style import SMALL
from cxlab.quarter import Quarter
from cxlab.wording import Wording

QUARTERS = list(Quarter.span("2025Q1..2026Q3"))


@given(st.lists(st.floats(0, 300), min_size=1, max_size=8), st.floats(1, 40))
def test_labels_keep_apart_in_order_and_inside(wanted, gap):
    placed = apart(wanted, gap=gap, low=0, high=300)
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    room = min(gap, 300 / max(len(wanted) - 1, 1))
    for before, after in pairwise(order):
        assert placed[after] - placed[before] >= room - 1e-6
    assert min(placed) >= -1e-6
    assert max(placed) <= 300 + 1e-6


@given(st.lists(st.floats(0, 300), min_size=1, max_size=8))
def test_labels_that_have_room_stay_where_they_want_to_be(wanted):
    spaced = [place * 50.0 for place in range(len(wanted))]
    assert apart(spaced, gap=20, low=0, high=400) == pytest.approx(spaced)


@given(st.text(alphabet="ab cdưở<&\u00a0", max_size=200), st.floats(30, 300))
def test_wrapped_lines_fit(text, width):
    lines = wrap(text, width, 13.5, most=3)
    assert len(lines) <= 3
    assert all(text_width(line, 13.5) <= width for line in lines)


def test_short_texts_are_not_touched():
    assert wrap("Én 90 and Én 120", 400, 13.5) == ["Én 90 and Én 120"]
    assert cut("Én 90", 400, 13.5) == "Én 90"
    assert wrap("", 400, 13.5) == []


def events(*days_and_names):
    return pd.DataFrame(
        {
            "date": [day for day, _ in days_and_names],
            "name_en": [name for _, name in days_and_names],
            "name_vi": [f"{name} (vi)" for _, name in days_and_names],
        }
    )


def test_events_are_named_in_the_language_and_placed_by_their_day():
    found = happenings(events((date(2026, 7, 1), "price rise")), wording=Wording("vi"), quarters=QUARTERS)
    assert [(each.words, round(each.at, 4)) for each in found] == [("01/07: price rise (vi)", round(6 / 7, 4))]


def test_events_outside_the_picture_and_without_words_are_left_out():
    table = events((date(2019, 1, 1), "long ago"), (date(2030, 1, 1), "some day"), (date(2026, 1, 1), None))
    table["name_vi"] = None
    assert happenings(table, wording=Wording("en"), quarters=QUARTERS) == []
    assert happenings(None, wording=Wording("en"), quarters=QUARTERS) == []
    assert happenings(pd.DataFrame(), wording=Wording("en"), quarters=QUARTERS) == []


@given(
    st.lists(
        st.tuples(st.dates(date(2025, 1, 1), date(2026, 9, 30)), st.sampled_from(["Tet", "an outage of hours"]))
    )
)
def test_words_of_events_touch_neither_words_nor_lines(drawn):
    found = happenings(events(*drawn), wording=Wording("en"), quarters=QUARTERS)
    placed = lanes(found, width=500, most=3)
    assert bool(placed) == bool(found)
    for one in placed:
        start, end = one.left, one.left + text_width(one.words, SMALL)
        assert start >= 0
        assert end <= 500
        for other in placed:
            if other is not one and other.lane == one.lane:
                assert end < other.left or other.left + text_width(other.words, SMALL) < start
            if other.lane < one.lane:
                assert not start <= other.place <= end


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.sampled_from([1, 100, 10**6]))
def test_ticks_span_both_ends(one, other, scale):
    low, high = sorted((one / scale, other / scale))
    ticks = nice_ticks(low, high, most=5)
    assert ticks == sorted(ticks)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert len(ticks) <= 8


def test_path_data_keep_their_points():
    points = np.array(
        [(0, 0), (10, 0), (10, 10), (5, 5), (0, 10), (1, 1), (2, 2), (3, 3), (0, 0), (20, 20), (30, 20)]
    )
    codes = [1, 2, 2, 3, 3, 4, 4, 4, 79, 1, 2]
    assert outline(points, codes, digits=0) == "m0 0h10v10q-5-5-10 0c1-9 2-8 3-7zm20 20h10"
    assert outline(points[:3], None, digits=0) == "m0 0h10v10"


def test_rounding_does_not_add_up_along_a_path():
    points = np.array([(place * 0.14, place * 0.14) for place in range(200)])
    written = outline(points, None, digits=1)
    steps = written[1:].replace("l", " ").replace("h", " ").replace("v", " ")
    across = [float(step) for step in steps.split()][2::2]
    assert sum(across) == pytest.approx(points[-1][0], abs=0.1)
