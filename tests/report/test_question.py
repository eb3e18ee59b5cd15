"""Question pages and the leader's page as parts of one report: silent parts, what cannot be said, links, order."""

from __future__ import annotations

from dataclasses import replace

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from cxlab.finding import Message
from cxlab.report import verify_pages, write_pages
from cxlab.report.site import Report


def page(report, name):
    return (report / name).read_text(encoding="utf-8")


def part(heading, *outputs, language="en"):
    prose = new_markdown_cell(f"## {heading}\n\nWords.", metadata={"tags": [f"lang-{language}"]})
    return [prose, new_code_cell("show(study, one)", outputs=list(outputs))]


def test_a_part_that_has_nothing_to_show_leaves_the_page_with_its_prose(make, study, facts, tmp_path):
    found = make.churn_findings()
    notebook = make.notebook(study, *found)
    notebook.cells += [
        *part("Nobody asked"),
        new_code_cell("x = 1"),
        *part("How it was read")[:1],
        new_code_cell("y = 2"),
    ]
    write_pages({"churn": notebook}, found, study=study, facts=facts, to=tmp_path)
    html = page(tmp_path, "en/churn.html")
    assert "Nobody asked" not in html
    assert "How it was read" in html
    assert "Who goes" in html


def test_where_nothing_is_shown_at_all_the_prose_stays(make, study, facts, tmp_path):
    found = make.churn_findings()
    notebook = make.notebook(study)
    notebook.cells += part("Nobody asked")
    write_pages({"churn": notebook}, found, study=study, facts=facts, to=tmp_path)
    assert "Nobody asked" in page(tmp_path, "en/churn.html")


def test_what_cannot_be_said_names_what_was_too_small_to_see_and_what_was_not_joined(make, study, facts, tmp_path):
    left, change, *others = make.churn_findings()
    values = {"mde": 0.012, "left": left.headline, "last": 0.085, "quarter": left.about, "before": left.about - 1}
    told = Message("churn.left_change.cannot_tell", values)
    found = (left, replace(change, message=told), *others)
    notebook = make.notebook(study, *found)
    notebook.metadata["cxlab"]["tables"] = ["survey_responses"]
    write_pages({"churn": notebook}, found, study=study, facts=facts, to=tmp_path)
    html = page(tmp_path, "en/churn.html").replace("\u00a0", " ")
    section = html[html.index('id="unsaid"') : html.index('id="said"')]
    assert "a change of under 1.2 points could not have been seen." in section
    assert "answers that belong to a known customer, 93%" in section


def test_a_board_links_to_what_is_there(make, study, facts, tmp_path):
    found = make.churn_findings()
    links = [
        f'<a href="{to}">x</a>'
        for to in ("churn.html#churn.left", "churn.html#churn.unshown", "voc.html#voc.themes")
    ]
    html = f"<h1>x</h1>{''.join(links)}"
    shown = [
        new_output(
            "display_data", {"text/html": html}, metadata={"cxlab": {"lang": lang, "finding": "overview.board"}}
        )
        for lang in ("en", "vi")
    ]
    board = make.notebook(study)
    board.cells = [new_code_cell("show_board(study, board)", outputs=shown)]
    executed = {"overview": board, "churn": make.notebook(study, *found)}
    write_pages(executed, found, study=study, facts=facts, to=tmp_path)
    written = page(tmp_path, "en/overview.html")
    assert '<a href="churn.html#churn.left">x</a><a href="churn.html">x</a><a>x</a>' in written
    assert verify_pages(tmp_path) == []


def test_the_navigation_tells_the_questions_in_the_order_of_the_story(make, study, facts):
    executed = dict.fromkeys(("churn", "zebra", "clv", "voc", "nps", "revenue", "overview"))
    steps = Report(study=study, facts=facts, executed=executed, findings=()).steps
    assert steps == ("overview", "nps", "revenue", "churn", "clv", "voc", "zebra")
