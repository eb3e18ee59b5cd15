"""Themes and quotes: the one that grew, on which coders agree, named by enough; words as they were written."""

import numpy as np

from cxlab.overview.lines import BLOCKS, lines
from cxlab.overview.scope import scope
from cxlab.overview.voices import quotes, theme_moved, theme_score
from cxlab.wording import Wording


def said(message, make, language="en"):
    return Wording(language, labels=make.study().config.labels).say(message).replace("\u00a0", " ")


def test_the_theme_that_grew_is_told_with_last_quarter(make, found):
    told = theme_moved(found)
    assert said(told, make) == "Price is named in 19% (16 to 22) of comments, 9% last quarter: a real rise."
    assert said(told, make, "vi") == "19% (16 đến 22) ý kiến nhắc tới “giá cước”; quý trước 9%: tăng thật."
    assert said(theme_score(found), make) == "Those who name it score −31 (−38 to −24)."


def test_where_no_theme_grew_the_most_named_one_is_told_with_its_verdict(make, found):
    for verdict in ("no_material_change", "cannot_tell"):
        assert theme_moved(found | {"voc.themes": make.themes(verdict)}).id == f"overview.why.theme.{verdict}"


def test_the_first_quarter_has_nothing_to_compare_a_theme_with(make, found):
    table = found["voc.themes"].table.assign(last=np.nan, change=np.nan, verdict=None)
    told = theme_moved({"voc.themes": make.replace(found["voc.themes"], table=table)})
    assert said(told, make) == "Price is named in 19% (16 to 22) of comments."


def test_a_theme_on_which_coders_disagree_is_not_told_first(make, found):
    table = found["voc.themes"].table.copy()
    table.insert(1, "gate", ["passed", "failed", "passed"])
    told = theme_moved({"voc.themes": make.replace(found["voc.themes"], table=table)})
    assert told.values["theme"].code == "charges"


def test_a_score_on_another_scale_is_not_called_nps(make, found):
    scores = found["voc.score"]
    found["voc.score"] = make.replace(scores, headline=make.estimate(3.1, 2.9, 3.3, "score", 300))
    assert theme_score(found) is None


def test_without_themes_nothing_is_told():
    assert (theme_moved({}), theme_score({}), quotes({}, minimum_n=10)) == (None, None, ())


def test_quotes_are_one_typical_one_contrary_one_new_of_the_theme_that_grew(found):
    told = quotes(found, minimum_n=10)
    assert [(quote.kind, quote.theme.code, quote.score) for quote in told] == [
        ("typical", "price", 4), ("contrary", "price", 9), ("new", "esim", 5),
    ]  # fmt: skip
    assert told[0].words == "tăng giá mà k báo trước, đang xài 90k tự nhiên lên 99k, data vẫn v"
    assert [label.code for label in told[0].who] == ["en90"]


def test_a_new_quote_names_the_word_no_code_explains_and_how_common_it_is(make, found):
    share = make.estimate(0.12, 0.09, 0.15, "share", 600)
    rows = [(term, 0.0, value, value, value, 30) for term, value in (("doi may", 0.03), ("esim", 0.019))]
    uncoded = make.finding("voc.uncoded", share, rows=rows, columns=("term", "year_ago"))
    about = [quote.about for quote in quotes(found | {"voc.uncoded": uncoded}, minimum_n=10)]
    assert about[:2] == [None, None]
    assert said(about[2], make) == "“esim”: 1.9% of comments, not in the codebook"
    assert said(about[2], make, "vi") == "“esim”: 1,9% ý kiến, chưa có trong bảng mã"
    assert quotes(found, minimum_n=10)[2].about is None


def test_a_quote_of_a_rare_theme_is_not_shown(found):
    assert {quote.theme.code for quote in quotes(found, minimum_n=50)} == {"price"}


def test_a_quote_without_a_score_or_a_plan_is_still_one(make, found):
    rows = [("typical", "price", "Dear!", "en", None, "", np.nan, np.nan, np.nan, 30)]
    columns = ("kind", "theme", "text", "language", "grp", "plan")
    found["voc.quotes"] = make.finding("voc.quotes", make.estimate(1, 1, 1, "count"), rows=rows, columns=columns)
    (quote,) = quotes(found, minimum_n=10)
    assert (quote.score, quote.who) == (None, ())


def test_each_block_says_one_sentence_of_a_finding_that_has_a_number(found):
    assert [(line.block, line.proof) for line in lines(found)] == [
        ("measure", "nps.response"), ("act", "nps.touchpoints"), ("monetize", "clv.payback"),
        ("grow", "clv.bought"),
    ]  # fmt: skip
    del found["nps.response"], found["clv.payback"]
    assert [line.proof for line in lines(found)] == ["nps.bound", "nps.touchpoints", "clv.bought"]
    assert lines({}) == ()
    assert list(BLOCKS) == ["measure", "act", "monetize", "grow"]


def test_the_masthead_counts_customers_answers_and_comments(make, found):
    told = [said(line, make) for line in scope(found, quarter=make.study().quarter)]
    assert told == ["10,207 active subscribers at 30 Sep 2026", "2,280 survey answers", "1,640 comments"]


def test_what_was_not_counted_is_not_in_the_masthead(make):
    assert (
        scope(
            {"churn.left": make.finding("churn.left", make.estimate(1, 1, 1, "count"))},
            quarter=make.study().quarter,
        )
        == ()
    )
