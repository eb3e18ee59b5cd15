"""Panels drawn from a known law, as the prepared table and as rows a textbook would use."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab.evidence.panel import panel_sums
from cxlab.quarter import Quarter

QUARTERS = Quarter.span("2024Q1..2025Q4")


def drawn(
    *,
    customers=1000,
    seed=1,
    promoter=3.0,
    detractor=-4.0,
    feedback=0.0,
    asked=1.0,
    family=1,
    quarters=QUARTERS,
):
    """A panel in which every customer has a taste a and a mood w: what a survey of the same people sees.

    s = a + w, promoter = s > .8, detractor = s < -.5, Y_k = 50 + 10 a + promoter P_{k-1} + detractor D_{k-1}
    + 8 u_k; ``feedback`` f adds f u_{k-1} to s_k: then revenue moves before the score. ``asked`` is the share who
    answer a wave, ``family`` how many customers share an account (and half of the noise). Amounts are thousandths.
    """
    rng, t = np.random.default_rng(seed), len(quarters)
    taste, mood, noise = rng.standard_normal((customers, 1)), *rng.standard_normal((2, customers, t))
    shared = np.repeat(rng.standard_normal((-(-customers // family), t)), family, axis=0)[:customers]
    noise = noise if family == 1 else (noise + shared) / np.sqrt(2)
    score = taste + mood
    score[:, 1:] += feedback * noise[:, :-1]
    up, down = score > 0.8, score < -0.5
    revenue = 50 + 10 * taste + 8 * noise
    revenue[:, 1:] += promoter * up[:, :-1] + detractor * down[:, :-1]
    answered = rng.random((customers, t)) < asked
    group = np.where(~answered, "", np.where(up, "promoter", np.where(down, "detractor", "passive")))
    who = np.repeat(np.arange(customers), t)
    return pd.DataFrame(
        {
            "customer_id": [f"c{n:06d}" for n in who],
            "account_id": [f"a{n // family:06d}" for n in who],
            "quarter_number": np.tile([each.ordinal for each in quarters], customers).astype("int32"),
            "revenue_amount": np.rint(1000 * revenue.ravel()).astype("int64"),
            "active_days": np.tile([each.days for each in quarters], customers).astype("int32"),
            "active_end": True,
            "grp": group.ravel(),
        }
    )


def sums_of(rows, *, quarters=QUARTERS, edges=(40_000.0, 60_000.0)):
    """Evidence of rows in any order."""
    return panel_sums(ibis.memtable(rows), quarters=quarters, edges=edges)


def thinned(rows, *, seed=0, share=0.15):
    """The same panel with rows missing at random, as after leaving or before joining."""
    keep = np.random.default_rng(seed).random(len(rows)) >= share
    return rows[keep].reset_index(drop=True)


@pytest.fixture(scope="session")
def draw_panel():
    return drawn


@pytest.fixture(scope="session")
def thin():
    return thinned


@pytest.fixture(scope="session")
def add_up():
    return sums_of


@pytest.fixture(scope="session")
def rows():
    """150 customers in accounts of three, some of whom do not answer, some of whose quarters are missing."""
    return thinned(drawn(customers=150, asked=0.7, family=3, seed=4))


@pytest.fixture(scope="session")
def evidence(rows):
    return sums_of(rows)
