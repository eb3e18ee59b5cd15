"""The leader's page says what was found, in order, and never hides what could not be told."""

from datetime import date

import pandas as pd
import pytest

from cxlab.finding import MADE_AFTERWARDS, Check, Estimate, Finding, Label, Message, Withheld
from cxlab.overview import Board, tiles
from cxlab.overview.answer import answer, scope, unknowns
from cxlab.overview.team import commentary, decisions, graded, promises
from cxlab.quarter import Quarter
from cxlab.wording import Wording

Q3 = Quarter(2026, 3)
EMPTY = pd.DataFrame({name: pd.Series(dtype="float64") for name in ("estimate", "low", "high", "n")})
LEFT = Estimate(value=0.088, low=0.083, high=0.094, unit="share", n=10_330)
LAST = Estimate(value=0.085, low=0.080, high=0.090, unit="share", n=10_260)


def finding(name, headline, *, message=None, table=EMPTY, checks=(), about=Q3, shape="number"):
    message = message or Message(name)
    return Finding(
        name=name, about=about, definition="0" * 12, headline=headline, message=message, table=table, shape=shape,
        method=Message("overview.method"), checks=checks,
    )  # fmt: skip


def left():
    message = Message("churn.left", {"left": LEFT, "n": 908, "start": 10_330, "quarter": Q3})
    return finding("churn.left", LEFT, message=message)


def change(value=0.003, low=-0.004, high=0.011, verdict="cannot_tell"):
    if verdict is None:
        table = EMPTY.assign(against=pd.Series(dtype="object"), verdict=pd.Series(dtype="object"))
        return finding("churn.left_change", Withheld(Message("overview.tile.first")), table=_tail(table))
    headline = Estimate(value=value, low=low, high=high, unit="share_points", n=10_330)
    rows = [
        ("last_quarter", 0.2, verdict, value, low, high, 10_330),
        ("year_ago", 0.9, "cannot_tell", 0, -0.01, 0.01, 1),
    ]
    table = pd.DataFrame(rows, columns=["against", "p", "verdict", "estimate", "low", "high", "n"])
    message = Message("churn.left_change.x", {"left": LEFT, "last": LAST, "change": headline, "quarter": Q3})
    return finding("churn.left_change", headline, message=message, table=table, shape="bars")


def _tail(table):
    return table[[*(name for name in table if name not in EMPTY), *EMPTY]]


@pytest.mark.parametrize(
    ("verdict", "value", "case"),
    [
        ("real_change", 0.012, "rise"),
        ("real_change", -0.012, "fall"),
        ("no_material_change", 0.001, "no_material_change"),
        ("cannot_tell", 0.003, "cannot_tell"),
        (None, 0, "first"),
    ],
)
def test_the_answer_follows_the_verdict_and_every_case_can_be_said_in_both_languages(verdict, value, case):
    found = change(value=value, low=value - 0.001, high=value + 0.001, verdict=verdict)
    sentences = answer(left(), found)
    assert sentences[0].id == f"overview.answer.{case}"
    for language in ("en", "vi"):
        assert "8.8" in Wording(language).say(sentences[0]).replace(",", ".")


def test_the_answer_names_the_part_of_the_base_that_moved_even_if_the_whole_did_not():
    groups = (Label(of="plan", code="en90"), Label(of="plan", code="en120"))
    part = Estimate(value=0.012, low=0.003, high=0.021, unit="share_points", n=4_000)
    share = Estimate(value=0.078, low=0.072, high=0.084, unit="share", n=4_000)
    values = {"groups": groups, "left": share, "change": part}
    real = finding("churn.left_where", part, message=Message("churn.left_where.real_rise", values))
    unsure = finding("churn.left_where", part, message=Message("churn.left_where.cannot_tell", values))
    assert [m.id for m in answer(left(), change(), where=real)] == [
        "overview.answer.cannot_tell",
        "overview.answer.where",
    ]
    assert [m.id for m in answer(left(), change(), where=unsure)] == ["overview.answer.cannot_tell"]


@pytest.mark.parametrize("verdict", ["real_change", "no_material_change", "cannot_tell"])
def test_the_answer_stays_short_enough_for_a_phone(verdict):
    amount = Estimate(value=232e6, low=210e6, high=255e6, unit="amount", n=10_207)
    groups = (Label(of="plan", code="Én 90"), Label(of="plan", code="Én 120"))
    part = Estimate(value=0.012, low=0.003, high=0.021, unit="share_points", n=4_000)
    values = {"groups": groups, "left": LEFT, "change": part}
    where = finding("churn.left_where", part, message=Message("churn.left_where.real_rise", values))
    at_risk = finding("churn.at_risk", amount)
    told = where if verdict != "no_material_change" else None
    sentences = answer(left(), change(verdict=verdict), where=told, at_risk=at_risk)
    words = {language: " ".join(map(Wording(language).say, sentences)).split() for language in ("en", "vi")}
    said = {language: " ".join(found).replace("\u00a0", " ").split() for language, found in words.items()}
    assert len(said["en"]) <= 48
    assert len(said["vi"]) <= 65


def test_a_tile_has_value_interval_comparison_and_verdict():
    tile = tiles.left(left(), change(value=0.012, low=0.004, high=0.02, verdict="real_change"))
    assert (tile.number, tile.last, tile.verdict, tile.worse) == (LEFT, LAST, "real_change", True)
    assert tile.verdict_line.id == "overview.verdict.rise"
    assert [note.id for note in tile.notes] == ["overview.tile.year_ago"]
    english = Wording("en")
    assert english.say(tile.detail).replace("\u00a0", " ") == "8.3 to 9.4 · 10,330 at the start"
    assert english.say(tile.verdict_line).replace("\u00a0", " ") == "▲ 1.2 points: real rise"


def test_fewer_leavers_are_not_worse():
    assert tiles.left(left(), change(value=-0.012, low=-0.02, high=-0.004, verdict="real_change")).worse is False


def test_what_cannot_be_told_has_no_colour():
    assert tiles.left(left(), change()).worse is None


def test_a_withheld_number_is_a_sentence_and_never_a_blank():
    reason = Message("overview.answer.nothing")
    tile = tiles.staying(finding("churn.retention", Withheld(reason)))
    assert tile.number is None
    assert tile.detail == reason


def test_unknowns_are_what_concerns_the_numbers_each_once_and_the_questions_that_are_off():
    values = {"n": 216, "quarter": Q3}
    unsure = Check(name="provisional", passed=None, message=Message("churn.check.provisional", values))
    how = Check(name="links", passed=None, message=Message("check.links_not_counted"))
    fine = Check(name="hidden", passed=True, message=Message("check.nothing_hidden", {"least": 10}))
    found = {
        "churn.left": finding("churn.left", LEFT, checks=(unsure, fine)),
        "churn.left_trend": finding("churn.left_trend", LEFT, checks=(unsure, how)),
    }
    lines = unknowns(found, off=("nps", "voc"))
    assert [line.id for line in lines] == ["overview.unknown.provisional", "overview.unknown.off"]
    assert "216" in Wording("en").say(lines[0])
    assert "what customers say" in Wording("en").say(lines[-1])


def test_at_most_four_unknowns_the_last_of_them_the_questions_that_are_off():
    groups = (Label(of="plan", code="en90"),)
    share = Estimate(value=0.012, low=0.003, high=0.021, unit="share_points", n=4_000)
    where = finding("churn.left_where", share, message=Message("churn.left_where.real_rise", {"groups": groups}))
    moved = change()
    told = {**moved.message.values, "mde": 0.011}
    checks = (
        Check(name="provisional", passed=None, message=Message("churn.check.provisional", {"n": 3})),
        Check(name="hidden", passed=None, message=Message("check.hidden", {"n": 2, "least": 10})),
    )
    found = {
        "churn.left": finding("churn.left", LEFT, checks=checks),
        "churn.left_change": finding(
            "churn.left_change", moved.headline, message=Message("x.y", told), table=moved.table, shape="bars"
        ),
        "churn.left_where": where,
    }
    assert [line.id.rpartition(".")[2] for line in unknowns(found)] == [
        "cause", "detectable", "provisional", "hidden",
    ]  # fmt: skip
    assert [line.id.rpartition(".")[2] for line in unknowns(found, off=("nps",))] == [
        "cause", "detectable", "provisional", "off",
    ]  # fmt: skip
    for language in ("en", "vi"):
        assert all(Wording(language).say(line) for line in unknowns(found))


def test_scope_names_the_last_day():
    (active,) = scope(customers=10_207, quarter=Q3)
    assert Wording("en").say(active).replace("\u00a0", " ") == "10,207 active subscribers at 30 Sep 2026"


@pytest.mark.parametrize(("target", "case"), [(0.08, "reached"), (0.09, "cannot_tell"), (0.10, "missed")])
def test_a_target_is_judged_by_the_whole_interval(target, case):
    tile = tiles.staying(finding("churn.retention", LEFT), target=target)
    assert [note.id for note in tile.notes] == [f"overview.tile.target.{case}"]


def test_what_is_at_risk_is_called_what_it_is():
    amount = Estimate(value=232e6, low=210e6, high=255e6, unit="amount", n=10_207)
    for kind, word in (("", "margin"), (".revenue", "revenue")):
        values = {"amount": amount, "share": 0.071, "flat": 292e6}
        found = finding("churn.at_risk", amount, message=Message(f"churn.at_risk{kind}", values))
        tile = tiles.at_risk(found)
        assert word in Wording("en").say(tile.title).lower()
        assert f"7.1% of all {word}" in Wording("en").say(tile.detail).replace("\u00a0", " ")
        assert word in Wording("en").say(answer(left(), change(), at_risk=found)[-1])


def frame(*rows):
    columns = ["decision_id", "quarter", "role", "due", "done_at", "text_en", "text_vi", "cost_amount"]
    return pd.DataFrame(rows, columns=columns)


def test_at_most_three_decisions_are_asked_dearest_first():
    rows = [
        (f"d{i}", "2026Q3", "Head of care", date(2026, 11, 15), None, f"Do {i}", f"Làm {i}", i * 10)
        for i in range(5)
    ]
    asked = decisions(frame(*rows, ("old", "2026Q2", "r", None, None, "x", "y", 999)), quarter=Q3)
    assert [one.cost for one in asked] == [40, 30, 20]
    assert asked[0].what == {"en": "Do 4", "vi": "Làm 4"}
    assert asked[0].due == date(2026, 11, 15)


def test_promises_of_last_quarter_are_counted_as_done_late_and_open():
    today = pd.Timestamp("2026-10-10")
    rows = [
        ("a", "2026Q2", "r", date(2026, 8, 1), date(2026, 8, 1), "x", "y", None),
        ("b", "2026Q2", "r", date(2026, 9, 1), None, "x", "y", None),
        ("c", "2026Q2", "r", date(2026, 12, 1), None, "x", "y", None),
    ]
    (said,) = promises(frame(*rows), before=Q3 - 1, today=today)
    assert dict(said.values) == {"quarter": Q3 - 1, "asked": 3, "done": 1, "late": 1, "open": 1}
    assert promises(frame(), before=Q3 - 1, today=today) == ()


@pytest.mark.parametrize(("came", "case"), [(900, "inside"), (908, "outside"), (815, "inside"), (800, "outside")])
def test_a_forecast_is_graded_on_what_came(came, case):
    forecast = Estimate(value=860, low=815, high=905, unit="count", kind="prediction", n=10_000)
    (said,) = graded(finding("churn.next_quarter", forecast), came)
    assert said.id == f"overview.said.forecast.{case}"


def test_a_forecast_made_afterwards_is_graded_as_one():
    forecast = Estimate(value=860, low=815, high=905, unit="count", kind="prediction", n=10_000)
    mark = Check(name=MADE_AFTERWARDS, passed=None, message=Message("report.made_afterwards", {"quarter": Q3}))
    (said,) = graded(finding("churn.next_quarter", forecast, checks=(mark,)), 908)
    assert said.id == "overview.said.forecast.outside.afterwards"
    assert "made afterwards" in Wording("en").say(said)


def test_without_a_forecast_nothing_is_graded():
    assert graded(None, 908) == ()
    assert graded(finding("churn.next_quarter", Withheld(Message("overview.answer.nothing"))), 908) == ()


def test_commentary_is_the_teams_own_words_signed_with_a_role():
    rows = [
        ("c1", "2026Q3", None, "Head of CX", "en", "Keep it."),
        ("c1", "2026Q3", None, "Head of CX", "vi", "Giữ nguyên."),
        ("c2", "2026Q3", "churn", "Analyst", "en", "Other page."),
    ]
    notes = pd.DataFrame(rows, columns=["commentary_id", "quarter", "question", "role", "language", "text"])
    found = commentary(notes, quarter=Q3)
    assert found is not None
    assert (found.role, dict(found.words)) == ("Head of CX", {"en": "Keep it.", "vi": "Giữ nguyên."})
    assert commentary(notes, quarter=Q3 - 1) is None


def test_a_page_without_unknowns_is_refused():
    with pytest.raises(
        ValueError, match=r"^a leader's page needs an answer, at least one number and what is not known$"
    ):
        Board(scope=(), answer=(Message("x"),), commentary=None, tiles=(tiles.nothing(),), why=None, decisions=(),
              said=(), unknowns=())  # fmt: skip
