"""The answer: at most three sentences, short enough for a phone, and the verdict is never hidden."""

import pytest

from cxlab.finding import Estimate, Label, Message, Withheld
from cxlab.overview.answer import MOST_SENTENCES, Where, answer
from cxlab.overview.where import where_moved
from cxlab.wording import Wording

GROUPS = (Label(of="plan", code="en90"), Label(of="plan", code="en120"))


def ids(sentences):
    return [sentence.id.removeprefix("overview.answer.") for sentence in sentences]


def told(sentences, make, language="en"):
    words = Wording(language, labels=make.study().config.labels)
    return " ".join(words.say(sentence) for sentence in sentences).replace("\u00a0", " ")


def where_of(found, make):
    study = make.study()
    return where_moved(found, events=study.events, quarter=study.quarter)


def test_a_quarter_in_which_much_happened(make, found):
    sentences = answer(found, where=where_of(found, make))
    assert told(sentences, make) == (
        "Customers are less happy, and it is real: NPS fell 7 points to 24, almost all among Én 90 and Én 120 "
        "users after the price change. They also leave more: 9.6%, +2.0 points, real. "
        "This goes with about 75 m VND less revenue over four quarters."
    )


def test_in_vietnamese(make, found):
    sentences = answer(found, where=where_of(found, make))
    assert told(sentences, make, "vi") == (
        "Khách hàng kém hài lòng hơn và đây là thay đổi thật: NPS giảm 7 điểm, còn 24, hầu hết ở nhóm dùng "
        "Én 90 và Én 120 sau đợt điều chỉnh giá. Nhóm này cũng rời mạng nhiều hơn: 9,6%, tăng thật "
        "2,0 điểm phần trăm. Mức này đi kèm với khoảng 75 triệu đồng doanh thu ít hơn trong bốn quý tới."
    )


def test_a_veto_is_an_answer(make, found):
    found |= {"revenue.price": make.price(vetoed=True)}
    del found["revenue.change_cost"]
    assert ids(answer(found)) == ["nps.fall", "among.rise", "cost.veto.fall"]


def test_what_cannot_be_told_in_money_is_said(make, found):
    cost = found["revenue.change_cost"]
    found["revenue.change_cost"] = cost.saying(Message("revenue.change_cost.cannot_tell"))
    assert ids(answer(found))[-1] == "cost.cannot_tell"


def test_a_rise_is_told_as_one(make, found):
    found["nps.change"] = make.change(value=7.0, low=3.0, high=11.0, last=17.0)
    where = Where(groups=GROUPS, extent=Label(of="extent", code="most"))
    sentences = answer(found, where=where)
    assert ids(sentences) == ["nps.rise.where", "there.rise", "cost.less.year"]
    assert "NPS rose 7 points to 24, most of it among Én 90 and Én 120 users." in told(sentences, make)


@pytest.mark.parametrize(
    ("verdict", "first"),
    [
        ("no_material_change", ["nps.no_material_change"]),
        ("cannot_tell", ["nps.cannot_tell", "nps.detectable"]),
        (None, ["nps.first"]),
    ],
)
def test_a_score_that_did_not_move_is_not_blamed_for_money(make, found, verdict, first):
    found["nps.change"] = make.change(value=-1.0, low=-5.0, high=3.0, verdict=verdict, last=25.0)
    sentences = answer(found)
    assert ids(sentences)[: len(first)] == first
    assert not any("cost" in one for one in ids(sentences))
    assert len(sentences) <= MOST_SENTENCES


def test_when_nothing_happened_the_smallest_visible_change_is_named(make, found):
    found |= {
        "nps.change": make.change(value=1.0, low=-5.0, high=7.0, verdict="cannot_tell", last=23.0),
        "churn.left_where": make.where("cannot_tell"),
    }
    assert told(answer(found), make) == (
        "No sign that experience changed: NPS 24 (21 to 27), last quarter 23. We could have seen a change of "
        "6 points or more. Whether more leave cannot be told yet: 8.8%, +0.3 points."
    )


def test_a_part_that_moved_is_told_though_the_whole_did_not(make, found):
    moved = make.estimate(-9, -14, -4, "points", 900)
    values = {"groups": GROUPS, "score": make.estimate(18, 13, 23, "points", 900), "change": moved}
    found["nps.where"] = make.finding("nps.where", moved, message=Message("nps.where.real_fall", values))
    found["nps.change"] = make.change(value=-3.0, low=-7.0, high=1.0, verdict="cannot_tell", last=27.0)
    assert ids(answer(found)) == ["nps.part.fall", "there.rise", "at_risk"]
    assert told(answer(found), make) == (
        "Én 90 and Én 120 users are less happy, and it is real: their NPS fell 9 points to 18; for all, 24 after "
        "27, we cannot tell yet. They also leave more: 9.6%, +2.0 points, real. "
        "232 m VND of next quarter's margin is at risk."
    )
    found["nps.change"] = make.change(value=-1.0, low=-2.0, high=0.0, verdict="no_material_change", last=25.0)
    assert ids(answer(found))[0] == "nps.part.fall.same"


@pytest.mark.parametrize(("case", "sentence"), [("real_rise", "among.rise"), ("real_fall", "among.fall")])
def test_the_part_that_leaves_is_named_where_the_score_did_not_move(make, found, case, sentence):
    found |= {"nps.change": make.change(verdict=None), "churn.left_where": make.where(case)}
    assert ids(answer(found)) == ["nps.first", sentence, "at_risk"]


@pytest.mark.parametrize(
    ("verdict", "value", "case"),
    [
        ("real_change", 0.012, "rise"), ("real_change", -0.012, "fall"), ("cannot_tell", 0.003, "cannot_tell"),
        ("no_material_change", 0.001, "no_material_change"), (None, 0, "first"),
    ],
)  # fmt: skip
def test_without_a_score_the_answer_is_who_left(make, found, verdict, value, case):
    last = Estimate(value=0.085, low=0.080, high=0.090, unit="share")
    change = make.change(
        "churn.left_change", value, value - 0.001, value + 0.001, verdict, unit="share_points", last=last
    )  # fmt: skip
    alone = {"churn.left": found["churn.left"], "churn.left_change": change}
    sentences = answer(alone)
    assert ids(sentences) == [case]
    for language in ("en", "vi"):
        assert "8.8" in Wording(language).say(sentences[0]).replace(",", ".")


def test_without_any_number_it_says_so():
    assert ids(answer({})) == ["nothing"]


def test_a_withheld_share_gives_its_reason(make):
    reason = Message("page.first_quarter")
    assert answer({"churn.left": make.finding("churn.left", Withheld(reason))}) == (reason,)


@pytest.mark.parametrize("state", ["much", "veto", "nothing", "first"])
def test_the_answer_stays_short_enough_for_a_phone(make, found, state):
    if state == "veto":
        found |= {"revenue.price": make.price(vetoed=True)}
        del found["revenue.change_cost"]
    if state in ("nothing", "first"):
        verdict = "cannot_tell" if state == "nothing" else None
        found["nps.change"] = make.change(value=-1.0, low=-5.0, high=3.0, verdict=verdict, last=25.0)
    sentences = answer(found, where=where_of(found, make))
    assert len(told(sentences, make).split()) <= 48
    assert len(told(sentences, make, "vi").split()) <= 65
