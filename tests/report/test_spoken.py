"""A page as plain text says what the page says."""

from __future__ import annotations

from cxlab.report.spoken import spoken


def test_a_page_of_a_question_says_its_answer_and_its_numbers(report):
    said = spoken(report / "en" / "churn.html")
    assert said.splitlines()[0] == (
        "Én Mobile · Customer experience, Q3\xa02026 · Approved by Head of CX research, 12\xa0Oct\xa02026 · "
        "data closed 5\xa0Oct\xa02026 · Made-up company, for demonstration"
    )
    assert "Q3\xa02026: 8.8% (8.3\xa0to\xa09.4)" in said
    assert "\n\n\n" not in said
    assert "<" not in said


def test_the_leaders_page_says_numbers_with_intervals_decisions_and_what_is_not_known(tmp_path):
    path = tmp_path / "overview.html"
    path.write_text(
        """<header class="masthead"><p class="kicker"><b>A &amp; B</b> <span>Q3</span></p></header><main><div>
        <p class="scope">1,000\n answers</p><h1>It fell.</h1><section class="block"><details class="term head">
        <summary><h2>NPS</h2></summary><div class="mean">a score</div></details><p class="num"><a>24</a></p>
        <div class="what">21 to 27</div><p class="strip"><img alt="x"></p>
        <div class="verdict">real fall</div></section>
        <section class="block"><h2>Price</h2><p class="withheld">Cannot be priced.</p></section>
        <section class="block"><h2>Forecasts</h2><p class="num">17 of 18</p><div class="what">held</div></section>
        <section class="asked"><h2>Decisions</h2><ol><li><p>Wait.</p><p>Head of care</p></li></ol></section>
        <section class="words"><h2>Quotes</h2><blockquote>hush</blockquote></section>
        <section class="open"><h2>Not known</h2><ul><li>Why.</li></ul></section></div></main>"""
    )
    assert spoken(path) == (
        "A & B · Q3\n\n1,000 answers\n\nIt fell.\n\nNPS\n  24 (21 to 27)\n  real fall\n\n"
        "Price\n  Cannot be priced.\n\nForecasts\n  17 of 18 held\n\n"
        "Decisions\n1. Wait.\n   Head of care\n\nNot known\n- Why."
    )


def test_decisions_that_nobody_asked_are_said_to_be_none(tmp_path):
    path = tmp_path / "overview.html"
    path.write_text('<main><section class="asked"><h2>Decisions</h2><p>None is asked.</p></section></main>')
    assert spoken(path) == "Decisions\nNone is asked."
