"""Changing groups and clocks of one's own: an episode split is the whole, a fixed flag would not be."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlab.evidence import risk_table
from cxlab.evidence.episodes import episode_table, known_at_closes, with_terms
from cxlab.quarter import Quarter, day_number

SCHEMA = ibis.schema({"customer_id": "string", "from_day": "int32", "until_day": "int32", "grp": "string"})
LAWS = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SPELL = st.tuples(st.integers(-60, 170), st.one_of(st.none(), st.integers(1, 200)), st.integers(-80, 220))


def episodes(rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "from_day", "until_day", "grp"])
    return ibis.memtable(frame.astype({"until_day": "Int32"}), schema=SCHEMA)


@LAWS
@given(spells=st.lists(SPELL, min_size=1, max_size=20))
def test_time_cut_where_the_group_changes_adds_up_to_the_whole(spells, lives, half_year):
    kept = [(start, life, cut) for start, life, cut in spells if life is None or start + life > 0]
    if not kept:
        return
    whole = lives([(start, None if life is None else start + life) for start, life, _ in kept])
    opens = half_year.open_day
    cuts = [(f"c{place}", opens + cut) for place, (*_, cut) in enumerate(kept)]
    known = episodes(
        [(who, opens - 900, day, "before") for who, day in cuts] + [(who, day, None, "after") for who, day in cuts]
    )
    found = episode_table(whole, known, by=["grp"], window=half_year)
    summed = found.groupby("tenure", as_index=False)[["at_risk", "lost"]].sum()
    pd.testing.assert_frame_equal(summed, risk_table(whole, window=half_year), check_dtype=False)


def test_each_day_belongs_to_the_group_known_on_it(lives, half_year):
    opens = half_year.open_day
    spells = lives([(0, 100), (0, 40), (-20, None)])
    known = [(f"c{place}", opens - 50, opens + 40, "a") for place in range(3)]
    known += [(f"c{place}", opens + 40, None, "b") for place in range(3)]
    found = episode_table(spells, episodes(known), by=["grp"], window=half_year).set_index(["grp", "tenure"])
    assert found["at_risk"]["a", 40] == 3
    assert found["lost"]["a", 40] == 1  # gone on the day of the change: it was in the group before
    assert found["at_risk"]["a"].index.max() == 60  # who came 20 days before the window
    assert found["at_risk"]["b", 41] == 1
    assert found["at_risk"]["b", 61] == 2
    assert found["lost"]["b"].loc[lambda lost: lost > 0].to_dict() == {100: 1}


def test_what_a_close_knew_holds_through_the_next_quarter(lives, half_year):
    """A group that is learnt by living on is no merit: known from the close after it, its ratio is 1."""
    rng = np.random.default_rng(6)
    size, now = 4_000, Quarter.holding(half_year.open)
    end = rng.geometric(1 / 120, size)
    start = rng.integers(-400, 0, size)
    ends = start + end
    spells = lives([(int(a), int(b)) for a, b in zip(start, ends, strict=True) if b > 0])
    there = spells.select("customer_id", "start_day", "exit_day").to_pandas()
    asked = rng.random(len(there)) < 0.5
    panel = pd.DataFrame({
        "customer_id": there["customer_id"], "quarter_number": now.ordinal, "grp": np.where(asked, "passive", ""),
    }).astype({"quarter_number": "int32"})  # fmt: skip
    known = known_at_closes(ibis.memtable(panel), ["grp"], quarters=[now])
    found = episode_table(spells, known, by=["grp"], window=half_year)
    sums = found.groupby("grp")[["lost", "at_risk"]].sum()
    rate = sums["lost"] / sums["at_risk"]
    assert rate["passive"] / rate[""] == pytest.approx(1, abs=0.15)
    days = there["exit_day"].fillna(half_year.close_day - 1).clip(upper=half_year.close_day - 1) - day_number(
        now.end
    )
    days = (days + 1).clip(lower=0)
    assert sums["at_risk"].sum() == pytest.approx(days.sum(), abs=len(there))


def test_the_clock_of_terms_counts_each_ones_own(lives, half_year):
    opens = half_year.open_day
    spells = lives([(0, 30), (0, 31), (0, 90), (-45, 90)], plan=["month", "month", "quarter", "quarter"])
    contracts = pd.DataFrame({
        "customer_id": ["c0", "c1", "c2", "c3"],
        "start": pd.to_datetime([opens, opens, opens, opens - 45], unit="D"),
        "term_days": [30, 30, 90, 90],
    })  # fmt: skip
    timed = with_terms(spells, ibis.memtable(contracts))
    found = risk_table(timed, by=["plan"], window=half_year, period="term").set_index(["plan", "tenure"])
    assert found["at_risk"].to_dict() == {
        ("month", 1): 2, ("month", 2): 1, ("quarter", 1): 2, ("quarter", 2): 1,
    }  # fmt: skip
    assert found["lost"].to_dict() == {
        ("month", 1): 1, ("month", 2): 1, ("quarter", 1): 1, ("quarter", 2): 1,
    }  # fmt: skip


def test_what_cannot_be_done_is_refused(lives, half_year):
    spells = lives([(0, 30), (0, None)])
    with pytest.raises(
        ValueError, match=r"^the clock of terms needs term_days; cxlab.evidence.episodes.with_terms"
    ):
        risk_table(spells, window=half_year, period="term")
    timed = spells.mutate(term_days=ibis.ifelse(spells.customer_id == "c0", 30, 0))
    with pytest.raises(ValueError, match=r"^1 spells have no term: leave them out first, or take another clock$"):
        risk_table(timed, window=half_year, period="term")
    message = r"^time is cut at quarters by the start of a spell alone; {} cannot be heeded$"
    with pytest.raises(ValueError, match=message.format("term_days")):
        risk_table(timed, window=half_year, period="term", quarter=True)
    with pytest.raises(ValueError, match=message.format("seen_from")):
        risk_table(spells.mutate(seen_from=0), window=half_year, quarter=True)
    known = episodes([("c0", 0, None, "a")])
    with pytest.raises(ValueError, match=r"^episodes need customer_id, from_day, until_day; until_day not among "):
        episode_table(spells, known.drop("until_day"), by=["grp"], window=half_year)
