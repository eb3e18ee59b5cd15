"""Findings as the questions make them, one for each shape."""

import numpy as np
import pandas as pd
import pytest

from cxlab.finding import Estimate, Finding, Message
from cxlab.quarter import Quarter
from cxlab.wording import Wording

Q3 = Quarter(2026, 3)
PLANS = ["payg", "en90", "en120", "sau150"]
LABELS = {
    "plan": {
        "payg": {"en": "Pay as you go", "vi": "Én Tự Do"},
        "en90": {"en": "Én 90", "vi": "Én 90"},
        "en120": {"en": "Én 120", "vi": "Én 120"},
        "sau150": {"en": "Postpaid 150", "vi": "Én Sau 150 (trả sau, gồm cước thoại liên mạng)"},
    },
    "region": {
        "nth": {"en": "North", "vi": "Miền Bắc"},
        "mkd": {"en": "Mekong delta", "vi": "Đồng bằng sông Cửu Long"},
    },
}


@pytest.fixture(params=["en", "vi"])
def wording(request):
    return Wording(request.param, LABELS)


@pytest.fixture
def english():
    return Wording("en", LABELS)


def estimate(value, low, high, unit, n=None):
    return Estimate(value=value, low=low, high=high, unit=unit, n=n)


def finding(name, shape, table, headline, **values):
    return Finding(
        name=name,
        about=Q3,
        definition="d",
        headline=headline,
        message=Message("term.as_likely_ci", {"ratio": estimate(1.4, 1.2, 1.6, "ratio"), **values}),
        table=table,
        shape=shape,
        method=Message("sure.goes_with"),
    )


def around(values, width, n):
    values = np.asarray(values, dtype=float)
    return {"estimate": values, "low": values - width, "high": values + width, "n": n}


def retention(groups=None, *, months=24, every=1.0):
    """Survival of newcomers, steeper for each further group."""
    frames = []
    for place, group in enumerate(groups or [None]):
        clock = np.arange(every, months + every / 2, every)
        share = 0.25 + 0.1 * place + (0.75 - 0.1 * place) * np.exp(-clock / (6 + 2 * place))
        spread = 0.01 + 0.0015 * clock
        frame = pd.DataFrame({"tenure_months": clock, **around(share, spread, (3000 * share).astype(int))})
        if group is not None:
            frame.insert(0, "plan", group)
        frames.append(frame)
    table = pd.concat(frames, ignore_index=True)
    name = "churn.retention_by" if groups else "churn.retention"
    at_year = table[np.isclose(table["tenure_months"], 12)].iloc[0]
    headline = estimate(*at_year[["estimate", "low", "high"]], "share", n=3000)
    return finding(name, "curve", table, headline, horizon_months=12)


def hazard_ratios():
    table = pd.DataFrame(
        {
            "of": ["plan"] * 4 + ["region"] * 2,
            "code": [*PLANS, "nth", "mkd"],
            "estimate": [1.6, 1.0, 0.93, 0.7, 1.0, 1.12],
            "low": [1.5, np.nan, 0.8, 0.55, np.nan, 0.98],
            "high": [1.7, np.nan, 1.08, 0.89, np.nan, 1.28],
            "n": [4210, 3100, 1820, 640, 5200, 3670],
        }
    )
    return finding("churn.hazard_ratios", "forest", table, estimate(1.6, 1.5, 1.7, "ratio"))


def left_by():
    table = pd.DataFrame(
        {
            "plan": PLANS,
            "last": [0.118, 0.066, 0.071, 0.031],
            "change": [0.002, 0.012, -0.001, -0.009],
            "verdict": ["cannot_tell", "real_change", "cannot_tell", "real_change"],
            **around([0.12, 0.078, 0.07, 0.022], 0.006, [4210, 3100, 1820, 640]),
        }
    )
    return finding("churn.left_by", "bars", table, estimate(0.088, 0.083, 0.094, "share"))


def left_change():
    table = pd.DataFrame(
        {
            "against": ["last_quarter", "year_ago"],
            "p": [0.4, 0.01],
            "verdict": ["cannot_tell", "real_change"],
            **around([0.003, -0.012], 0.007, [10200, 9800]),
        }
    )
    return finding("churn.left_change", "bars", table, estimate(0.003, -0.004, 0.01, "share_points"))


def at_risk():
    table = pd.DataFrame(
        {
            "plan": PLANS,
            "flat": [80e6, 120e6, 52e6, 40e6],
            **around([96e6, 84e6, 36e6, 16e6], 9e6, [4210, 3100, 1820, 640]),
        }
    )
    return finding("churn.at_risk", "bars", table, estimate(232e6, 210e6, 255e6, "amount"))


def left_trend(quarters=11):
    span = [str(Q3 - back) for back in reversed(range(quarters))]
    values = 0.08 + 0.006 * np.sin(np.arange(quarters))
    table = pd.DataFrame({"quarter": span, **around(values, 0.005, 9400 + 90 * np.arange(quarters))})
    last = table.iloc[-1]
    return finding("churn.left_trend", "trend", table, estimate(*last[["estimate", "low", "high"]], "share"))


def left_flow():
    steps = ["open", "joined", "back", "lost_voluntary", "lost_involuntary", "transferred", "close"]
    counts = [10290.0, 812.0, 41.0, 794.0, 114.0, 28.0, 10207.0]
    table = pd.DataFrame({"step": steps, "estimate": counts, "low": np.nan, "high": np.nan, "n": counts})
    return finding("churn.left", "flow", table, estimate(0.088, 0.083, 0.094, "share", n=10290))


def equity_bridge():
    """A bridge of money with an interval on every part."""
    table = pd.DataFrame(
        {
            "step": ["before", "price", "staying", "rest", "after"],
            **around([17.1e9, 1.05e9, -0.71e9, -0.04e9, 17.4e9], 0.2e9, 10207),
        }
    )
    return finding("clv.bridge", "flow", table, estimate(17.4e9, 17.2e9, 17.6e9, "amount"))


EVENTS = pd.DataFrame(
    {
        "date": pd.to_datetime(["2026-07-01", "2025-10-15", "2026-02-17", "2024-05-02", "2019-01-01"]),
        "name_en": [
            "Én 90 and Én 120 +10%",
            "app repaired",
            "Tet",
            "outage in the Mekong delta for nine hours",
            "long ago",
        ],
        "name_vi": [
            "tăng giá Én 90, Én 120 thêm 10%",
            "sửa ứng dụng",
            "Tết",
            "mất sóng đồng bằng sông Cửu Long",
            "đã lâu",
        ],
    }
)

SHAPES = {
    "curve": retention,
    "curves": lambda: retention(PLANS),
    "forest": hazard_ratios,
    "bars": left_by,
    "changes": left_change,
    "money": at_risk,
    "trend": left_trend,
    "flow": left_flow,
    "bridge": equity_bridge,
}


@pytest.fixture
def made():
    """Makers of findings by name."""
    return {**SHAPES, "finding": finding}


@pytest.fixture
def events():
    return EVENTS.copy()


@pytest.fixture
def labels():
    return LABELS
