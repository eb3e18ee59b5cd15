"""The whole page from what five questions recorded, and its designed states, said in both languages."""

import re

import pytest

from cxlab import overview
from cxlab.finding import Message
from cxlab.overview import Board, tiles
from cxlab.report.board import board_html
from cxlab.report.sections import wording_of

ORDER = [
    "nps.score", "churn.left", "churn.retention", "churn.at_risk", "revenue.price", "clv.base",
    "churn.next_quarter",
]  # fmt: skip


def html(board, make, language="en"):
    study = make.study()
    return board_html(board, study=study, wording=wording_of(study, language)).replace("\u00a0", " ")


def words(html):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))


def first_quarter(make, found):
    found |= {name: make.change(name, verdict=None) for name in ("nps.change", "churn.left_change")}
    themes = found["voc.themes"]
    found["voc.themes"] = make.replace(themes, table=themes.table.assign(last=float("nan"), verdict=None))
    gone = ("churn.left_where", "nps.parts", "revenue.change_cost", "clv.base_change")
    return {name: one for name, one in found.items() if name not in gone}


def nothing_changed(make, found):
    found |= {
        "nps.change": make.change(value=-1.0, low=-5.0, high=3.0, verdict="cannot_tell", last=25.0),
        "churn.left_where": make.where("cannot_tell"), "voc.themes": make.themes("no_material_change"),
    }  # fmt: skip
    del found["revenue.change_cost"]
    return found


def vetoed(make, found):
    del found["revenue.change_cost"]
    return found | {"revenue.price": make.price(vetoed=True)}


def off(make, found):
    return {name: one for name, one in found.items() if not name.startswith(("voc.", "revenue."))}


STATES = {
    "whole": lambda make, found: found,
    "first": first_quarter,
    "nothing": nothing_changed,
    "veto": vetoed,
    "off": off,
}


def board_of(state, make, found, **changes):
    last = {} if state == "first" else make.forecast_of_last_quarter()
    changes |= {"decisions": make.decisions().iloc[:0]} if state == "first" else {}
    return overview.page(STATES[state](make, found), last=last, study=make.study(**changes))


def test_the_numbers_come_in_the_order_of_the_page(make, found):
    board = board_of("whole", make, found)
    assert [tile.proof for tile in board.tiles] == ORDER
    assert board.tiles[-1].title.id == "overview.tile.forecasts"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_state_can_be_said(make, found, state, language):
    written = html(board_of(state, make, found), make, language)
    assert written.count("<h1") == 1
    assert not re.search(r"\{|nan|None", words(written))
    assert written.count("<blockquote") == (0 if state == "off" else 3)


def test_everything_there_is_to_say_is_on_the_page(make, found):
    said = words(html(board_of("whole", make, found), make))
    for expected in (
        "10,207 active subscribers at 30 Sep 2026 · 2,280 survey answers · 1,640 comments",
        "Target 35 by Q4: not there yet.", "Target 50% by Q4: not there yet.", "▼ 7 points: real fall",
        "Én 90 and Én 120: 9.6%, +2.0 points: real rise.", "1 of 1", "All 5 checks passed.",
        "Cost 60 m VND · Head of digital, 15 Dec 2026",
        "Price is named in 19% (16 to 22) of comments, 9% last quarter: a real rise. Those who name it score −31",
        "Forecast of leavers: 860 to 1,000; came 908: inside.",
        "Q2 2026: 1 decisions asked, 0 done, 1 late.",
    ):  # fmt: skip
        assert expected in said


def test_the_bridge_tells_its_numbers_to_those_who_cannot_see_it(make, found):
    written = html(board_of("whole", make, found), make)
    alt = re.search(r'<figure>.*?alt="([^"]+)"', written, re.DOTALL)[1]
    assert alt == (
        "NPS, in points, from last quarter to this one: Q2 2026 31; Én 90 −4.2 (−6.9 to −1.5); Én 120 −2.0 (−3.9 "
        "to −0.1); Én Tự Do −0.3 (−1.9 to 1.3); Other groups −0.2; Mix of customers −0.3 (−0.9 to 0.3); Q3 "
        "2026 24."
    )
    assert written.count("<source media=") == 1


def test_quotes_keep_their_language_and_are_escaped(make, found):
    hostile = found["voc.quotes"].table.replace({"text": {r"tăng giá.*": "<script>alert(1)</script>"}}, regex=True)
    found["voc.quotes"] = make.replace(found["voc.quotes"], table=hostile)
    written = html(board_of("whole", make, found), make)
    assert "<script" not in written
    assert '<blockquote class="typical"><p lang="vi">&lt;script&gt;alert(1)&lt;/script&gt;</p>' in written


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_term_is_explained_once_on_the_page(make, found, language):
    written = html(board_of("whole", make, found), make, language)
    meanings = re.findall(r'class="mean">([^<]+)<', written)
    assert len(meanings) == len(set(meanings)) >= 9
    assert "<details open" not in written
    assert not re.search(r"<p[^>]*>[^/]*<details", written)


def test_every_number_links_to_its_proof(make, found):
    written = html(board_of("whole", make, found), make)
    links = re.findall(r'<p class="num"><a href="(\w+)\.html#([\w.]+)">', written)
    assert [name for _, name in links] == ORDER
    assert all(name.startswith(f"{page}.") for page, name in links)


def test_the_first_quarter_ever_compares_nothing(make, found):
    said = words(html(board_of("first", make, found), make))
    assert "First measurement of how customers feel: NPS 24 (21 to 27); nothing to compare with yet." in said
    assert "Where it moved" not in said
    assert "Nothing was forecast for this quarter in a published report." in said


def test_a_question_that_is_off_is_named_and_leaves_no_hole(make, found):
    board = board_of("off", make, found)
    said = words(html(board, make))
    assert "Not in this report: what a better score is worth and what customers say." in said
    assert [tile.proof for tile in board.tiles] == [name for name in ORDER if name != "revenue.price"]
    assert "In their words" not in said


def test_a_vetoed_price_is_a_sentence_in_its_place(make, found):
    board = board_of("veto", make, found)
    said = words(html(board, make))
    assert "What a step is worth Cannot be priced" in said
    assert "What the fall costs cannot be priced this quarter." in said
    assert board.tiles[4].proof == "revenue.price"


def test_when_nothing_changed_no_bridge_is_drawn_and_the_smallest_visible_change_is_named(make, found):
    board = board_of("nothing", make, found)
    said = words(html(board, make))
    assert board.bridge is None
    assert "We could have seen a change of 6 points or more." in said
    assert "What customers talk about" in said
    assert "cannot be priced" not in said


def test_a_report_without_any_number_is_still_a_page(make):
    board = overview.page({}, last={}, study=make.study())
    assert [tile.proof for tile in board.tiles] == ["overview.answer"]
    (found,) = overview.findings(board, study=make.study())
    assert found.table.empty
    assert "The data of this quarter give no overall answer; what they do tell stands below." in words(
        html(board, make)
    )


def test_the_forecast_of_next_quarter_fills_a_page_of_few_numbers(make, found):
    churn = {name: one for name, one in found.items() if name.startswith("churn.")}
    board = overview.page(churn, last={}, study=make.study())
    assert [tile.proof for tile in board.tiles][-1] == "churn.next_quarter"
    assert len(board.tiles) == 4


def test_every_number_of_the_page_is_recorded_with_its_proof(make, found):
    (recorded,) = overview.findings(board_of("whole", make, found), study=make.study())
    assert list(recorded.table["proof"]) == ORDER[:-1]
    assert recorded.headline.value == 24


def test_returns_are_written_only_where_the_team_wrote_them(make, found):
    asked = make.decisions().assign(returns_amount=None, pays_back_share=None)
    asked.loc[0, ["returns_amount", "pays_back_share"]] = [52_000_000, 0.84]
    said = words(html(board_of("whole", make, found, decisions=asked), make))
    assert said.count("Returns in a year") == 1
    assert "Returns in a year 52 m VND · Pays back 84% · Head of prepaid" in said


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"unknowns": ()}, "a leader's page needs an answer, at least one number and what is not known"),
        ({"tiles": (tiles.nothing(),) * 8}, "at most 7 numbers are shown; got 8"),
        ({"decisions": (None,) * 4}, "at most 3 decisions are asked; got 4"),
    ],
)
def test_a_page_that_breaks_its_rules_is_refused(changes, problem):
    said = (Message("x.y"),)
    board = {
        "scope": (), "answer": said, "commentary": None, "tiles": (tiles.nothing(),), "decisions": (), "said": (),
        "unknowns": said,
    }  # fmt: skip
    with pytest.raises(ValueError, match=f"^{problem}$"):
        Board(**(board | changes))
