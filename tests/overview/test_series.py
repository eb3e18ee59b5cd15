"""How a series of forecasts has held, and whether repeating the last value did better."""

import pytest

from cxlab.finding import MADE_AFTERWARDS, Check, Estimate, Message
from cxlab.maths.grading import at_most, interval_score
from cxlab.overview.series import forecast_series
from cxlab.quarter import Quarter
from cxlab.wording import Wording

Q3 = Quarter(2026, 3)


@pytest.fixture
def ledgers(make, found):
    def build(held, made, *, naive=None, marked=0):
        """Ledgers of ``made`` quarters, in which 908 came every time and the first forecasts held."""
        rows = []
        for back in range(made):
            low, high = (860, 1_000) if back < held else (700, 800)
            last = make.forecast_of_last_quarter(low, high)
            one = last["churn.next_quarter"]
            values = {**one.message.values} | ({} if naive is None else {"naive": naive})
            checks = (Check(name=MADE_AFTERWARDS, passed=None, message=Message("x")),) if back < marked else ()
            quarter = Q3 - back
            one = make.replace(one, about=quarter, message=Message(one.message.id, values), checks=checks)
            rows.append(({**last, "churn.next_quarter": one}, found, quarter))
        return rows

    return build


@pytest.mark.parametrize(
    ("held", "made", "verdict"),
    [(8, 8, "no_sign"), (7, 8, "no_sign"), (6, 8, "watch"), (5, 8, "doubt"), (2, 2, "no_sign"), (0, 2, "doubt")],
)
def test_the_verdict_is_that_of_how_often_good_ones_hold(ledgers, held, made, verdict):
    (one,) = forecast_series(ledgers(held, made))
    assert (one.name, one.held, one.made, one.verdict) == ("churn.next_quarter", held, made, verdict)


def test_one_forecast_is_no_series(ledgers):
    assert forecast_series(ledgers(1, 1)) == ()


def test_intervals_are_scored_against_repeating_the_last_value(ledgers):
    naive = Estimate(value=900, low=890, high=900, unit="count", kind="prediction")
    (one,) = forecast_series(ledgers(2, 3, naive=naive))
    ours, theirs = 140 * 2 + 100 + 40 * 108, 3 * (10 + 40 * 8)
    assert one.against_naive == pytest.approx(ours / theirs)


def test_a_series_can_be_said(ledgers):
    (one,) = forecast_series(ledgers(6, 8, marked=3))
    english = Wording("en").say(one.message).replace("\u00a0", " ")
    assert english == (
        "Over 8 quarters, 6 forecasts of leavers held, 3 of those graded were made afterwards: "
        "seldom enough to watch them."
    )
    naive = Estimate(value=900, low=890, high=900, unit="count", kind="prediction")
    for held in (8, 6, 2):
        for language in ("en", "vi"):
            (one,) = forecast_series(ledgers(held, 8, naive=naive))
            assert "{" not in Wording(language).say(one.message)


def test_scores_and_chances_by_hand():
    assert interval_score(10, 20, 9.5) == pytest.approx(10 + 40 * 0.5)
    assert interval_score(10, 20, 12, level=0.8) == 10
    assert at_most(6, 8, 0.95) == pytest.approx(0.0572, abs=1e-4)
    assert at_most(5, 8, 0.95) == pytest.approx(0.0058, abs=1e-4)
