"""Experience and leaving: the immortal-time trap, what little can be said of little, and the words for it."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab.churn.experience import experience
from cxlab.evidence.experience import experience_table
from cxlab.finding import Estimate, Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
QUARTERS = [NOW - back for back in reversed(range(12))]
HAZARD = 0.2


@pytest.fixture(scope="module")
def immortal():
    """Nobody's answer goes with anything: everybody leaves at one rate, and a third are asked each quarter."""
    rng = np.random.default_rng(11)
    rows = []
    for who in range(6_000):
        tenure = int(rng.integers(1, 60))
        for quarter in QUARTERS:
            left = bool(rng.random() < HAZARD)
            group = str(rng.choice(["promoter", "passive", "detractor"])) if rng.random() < 1 / 3 else ""
            rows.append((f"c{who}", f"c{who}", quarter.ordinal, group, left, tenure, "a"))
            tenure += quarter.days
            if left:
                break
    names = ["customer_id", "account_id", "quarter_number", "grp", "left", "tenure_days", "plan"]
    frame = pd.DataFrame(rows, columns=names).astype({"quarter_number": "int32", "tenure_days": "int32"})
    return frame.assign(grp_before=frame.groupby("customer_id")["grp"].shift(fill_value=""))  # quarter by quarter


@pytest.fixture(scope="module")
def counts(immortal):
    return experience_table(ibis.memtable(immortal), quarters=QUARTERS[1:], by=["plan"], bucket=True)


def rate(rows):
    return rows["left"].sum() / len(rows)


def test_the_immortal_time_trap_is_not_stepped_into(immortal, counts):
    answered = immortal.loc[immortal["grp"] != "", "customer_id"]
    ever = immortal["customer_id"].isin(answered)
    naive = rate(immortal[ever]) / rate(immortal[~ever])
    assert naive < 0.5  # a fixed flag says that answering halves leaving, and nothing does
    found = experience(counts, quarter=NOW)
    rows = found.table.set_index("grp")
    assert set(rows.index) == {"detractor", "promoter", "not_asked"}
    assert ((rows["low"] <= 1) & (rows["high"] >= 1)).all()
    assert rows["p"].min() > 0.05
    assert found.message.id == "churn.experience.cannot_tell"


def test_ratios_planted_are_found(counts):
    rng = np.random.default_rng(3)
    ratio = counts["grp"].map({"detractor": 2.0, "promoter": 0.5}).fillna(1.0)
    planted = counts.assign(customers=counts["customers"] * 20)
    planted["lost"] = rng.binomial(planted["customers"], 0.04 * ratio)
    found = experience(planted, quarter=NOW)
    rows = found.table.set_index("grp")
    assert rows["estimate"]["detractor"] == pytest.approx(2.0, rel=0.15)
    assert rows["estimate"]["promoter"] == pytest.approx(0.5, rel=0.15)
    assert isinstance(found.headline, Estimate)
    assert found.headline.value == rows["estimate"]["detractor"]
    assert found.message.id == "churn.experience.one"  # nobody was silent


def test_the_order_of_the_rows_means_nothing(counts):
    mixed = counts.sample(frac=1, random_state=4)
    pd.testing.assert_frame_equal(experience(mixed, quarter=NOW).table, experience(counts, quarter=NOW).table)


@pytest.mark.parametrize("some", ["nobody lost", "no passives", "one group", "few"])
def test_what_cannot_be_told_is_withheld(counts, some):
    rows = {
        "nobody lost": counts.assign(lost=0),
        "no passives": counts[counts["grp"] != "passive"],
        "one group": counts[counts["grp"] == "passive"],
        "few": counts[counts["grp"].isin(["passive", "detractor"])].assign(customers=0, lost=0),
    }[some]
    found = experience(rows, quarter=NOW)
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "churn.experience.nothing"
    for language in ("en", "vi"):
        assert "{" not in Wording(language).say(found.message)


def test_the_sentences_can_be_said(counts):
    silent = counts[counts["grp"] == "detractor"].assign(grp="silent")
    sure = pd.concat([counts, silent]).assign(customers=lambda rows: rows["customers"] * 40)
    sure["lost"] = (sure["customers"] * np.where(sure["grp"] == "detractor", 0.2, 0.1)).round().astype(int)
    found = experience(sure, quarter=NOW)
    assert found.message.id == "churn.experience.two"
    assert Wording("en").say(found.message).startswith("In the quarter after the survey, detractors left 2")
    assert "nhóm không hài lòng rời mạng gấp" in Wording("vi").say(found.message)
