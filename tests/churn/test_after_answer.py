"""Who is still here after which answer: no credit for having lived to be asked, and planted curves come back."""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab.churn.after_answer import after_answer
from cxlab.evidence import risk_table
from cxlab.evidence.experience import answers_known
from cxlab.evidence.landmarks import landmark_table
from cxlab.finding import Withheld
from cxlab.quarter import Quarter, Window
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
QUARTERS = [NOW - back for back in reversed(range(12))]
WINDOW = Window(open=QUARTERS[0].start, close=NOW.end)
HAZARD = 0.0015
SPELLS = {
    "customer_id": "string", "account_id": "string", "start_day": "int32", "exit_day": "int32", "cause": "string",
    "plan": "string",
}  # fmt: skip
ASKED = {"customer_id": "string", "quarter_number": "int32", "grp": "string"}


def company(*, times=1.0, n=5_000, seed=5):
    """Everybody leaves at one rate; half are asked once while they are there; detractors then leave ``times`` as
    fast after the close.
    """
    rng = np.random.default_rng(seed)
    start = rng.integers(WINDOW.open_day - 300, WINDOW.close_day - 100, n)
    end = start + np.ceil(rng.exponential(1 / HAZARD, n)).astype(int)
    spells, answers = [], []
    for who in range(n):
        quarter = QUARTERS[int(rng.integers(12))]
        first, close = (int((day - date(1970, 1, 1)).days) for day in (quarter.start, quarter.end))
        if who % 2 and start[who] <= first and end[who] > close:
            group = str(rng.choice(["detractor", "promoter"]))
            answers.append((f"c{who}", quarter.ordinal, group))
            if group == "detractor":
                end[who] = close + int(np.ceil((end[who] - close) / times))
        exit_day = int(end[who]) if end[who] < WINDOW.close_day else None
        spells.append((f"c{who}", f"a{who}", int(start[who]), exit_day, "voluntary", "p"))
    frame = pd.DataFrame(spells, columns=list(SPELLS)).astype({"exit_day": "Int32"})
    panel = pd.DataFrame(answers, columns=list(ASKED)).astype({"quarter_number": "int32"})
    lives = ibis.memtable(frame, schema=ibis.schema(SPELLS))
    return lives, ibis.memtable(panel, schema=ibis.schema(ASKED)), panel


def asked(lives, panel, **more):
    known = answers_known(panel, quarters=QUARTERS[:-1])
    risk = landmark_table(lives, known, by=["grp"], window=WINDOW, bucket=True)
    return after_answer(risk, quarter=NOW, **more), risk


@pytest.fixture(scope="module")
def alike():
    return company()


def test_having_lived_to_be_asked_is_no_merit_of_the_answer(alike):
    lives, panel, answers = alike
    found, _ = asked(lives, panel)
    truth = np.exp(-HAZARD * 365)
    rows = found.table[found.table["months_since_close"] == 12].set_index("grp")
    assert set(rows.index) == {"detractor", "promoter"}
    assert ((rows["low"] <= truth) & (truth <= rows["high"])).all()
    ever = lives.filter(lives.customer_id.isin(answers["customer_id"].tolist()))
    newly = ever.filter(ever.start_day >= WINDOW.open_day)
    naive = risk_table(newly, window=WINDOW)
    first = naive[naive["tenure"] <= 365]
    assert (
        np.prod(1 - first["lost"] / first["at_risk"]) > truth + 0.15
    )  # counted from the first day: immortal time


def test_the_planted_curve_of_detractors_is_found():
    found, _ = asked(*company(times=2.0, n=8_000)[:2])
    said = found.message.values
    assert (said["group"].code, said["other"].code) == ("detractor", "promoter")
    assert said["staying"].low <= np.exp(-2 * HAZARD * 365) <= said["staying"].high
    assert said["other_staying"].low <= np.exp(-HAZARD * 365) <= said["other_staying"].high
    assert found.headline == said["staying"]


def test_answers_are_known_at_the_close_of_their_quarter():
    panel = pd.DataFrame([("a", NOW.ordinal - 1, "silent"), ("b", NOW.ordinal - 1, "")], columns=list(ASKED))
    table = ibis.memtable(panel.astype({"quarter_number": "int32"}), schema=ibis.schema(ASKED))
    found = answers_known(table, quarters=[NOW - 1]).to_pandas()
    assert found.to_numpy().tolist() == [["a", (NOW.start - date(1970, 1, 1)).days, "silent"]]
    with pytest.raises(ValueError, match=r"^answers_known needs at least one quarter; got none$"):
        answers_known(table, quarters=[])


def test_what_was_not_followed_as_long_is_withheld_and_one_group_speaks_alone(alike):
    found, risk = asked(*alike[:2], horizon_months=48)
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "churn.after_answer.too_short"
    one = after_answer(risk[risk["grp"] == "promoter"], quarter=NOW)
    assert one.message.id == "churn.after_answer.one"
    mixed = after_answer(risk.sample(frac=1, random_state=2), quarter=NOW)
    pd.testing.assert_frame_equal(mixed.table, after_answer(risk, quarter=NOW).table)
    for language in ("en", "vi"):
        for each in (found, one, mixed):
            for message in (each.message, each.method, *(check.message for check in each.checks)):
                assert "{" not in Wording(language).say(message)
