"""show(): one display per finding and language, tagged, with words for a reader without HTML."""

from __future__ import annotations

import re

import pytest

from cxlab.finding import Message, Withheld
from cxlab.report import show
from cxlab.report.sections import section, section_text, target_of, wording_of


@pytest.fixture
def displays(monkeypatch):
    shown = []
    monkeypatch.setattr(
        "IPython.display.publish_display_data", lambda data, metadata=None: shown.append((data, metadata or {}))
    )
    return shown


def english(finding, study, **options):
    return str(section(finding, study=study, wording=wording_of(study, "en"), **options))


def test_outside_a_run_the_first_language_is_shown(make, study, displays, monkeypatch):
    monkeypatch.delenv("CXLAB_RUN", raising=False)
    show(study, make.finding("churn.left_by"))
    assert [facts["cxlab"] for _, facts in displays] == [{"lang": "en", "finding": "churn.left_by"}]


def test_in_a_run_every_language_is_shown(make, study, displays, monkeypatch, tmp_path):
    monkeypatch.setenv("CXLAB_RUN", str(tmp_path))
    show(study, make.finding("churn.left_by"), make.finding("churn.left"))
    assert [(facts["cxlab"]["finding"], facts["cxlab"]["lang"]) for _, facts in displays] == [
        ("churn.left_by", "en"), ("churn.left_by", "vi"), ("churn.left", "en"), ("churn.left", "vi"),
    ]  # fmt: skip
    assert "khoảng tin cậy" in displays[1][0]["text/html"]
    assert displays[0][0]["text/plain"].startswith("left by is 8.8%")


def test_what_is_folded_says_how_many_there_are_in_each_language(make, study, displays, monkeypatch, tmp_path):
    monkeypatch.setenv("CXLAB_RUN", str(tmp_path))
    show(study, make.finding("churn.left_by"), None, make.finding("churn.left"), folded=True)
    lines = [(facts["cxlab"]["lang"], facts["cxlab"]["folded"]) for _, facts in displays]
    assert lines == 2 * [("en", "More on this (2)"), ("vi", "Xem thêm (2)")]


def test_only_findings_are_shown(study):
    with pytest.raises(TypeError, match=r"^show\(\) takes findings; got str$"):
        show(study, "<table>")


def test_the_parts_of_a_section_stand_in_order(make, study):
    html = english(make.finding("churn.left_by", checks=(make.check(), make.check(passed=False))), study)
    order = [
        '<section class="finding" id="churn.left_by"',
        "<h2>",
        '<ul class="failed">',
        "<figure><picture>",
        'class="sure"',
    ]
    places = [html.index(part) for part in order]
    assert places == sorted(places)
    assert "1 of 2 checks was not passed." in html


def test_figure_table_or_both(make, study):
    finding = make.finding("churn.left_by")
    assert "<table>" not in english(finding, study)
    assert "<img" not in english(finding, study, as_="table")
    both = english(finding, study, as_="both")
    assert "<table>" in both
    assert "<img" in both


def test_a_picture_says_what_it_shows(make, study):
    html = english(make.finding("churn.left_by"), study)
    alt = html.partition('alt="')[2].partition('"')[0]
    assert "Én Tự Do" in alt
    assert '<img src="data:image/svg+xml;base64,' in html


def test_a_phone_gets_a_picture_of_its_own(make, study):
    html = english(make.finding("churn.left_by"), study)
    assert re.search(
        r'<picture><source media="\(max-width:600px\)" srcset="data:image/svg\+xml;base64,\S+" width="320"', html
    )
    assert html.count("<img") == 1


def test_a_bare_number_has_no_picture(make, study):
    html = english(make.finding("churn.median_tenure", shape="number"), study)
    assert "<img" not in html
    assert "a 95% confidence interval" in html


def test_what_is_withheld_is_a_sentence_in_a_box(make, study):
    held = make.churn_findings()[4]
    html = english(held, study)
    assert (
        '<div class="withheld" role="note"><b>Not given</b><h2>Fewer than 10 customers: not shown.</h2></div>'
        in html
    )
    assert 'class="sure"' not in html


def test_a_withheld_number_with_another_sentence_gives_its_reason(make, study):
    reason = Message("page.too_few_customers", {"least": 10})
    finding = make.finding("churn.at_risk", headline=Withheld(reason), message=Message("page.first_quarter"))
    html = english(finding, study)
    assert "<h2>First measurement; comparisons start next quarter.</h2>" in html
    assert '<div class="withheld" role="note"><b>Not given</b> Fewer than 10 customers: not shown.</div>' in html
    assert "Fewer than 10" in section_text(finding, study=study, wording=wording_of(study, "en"))


def test_few_behind_a_number_is_an_indication(make, study):
    html = english(make.finding("churn.left", headline=make.share(0.1, 0.05, 0.2, 12)), study)
    assert "Only 12 customers: read it as an indication." in html


def test_the_target_is_the_whole_bases_of_this_quarter(make, study):
    rows = [("churn.left", "plan=en90", "2026Q3", 0.01), ("churn.left", "all", "2026Q2", 0.02)]
    assert target_of(with_targets(make, study, rows), make.finding("churn.left")) is None
    rows.append(("churn.left", "all", "2026Q3", 0.08))
    assert target_of(with_targets(make, study, rows), make.finding("churn.left")) == 0.08


def with_targets(make, study, rows):
    targets = study.targets.iloc[:0].copy()
    for row in rows:
        targets.loc[len(targets)] = row
    return make.study(config=study.config, targets=targets)
