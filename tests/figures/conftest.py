"""Findings as the questions make them, one for each shape."""

import numpy as np
import pandas as pd
import pytest

from cxlab.finding import Estimate, Finding, Message, Withheld
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


def nps_by_plan():
    table = pd.DataFrame(
        {
            "plan": PLANS,
            "last": [31.0, 30.0, 33.0, 28.0],
            "change": [-2.0, -13.0, -9.0, 1.0],
            "verdict": ["no_material_change", "real_change", "real_change", "cannot_tell"],
            **around([29.0, 17.0, 24.0, 29.0], [3.0, 5.0, 7.0, 12.0], [900, 700, 420, 61]),
        }
    )
    return finding("nps.by_plan", "bars", table, estimate(24, 21, 27, "points"))


def nps_trend():
    span = [str(Q3 - back) for back in reversed(range(12))]
    values = [26, 28, 27, 30, 31, 29, 30, 33, 32, 30, 31, 24]
    table = pd.DataFrame({"quarter": span, **around(values, 3.0, 2280)})
    return finding("nps.trend", "trend", table, estimate(24, 21, 27, "points"))


def csat_by():
    names = ["complaint", "hotline", "shop", "app", "invoice", "install"]
    table = pd.DataFrame(
        {
            "touchpoint": names,
            "scale_min": 1,
            "scale_max": 5,
            "last": [3.1, 3.4, 4.0, 3.6, np.nan, 4.4],
            "change": [-0.2, 0.0, 0.1, 0.3, np.nan, 0.0],
            "verdict": [
                "cannot_tell",
                "no_material_change",
                "cannot_tell",
                "real_change",
                None,
                "no_material_change",
            ],
            **around([2.9, 3.4, 4.1, 3.9, 3.2, 4.4], 0.2, [210, 640, 320, 800, 95, 120]),
        }
    )
    return finding("nps.csat_by", "bars", table, estimate(2.9, 2.7, 3.1, "score"))


def themes(many=16):
    names = ["price", "network", "packages", "charges", "app", "waiting", "staff", "refund", "roaming", "esim"]
    names += ["bill", "promotion", "data speed", "shop queue", "sms spam", "number change"]
    shares = np.linspace(0.19, 0.01, many)
    change = np.where(np.arange(many) == 0, 0.10, np.where(np.arange(many) == 4, -0.05, 0.003))
    table = pd.DataFrame(
        {
            "theme": [name.replace(" ", "_") for name in names[:many]],
            "gate": "passed",
            "last": shares - change,
            "change": change,
            "verdict": ["real_change" if abs(each) > 0.04 else "cannot_tell" for each in change],
            "rank": np.arange(many),
            **around(shares, 0.012, 1640),
        }
    )
    return finding("voc.themes", "bars", table, estimate(0.19, 0.16, 0.22, "share"))


def agreement():
    table = pd.DataFrame(
        {
            "theme": ["price", "network", "packages", "app"],
            "needed": 0.8,
            **around([0.91, 0.84, 0.61, 0.79], 0.07, [400, 400, 400, 400]),
        }
    )
    return finding("voc.agreement", "bars", table, estimate(0.61, 0.52, 0.7, "agreement"))


def cost_by():
    table = pd.DataFrame(
        {
            "theme": ["unexplained_charges", "price", "network", "packages", "app_errors"],
            "together": [1, 1, 2, 2, 3],
            **around([96e6, 88e6, 41e6, 30e6, 2e6], [50e6, 40e6, 25e6, 22e6, 9e6], [150, 310, 280, 90, 120]),
        }
    )
    return finding("voc.cost", "bars", table, estimate(96e6, 41e6, 170e6, "amount"))


def migration():
    groups = ["promoter", "passive", "detractor", "silent"]
    share = np.array(
        [[0.55, 0.19, 0.05, 0.21], [0.2, 0.42, 0.12, 0.26], [0.06, 0.2, 0.44, 0.3], [0.1, 0.1, 0.1, 0.7]]
    )
    rows = [(a, b) for a in groups for b in groups]
    table = pd.DataFrame(rows, columns=["from_grp", "to_grp"]).assign(**around(share.ravel(), 0.02, 640))
    return finding("nps.migration", "grid", table, estimate(0.24, 0.2, 0.28, "share"))


def journey():
    quarters = [str(Q3 - back) for back in reversed(range(6))]
    rows = [(stage, quarter) for stage in ("join", "use", "pay", "get_help", "leave") for quarter in quarters]
    values = 3.9 - 0.05 * np.arange(30) % 1.3
    table = pd.DataFrame(rows, columns=["stage", "quarter"]).assign(
        change=-0.3,
        verdict=["real_change" if place % 7 == 3 else "cannot_tell" for place in range(30)],
        **around(values, 0.15, 240),
    )
    return finding("nps.journey", "grid", table.drop(index=[4, 17]), estimate(2.9, 2.7, 3.1, "score"))


def checklist():
    table = pd.DataFrame(
        {
            "check": ["lead", "placebo", "strata", "cells", "switchers"],
            "passed": [False, True, True, None, True],
            "unit": ["amount", "amount", "share", "count", "count"],
            "estimate": [8000.0, 400.0, 0.93, np.nan, 812.0],
            "low": [3000.0, -3000.0, np.nan, np.nan, np.nan],
            "high": [13000.0, 3900.0, np.nan, np.nan, np.nan],
            "n": [5000, 5000, 5000, 0, 812],
        }
    ).astype({"passed": object})
    return finding("revenue.checks", "grid", table, Withheld(Message("page.first_quarter")))


def theme_scores(many=9):
    angle = np.arange(many)
    table = pd.DataFrame(
        {
            "theme": themes().table["theme"][:many],
            "share": 0.19 - 0.018 * angle,
            "share_low": 0.17 - 0.018 * angle,
            "share_high": 0.21 - 0.018 * angle,
            **around(-43 + 9.0 * angle, 9.0, 200),
        }
    )
    return finding("voc.score", "scatter", table, estimate(-43, -52, -34, "points"))


def nps_parts():
    table = pd.DataFrame(
        {
            "part": ["en90", "en120", "other_plans", "mix", "change"],
            "total": [False] * 4 + [True],
            "estimate": [-4.1, -2.1, -0.5, -0.3, -7.0],
            "low": [-6.0, -3.5, -1.5, -0.9, -11.0],
            "high": [-2.2, -0.7, 0.5, 0.3, -3.0],
            "n": [700, 420, 960, 2280, 2280],
        }
    )
    return finding("nps.parts", "flow", table, estimate(-7, -11, -3, "points"))


def funnel():
    table = pd.DataFrame(
        {
            "step": ["invited", "delivered", "answered"],
            "total": True,
            "of_before": [np.nan, 0.94, 0.34],
            "estimate": [7130.0, 6702.0, 2280.0],
            "low": np.nan,
            "high": np.nan,
            "n": [7130, 6702, 2280],
        }
    )
    return finding("nps.response", "flow", table, estimate(0.34, 0.33, 0.35, "share"))


def concentration():
    share = np.linspace(0.01, 1.0, 100)
    table = pd.DataFrame({"customer_share": share, **around(share**0.47, 0.012 * (1 - share), 10207)})
    return finding("clv.concentration", "curve", table, estimate(0.47, 0.45, 0.49, "share"), top_share=0.2)


def prices():
    table = pd.DataFrame(
        {
            "step_price": ["detractor_passive", "passive_promoter"],
            "naive": [88e3, 52e3],
            "naive_low": [80e3, 45e3],
            "naive_high": [96e3, 59e3],
            "estimate": [22e3, 12e3],
            "low": [17e3, 7e3],
            "high": [28e3, 16e3],
            "n": [4100, 4100],
        }
    )
    return finding("revenue.price", "forest", table, estimate(22e3, 17e3, 28e3, "amount"))


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
    "nps": nps_by_plan,
    "nps_trend": nps_trend,
    "score": csat_by,
    "themes": themes,
    "agreement": agreement,
    "cost": cost_by,
    "migration": migration,
    "journey": journey,
    "checks": checklist,
    "scatter": theme_scores,
    "parts": nps_parts,
    "funnel": funnel,
    "concentration": concentration,
    "prices": prices,
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
