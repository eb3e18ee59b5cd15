"""The next report's retention: what newcomers and customers of today add to the table, and the target's chance."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlab import churn
from cxlab.churn.money import hazards_by
from cxlab.churn.next_retention import _coming
from cxlab.finding import Estimate, Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
QUARTERS = [str(each) for each in (NOW - 11).until(NOW)]
HAZARD = 0.0021  # 46% stay a year


def table(rng, *, ratio=1.0, quarters=QUARTERS):
    """Risk by day and quarter; each quarter's hazard may differ."""
    days = np.arange(1, 601)
    parts = []
    for name, times in zip(quarters, np.broadcast_to(ratio, len(quarters)), strict=True):
        at_risk = np.round(60 * np.exp(-days / 400)).astype(int) + 20
        lost = rng.binomial(at_risk, np.clip(HAZARD * times, 0, 1))
        parts.append(pd.DataFrame({"tenure": days, "quarter": name, "at_risk": at_risk, "lost": lost}))
    return pd.concat(parts, ignore_index=True)


def made(rng=None, **of):
    rng = np.random.default_rng(2) if rng is None else rng
    risk = table(rng, **of)
    stock = pd.DataFrame({"tenure": np.arange(600), "customers": 3, "customers_squared": 3})
    names = sorted(risk["quarter"].unique())
    moves = pd.DataFrame({"quarter": names, "joined": 300, "back": 0, "lost_voluntary": 50, "lost_involuntary": 9})
    pooled = risk.groupby("tenure", as_index=False)[["at_risk", "lost"]].sum()
    return SimpleNamespace(stock=stock, risk=risk, moves=moves, staying=churn.retention(pooled, quarter=NOW))


def asked(of, *, target=0.5, **more):
    return churn.next_retention(
        of.stock, of.risk, of.moves, quarter=NOW, staying=of.staying, target=target, **more
    )


def test_the_point_is_what_the_page_reads_now_and_the_chance_that_of_its_own_interval():
    of = made()
    found = asked(of)
    number, values = found.headline, found.message.values
    assert (number.kind, number.unit, found.about) == ("prediction", "share", NOW + 1)
    assert number.value == pytest.approx(of.staying.headline.value, rel=1e-12)
    error = (number.high - number.value) / stats.t.ppf(0.975, 11)
    assert values["chance"] == pytest.approx(stats.t.sf((0.5 - number.value) / error, 11))
    assert [values[name] for name in ("q2_5", "q50", "q97_5")] == pytest.approx(
        [number.low, number.value, number.high]
    )
    assert values["graded_on"] == "churn.retention"
    assert number.high - number.low < of.staying.headline.high - of.staying.headline.low  # one quarter of thirteen


def test_who_comes_is_counted_one_by_one():
    """Nobody leaves: each customer of today adds a row for each day of the quarter, each newcomer those left."""
    of = made()
    none = of.risk.assign(lost=0)
    none.loc[none["tenure"] == 600, "lost"] = 1
    h = (NOW + 1).days
    still = hazards_by(none, of.stock, by=None, horizon=h, minimum=10)[""]
    found = _coming(of.stock, of.moves, still, quarter=NOW, days=365)
    by_hand = np.zeros(366 + h + 600)
    for tenure in range(600):
        by_hand[tenure + 1 : tenure + h + 1] += 3
    for day in range(1, h + 1):
        by_hand[day] += 300 / h * (h - day + 1)
    assert found == pytest.approx(by_hand[1:366], rel=1e-9)


def test_forecasts_hold_and_chances_come_true_in_made_up_quarters_with_drift():
    rng = np.random.default_rng(4)
    held, chances, came = [], [], []
    for _ in range(60):
        ratio = rng.normal(1, 0.12, 13)
        of = made(rng, ratio=ratio[:12])
        target = of.staying.headline.value + rng.normal(0, 0.006)
        found = asked(of, target=float(target))
        days = np.arange(1, 601)
        here = np.array([3.0 * min(day, 92) for day in days]) + 300 / 92 * np.clip(93 - days, 0, None)
        here = np.round(here * np.exp(-HAZARD * np.minimum(days, 92) / 2)).astype(int)
        lost = rng.binomial(here, HAZARD * ratio[12])
        new = pd.DataFrame({"tenure": days, "at_risk": here, "lost": lost})
        rows = pd.concat([of.risk, new]).groupby("tenure", as_index=False)[["at_risk", "lost"]].sum()
        read = churn.retention(rows, quarter=NOW + 1).headline.value
        held.append(found.headline.low <= read <= found.headline.high)
        chances.append(found.message.values["chance"])
        came.append(read >= target)
    assert np.mean(held) >= 0.88
    assert np.mean(chances) == pytest.approx(np.mean(came), abs=0.12)
    assert np.corrcoef(chances, came)[0, 1] > 0.5


def test_it_is_withheld_in_words_where_it_cannot_be_known():
    of = made(quarters=QUARTERS[-6:])
    few = asked(of)
    assert isinstance(few.headline, Withheld)
    assert Wording("en").say(few.message).replace("\u00a0", " ") == (
        "How likely it is that the target of 50% is met in Q4 2026 cannot be known yet: how far quarters differ "
        "can be seen from 8 of them on; seen so far: 6."
    )
    short = SimpleNamespace(**{**vars(of), "staying": churn.retention(of.risk.query("tenure < 99"), quarter=NOW)})
    assert asked(short).message.id == "churn.next_retention.not_seen"
    assert asked(SimpleNamespace(**{**vars(of), "stock": of.stock.head(0)})).table.empty
    assert asked(of, target=None) is None
    assert asked(of, months=6) is None
    with pytest.raises(
        ValueError, match=r"^a target of retention is a share between 0 and 1, such as 0.5; got 50$"
    ):
        asked(of, target=50)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_everything_can_be_said(language):
    wording = Wording(language)
    for due, case in ((NOW + 1, "churn.next_retention"), (NOW + 3, "churn.next_retention.due")):
        found = asked(made(), due=due)
        assert isinstance(found.headline, Estimate)
        assert found.message.id == case
        for message in (found.message, found.method, *(check.message for check in found.checks)):
            assert "{" not in wording.say(message)
