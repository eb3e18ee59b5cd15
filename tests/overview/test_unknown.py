"""What we do not know: never empty, at most four lines, the last one names the questions that are off."""

import pytest

from cxlab.finding import Check, Message
from cxlab.overview.unknown import unknowns
from cxlab.wording import Wording

JOINED = {"responses_to_money": 0.93, "responses_to_customers": 0.98}


def ids(lines):
    return [line.id.removeprefix("overview.unknown.") for line in lines]


def test_cause_the_silent_and_what_could_not_be_joined(found):
    lines = unknowns(found, joined=JOINED)
    assert ids(lines) == ["cause", "page.no_material_change", "responses_to_money"]
    said = Wording("en").say(lines[-1]).replace("\u00a0", " ")
    assert said == "How 7% of those who answered spend: their answers could not be joined to revenue."


def test_without_revenue_the_join_to_customers_is_told(found):
    scored = {name: one for name, one in found.items() if name.startswith("nps.")}
    assert ids(unknowns(scored, joined=JOINED))[-1] == "responses_to_customers"


@pytest.mark.parametrize("joined", [{}, {"responses_to_money": 0.999}])
def test_what_is_joined_is_no_unknown(found, joined):
    assert "responses_to_money" not in ids(unknowns(found, joined=joined))


def test_a_change_too_small_to_be_seen_is_told_where_nothing_moved(make, found):
    del found["churn.left_where"]
    found["nps.change"] = make.change(value=-1.0, low=-5.0, high=3.0, verdict="cannot_tell")
    assert "detectable" in ids(unknowns(found))


def test_checks_that_concern_leaders_are_told_once_and_the_questions_that_are_off_last(make, found):
    unsure = Check(name="provisional", passed=None, message=Message("x.y", {"n": 216}))
    how = Check(name="links", passed=None, message=Message("x.z"))
    fine = Check(name="hidden", passed=True, message=Message("x.w", {"least": 10}))
    found = {
        "churn.left": make.replace(found["churn.left"], checks=(unsure, fine)),
        "churn.trend": make.replace(found["churn.left"], name="churn.trend", checks=(unsure, how)),
    }
    lines = unknowns(found, off=("nps", "voc"))
    assert ids(lines) == ["provisional", "off"]
    assert "216" in Wording("en").say(lines[0])
    assert "what customers say" in Wording("en").say(lines[-1])


def test_there_are_at_most_four(make, found):
    checks = tuple(
        Check(name=name, passed=None, message=Message("x.y", {"n": 3, "least": 10}))
        for name in ("provisional", "hidden")
    )
    found["churn.left"] = make.replace(found["churn.left"], checks=checks)
    assert len(unknowns(found, joined=JOINED)) == 4
    assert ids(unknowns(found, joined=JOINED, off=("clv",)))[-1] == "off"
    assert len(unknowns(found, joined=JOINED, off=("clv",))) == 4


def test_even_if_nothing_is_open_association_is_no_cause():
    assert ids(unknowns({})) == ["association"]
