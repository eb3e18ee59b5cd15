"""Ease beside waiting: the slope of rows, what is hidden, and what is not asked."""

from __future__ import annotations

from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab import nps
from cxlab.evidence import waiting_sums
from cxlab.finding import Estimate, Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")


def calls(n=600, *, slope=-0.25, seed=1, quarters=4):
    rng = np.random.default_rng(seed)
    wait = rng.gamma(2.0, 150.0, n).astype(int)
    back = rng.integers(0, quarters, n)
    ease = 5.0 + 0.3 * back + slope * np.maximum(wait / 60 - 3, 0) + rng.normal(0, 0.8, n)
    return pd.DataFrame(
        {
            "customer_id": [f"c{number}" for number in range(n)], "kind": "transactional", "survey": "hotline",
            "touchpoint_id": "hotline", "scale_min": 1.0, "scale_max": 7.0, "ces": np.clip(ease, 1, 7).round(2),
            "quarter_number": NOW.ordinal - back, "wait": wait,
        }
    )  # fmt: skip


def tables(frame):
    """Invitations and contacts of the same rows, as the sources hold them."""
    place = [str(number) for number in frame.index]
    about = pd.DataFrame({name: [name[0] + each for each in place] for name in ("response_id", "interaction_id")})
    waits = frame["wait"].astype("Int64").array
    contacts = pd.DataFrame({"interaction_id": about["interaction_id"], "wait_s": waits})
    return ibis.memtable(about), ibis.memtable(contacts)


def sums_of(frame, responses):
    named = frame.assign(response_id=[f"r{number}" for number in frame.index]).drop(columns="wait")
    return waiting_sums(responses(named), *tables(frame))


@pytest.fixture
def asked(responses):
    def ask(frame, **how):
        return nps.waiting(sums_of(frame, responses), quarter=NOW, **how)

    return ask


def test_the_slope_is_that_of_the_rows_with_a_level_for_each_quarter(asked):
    frame = calls()
    design = np.column_stack(
        [np.maximum(frame["wait"] / 60 - 3, 0), *(frame["quarter_number"] == NOW.ordinal - k for k in range(4))]
    ).astype(float)
    expected = np.linalg.lstsq(design, frame["ces"].to_numpy(), rcond=None)[0][0]
    found = asked(frame)
    assert found.headline.value == pytest.approx(expected, abs=1e-9)
    assert found.headline.low <= -0.25 <= found.headline.high
    first = frame.loc[frame["wait"] <= 180, "ces"]
    assert found.table["estimate"].iloc[0] == pytest.approx(first.mean())
    assert found.table["n"].sum() == len(frame)


def test_sums_of_two_halves_add_up_to_those_of_the_whole(responses):
    frame = calls(200)
    halves = [frame.iloc[::2], frame.iloc[1::2]]
    keys = ["quarter", "touchpoint", "scale_min", "scale_max", "wait_band", "bucket"]
    whole, *parts = (sums_of(each, responses) for each in (frame, *halves))
    added = pd.concat(parts).groupby(keys, as_index=False).sum()
    pd.testing.assert_frame_equal(whole, added[list(whole.columns)], check_dtype=False)


def test_where_waiting_makes_no_difference_none_is_claimed(asked):
    claimed = [asked(calls(slope=0.0, seed=seed)).message.id != "nps.waiting.cannot_tell" for seed in range(20)]
    assert sum(claimed) <= 4  # of twenty at .05, five or more come by chance once in 400


def test_a_small_band_is_hidden_with_the_one_that_would_give_it_away(asked):
    frame = calls(300)
    kept = pd.concat([frame[frame["wait"] <= 600], frame[frame["wait"] > 600].head(4)]).reset_index(drop=True)
    found = asked(kept, minimum=10)
    assert "10+" not in set(found.table["wait_band"])
    assert len(found.table) <= 2
    assert next(check for check in found.checks if check.name == "hidden").passed is None


def test_too_few_answers_give_no_slope(asked):
    assert isinstance(asked(calls(8)).headline, Withheld)


def test_all_who_waited_alike_give_no_slope(asked):
    frame = calls(200).assign(wait=60)
    assert asked(frame).message.id == "nps.waiting.too_few"


def test_contacts_without_a_known_wait_are_not_asked_about(asked):
    assert asked(calls(50).assign(wait=None)) is None


def test_answers_older_than_a_year_are_left_out(asked):
    frame = calls(400, quarters=8)
    found = asked(frame)
    assert isinstance(found.headline, Estimate)
    assert found.headline.n == (frame["quarter_number"] > NOW.ordinal - 4).sum()


def test_sums_without_a_column_are_refused():
    with pytest.raises(ValueError, match="waiting_sums must give quarter"):
        nps.waiting(pd.DataFrame({"quarter": []}), quarter=NOW)


def test_a_study_without_contacts_has_no_such_section():
    assert nps.waiting_at(SimpleNamespace(tables={})) is None


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_case_can_be_said(asked, language):
    cases = {"falls": calls(), "rises": calls(slope=0.1), "cannot_tell": calls(90, slope=0.0), "too_few": calls(8)}
    wording = Wording(language)
    for case, frame in cases.items():
        found = asked(frame)
        assert found.message.id == f"nps.waiting.{case}"
        for message in (found.message, found.method, *(check.message for check in found.checks)):
            assert "{" not in wording.say(message)
