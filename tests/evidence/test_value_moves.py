"""What customers brought at two closes: every amount in one row, as a loop over customers gives it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.evidence import stock_table
from cxlab.evidence.value_moves import MOVES, SUMS, value_moves
from cxlab.quarter import Quarter, Window

NOW = Quarter.parse("2026Q2")
OPENS = Quarter.parse("2026Q1").start
THEN, TODAY = (Window(open=OPENS, close=of.end) for of in (NOW - 1, NOW))
FIRST, CLOSE = THEN.close_day, TODAY.close_day


def spells(rows, *columns):
    names = ["customer_id", "start_day", "exit_day", "spell", "cause", "reason", "margin_amount", *columns]
    frame = pd.DataFrame(rows, columns=names)
    frame["exit_day"] = pd.to_numeric(frame["exit_day"])
    return frame.assign(revenue_amount=2 * frame["margin_amount"], account_id=frame["customer_id"])


def test_each_kind_of_move_by_hand(as_lives):
    then = spells([
        ("stays", FIRST - 9, None, 1, None, None, 100),
        ("leaves", FIRST - 9, None, 1, None, None, 30),
        ("cut", FIRST - 9, None, 1, None, None, 7),
        ("owner", FIRST - 9, None, 1, None, None, 5),
        ("returns", FIRST - 9, None, 1, None, None, 40),
        ("told late", FIRST - 9, None, 1, None, None, 11),
    ])  # fmt: skip
    now = spells([
        ("stays", FIRST - 9, None, 1, None, None, 120),
        ("leaves", FIRST - 9, FIRST, 1, "voluntary", "lapsed", 0),
        ("cut", FIRST - 9, CLOSE - 1, 1, "involuntary", "", 0),
        ("owner", FIRST - 9, FIRST + 3, 1, "transfer", "owner", 0),
        ("returns", FIRST - 9, FIRST + 3, 1, "voluntary", "lapsed", 0),
        ("returns", FIRST + 20, None, 2, None, None, 20),
        ("told late", FIRST - 9, FIRST - 1, 1, "voluntary", "lapsed", 0),
        ("loaded late", FIRST - 9, None, 1, None, None, 60),
        ("new", FIRST, None, 1, None, None, 25),
        ("passes", FIRST + 1, CLOSE - 1, 1, "voluntary", "lapsed", 0),
        ("still to come", FIRST - 9, CLOSE, 1, "voluntary", "lapsed", 3),
    ])  # fmt: skip
    found = value_moves(as_lives(now, TODAY), as_lives(then, THEN), quarter=NOW)
    assert found.set_index(["move", "reason"])[["customers", "unpriced", "margin_before", "margin"]].T.to_dict(
        "list"
    ) == {
        ("back", ""): [1, 0, 0, 20],
        ("joined", ""): [1, 0, 0, 25],
        ("lost_involuntary", "unknown"): [1, 0, 7, 0],
        ("lost_voluntary", "lapsed"): [2, 0, 70, 0],
        ("passed", ""): [1, 0, 0, 0],
        ("restated", ""): [1, 0, 11, 0],
        ("stayed", ""): [3, 2, 100, 183],
        ("transferred", ""): [1, 0, 5, 0],
    }
    assert (found["revenue_before"] == 2 * found["margin_before"]).all()


@settings(max_examples=6)
@given(st.integers(0, 2**32 - 1))
def test_the_amounts_are_those_of_both_stocks_whoever_is_asked(as_lives, seed):
    """Random lives: nothing lost, nothing twice; halves add; buckets and groups add up to the whole."""
    rng = np.random.default_rng(seed)
    n = 60
    start, life = rng.integers(FIRST - 200, CLOSE, n), rng.integers(1, 250, n)
    frame = spells(
        [(f"c{i}", start[i], start[i] + life[i], 1, "voluntary", rng.choice(["a", "b"]), 0) for i in range(n)]
    ).assign(plan=rng.choice(["x", "y"], n))

    def at(window):
        known = frame[(frame["start_day"] < window.close_day) & (frame["exit_day"] > window.open_day)].copy()
        ahead = known["exit_day"] >= window.close_day
        known.loc[ahead, "exit_day"] = np.nan
        known.loc[ahead, ["cause", "reason"]] = None
        return known.assign(margin_amount=np.where(ahead, 1 + known.index, 0))

    def asked(some):
        then, now = (at(window).loc[lambda f: f.index.isin(some)] for window in (THEN, TODAY))
        return value_moves(as_lives(now, TODAY), as_lives(then, THEN), quarter=NOW, by=["plan"], bucket=True)

    found = asked(frame.index)
    assert set(found["move"]) <= set(MOVES)
    for window, name in ((THEN, "margin_before"), (TODAY, "margin")):
        assert found[name].sum() == stock_table(as_lives(at(window), window), window=window)["margin"].sum()
    both = pd.concat([asked(frame.index[::2]), asked(frame.index[1::2])])
    keys = ["move", "reason", "plan", "bucket"]
    pd.testing.assert_frame_equal(both.groupby(keys, as_index=False)[list(SUMS)].sum(), found)


def test_other_columns_are_refused(as_lives):
    empty = as_lives(spells([("a", FIRST - 9, None, 1, None, None, 1)]), TODAY)
    with pytest.raises(ValueError, match=r"^by names columns of lives \(customer_id, .*\); got shoe_size$"):
        value_moves(empty, empty, quarter=NOW, by=["shoe_size"])
