"""Waves drawn from a known law, and every finding asked as the notebook asks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import nps
from cxlab.evidence import pairs, rating_counts, response_counts, score_counts
from cxlab.quarter import Quarter

NOW = Quarter.parse("2026Q3")


def _draw(*, customers=1200, quarters=9, seed=1, fall=0.0, rate=0.4, keep=True):
    """Customers of three plans with a lasting taste; ``fall`` lowers plan a's scores in the last quarter."""
    rng = np.random.default_rng(seed)
    taste = rng.normal(8.0, 1.4, customers)
    plan = rng.choice(["a", "b", "c"], customers, p=[0.5, 0.3, 0.2])
    frames = []
    for back in range(quarters):
        quarter = NOW - (quarters - 1 - back)
        raw = taste - fall * (plan == "a") * (quarter == NOW) + rng.normal(0, 1.4, customers)
        answers = rng.random(customers) < rate
        frames.append(
            pd.DataFrame(
                {
                    "customer_id": [f"c{number}" for number in range(customers)] if keep else "",
                    "plan": plan,
                    "region": np.where(np.arange(customers) % 2 == 0, "north", "south"),
                    "quarter_number": quarter.ordinal,
                    "nps": np.where(answers, np.clip(np.rint(raw), 0, 10), np.nan),
                    "answered_day": np.where(answers, 20_000.0, np.nan),
                    "counts": answers,
                    "tenure_days": rng.integers(1, 1500, customers),
                }
            )
        )
    frame = pd.concat(frames, ignore_index=True)
    return frame.assign(response_id=[f"r{place}" for place in range(len(frame))])


def _contacts(*, n=400, quarters=2, seed=2):
    """Answers after three contacts: satisfaction after two, ease after one; what falls, falls at the shop."""
    rng = np.random.default_rng(seed)
    frames = []
    for back in range(quarters):
        quarter = NOW - back
        at = rng.choice(["shop", "complaint", "app"], n, p=[0.45, 0.45, 0.1])
        mean = np.select([at == "shop", at == "complaint"], [4.2 - 0.9 * (back == 0), 2.9], default=5.5)
        top = np.where(at == "app", 7.0, 5.0)
        score = np.clip(np.rint(mean + rng.normal(0, 0.8, n)), 1, top)
        frames.append(
            pd.DataFrame(
                {
                    "customer_id": "", "kind": "transactional", "touchpoint_id": at, "survey": at,
                    "quarter_number": quarter.ordinal, "scale_min": 1.0, "scale_max": top,
                    "csat": np.where(at == "app", np.nan, score), "ces": np.where(at == "app", score, np.nan),
                }
            )
        )  # fmt: skip
    frame = pd.concat(frames, ignore_index=True)
    return frame.assign(response_id=[f"t{place}" for place in range(len(frame))])


def _page(table, *, now=NOW, level=0.95):
    """Every finding of the page, judged together, by name."""
    counts = score_counts(table, bucket=True)
    waves = pairs(table, quarter=now, against=[now - 1, now - 4])
    plans = pairs(table, quarter=now, against=[now - 1], by=["plan"])
    stages = score_counts(table, by=["touchpoint"], kind="transactional")
    steps = pairs(table, quarter=now, against=[now - 1], by=["touchpoint"], kind="transactional")
    csat, ces = (rating_counts(table, measure=m, by=["touchpoint"], kind="transactional") for m in ("csat", "ces"))
    tested = (
        nps.change(counts, waves, quarter=now, level=level),
        nps.where(score_counts(table, by=["plan"]), plans, of="plan", codes=["a"], quarter=now, level=level),
        nps.by(score_counts(table, by=["plan"]), plans, by="plan", quarter=now, level=level),
        nps.by(stages, steps, by="touchpoint", quarter=now, name="nps.journey", level=level),
        nps.ratings_by(csat, measure="csat", by="touchpoint", quarter=now, name="nps.touchpoints"),
        nps.ratings_by(ces, measure="ces", by="touchpoint", quarter=now, name="nps.effort"),
    )
    cells = score_counts(table, by=["plan", "tenure_band"], bucket=True)
    found = [
        nps.score(counts, quarter=now, level=level),
        *nps.one_page(*tested),
        nps.trend(counts, quarter=now, level=level),
        nps.by_quarter(stages, by="touchpoint", quarter=now, name="nps.journey_quarters"),
        nps.parts(cells, by="plan", mix="tenure_band", quarter=now, level=level),
        nps.migration(waves, quarter=now, level=level),
        nps.satisfaction(rating_counts(table, measure="csat", kind="relationship"), quarter=now),
        nps.response(response_counts(table), quarter=now, level=level),
        nps.bound(counts, quarter=now, level=level),
        nps.sample(counts, quarter=now, level=level),
        nps.next_quarter(counts, quarter=now, level=level),
    ]
    return {each.name: each for each in found if each is not None}


@pytest.fixture(scope="session")
def now():
    return NOW


@pytest.fixture(scope="session")
def draw():
    return _draw


@pytest.fixture(scope="session")
def contacts():
    return _contacts


@pytest.fixture(scope="session")
def page():
    return _page


@pytest.fixture(scope="session")
def steady(responses):
    """Nine quarters in which nothing happens, and answers after contacts."""
    return responses([*_draw().to_dict("records"), *_contacts().to_dict("records")])


@pytest.fixture(scope="session")
def steady_page(steady):
    return _page(steady)


@pytest.fixture(scope="session")
def fallen_page(responses):
    """Plan a falls by a point and a half of the 0 to 10 scale."""
    return _page(responses(_draw(fall=1.5, seed=3)))
