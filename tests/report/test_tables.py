"""Tables on pages: words for codes, numbers as the house writes them, nothing under the minimum n."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from cxlab.finding import Estimate
from cxlab.report.sections import wording_of
from cxlab.report.tables import MOST_ROWS, hidden_rows, table_html, unit_of, value_text


def written(finding, study, language="en", **options):
    settings = {"minimum_n": 10, "caption": "Share who left"} | options
    return str(table_html(finding, wording=wording_of(study, language), **settings))


def test_codes_become_labels_and_numbers_words(make, study):
    html = written(make.finding("churn.left_by"), study).replace("\u00a0", " ")
    assert '<th scope="row">Én Tự Do</th><td class="n" data-n="2875">12%<small>11 to 13</small></td>' in html
    assert "<caption>Share who left</caption>" in html
    assert html.count('scope="col"') == 3


def test_a_vietnamese_table_has_vietnamese_decimals(make, study):
    html = written(make.finding("churn.left_by"), study, "vi")
    assert "7,8%<small>6,8 đến 8,8</small>" in html.replace("\u00a0", " ")
    assert "5.210" in html
    assert "gói cước" in html


def test_rows_on_too_few_are_not_shown_nor_the_next_smallest(make, study):
    table = make.plans([0.0, 0.121, 0.044], n=[9, 2875, 1422])
    html = written(make.finding("churn.left_by", table=table), study)
    assert html.count('<td class="n few">not shown</td>') == 4
    assert "1,422" not in html
    assert "2,875" in html


@pytest.mark.parametrize(
    ("n", "hidden"),
    [([9, 10, 11], [True, True, False]), ([9, 9, 11], [True, True, False]), ([10, 11, 12], [False, False, False])],
)
def test_never_exactly_one_part_of_a_whole_is_hidden(n, hidden):
    rows = pd.DataFrame({"plan": list("abc"), "estimate": 0.1, "low": 0.1, "high": 0.2, "n": n})
    assert hidden_rows(rows, minimum_n=10, shape="bars").tolist() == hidden


def test_a_flow_counts_customers_and_has_no_second_count(make, study):
    flow = make.churn_findings()[0]
    html = written(flow, study)
    assert "<td" in html
    assert "data-n" not in html
    assert '<th scope="row">Changed owner</th><td class="n">6</td>' in html


def test_p_stays_in_the_download_and_a_change_brings_its_interval(make, study):
    columns = {"plan": ["en90"], "last": [0.08], "change": [0.022], "change_low": [0.01], "change_high": [0.034]}
    table = pd.DataFrame({**columns, "p": [0.0004], "verdict": ["real_change"], **make.tail([0.102], n=[2800])})
    html = written(make.finding("churn.left_by", table=table), study).replace("\u00a0", " ")
    titles = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', html)
    assert titles == ["plan", "last quarter", "change", "verdict", "share", "n"]
    assert "+2.2 points<small>1.0 to 3.4</small>" in html


def test_words_of_the_report_are_translated_in_cells(make, study):
    change = make.churn_findings()[1]
    assert "chưa đủ căn cứ" in written(change, study, "vi")
    assert "cùng kỳ năm trước" in written(change, study, "vi")


def test_long_tables_are_thinned_and_say_so(make, study):
    table = pd.DataFrame({"plan": ["en90"] * 90, **make.tail([0.1] * 90, n=[100] * 90)})
    html = written(make.finding("churn.left_by", table=table), study)
    assert html.count("<tr>") - 1 <= MOST_ROWS
    assert "30 of 90 rows; the download has all of them." in html


def test_a_missing_estimate_is_a_dot_and_an_open_interval_a_word(make, study):
    table = make.plans([0.078, np.nan, 0.044])
    table.loc[0, "high"] = np.nan
    html = written(make.finding("churn.left_by", table=table), study)
    assert "<small>at least 6.8</small>" in html
    assert ">·</td>" in html
    assert "nan" not in html


def test_text_is_escaped(make, study):
    table = make.plans([0.078, 0.1, 0.044]).assign(plan=["<script>alert(1)</script>", "a&b", "\u202ex\x00"])
    html = written(make.finding("churn.left_by", table=table), study, caption="<b>")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "a&amp;b" in html
    assert "\u202e" not in html
    assert "\x00" not in html
    assert "<b>" not in html


def test_unit_of_the_table_follows_shape_then_headline(make):
    flow, change, by, curve, held, money = make.churn_findings()
    assert [unit_of(one) for one in (flow, change, by, curve, money)] == [
        "count", "share_points", "share", "share", "amount",
    ]  # fmt: skip
    assert unit_of(held) == "count"
    ratio = Estimate(value=1.5, low=1.4, high=1.6, unit="share")
    assert unit_of(make.finding("churn.hazard_ratios", shape="forest", headline=ratio)) == "ratio"


@pytest.mark.parametrize(
    ("value", "column", "said"),
    [
        ("2026Q2", "quarter", "Q2 2026"),
        ("", "plan", "not known"),
        ("payg", "code", "Én Tự Do"),
        (pd.Timestamp("2026-09-30"), "day", "30 Sep 2026"),
        (12, "tenure_months", "12 months"),
        (0.003, "change", "+0.3 points"),
        (0.085, "last", "8.5%"),
        (1234, "customers", "1,234"),
        (None, "plan", "·"),
    ],
)
def test_one_value(study, value, column, said):
    text = value_text(value, column, unit="share", wording=wording_of(study, "en"), of="plan")
    assert re.sub("\u00a0", " ", text) == said
