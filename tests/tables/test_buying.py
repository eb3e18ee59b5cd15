"""The prepared table buying: who is in it, what is counted, how everybody is to be valued, bad input."""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.quarter import Window
from cxlab.tables.bucket import bucket_of
from cxlab.tables.buying import buying

HALF = Window(open=date(2026, 1, 1), close=date(2026, 7, 1))
OPEN = HALF.open_day
DAYS = {"customer_id": "string", "day": "int32", "purchases": "int32", "amount": "int64"}
SPELLS = {
    "customer_id": "string",
    "spell": "int64",
    "start_day": "int32",
    "exit_day": "int32",
    "idle_days": "int32",
}


def days_of(rows):
    """Rows as (customer, days after the window opened, amount)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    frame = frame.assign(day=frame["day"] + OPEN, purchases=(frame["amount"] > 0).astype(int))
    return ibis.memtable(frame[list(DAYS)], schema=ibis.schema(DAYS))


def lives_of(rows):
    """Rows as (customer, start, end or None, contract?); those of a customer in order."""
    frame = pd.DataFrame(rows, columns=["customer_id", "start", "end", "contract"])
    frame = frame.assign(
        spell=frame.groupby("customer_id").cumcount() + 1,
        start_day=frame["start"] + OPEN,
        exit_day=(frame["end"] + OPEN).astype("Int32"),
        idle_days=pd.array(np.where(frame["contract"], np.nan, 3)).astype("Int32"),
    )
    lives = ibis.memtable(frame[list(SPELLS)], schema=ibis.schema(SPELLS))
    words = {name: ibis.literal("w") for name in ("plan", "region", "acq_source", "segment")}
    return lives.mutate(account_id=lives.customer_id, bucket=bucket_of(lives.customer_id), **words)


def found(rows, lives, *, window=HALF, later_days=None):
    table = buying(days_of(rows), lives_of(lives), window=window, later_days=later_days).to_pandas()
    assert table["customer_id"].is_unique
    return table.set_index("customer_id").sort_index()


def test_purchases_are_summed_from_the_first_to_the_close():
    rows = [("a", 10, 500), ("a", 40, 300), ("a", 100, 200), ("a", 120, 0), ("a", 181, 999), ("a", -5, 111)]
    (row,) = found(rows, [("a", 10, None, False)]).to_dict("records")
    last = HALF.close_day - 1 - OPEN
    expected = {
        "x": 2,
        "t_x": 90,
        "total": last - 10,
        "spent": 500,
        "amount": 1000,
        "way": "bought",
        "active": True,
    }
    assert {name: row[name] for name in expected} == expected


def test_everybody_without_a_contract_has_one_row_and_one_way():
    lives = [
        ("born", 5, None, False), ("older", -40, None, False), ("never", 9, None, False),
        ("old never", -9, None, False), ("gone", 5, 60, False), ("contract", 5, None, True),
        ("back", -90, 20, False), ("back", 50, None, False),
        ("to contract", 5, 40, False), ("to contract", 60, None, True),
        ("from contract", 5, 40, True), ("from contract", 60, None, False),
        ("after the close", 190, None, False),
    ]  # fmt: skip
    who = {name for name, *_ in lives} - {"never", "old never"}
    table = found([(name, 62, 100) for name in who], lives)
    assert table["way"].to_dict() == {
        "born": "bought", "older": "older", "never": "not_yet", "old never": "older", "gone": "bought",
        "back": "older", "from contract": "bought",
    }  # fmt: skip
    assert table.index[~table["active"]].tolist() == ["gone"]
    assert table.index[table["x"].isna()].tolist() == ["never", "old never"]
    assert table.loc[["never", "old never"], ["spent", "amount"]].to_numpy().sum() == 0


def test_before_the_close_nothing_later_is_known_but_what_it_is_tried_on():
    until = Window(open=HALF.open, close=date(2026, 2, 15))  # day 45
    rows = [("a", 10, 5), ("a", 44, 6), ("a", 45, 7), ("a", 60, 8), ("a", 75, 9), ("late", 50, 4), ("b", 3, 1)]
    lives = [("a", 1, 70, False), ("late", 20, None, False), ("b", 3, 40, False)]
    table = found(rows, lives, window=until, later_days=30)
    assert table["later"].to_dict() == {"a": 2, "b": 0, "late": 1}  # from day 45 up to day 75
    assert table["amount"].to_dict() == {"a": 11, "b": 1, "late": 0}
    assert table["active"].to_dict() == {"a": True, "b": False, "late": True}
    assert "later" not in found(rows, lives, window=until)


bought_days = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(-30, 220), st.integers(0, 900)),
    max_size=30, unique_by=lambda row: row[:2],
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(rows=bought_days, starts=st.tuples(*[st.integers(-60, 150)] * 3))
def test_what_is_summed_is_what_the_rows_say(rows, starts):
    lives = [(name, start, None, False) for name, start in zip("abc", starts, strict=True)]
    table = found(rows or [("z", 0, 1)], lives)
    for name, start in zip("abc", starts, strict=True):
        own = sorted((day, amount) for who, day, amount in rows if who == name and amount and 0 <= day < 181)
        row = table.loc[name]
        assert row["born"] == (start >= 0)
        if not own:
            assert pd.isna(row["x"])
            continue
        first, last = own[0], own[-1]
        assert (row["x"], row["t_x"], row["total"]) == (len(own) - 1, last[0] - first[0], 180 - first[0])
        assert (row["amount"], row["spent"]) == (sum(a for _, a in own), sum(a for _, a in own[1:]))
