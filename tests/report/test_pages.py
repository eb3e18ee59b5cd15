"""write_pages(): the folder, the shell, the question page, the report's own pages, and the same bytes twice."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_output

from cxlab.finding import Estimate, Message
from cxlab.report import verify_pages, write_pages
from cxlab.report.facts import RunFacts
from cxlab.report.question import number_line
from cxlab.report.reading import read_page
from cxlab.report.sections import wording_of
from cxlab.report.site import Report


def page(report, name):
    return (report / name).read_text(encoding="utf-8")


def heading(html):
    return re.sub("<[^>]+>", "", re.search("<h1>(.*?)</h1>", html, re.DOTALL)[1]).replace("\u00a0", " ")


def test_the_folder(report):
    pages = {path.relative_to(report).as_posix() for path in report.rglob("*.html")}
    names = ("churn", "tables", "data", "methods", "definitions")
    assert pages == {"index.html"} | {f"{language}/{name}.html" for language in ("en", "vi") for name in names}
    assert (report / "downloads" / "churn.left.csv").is_file()
    assert (report / "downloads" / "churn.left.xlsx").is_file()


def test_a_report_breaks_no_rule(report):
    assert verify_pages(report) == []


def test_the_title_is_the_answer_and_is_said_once(report):
    html = page(report, "en/churn.html")
    assert heading(html) == "left is 8.8% (8.3 to 9.4), as last quarter; any change is smaller than 1%."
    section = html[html.index('id="churn.left"') : html.index("</section>")]
    assert "<h2>" not in section
    assert '<p class="topic">Who leaves, Q3\u00a02026</p>' in html


def test_the_title_compares_where_the_change_of_the_lead_is_told(make, study, facts, tmp_path):
    left, change, *_ = make.churn_findings()
    values = {"left": left.headline, "last": 0.085, "quarter": left.about, "before": left.about - 1, "mde": 0.01}
    told = replace(change, message=Message("churn.left_change.cannot_tell", values))
    found = (left, told)
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    html = page(tmp_path, "en/churn.html")
    assert heading(html).startswith(
        "8.8% (8.3 to 9.4) of subscribers left in Q3 2026, 8.5% in Q2: cannot tell yet"
    )
    assert "<h2>Left is 8.8%" in html or "<h2>left is 8.8%" in html


def test_the_number_line(make, study, facts):
    findings = make.churn_findings()
    whole = Report(study=study, facts=facts, executed={}, findings=findings)
    line = number_line(whole, findings[0], wording=wording_of(study, "en"))
    told = [" ".join(part for part in item.values() if part).replace("\u00a0", " ") for item in line]
    assert told == [
        "Q3 2026 8.8% (8.3 to 9.4)",
        "customers it rests on 10,207",
        "on last quarter +0.3 points (−0.5 to 1.1) cannot tell yet same",
        "on a year ago +1.2 points (0.4 to 2.0) real rise real",
    ]


def test_the_first_quarter_has_nothing_to_compare(make, study, facts):
    left, change, *_ = make.churn_findings()
    held = replace(change, headline=make.churn_findings()[4].headline)
    whole = Report(study=study, facts=facts, executed={}, findings=(left, held))
    line = number_line(whole, left, wording=wording_of(study, "vi"))
    assert line[-1]["value"] == "lần đo đầu tiên"


def test_prose_and_outputs_are_those_of_the_language(report):
    english, vietnamese = page(report, "en/churn.html"), page(report, "vi/churn.html")
    assert "Plans differ" in english
    assert "Plans differ" not in vietnamese
    assert "Các gói khác nhau" in vietnamese
    assert '<html lang="vi">' in vietnamese
    for html in (english, vietnamese):
        assert "For the analyst only" not in html
        assert "only the analyst reads it" not in html
        assert "printed" not in html
        assert "bare</table>" not in html


def test_code_stands_in_the_methods_page_only(report):
    assert "quarter = " not in page(report, "en/churn.html")
    assert "quarter = &#39;2026Q3&#39;" in page(report, "en/methods.html")


def test_failed_checks_come_first_in_how_it_was_done(report):
    html = page(report, "en/churn.html")
    states = re.findall(r'<li class="(failed|not_done|passed)">', html[html.index('id="how"') :])
    assert states == ["failed", "not_done", "passed"]


def test_methods_tell_every_finding(report, make):
    html = page(report, "vi/methods.html")
    for finding in make.churn_findings():
        assert f'id="{finding.name}"' in html
        assert finding.definition in html
    assert re.search(r"<li>nbconvert <b>\d", html)


def test_the_data_page_adds_up_and_gives_reasons(report):
    html = page(report, "en/data.html")
    assert "24,010" in html
    assert "contracts: end lies before start" in html
    assert "contracts: customer_id points at no row of customers" in html
    assert "Not dated by the source: contracts." in html
    assert "hợp đồng thuê bao: thiếu plan" in page(report, "vi/data.html").lower()


def test_questions_that_could_not_run_are_named_with_the_reason(make, study, facts, tmp_path):
    off = {"voc": Message("page.question_off")}
    found = make.churn_findings()
    facts = replace(facts, off=off)
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    assert "<b>what customers say</b> This question could not run on these data." in page(tmp_path, "en/data.html")


def test_definitions_give_the_term_in_both_languages(report):
    html = page(report, "vi/definitions.html")
    assert 'id="glossary.churn"' in html
    assert '<small lang="en">' in html


def test_navigation_and_languages(report):
    html = page(report, "vi/data.html")
    assert '<a href="data.html" aria-current="page">' in html
    assert '<a href="../en/data.html" lang="en" hreflang="en">English</a>' in html


def test_the_front_page_links_into_the_first_language(report):
    html = page(report, "index.html")
    assert 'href="en/data.html"' in html
    assert 'href="vi/churn.html"' in html
    assert 'href="#main"' in html
    assert 'href="downloads/churn.left.csv"' in html


def test_a_draft_says_so_on_every_page(make, study, facts, tmp_path):
    found = make.churn_findings()
    facts = replace(facts, state="draft", approved_by=None)
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    for path in tmp_path.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert ("DRAFT: not approved, do not forward" in html) != ("BẢN NHÁP: chưa duyệt" in html), path
        assert "Approved by" not in html


def test_every_page_says_that_the_company_is_made_up(report):
    for path in report.rglob("*.html"):
        assert re.search("Made-up company|Doanh nghiệp giả định", path.read_text(encoding="utf-8")), path


def test_real_data_carry_no_such_chip(make, facts, tmp_path):
    study = make.study(config=make.config(made_up=False, languages=("vi",)), folder=tmp_path)
    found = make.churn_findings()
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path / "r")
    html = page(tmp_path / "r", "index.html")
    assert "giả định" not in html
    assert "hreflang" not in html
    assert '<html lang="vi">' in html


def test_commentary_is_signed_and_in_its_language(make, study, facts, tmp_path):
    study.commentary.loc[0] = ("2026Q3", "churn", "Head of CX", "en", "We keep the price.")
    study.commentary.loc[1] = ("2026Q2", "churn", "Head of CX", "en", "An old word.")
    found = make.churn_findings()
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    html = page(tmp_path, "en/churn.html")
    assert '<p class="commentary"><b>Commentary, Head of CX:</b> We keep the price.</p>' in html
    assert "An old word" not in html
    assert "We keep the price" not in page(tmp_path, "vi/churn.html")


def test_a_board_brings_its_own_title(make, study, facts, tmp_path):
    found = (make.finding("overview.answer"),)
    board = make.notebook(study)
    shown = [
        new_output("display_data", {"text/html": f'<div class="board"><h1>{words}</h1><p>all</p></div>'},
                   metadata={"cxlab": {"lang": lang, "finding": "overview.board"}})
        for lang, words in (("en", "Customers stay"), ("vi", "Khách hàng ở lại"))
    ]  # fmt: skip
    board.cells.append(new_code_cell("show_board(study, board)", outputs=shown))
    churn = make.churn_findings()
    executed = {"churn": make.notebook(study, *churn), "overview": board}
    write_pages(executed, (*churn, *found), study=study, facts=facts, to=tmp_path)
    assert heading(page(tmp_path, "vi/overview.html")) == "Khách hàng ở lại"
    assert heading(page(tmp_path, "index.html")) == "Customers stay"
    assert '<body class="wide">' in page(tmp_path, "index.html")
    links = re.findall(r'<li><a href="(\w+).html"', page(tmp_path, "en/churn.html"))
    assert links == ["overview", "churn", "data", "methods", "definitions"]
    assert verify_pages(tmp_path) == []


def test_a_finding_shown_twice_has_two_anchors(make, study, facts, tmp_path):
    found = make.churn_findings()
    write_pages({"churn": make.notebook(study, found[0], found[0])}, found, study=study, facts=facts, to=tmp_path)
    ids = read_page(page(tmp_path, "en/churn.html")).ids
    assert {"churn.left", "churn.left-2"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_two_runs_differ_on_the_marked_line_only(make, study, facts, tmp_path):
    found = make.churn_findings()
    later = replace(facts, run_id="20261013-0900-b2", made_at=datetime(2026, 10, 13, 9, 30, tzinfo=UTC))
    for name, run in (("a", facts), ("b", later)):
        write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=run, to=tmp_path / name)
    files = [path.relative_to(tmp_path / "a") for path in sorted((tmp_path / "a").rglob("*")) if path.is_file()]
    assert len(files) == 47
    for file in files:
        before, after = (tmp_path / name / file for name in ("a", "b"))
        if file.suffix != ".html":
            assert before.read_bytes() == after.read_bytes(), file
            continue
        lines = zip(
            before.read_text(encoding="utf-8").splitlines(),
            after.read_text(encoding="utf-8").splitlines(),
            strict=True,
        )
        changed = [line for line in lines if line[0] != line[1]]
        assert len(changed) == 1
        assert "data-run" in changed[0][0]


def test_template_and_style_are_small(report):
    html = page(report, "en/definitions.html")
    shell = html[: html.index("<main")]
    assert len(shell.encode()) < 20_000


@pytest.mark.parametrize("executed", [{}, {"data": None}, {"index": None}])
def test_a_report_needs_a_step_with_a_name_of_its_own(executed, study, facts, tmp_path):
    with pytest.raises(ValueError, match=r"^a report needs at least one notebook, steps not named "):
        write_pages(executed, (), study=study, facts=facts, to=tmp_path)


def test_no_finding_comes_twice(make, study, facts, tmp_path):
    twice = (make.finding("churn.left"), make.finding("churn.left"))
    with pytest.raises(ValueError, match=r"twice: churn\.left$"):
        write_pages({"churn": make.notebook(study, *twice)}, twice, study=study, facts=facts, to=tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "final"}, r"^state must be one of draft, published; got 'final'$"),
        ({"made_at": datetime(2026, 10, 12)}, r"^made_at needs a time zone; got 2026-10-12T00:00:00$"),  # noqa: DTZ001
        ({"approved_by": None}, r"^a published report names the role that approved it; approved_by is empty$"),
    ],
)
def test_facts_refuse_what_no_run_can_be(facts, changes, said):
    with pytest.raises(ValueError, match=said):
        replace(facts, **changes)


def test_drafts_need_no_approval():
    made = RunFacts(run_id="x", made_at=datetime(2026, 1, 1, tzinfo=UTC), state="draft", code_version="0")
    assert made.approved_by is None


def test_notes_without_columns_are_no_notes(make, facts, tmp_path):
    study = make.study(config=make.config(), folder=tmp_path, commentary=pd.DataFrame(), targets=pd.DataFrame())
    found = make.churn_findings()
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    assert 'class="commentary"' not in page(tmp_path, "en/churn.html")


def test_the_contents_are_the_headings_of_the_prose(report):
    html = page(report, "vi/churn.html")
    contents = html[html.index('class="contents"') :]
    assert '<a href="#part-1">Ai rời mạng</a>' in contents
    assert '<div class="prose" id="part-1">' in html
    assert contents.index("#part-1") < contents.index("#unsaid") < contents.index("#said") < contents.index("#how")


def test_without_headings_the_contents_say_each_sentence_once(make, study, facts, tmp_path):
    found = make.churn_findings()
    bare = make.notebook(study, *found, prose={"en": "No heading.", "vi": "Không có tiêu đề."})
    write_pages({"churn": bare}, found, study=study, facts=facts, to=tmp_path)
    html = page(tmp_path, "en/churn.html")
    contents = html[html.index('class="contents"') :].replace("\u00a0", " ")
    assert '<a href="#churn.left">left is <b>8.8%</b> (8.3' in contents
    assert '<a href="#churn.left_change">First measurement' in contents
    assert '<a href="#churn.median_tenure">Fewer than 10 customers: not shown.</a>' in contents


def test_the_figure_to_remember_comes_first_and_once(make, study, facts, tmp_path):
    found = make.churn_findings()
    notebook = make.notebook(study, *found)
    notebook.metadata["cxlab"]["first_figure"] = "churn.left_by"
    write_pages({"churn": notebook}, found, study=study, facts=facts, to=tmp_path)
    html = page(tmp_path, "en/churn.html")
    assert html.count('data-finding="churn.left_by"') == 1
    assert html.index('data-finding="churn.left_by"') < html.index('data-finding="churn.left"')
    assert html.index('data-finding="churn.left_by"') > html.index('<dl class="line">')
    assert verify_pages(tmp_path) == []


def test_what_cannot_be_said_is_never_empty(report):
    html = page(report, "en/churn.html")
    section = html[html.index('id="unsaid"') : html.index('id="said"')]
    assert section.count("<li>") == 2
    assert "The numbers go together; that one makes the other is not shown." in section


@pytest.mark.parametrize(
    ("published", "words"), [(True, "came"), (False, "Nothing was forecast for this quarter")]
)
def test_last_quarters_forecast_is_graded_or_none_was_published(
    make, study, facts, tmp_path, monkeypatch, published, words
):
    found = make.churn_findings()
    forecast = make.finding("churn.next_quarter")
    guess = Estimate(value=7, low=2, high=9, unit="count", kind="prediction", n=10_207)
    told = Message("churn.next_quarter", {"graded_on": "churn.left:lost_voluntary+lost_involuntary"})
    last = {"churn.next_quarter": replace(forecast, headline=guess, message=told)} if published else {}
    flow = pd.DataFrame({"step": ["lost_voluntary", "lost_involuntary"], **make.tail([5, 3], n=[100, 100])})
    found = (replace(found[0], table=flow), *found[1:])
    monkeypatch.setattr("cxlab.report.question.recall_all", lambda study, *, quarter: last)
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    html = page(tmp_path, "en/churn.html").replace("\u00a0", " ")
    section = html[html.index('id="said"') : html.index('id="how"')]
    assert words in section
    assert section.count("<li>") == 1


def test_the_navigation_uses_short_names(report):
    html = page(report, "vi/churn.html")
    assert '<a href="churn.html" aria-current="page">Rời mạng</a>' in html
    assert '<a href="tables.html">Ai rời mạng</a>' in html


def test_a_study_that_publishes_by_itself_says_so(make, study, facts, tmp_path):
    found = make.churn_findings()
    facts = replace(facts, approved_by="auto_publish", approved_on=None)
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    assert "Published automatically" in page(tmp_path, "en/churn.html")
    assert "auto_publish" not in page(tmp_path, "en/churn.html")


def test_an_approval_without_a_day_names_the_role(make, study, facts, tmp_path):
    found = make.churn_findings()
    facts = replace(facts, approved_on=None)
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    assert "Head of CX research đã duyệt" in page(tmp_path, "vi/churn.html")


def test_commentary_may_stress_words_but_brings_no_markup(make, study, facts, tmp_path):
    study.commentary.loc[0] = ("2026Q3", "churn", "Head of CX", "en", "We **keep** the <b>price</b>.")
    found = make.churn_findings()
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    html = page(tmp_path, "en/churn.html")
    assert ":</b> We <strong>keep</strong> the &lt;b&gt;price&lt;/b&gt;.</p>" in html


def test_the_run_line_tells_the_time_of_the_study(report):
    html = page(report, "vi/data.html").replace("\u00a0", " ")
    assert "Lượt chạy 20261012-0200-a1, lập ngày 12/10/2026 lúc 09:00, cxlab 0.1.0" in html
