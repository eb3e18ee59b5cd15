"""A company whose law is known: contracts with one hazard, and customers without one who buy and drop out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab import clv
from cxlab.evidence import risk_table, stock_table
from cxlab.evidence.repeat import repeat_counts, spend_counts, with_way
from cxlab.quarter import Quarter, Window
from cxlab.tables.bucket import bucket_of
from cxlab.tables.buying import buying

WINDOW = Window(open=date(2023, 10, 1), close=date(2026, 10, 1))
QUARTER = Quarter.parse("2026Q3")
HAZARD = 0.0012
"""Chance a day of leaving under contract."""
MARGIN = 200_000
"""What a customer under contract brings a quarter."""

LIVES = {
    "customer_id": "string", "account_id": "string", "spell": "int64", "start_day": "int32", "exit_day": "int32",
    "cause": "string", "reason": "string", "provisional": "boolean", "idle_days": "int32", "plan": "string",
    "region": "string", "acq_source": "string", "segment": "string", "offer": "string", "shared": "boolean",
    "revenue_amount": "int64", "margin_amount": "int64",
}  # fmt: skip
DAYS = {"customer_id": "string", "day": "int32", "purchases": "int32", "amount": "int64", "other_amount": "int64"}


@dataclass(frozen=True)
class Drawn:
    """Lives and days as tables and frames, and what was planted for each customer who buys."""

    lives: object
    days: object
    spells: pd.DataFrame
    bought: pd.DataFrame
    planted: pd.DataFrame


def as_tables(spells, bought):
    frame = spells.reindex(columns=list(LIVES)).assign(provisional=False, shared=False)
    for name in ("exit_day", "idle_days"):
        frame[name] = frame[name].astype("Int32")
    texts = [name for name, kind in LIVES.items() if kind == "string"]
    frame[texts] = frame[texts].astype("string")
    lives = ibis.memtable(frame, schema=ibis.schema(LIVES))
    lives = lives.mutate(bucket=bucket_of(lives.account_id))
    return lives, ibis.memtable(bought[list(DAYS)], schema=ibis.schema(DAYS))


def contracts(rng, n):
    start = rng.integers(WINDOW.open_day - 1500, WINDOW.close_day, n)
    end = start + rng.geometric(HAZARD, n)
    gone = end < WINDOW.close_day
    frame = pd.DataFrame(
        {
            "customer_id": [f"k{place}" for place in range(n)], "start_day": start,
            "exit_day": np.where(gone, end, np.nan), "cause": np.where(gone, "voluntary", None),
            "reason": np.where(gone, "cancelled", None), "plan": "con", "idle_days": np.nan,
            "margin_amount": np.where(gone, 0, MARGIN), "revenue_amount": np.where(gone, 0, 2 * MARGIN),
        }
    )  # fmt: skip
    return frame[end > WINDOW.open_day]


def buyers(rng, n):
    """Customers without a contract: rate gamma(1.6, 30), drop-out beta(1.2, 12), amounts around an own mean."""
    rate, p, mean = rng.gamma(1.6, 1 / 30, n), rng.beta(1.2, 12, n), 120_000 / rng.gamma(6, 1, n)
    first = rng.integers(WINDOW.open_day, WINDOW.close_day - 30, n)
    rows, still = [], np.ones(n, bool)
    for who in range(n):
        day = float(first[who])
        while day < WINDOW.close_day:
            rows.append((who, int(day), max(1, round(mean[who] * rng.gamma(6, 1 / 6)))))
            if day > first[who] and rng.random() < p[who]:
                still[who] = False
                break
            day += rng.exponential(1 / rate[who])
    bought = pd.DataFrame(rows, columns=["who", "day", "amount"]).groupby(["who", "day"], as_index=False).sum()
    bought = bought.assign(customer_id="b" + bought["who"].astype(str), purchases=1, other_amount=0)
    spells = pd.DataFrame(
        {
            "customer_id": [f"b{who}" for who in range(n)], "start_day": first, "exit_day": np.nan, "plan": "free",
            "idle_days": 1, "margin_amount": 5_000, "revenue_amount": 10_000,
        }
    )  # fmt: skip
    planted = pd.DataFrame(
        {"customer_id": spells["customer_id"], "rate": rate, "p": p, "mean": mean, "still": still}
    )
    return spells, bought, planted


def draw(*, under_contract=3000, without=1500, seed=1):
    rng = np.random.default_rng(seed)
    spells, bought, planted = buyers(rng, without)
    spells = pd.concat([contracts(rng, under_contract), spells], ignore_index=True)
    spells = spells.assign(
        account_id=spells["customer_id"], spell=1, region="x", offer="",
        segment=rng.choice(["a", "b"], len(spells)), acq_source=rng.choice(["shop", "web"], len(spells)),
    )  # fmt: skip
    lives, days = as_tables(spells, bought)
    return Drawn(lives=lives, days=days, spells=spells, bought=bought, planted=planted)


TERMS = clv.Terms(margin={"free": 0.5}, default_margin=0.6)


def evidence_of(drawn, *, looked_up=False):
    """Make evidence; everybody is looked up where nobody's purchases are told."""
    theirs = buying(drawn.days, drawn.lives, window=WINDOW).cache()
    ways = with_way(drawn.lives, None if looked_up else theirs)
    return SimpleNamespace(
        ways=ways,
        stock=stock_table(ways, by=["plan", "segment", "way"], window=WINDOW),
        risk=risk_table(drawn.lives, by=["plan"], window=WINDOW, bucket=True),
        buying=theirs,
        counts=repeat_counts(theirs, by=["plan", "segment"], bucket=True),
        spend=spend_counts(theirs, bucket=True),
    )


def worth_of(found, *, terms=TERMS):
    return clv.worth(found.stock, found.risk, found.counts, found.spend, quarter=QUARTER, terms=terms)


@pytest.fixture(scope="session")
def drawn():
    return draw()


@pytest.fixture(scope="session")
def evidence(drawn):
    return evidence_of(drawn)


@pytest.fixture(scope="session")
def equity(evidence):
    return worth_of(evidence)


@pytest.fixture(scope="session")
def law():
    """What was planted, and how to draw and value again."""
    return SimpleNamespace(
        window=WINDOW, quarter=QUARTER, hazard=HAZARD, margin=MARGIN, terms=TERMS, evidence_of=evidence_of,
        worth_of=worth_of, as_tables=as_tables,
    )  # fmt: skip
