"""Lives built by hand or drawn from a known law: rows in, the prepared table out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from cxlab.quarter import Quarter, Window

settings.register_profile("cxlab", deadline=None)  # a busy machine is no failure
settings.load_profile("cxlab")

HALF_YEAR = Window(open=date(2026, 1, 1), close=date(2026, 7, 1))

TYPES = {
    "customer_id": "string", "account_id": "string", "spell": "int64", "start_day": "int32", "exit_day": "int32",
    "entry_days": "int32", "tenure_days": "int32", "cause": "string", "reason": "string", "provisional": "boolean",
    "plan": "string", "region": "string", "shared": "boolean", "revenue_amount": "int64", "margin_amount": "int64",
}  # fmt: skip


def shared(frame: pd.DataFrame) -> pd.Series:
    """Whether a spell's account may be another customer's too, by hand."""
    otherwise = frame["account_id"] != frame["customer_id"]
    return otherwise | frame["account_id"].isin(set(frame["account_id"][otherwise]))


def _as_lives(rows: pd.DataFrame, window: Window) -> ir.Table:
    """Fill in what follows from start and exit, and the codes a test does not care about."""
    frame = rows.reset_index(drop=True)
    frame["exit_day"] = frame["exit_day"].astype("float64")
    left = frame["exit_day"].notna()
    names = [f"c{place}" for place in range(len(frame))]
    defaults = {
        "spell": 1, "plan": "a", "region": "x", "provisional": False, "revenue_amount": 0, "margin_amount": 0,
        "customer_id": names, "account_id": names, "cause": left.map({True: "voluntary", False: None}),
        "reason": left.map({True: "lapsed", False: None}),
    }  # fmt: skip
    for name, value in defaults.items():
        if name not in frame:
            frame[name] = value
    end = frame["exit_day"].fillna(window.close_day).clip(upper=window.close_day).astype("int64")
    frame["entry_days"] = (window.open_day - frame["start_day"]).clip(lower=0)
    frame["tenure_days"] = end - frame["start_day"]
    frame["exit_day"] = frame["exit_day"].astype("Int32")
    frame["shared"] = shared(frame)
    for name in ("cause", "reason"):
        frame[name] = frame[name].astype("string")
    return ibis.memtable(frame[list(TYPES)], schema=ibis.schema(TYPES))


@pytest.fixture(scope="session")
def as_lives() -> Callable[[pd.DataFrame, Window], ir.Table]:
    return _as_lives


@pytest.fixture(scope="session")
def lives() -> Callable[..., ir.Table]:
    def build(spells: Sequence[tuple[int, int | None]], **columns: Any) -> ir.Table:
        """Spells as (start, end) in days after the window opened; end None = active at the close."""
        opens = HALF_YEAR.open_day
        frame = pd.DataFrame(
            {
                "start_day": [opens + start for start, _ in spells],
                "exit_day": [None if end is None else opens + end for _, end in spells],
                **columns,
            }
        )
        return _as_lives(frame, HALF_YEAR)

    return build


@pytest.fixture(scope="session")
def half_year() -> Window:
    return HALF_YEAR


@dataclass(frozen=True)
class Company:
    """A made-up company whose law is known: monthly hazards of `MONTHLY`, times a ratio per plan and region."""

    lives: ir.Table
    frame: pd.DataFrame
    window: Window
    quarter: Quarter


MONTHLY = [0.14, *[0.09] * 2, *[0.055] * 3, *[0.035] * 6, *[0.017] * 12, *[0.010] * 240]
RATIOS = {"en90": 1.0, "tu_do": 1.6, "en_nam": 0.35, "gia_dinh": 0.4}


def _draw(*, customers: int, seed: int, quarters: int, rise: float = 1.0) -> Company:
    """Draw customers who joined evenly over the years; ``rise`` multiplies en90's hazard in the last quarter."""
    rng = np.random.default_rng(seed)
    last = Quarter.parse("2026Q3")
    window = Window(open=(last - (quarters - 1)).start, close=last.end)
    start = rng.integers(window.open_day - 1500, window.close_day, customers)
    plan = rng.choice(list(RATIOS), customers, p=[0.5, 0.35, 0.1, 0.05])
    region = rng.choice(["hcm", "hn"], customers)
    ratio = np.array([RATIOS[code] for code in plan]) * np.where(region == "hcm", 1.15, 1.0)
    daily = np.repeat(-np.log1p(-np.array(MONTHLY)) / 30.4375, 31)
    life = np.searchsorted(np.cumsum(daily), rng.exponential(size=customers) / ratio) + 1
    quarter_start = window.close_day - last.days
    again = (plan == "en90") & (start + life >= window.close_day) & (rng.random(customers) < (rise - 1) * 0.08)
    life = np.where(again, quarter_start + rng.integers(0, last.days, customers) - start, life)
    end = start + np.maximum(life, 1)
    cause = rng.choice(["voluntary", "involuntary", "transfer"], customers, p=[0.85, 0.12, 0.03])
    reason = np.where(cause == "voluntary", rng.choice(["lapsed", "port_out"], customers, p=[0.7, 0.3]), "unpaid")
    family = plan == "gia_dinh"
    account = np.where(family, np.arange(customers) // 30, np.arange(customers))
    frame = pd.DataFrame(
        {
            "start_day": start,
            "exit_day": np.where(end < window.close_day, end, np.nan),
            "plan": plan,
            "region": region,
            "account_id": [
                f"{'f' if shared else 'c'}{number}" for shared, number in zip(family, account, strict=True)
            ],
            "cause": np.where(end < window.close_day, cause, None),
            "reason": np.where(end < window.close_day, reason, None),
            "revenue_amount": np.where(end < window.close_day, 0, rng.gamma(4, 75_000, customers).astype(int)),
        }
    )
    frame["margin_amount"] = frame["revenue_amount"] // 2
    frame = frame[end > window.open_day].reset_index(drop=True)
    return Company(lives=_as_lives(frame, window), frame=frame, window=window, quarter=last)


@pytest.fixture(scope="session")
def draw() -> Callable[..., Company]:
    return _draw


@pytest.fixture(scope="session")
def company() -> Company:
    return _draw(customers=9000, seed=1, quarters=12)


@pytest.fixture(scope="session")
def snapshot() -> Company:
    """Only one quarter of exits was kept."""
    return _draw(customers=6000, seed=2, quarters=1)


RESPONSE_TYPES = {
    "response_id": "string", "customer_id": "string", "account_id": "string", "survey": "string", "kind": "string",
    "touchpoint_id": "string", "quarter_number": "int32", "invited_day": "int32", "delivered_day": "int32",
    "answered_day": "int32", "counts": "boolean", "mode": "string", "language": "string", "nps": "int8",
    "csat": "float64", "ces": "float64", "scale_min": "float64", "scale_max": "float64", "weight": "float64",
    "grp": "string", "plan": "string", "region": "string", "acq_source": "string", "segment": "string",
    "offer": "string", "tenure_days": "int32", "active_end": "boolean",
}  # fmt: skip


RESPONSE_DEFAULTS = {
    "survey": "relationship", "kind": "relationship", "touchpoint_id": "", "invited_day": 20_000,
    "delivered_day": 20_000, "answered_day": 20_001, "counts": True, "mode": "sms", "language": "vi", "nps": None,
    "csat": None, "ces": None, "scale_min": 0.0, "scale_max": 10.0, "weight": 1.0, "plan": "a", "region": "x",
    "acq_source": "", "segment": "", "offer": "", "tenure_days": 500, "active_end": True,
    "quarter_number": Quarter.parse("2026Q3").ordinal,
}  # fmt: skip


def _responses(rows: Sequence[dict[str, Any]] | pd.DataFrame) -> ir.Table:
    """The prepared table ``responses``: what a row leaves out is filled in, the group follows from the score."""
    given = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else rows
    names = ({"response_id": f"r{place}", "customer_id": f"c{place}"} for place in range(len(given)))
    frame = pd.DataFrame([{**RESPONSE_DEFAULTS, **name, **row} for name, row in zip(names, given, strict=True)])
    if "account_id" not in frame:
        frame["account_id"] = frame["customer_id"]
    score = pd.to_numeric(frame["nps"])
    frame["grp"] = np.select(
        [score >= 9, score >= 7, score >= 0], ["promoter", "passive", "detractor"], default=""
    )
    for name, kind in RESPONSE_TYPES.items():
        if kind.startswith("int"):
            frame[name] = pd.to_numeric(frame[name]).astype(kind.capitalize())
        elif kind == "float64":
            frame[name] = pd.to_numeric(frame[name]).astype("float64")
    return ibis.memtable(frame[list(RESPONSE_TYPES)], schema=ibis.schema(RESPONSE_TYPES))


@pytest.fixture(scope="session")
def responses() -> Callable[..., ir.Table]:
    return _responses
