"""Words of the glossary on the leader's page: explained once, where they first stand, safely."""

import re

import pytest

from cxlab.report.appendix import glossary_ids
from cxlab.report.terms import IN_SENTENCES, OF_TITLES, Terms
from cxlab.wording import Wording


@pytest.fixture(params=["en", "vi"])
def wording(request):
    return Wording(request.param)


def test_a_term_opens_its_meaning_where_it_stands_first():
    terms = Terms(Wording("en"))
    assert terms.sentence("−5: cannot tell yet.") == (
        '−5: <details class="term"><summary>cannot tell yet</summary><span class="mean">the data allow both a '
        "change and none</span></details>."
    )
    assert terms.sentence("+1: cannot tell yet") == "+1: cannot tell yet"


def test_every_term_of_a_sentence_is_explained_in_its_order():
    marked = Terms(Wording("en")).sentence("passive to promoter, then to passive")
    assert re.findall("<summary>(.*?)</summary>", marked) == ["passive", "promoter"]


def test_a_part_of_a_word_is_no_term():
    assert "<" not in Terms(Wording("en")).sentence("passively")


def test_what_comes_from_data_stays_text():
    marked = Terms(Wording("en")).sentence("<b>real rise</b> & more")
    assert marked.startswith("&lt;b&gt;<details")
    assert marked.endswith("&lt;/b&gt; &amp; more")


def test_every_term_has_its_words_and_its_meaning(wording):
    known = set(glossary_ids())
    for term in (*IN_SENTENCES, *OF_TITLES.values()):
        assert f"glossary.{term}" in known
        assert wording.text(f"glossary.{term}.meaning")
    for term in IN_SENTENCES:
        first = wording.text(f"glossary.{term}.forms").split(",")[0]
        assert Terms(wording).sentence(first).startswith("<details")


def test_titles_say_what_they_stand_for():
    terms = Terms(Wording("en"))
    assert terms.title("overview.tile.at_risk.revenue").startswith(
        "chance of leaving next quarter times the revenue"
    )
    assert terms.title("overview.tile.at_risk").endswith("the margin of each customer")
    assert terms.title("overview.tile.price") == ""
