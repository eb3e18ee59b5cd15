"""Spells row by row: their time at risk is that of the risk table, their numbers those of the day they began."""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab.evidence import measured, risk_table
from cxlab.evidence.measured import measured_spells
from cxlab.quarter import Window

WINDOW = Window(open=date(2026, 1, 1), close=date(2026, 4, 1))
OPEN, CLOSE = WINDOW.open_day, WINDOW.close_day
LIVES = {
    "customer_id": "string", "account_id": "string", "start_day": "int32", "exit_day": "int32", "cause": "string",
    "plan": "string",
}  # fmt: skip


def lives_of(rows):
    frame = pd.DataFrame(rows, columns=list(LIVES)).astype({"exit_day": "Int32"})
    return ibis.memtable(frame, schema=ibis.schema(LIVES))


@pytest.fixture(scope="module")
def lives():
    return lives_of([
        ("a", "x", OPEN - 40, None, None, "p"),
        ("b", "x", OPEN + 10, OPEN + 30, "voluntary", "p"),
        ("c", "c", OPEN + 10, OPEN + 20, "transfer", "q"),
        ("c", "c", OPEN + 50, CLOSE, "voluntary", "q"),
        ("d", "d", CLOSE - 1, None, None, "q"),  # never seen at risk
    ])  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    start = [date(2026, 1, 11), date(2026, 1, 11), date(2026, 2, 20)]
    return {
        "customers": ibis.memtable({"customer_id": ["a", "b", "c"], "age": [30, 40, 50], "name": ["A", "B", "C"]}),
        "contracts": ibis.memtable({"customer_id": ["b", "b", "c"], "start": start, "price": [9.5, 8.5, 7.0]}),
    }


def test_rows_by_hand(lives, tables):
    found = measured_spells(lives, tables, of=["age", "price"], window=WINDOW)
    assert found[["entry", "stop", "lost", "plan"]].to_numpy().tolist() == [
        [40, CLOSE - 1 - OPEN + 40, False, "p"], [0, 20, True, "p"], [0, 10, False, "q"],
        [0, CLOSE - 1 - OPEN - 50, False, "q"],
    ]  # fmt: skip
    assert found["age"].tolist() == [30, 40, 50, 50]
    assert found["price"].fillna(-1).tolist() == [-1, 8.5, -1, 7.0]  # the contract the spell began with
    assert found["account"].nunique() == 2
    assert found["account"][0] == found["account"][1]


def test_time_at_risk_is_that_of_the_risk_table(lives, tables):
    found = measured_spells(lives, tables, of=["age"], window=WINDOW)
    risk = risk_table(lives, by=["plan"], window=WINDOW)
    for plan, mine in found.groupby("plan"):
        counted = risk[risk["plan"] == plan].set_index("tenure")
        days = np.arange(1, int(mine["stop"].max()) + 1)[:, None]
        at_risk = ((mine["entry"].to_numpy() < days) & (days <= mine["stop"].to_numpy())).sum(axis=1)
        assert counted["at_risk"].reindex(days[:, 0], fill_value=0).tolist() == at_risk.tolist()
        assert counted["lost"].sum() == mine["lost"].sum()


@pytest.mark.parametrize("name", ["name", "nothing"])
def test_what_is_no_number_is_refused_and_the_numbers_there_are_named(lives, tables, name):
    with pytest.raises(
        ValueError,
        match=rf"^measured numbers are columns of numbers: customers.age, contracts.price; got '{name}'$",
    ):
        measured_spells(lives, tables, of=[name], window=WINDOW)


def test_too_many_rows_are_refused(lives, tables, monkeypatch):
    monkeypatch.setattr(measured, "MOST_SPELLS", 3)
    with pytest.raises(
        ValueError,
        match=r"^up to 3 spells are fitted row by row; there are 4: cxlab.evidence.bins makes groups of what was "
        r"measured$",
    ):
        measured_spells(lives, tables, of=["age"], window=WINDOW)
