"""Findings that are words: quotes as quotations, checks as sentences, two codes as a cross table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab.finding import Check, Message
from cxlab.report.grid import is_grid
from cxlab.report.sections import section, wording_of
from cxlab.report.tables import table_html


def written(finding, study, *, language="en", as_=None):
    wording = wording_of(study, language)
    return str(section(finding, study=study, wording=wording, as_=as_)).replace("\u00a0", " ")


def quotes(make, *, text="Giá <b>tăng</b> & \x00không báo", n=120):
    rows = {
        "kind": ["typical"], "theme": ["price"], "text": [text], "language": ["vi"], "grp": ["detractor"],
        "plan": ["en90"], "verbatim": ["3f9a0c1e"], "estimate": [4.0], "low": [np.nan], "high": [np.nan], "n": [n],
    }  # fmt: skip
    return make.finding("voc.quotes", table=pd.DataFrame(rows), shape="number")


@pytest.mark.parametrize("as_", [None, "table", "both"])
def test_a_quote_is_a_quotation_in_its_own_language_however_it_is_shown(make, study, as_):
    html = written(quotes(make), study, as_=as_)
    assert '<blockquote><p lang="vi">Giá &lt;b&gt;tăng&lt;/b&gt; &amp; không báo</p>' in html
    assert "Én 90 · score 4</footer>" in html
    assert "3f9a0c1e" not in html
    assert "<table" not in html


def test_a_quote_of_a_rare_theme_is_not_on_the_page(make, study):
    assert "blockquote" not in written(quotes(make, n=7), study)


def test_a_language_that_is_no_word_is_not_written_into_the_page(make, study):
    finding = quotes(make)
    finding.table["language"] = 'x" onclick="'
    assert "<blockquote><p>" in written(finding, study)


def checks(make, *, told=True):
    rows = {
        "check": ["order", "waves", "new"], "passed": [False, True, None], "estimate": [0.1, 12.0, np.nan],
        "low": [np.nan] * 3, "high": [np.nan] * 3, "n": [np.nan] * 3,
    }  # fmt: skip
    said = tuple(
        Check(name=name, passed=passed, message=Message(message))
        for name, passed, message in (
            ("order", False, "sure.independent"), ("waves", True, "sure.linked"), ("new", None, "sure.goes_with"),
        )
    )  # fmt: skip
    return make.finding("revenue.checks", table=pd.DataFrame(rows), shape="number", checks=said if told else ())


def test_checks_are_a_list_of_sentences_in_the_order_of_the_table(make, study):
    html = written(checks(make), study)
    assert html.count('<ul class="checks">') == 1
    assert '<ul class="failed">' not in html
    places = [html.index(f'<li class="{state}">') for state in ("failed", "passed", "not_done")]
    assert places == sorted(places)
    assert "<b>failed</b>" in html


def test_checks_without_sentences_speak_by_their_column(make, study):
    html = written(checks(make, told=False), study)
    assert [html.count(f'<li class="{state}">') for state in ("failed", "passed", "not_done")] == [1, 1, 1]


def grid(make, **changes):
    rows = [(plan, region) for plan in ("en90", "payg") for region in ("hn", "hcm", "se")]
    table = pd.DataFrame(rows, columns=["plan", "region"]).assign(
        **make.tail([0.10, 0.20, 0.30, 0.15, 0.25, 0.35], n=[100, 200, 300, 150, 9, 40])
    )
    return make.finding("voc.by_group", table=table.assign(**changes), shape="grid")


def test_two_codes_are_a_cross_table_with_headers_on_both_sides(make, study):
    html = written(grid(make), study)
    assert html.count('<th scope="col"') == 4
    assert html.count('<th scope="row"') == 2
    assert '<td class="n" data-n="100">10%<small>9 to 11</small></td>' in html
    assert "<img" not in html


def test_a_hidden_cell_takes_the_next_smallest_of_its_row_with_it(make, study):
    html = written(grid(make), study)
    assert html.count('class="n few"') == 2
    assert 'data-n="9"' not in html
    assert 'data-n="40"' not in html


def test_a_pair_that_was_not_counted_is_a_dot(make, study):
    finding = grid(make)
    html = written(make.finding("voc.by_group", table=finding.table.iloc[:-1], shape="grid"), study)
    assert '<td class="n">·</td>' in html


@pytest.mark.parametrize("change", ["one code", "twice", "too wide"])
def test_what_is_no_grid_is_a_plain_table(make, change):
    table = grid(make).table
    if change == "one code":
        table = table.drop(columns="plan")
    elif change == "twice":
        table = pd.concat([table, table])
    else:
        table = table.iloc[[0] * 9].assign(region=list("abcdefghi"))
    assert not is_grid(make.finding("voc.by_group", table=table, shape="grid"))


def test_a_shape_nobody_draws_is_a_table(make, study):
    html = written(make.finding("clv.density", shape="density"), study)
    assert "<table" in html


def test_columns_that_tell_a_figure_how_to_draw_are_no_columns_of_the_page(make, study):
    finding = make.finding("nps.parts", shape="bars", headline=make.share(0.1, 0.05, 0.2, 9))
    finding.table.insert(1, "unit", "points")
    finding.table.insert(1, "total", False)
    finding.table.insert(1, "others", 12.0)
    html = str(table_html(finding, wording=wording_of(study, "en"), minimum_n=10, caption="Parts"))
    assert "total" not in html
    assert ">12</td>" in html


def test_words_people_typed_keep_their_small_letters(make, study):
    finding = make.finding("voc.uncoded")
    finding = make.finding("voc.uncoded", table=finding.table.rename(columns={"plan": "term"}))
    html = str(table_html(finding, wording=wording_of(study, "en"), minimum_n=10, caption="New words"))
    assert html.count('<th scope="row" class="typed">') == 3


def test_quarters_across_are_written_as_quarters(make, study):
    finding = grid(make)
    quarters = finding.table["region"].map({"hn": "2026Q1", "hcm": "2026Q2", "se": "2026Q3"})
    table = finding.table.rename(columns={"region": "quarter"}).assign(quarter=quarters)
    html = written(make.finding("nps.journey_quarters", table=table, shape="grid"), study, language="vi")
    assert "quý II/2026</th>" in html
    assert "2026Q2" not in html
