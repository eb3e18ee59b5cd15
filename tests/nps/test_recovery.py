"""Detractors asked again: who is compared with whom, and that a rise alone is never the answer."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab import nps
from cxlab.evidence import recovery_sums
from cxlab.finding import Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
FIRST_DAY, NEXT_DAY = 20_560, 20_651
CASE_TYPES = {"response_id": "string", "opened_at": "date", "first_contact_at": "date"}


def on(day):
    return date(1970, 1, 1) + timedelta(days=int(day))


def company(customers=1500, *, lift=0.6, seed=1, worst_first=False):
    """Customers with a lasting taste asked in two quarters; a share of detractors is called within ten days.

    ``worst_first``: those with the lowest scores are called, who have most to rise by themselves.
    """
    rng = np.random.default_rng(seed)
    taste = rng.normal(6.2, 1.5, customers)
    first = np.clip(np.rint(taste + rng.normal(0, 1.7, customers)), 0, 10)
    chance = np.where(first <= 4, 0.6, 0.2) if worst_first else np.full(customers, 0.35)
    called = (first <= 6) & (rng.random(customers) < chance)
    again = np.clip(np.rint(taste + lift * called + rng.normal(0, 1.7, customers)), 0, 10)
    names = [f"c{number}" for number in range(customers)]
    answers = [
        pd.DataFrame(
            {
                "response_id": [f"{quarter}{name}" for name in names], "customer_id": names, "nps": score,
                "quarter_number": quarter.ordinal, "answered_day": day,
            }
        )
        for quarter, score, day in ((NOW - 1, first, FIRST_DAY), (NOW, again, NEXT_DAY))
    ]  # fmt: skip
    late = np.where(rng.random(customers) < 0.5, FIRST_DAY + 20, -1)
    contact = np.where(called, FIRST_DAY + 5, late)
    cases = pd.DataFrame(
        {
            "response_id": answers[0]["response_id"], "opened_at": on(FIRST_DAY),
            "first_contact_at": [on(day) if day >= 0 else None for day in contact],
        }
    )[first <= 6]  # fmt: skip
    people = pd.DataFrame({"first": first, "again": again, "called": called})
    return pd.concat(answers, ignore_index=True), cases, people


@pytest.fixture
def asked(responses):
    def ask(answers, cases, **how):
        sums = recovery_sums(responses(answers), ibis.memtable(cases, schema=ibis.schema(CASE_TYPES)))
        return nps.recovery(sums, quarter=NOW, **how)

    return ask


def test_the_difference_is_that_of_rows_at_the_same_first_scores(asked):
    answers, cases, people = company()
    found = asked(answers, cases)
    bad = people[people["first"] <= 6].assign(rise=people["again"] - people["first"])
    cells = bad.groupby(["first", "called"])["rise"].agg(["mean", "size"]).unstack("called").dropna()
    weight = cells["size"][True] / cells["size"][True].sum()
    rises = [(weight * cells["mean"][called]).sum() for called in (True, False)]
    assert found.table["estimate"].tolist() == pytest.approx(rises)
    assert found.headline.value == pytest.approx(rises[0] - rises[1])
    assert found.table["n"].sum() == len(bad)
    assert found.headline.low <= 0.6 <= found.headline.high


def test_calling_the_unhappiest_first_is_no_merit(asked):
    """With no effect, those called rise far more than the others by themselves; matched, nothing is claimed."""
    answers, cases, people = company(4000, lift=0.0, worst_first=True)
    bad = people[people["first"] <= 6].assign(rise=people["again"] - people["first"])
    naive = bad.groupby("called")["rise"].mean()
    assert naive[True] - naive[False] > 0.4
    found = asked(answers, cases)
    assert found.headline.low <= 0 <= found.headline.high
    assert found.message.id in ("nps.recovery.cannot_tell", "nps.recovery.no_material_change")
    assert found.message.values["not_called"] > 1


def test_few_calls_cannot_be_told(asked):
    answers, cases, _ = company(250, lift=0.3)
    assert asked(answers, cases).message.id == "nps.recovery.cannot_tell"


def test_who_answered_before_the_time_for_the_call_was_over_is_left_out(asked):
    answers, cases, _ = company(300)
    early = answers["quarter_number"].eq(NOW.ordinal) & answers["customer_id"].str.endswith("7")
    answers.loc[early, "answered_day"] = FIRST_DAY + 9
    left = asked(answers, cases).headline.n
    assert left == asked(answers[~early], cases).headline.n < asked(*company(300)[:2]).headline.n


def test_an_answer_three_quarters_later_is_another_story(asked):
    answers, cases, _ = company(300)
    answers.loc[answers["quarter_number"] == NOW.ordinal - 1, "quarter_number"] -= 2
    assert asked(answers, cases) is None


def test_nobody_called_is_withheld_and_no_case_is_no_section(asked):
    answers, cases, _ = company(300)
    found = asked(answers, cases.assign(first_contact_at=None))
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "nps.recovery.too_few"
    assert asked(answers, cases.head(0)) is None


def test_leaving_is_said_to_be_unknown(asked):
    answers, cases, _ = company(300)
    unknown = {check.name for check in asked(answers, cases).checks if check.passed is None}
    assert {"recovery_leaving", "recovery_silent"} <= unknown


def test_a_study_without_cases_has_no_such_section():
    assert nps.recovery_at(SimpleNamespace(tables={})) is None


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_case_can_be_said(asked, language):
    cases = {
        "real_rise": company(lift=2.0), "real_fall": company(lift=-1.5), "cannot_tell": company(250, lift=0.0),
        "no_material_change": company(5000, lift=0.0), "too_few": company(30),
    }  # fmt: skip
    wording = Wording(language)
    for case, (answers, opened, _) in cases.items():
        found = asked(answers, opened)
        assert found.message.id == f"nps.recovery.{case}"
        for message in (found.message, found.method, *(check.message for check in found.checks)):
            assert "{" not in wording.say(message)
