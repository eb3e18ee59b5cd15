"""What people wrote: decisions with the team's own amounts, commentary; and what became of last quarter's."""

from datetime import date

import pandas as pd
import pytest

from cxlab.finding import Estimate
from cxlab.overview.team import commentary, decisions, promises
from cxlab.quarter import Quarter

Q3 = Quarter(2026, 3)


def frame(*rows, more=()):
    columns = ["decision_id", "quarter", "role", "due", "done_at", "text_en", "text_vi", "cost_amount", *more]
    return pd.DataFrame(rows, columns=columns)


def row(number, *more, quarter="2026Q3", cost=10):
    return (
        f"d{number}",
        quarter,
        "Head of care",
        date(2026, 11, 15),
        None,
        f"Do {number}",
        f"Làm {number}",
        cost,
        *more,
    )


def test_at_most_three_decisions_are_asked_the_most_money_first():
    rows = [row(number, cost=number * 10) for number in range(5)]
    asked = decisions(frame(*rows, row("old", quarter="2026Q2", cost=999)), quarter=Q3)
    assert [one.cost for one in asked] == [40, 30, 20]
    assert asked[0].what == {"en": "Do 4", "vi": "Làm 4"}
    assert (asked[0].due, asked[0].returns, asked[0].pays_back) == (date(2026, 11, 15), None, None)


RETURNS = ("returns_amount", "returns_low_amount", "returns_high_amount", "pays_back_share")


@pytest.mark.parametrize(
    ("written", "returns"),
    [
        ((52e6, 9e6, 101e6), Estimate(value=52e6, low=9e6, high=101e6, unit="amount")),
        ((52e6, None, None), 52_000_000), ((52e6, 60e6, 101e6), 52_000_000), ((None, 9e6, 101e6), None),
    ],
)  # fmt: skip
def test_a_return_is_the_teams_or_none(written, returns):
    first, second = decisions(
        frame(row(1, *written, 0.84), row(2, *(None,) * 4, cost=5), more=RETURNS), quarter=Q3
    )
    assert (first.returns, first.pays_back) == (returns, 0.84)
    assert (second.returns, second.pays_back) == (None, None)


def test_a_dear_return_comes_before_a_dear_cost():
    asked = decisions(
        frame(row(1, 9, None, None, None), row(2, 70, None, None, None, cost=1), more=RETURNS), quarter=Q3
    )
    assert [one.what["en"] for one in asked] == ["Do 2", "Do 1"]


def test_promises_of_last_quarter_are_counted_as_done_late_and_open():
    today = pd.Timestamp("2026-10-10")
    rows = [
        ("a", "2026Q2", "r", date(2026, 8, 1), date(2026, 8, 1), "x", "y", None),
        ("b", "2026Q2", "r", date(2026, 9, 1), None, "x", "y", None),
        ("c", "2026Q2", "r", date(2026, 12, 1), None, "x", "y", None),
    ]
    (said,) = promises(frame(*rows), before=Q3 - 1, today=today)
    assert dict(said.values) == {"quarter": Q3 - 1, "asked": 3, "done": 1, "late": 1, "open": 1}
    (said,) = promises(frame(*rows), before=Q3 - 1, today=pd.Timestamp("2030-01-01"))
    assert said.id == "overview.said.decisions.all_due"
    assert promises(frame(), before=Q3 - 1, today=today) == ()


def test_commentary_is_the_teams_own_words_signed_with_a_role():
    rows = [
        ("c1", "2026Q3", None, "Head of CX", "en", "Keep it."),
        ("c1", "2026Q3", None, "Head of CX", "vi", "Giữ nguyên."),
        ("c2", "2026Q3", "churn", "Analyst", "en", "Other page."),
    ]
    notes = pd.DataFrame(rows, columns=["commentary_id", "quarter", "question", "role", "language", "text"])
    found = commentary(notes, quarter=Q3)
    assert (found.role, dict(found.words)) == ("Head of CX", {"en": "Keep it.", "vi": "Giữ nguyên."})
    assert commentary(notes, quarter=Q3 - 1) is None
