"""Forecasts of any question are graded on what came, by the finding they name themselves."""

import pytest

from cxlab.finding import MADE_AFTERWARDS, Check, Message, Withheld
from cxlab.overview.forecasts import forecast_graded, graded
from cxlab.quarter import Quarter
from cxlab.wording import Wording

Q3 = Quarter(2026, 3)


@pytest.mark.parametrize(
    ("low", "high", "held"), [(900, 950, True), (908, 950, True), (860, 908, True), (815, 905, False)]
)
def test_a_forecast_holds_inside_its_interval_both_ends_included(make, found, low, high, held):
    last = make.forecast_of_last_quarter(low, high)
    (one,) = graded(last, found, quarter=Q3)
    assert (one.came, one.held) == (908, held)


def test_a_headline_is_graded_on_a_headline_and_missed_ones_come_first(make, found):
    guess = make.estimate(30, 27, 33, "points", 2_000, "prediction")
    last = make.forecast_of_last_quarter()
    last["nps.next_quarter"] = make.finding(
        "nps.next_quarter", guess, message=Message("x.y", {"graded_on": "nps.score"})
    )
    first, second = graded(last, found, quarter=Q3)
    assert (first.name, first.came, first.held) == ("nps.next_quarter", 24, False)
    assert (second.name, second.held) == ("churn.next_quarter", True)


def test_a_graded_forecast_can_be_said_in_both_languages(make, found):
    (said,) = forecast_graded(found, last=make.forecast_of_last_quarter(), quarter=Q3)
    english = Wording("en").say(said).replace("\u00a0", " ")
    assert english == "Forecast of leavers: 860 to 1,000; came 908: inside."
    assert (
        Wording("vi").say(said).replace("\u00a0", " ")
        == "Dự báo số rời mạng: 860 đến 1.000; thực tế 908: trong khoảng."
    )


def test_a_forecast_made_afterwards_is_graded_as_one(make, found):
    mark = Check(name=MADE_AFTERWARDS, passed=None, message=Message("report.made_afterwards", {"quarter": Q3}))
    last = make.forecast_of_last_quarter(815, 905)
    last["churn.next_quarter"] = make.replace(last["churn.next_quarter"], checks=(mark,))
    (said,) = forecast_graded(found, last=last, quarter=Q3)
    assert said.id == "overview.said.forecast.outside.afterwards"
    assert "made afterwards" in Wording("en").say(said)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"about": Quarter(2026, 4)}, "not due"),
        ({"headline": Withheld(Message("page.data"))}, "withheld"),
        ({"message": Message("x.y")}, "names nothing"),
        ({"message": Message("x.y", {"graded_on": "clv.unheard_of"})}, "not counted"),
        ({"message": Message("x.y", {"graded_on": "churn.left:nobody"})}, "no such row"),
        ({"message": Message("x.y", {"graded_on": "nps.score:row"})}, "a table without codes"),
    ],
)
def test_what_cannot_be_graded_is_not(make, found, changes, why):
    last = {name: make.replace(one, **changes) for name, one in make.forecast_of_last_quarter().items()}
    assert graded(last, found, quarter=Q3) == (), why


def test_an_expectation_is_no_forecast(make, found):
    last = make.forecast_of_last_quarter()
    number = make.estimate(900, 860, 1_000, "count", 10_000)
    last["churn.next_quarter"] = make.replace(last["churn.next_quarter"], headline=number)
    assert graded(last, found, quarter=Q3) == ()


def test_without_a_report_last_quarter_nothing_is_graded(found):
    assert graded({}, found, quarter=Q3) == ()
