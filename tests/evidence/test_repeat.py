"""repeat_counts, spend_counts and with_way: rows against counts, births, what adds, bad input."""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab.evidence import stock_table
from cxlab.evidence.buying import worth_sums
from cxlab.evidence.repeat import bought, repeat_counts, spend_counts, with_way
from cxlab.quarter import Window
from cxlab.tables.bucket import bucket_of
from cxlab.tables.buying import buying

HALF = Window(open=date(2026, 1, 1), close=date(2026, 7, 1))
OPEN = HALF.open_day
DAYS = {"customer_id": "string", "day": "int32", "purchases": "int32", "amount": "int64", "other_amount": "int64"}
LIVES = {
    "customer_id": "string", "account_id": "string", "spell": "int64", "start_day": "int32", "exit_day": "int32",
    "idle_days": "int32", "plan": "string", "region": "string", "acq_source": "string", "segment": "string",
}  # fmt: skip


def days_of(rows):
    """Rows as (customer, days after the window opened, amount)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    frame = frame.assign(day=frame["day"] + OPEN, purchases=(frame["amount"] > 0).astype(int), other_amount=0)
    return ibis.memtable(frame[list(DAYS)], schema=ibis.schema(DAYS))


def lives_of(rows):
    """Rows as (customer, start, end or None, contract?)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "start", "end", "contract"])
    frame = frame.assign(
        account_id=frame["customer_id"], spell=frame.groupby("customer_id").cumcount() + 1,
        start_day=frame["start"] + OPEN, exit_day=(frame["end"] + OPEN).astype("Int32"),
        idle_days=np.where(frame["contract"], np.nan, 3), plan="p", region="x", acq_source="s", segment="a",
    )  # fmt: skip
    frame["idle_days"] = frame["idle_days"].astype("Int32")
    lives = ibis.memtable(frame[list(LIVES)], schema=ibis.schema(LIVES))
    return lives.mutate(bucket=bucket_of(lives.account_id))


@pytest.fixture(scope="module")
def small():
    days = days_of(
        [
            ("back", 10, 500), ("back", 40, 300), ("back", 100, 200),
            ("once", 20, 900),
            ("older", 5, 100), ("older", 60, 700),
            ("gone", 15, 50), ("gone", 30, 60),
            ("contract", 7, 1000), ("contract", 70, 1000),
            ("late", 30, 80), ("late", 170, 0), ("late", 200, 999),
        ]
    )  # fmt: skip
    lives = lives_of(
        [
            ("back", 10, None, False), ("once", 20, None, False), ("older", -300, None, False),
            ("gone", 15, 90, False), ("contract", 0, None, True), ("late", 30, None, False),
            ("never", 50, None, False),
        ]
    )  # fmt: skip
    return days, lives


def test_customers_are_counted_by_what_the_model_sees(small):
    table = repeat_counts(buying(*small, window=HALF)).set_index(["born", "active", "x"]).sort_index()
    last = HALF.close_day - 1 - OPEN
    back = table.loc[(True, True, 2)].iloc[0]
    assert back.to_dict() == {
        "t_x": 90, "total": last - 10, "customers": 1, "spent": 500, "amount": 1000,
    }  # fmt: skip
    assert table.loc[(True, True, 0), "customers"].sum() == 2  # a day without revenue, or after the close, is none
    assert table.loc[(False, True, 1), "spent"].tolist() == [700]
    assert table.loc[(True, False, 1), "t_x"].tolist() == [15]
    assert table["customers"].sum() == 5  # nobody under contract


def test_everybody_is_valued_in_one_way(small):
    days, lives = small
    ways = with_way(lives, buying(days, lives, window=HALF)).to_pandas().set_index("customer_id")["way"].to_dict()
    assert ways == {
        "back": "bought", "once": "bought", "gone": "bought", "late": "bought", "older": "older",
        "never": "not_yet", "contract": "contract",
    }  # fmt: skip
    without = with_way(lives, None).to_pandas().set_index("customer_id")["way"].to_dict()
    assert set(without.values()) == {"contract", "older"}


def test_later_purchases_are_counted_beside_what_was_known(small):
    until = Window(open=HALF.open, close=date(2026, 2, 15))  # day 45
    table = repeat_counts(buying(*small, window=until, later_days=100))
    assert table.loc[table["x"] == 1, ["t_x", "later"]].sort_values("t_x").to_numpy().tolist() == [
        [15, 0],
        [30, 1],
    ]
    assert table["later"].sum() == 2


def drawn(*, customers, seed):
    rng = np.random.default_rng(seed)
    rows = [(f"c{who}", int(day), int(rng.integers(1, 5000))) for who in range(customers)
            for day in np.unique(rng.integers(0, 181, rng.integers(1, 6)))]  # fmt: skip
    first = pd.DataFrame(rows, columns=["who", "day", "amount"]).groupby("who")["day"].min()
    lives = [
        (who, int(day) - (300 if number % 4 == 0 else 0), None, False)
        for number, (who, day) in enumerate(first.items())
    ]
    return rows, lives


def test_counts_are_the_rows_counted():
    rows, lives = drawn(customers=60, seed=1)
    table = repeat_counts(buying(days_of(rows), lives_of(lives), window=HALF), by=["plan"])
    frame = pd.DataFrame(rows, columns=["who", "day", "amount"]).sort_values("day")
    each = frame.groupby("who").agg(first=("day", "min"), last=("day", "max"), n=("day", "size"))
    triples = pd.DataFrame({"x": each["n"] - 1, "t_x": each["last"] - each["first"], "total": 180 - each["first"]})
    counted = triples.groupby(["x", "t_x", "total"]).size()
    found = table.groupby(["x", "t_x", "total"])["customers"].sum()
    assert found.to_dict() == counted.to_dict()
    assert table["amount"].sum() == frame["amount"].sum()


def test_disjoint_customers_add():
    rows, lives = drawn(customers=60, seed=2)
    odd = {who for who, *_ in lives if int(who[1:]) % 2}

    def of(wanted, count):
        days = days_of([row for row in rows if (row[0] in odd) in wanted])
        people = lives_of([row for row in lives if (row[0] in odd) in wanted])
        return count(buying(days, people, window=HALF), bucket=True)

    for count, keys in (
        (repeat_counts, ["bucket", "active", "born", "x", "t_x", "total"]),
        (spend_counts, ["bucket", "x", "bin"]),
    ):
        whole = of((True, False), count).set_index(keys).sort_index()
        parts = pd.concat([of((True,), count), of((False,), count)]).groupby(keys).sum()
        pd.testing.assert_frame_equal(whole, parts, check_dtype=False)


def test_spend_is_that_of_repeat_purchases_of_those_born_in_view():
    rows, lives = drawn(customers=60, seed=3)
    theirs = buying(days_of(rows), lives_of(lives), window=HALF)
    table = spend_counts(theirs)
    each = bought(theirs).to_pandas()
    born = each[each["born"] & (each["x"] > 0)]
    assert 0 < len(born) < len(each)
    assert table["customers"].sum() == len(born)
    assert table["spent"].sum() == born["spent"].sum()
    mean = table["spent"] / table["x"] / table["customers"]
    assert (np.floor(np.log2(mean) * 200) == table["bin"]).all()


def test_an_unknown_trait_is_refused(small):
    with pytest.raises(
        ValueError, match=r"^by names traits of customers \(customer_id, .*, amount\); got colour$"
    ):
        repeat_counts(buying(*small, window=HALF), by=["plan", "colour"])


def cut(table, *, parts):
    """The same table with a part, alike for all rows of a customer."""
    return table.mutate(part=(table.customer_id.length() % parts).cast("int16"))


@pytest.fixture(params=[1, 2, 8])
def at_once(request, monkeypatch):
    """So many parts are counted together."""
    for module in ("repeat", "buying"):
        monkeypatch.setattr(f"cxlab.evidence.{module}.AT_ONCE", request.param)


@pytest.mark.usefixtures("at_once")
def test_parts_added_are_the_whole():
    rows, lives = drawn(customers=120, seed=4)
    rows += [("c3", 170, 70), ("c5", 175, 80)]
    lives += [("c3", 150, None, False), ("c5", 160, None, True)]  # back again, the one under contract
    whole = days_of(rows), lives_of(lives)
    early = Window(open=HALF.open, close=date(2026, 5, 1))
    for count, arguments, window, later in (
        (repeat_counts, {"by": ["plan", "segment"], "bucket": True}, HALF, None),
        (repeat_counts, {}, early, 30),
        (spend_counts, {"bucket": True}, HALF, None),
    ):
        theirs = buying(*whole, window=window, later_days=later)
        found, expected = (count(table, **arguments) for table in (cut(theirs, parts=3), theirs))
        assert len(expected) > 10
        pd.testing.assert_frame_equal(found, expected)


def test_a_prepared_bucket_is_taken_as_it_is():
    rows, lives = drawn(customers=60, seed=5)
    people = lives_of(lives)
    prepared = people.mutate(bucket=ibis.literal(7, type="int32"))
    found = repeat_counts(buying(days_of(rows), prepared, window=HALF), bucket=True)
    assert set(found["bucket"]) == {7}
    whole = repeat_counts(buying(days_of(rows), people, window=HALF))
    assert found["customers"].sum() == whole["customers"].sum()


@pytest.mark.usefixtures("at_once")
def test_everybody_in_stock_is_valued_in_one_way_whatever_the_parts():
    rows, lives = drawn(customers=90, seed=6)
    lives += [("contract", 3, None, True), ("never", 9, None, False)]
    people = lives_of(lives)
    number = (people.customer_id.length() * 7 % 5).cast("string")
    people = people.mutate(
        account_id=ibis.literal("f") + number, shared=True, margin_amount=ibis.literal(10),
        revenue_amount=ibis.literal(20),
    )  # fmt: skip
    theirs = buying(days_of(rows), people, window=HALF)
    whole = stock_table(with_way(people, theirs), by=["way"], window=HALF)
    assert set(whole["way"]) == {"contract", "bought", "older", "not_yet"}
    asked = {"by": ["way"], "traits": ["plan", "segment"], "window": HALF}
    for some in ((people, theirs), (cut(people, parts=3), cut(theirs, parts=3))):
        found = worth_sums(*some, **asked)
        pd.testing.assert_frame_equal(found.stock, whole)
        counts = repeat_counts(theirs, by=["plan", "segment"], bucket=True)
        pd.testing.assert_frame_equal(found.counts, counts)
        pd.testing.assert_frame_equal(found.spend, spend_counts(theirs, bucket=True))
    looked_up = worth_sums(cut(people, parts=3), None, **asked)
    assert set(looked_up.stock["way"]) == {"contract", "older"}
    assert len(looked_up.counts) == len(looked_up.spend) == 0
