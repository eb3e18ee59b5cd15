"""Cases solved or not: the immortal-time trap, a planted ratio, what little can be said, and the words for it."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.evidence import case_table
from cxlab.finding import Estimate, Withheld
from cxlab.quarter import Quarter, Window
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
WINDOW = Window(open=(NOW - 7).start, close=NOW.end)
TYPES = {"customer_id": "string", "opened_at": "timestamp", "closed_at": "timestamp", "outcome": "string"}
EPOCH = pd.Timestamp("1970-01-01")


@pytest.fixture(scope="module")
def company(as_lives):
    """Customers with a case each; one in ``mean`` leaves a day, times ``ratio`` once the case is solved."""

    def make(*, ratio=1.0, customers=8_000, mean=50, never=0.0):
        rng = np.random.default_rng(4)
        opened = rng.integers(WINDOW.open_day, WINDOW.close_day - 60, customers)
        fixed = np.where(rng.random(customers) < never, 10**4, rng.integers(20, 75, customers))
        before, after = rng.geometric(1 / mean, customers), rng.geometric(ratio / mean, customers)
        life = np.where(before <= fixed, before, fixed + after)
        exit_day = opened + life
        gone = exit_day < WINDOW.close_day
        solved = (fixed < life) & (opened + fixed < WINDOW.close_day)
        rows = pd.DataFrame({
            "start_day": opened - rng.integers(1, 900, customers), "exit_day": np.where(gone, exit_day, np.nan),
            "solved": solved, "life": np.minimum(exit_day, WINDOW.close_day) - opened, "gone": gone,
        })  # fmt: skip
        cases = pd.DataFrame({
            "customer_id": [f"c{place}" for place in range(customers)],
            "opened_at": EPOCH + pd.to_timedelta(opened, unit="D") + pd.Timedelta(hours=20),
            "closed_at": EPOCH + pd.to_timedelta(np.where(solved, opened + fixed, np.nan), unit="D"),
            "outcome": np.where(solved, "solved", None),
        })  # fmt: skip
        return rows, as_lives(rows, WINDOW), ibis.memtable(cases, schema=ibis.schema(TYPES))

    return make


def asked(lives, cases, *, days=45, **more):
    table = case_table(lives, cases, by=["plan"], window=WINDOW, days=days, bucket=True)
    return churn.cases(table, quarter=NOW, days=days, **more)


def test_the_immortal_time_trap_is_not_stepped_into(company):
    """Solving a case goes with nothing; a flag 'was solved' says that it divides leaving by five."""
    rows, lives, cases = company()
    rate = rows.groupby("solved")[["gone", "life"]].sum()
    naive = (rate["gone"] / rate["life"])[True] / (rate["gone"] / rate["life"])[False]
    assert naive == pytest.approx(0.20, abs=0.05)
    found = asked(lives, cases)
    assert isinstance(found.headline, Estimate)
    assert found.headline.low < 1 < found.headline.high
    assert found.headline.high - found.headline.low < 0.5
    assert found.message.id == "churn.cases.cannot_tell"


def test_a_planted_ratio_comes_back(company):
    """Where a case is solved before the landmark or never; if later, what is compared fades towards 1."""
    _, lives, cases = company(ratio=0.5, never=0.5)
    found = asked(lives, cases, days=75)
    assert found.headline.low < 0.5 < found.headline.high < 0.7
    _, lives, cases = company(ratio=0.5)
    assert 0.5 < asked(lives, cases).headline.value < 1
    assert found.message.id == "churn.cases.less"
    assert found.table["case_state"].tolist() == ["solved"]


def test_the_state_is_that_of_the_landmark(lives, half_year):
    opens = half_year.open_day
    at = lambda day: EPOCH + pd.Timedelta(days=opens + day)  # noqa: E731
    cases = pd.DataFrame({
        "customer_id": ["c0", "c1", "c2", "c3", "c4", "c4", None],
        "opened_at": [at(10)] * 7,
        "closed_at": [at(40), at(41), at(20), pd.NaT, pd.NaT, at(12), at(12)],
        "outcome": ["solved", "solved", "not_solved", None, None, "solved", "solved"],
    })  # fmt: skip
    spells = lives([(0, None), (0, None), (0, 43), (0, 39), (0, None)])
    made = case_table(spells, ibis.memtable(cases, schema=ibis.schema(TYPES)), window=half_year, days=30)
    first = made[made["tenure"] == 1].set_index("case_state")
    assert first["at_risk"].to_dict() == {"solved": 2, "open": 1, "closed": 1}  # c3 left before the landmark
    assert first["lost"].to_dict() == {"solved": 0, "open": 0, "closed": 1}
    with pytest.raises(ValueError, match=r"^the landmark lies after the opening of a case; got -1 days$"):
        case_table(spells, ibis.memtable(cases, schema=ibis.schema(TYPES)), window=half_year, days=-1)


@pytest.mark.parametrize("some", ["no case", "nobody left", "none solved", "few"])
def test_what_cannot_be_told_is_withheld_in_words(company, some):
    _, lives, cases = company(customers=600)
    table = case_table(lives, cases, by=["plan"], window=WINDOW, days=45, bucket=True)
    rows = {
        "no case": table.iloc[:0], "nobody left": table.assign(lost=0),
        "none solved": table[table["case_state"] == "open"],
        "few": table[(table["case_state"] == "open") | (table["bucket"] == 3)].assign(
            at_risk=lambda each: each["at_risk"].where(each["case_state"] == "open", 1)
        ),
    }[some]  # fmt: skip
    found = churn.cases(rows, quarter=NOW, minimum=50)
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "churn.cases.nothing"
    for language in ("en", "vi"):
        assert "{" not in Wording(language).say(found.message)


def test_it_can_be_said(company):
    _, lives, cases = company(ratio=0.4)
    found = asked(lives, cases)
    for case in ("less", "more", "cannot_tell"):
        message = type(found.message)(f"churn.cases.{case}", found.message.values)
        assert (
            Wording("en").say(message).startswith("In the 13 weeks from day 45 of a case on, customers whose case")
        )
        assert (
            Wording("vi").say(message).startswith("Trong 13 tuần kể từ ngày thứ 45 sau khi mở hồ sơ, khách có hồ")
        )
    for language in ("en", "vi"):
        assert "{" not in Wording(language).say(found.method)
