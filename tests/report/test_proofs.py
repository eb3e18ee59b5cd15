"""From every number to its proof: each finding on each page leads to its method, checks, rows and files."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from cxlab.finding import Estimate, Message, Withheld
from cxlab.overview import Board, Tile
from cxlab.report import verify_pages, write_pages
from cxlab.report.board import board_html
from cxlab.report.evidence import evidence_text, rows_read
from cxlab.report.facts import KnownAnswer, SelfTest
from cxlab.report.sections import wording_of
from cxlab.report.site import Report

SECTION = re.compile(r'<section class="finding" id="[^"]*" data-finding="([^"]+)">(.*?)</section>', re.DOTALL)
ENTRY = re.compile(r'<section class="method" id="([^"]+)">(.*?)</section>', re.DOTALL)


def pages(folder):
    paths = (path for path in folder.rglob("*.html") if path.name != "index.html")  # a copy of another page
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def links(html):
    return set(re.findall(r'<a href="([^"]+)"', html))


def lacking(name, html):
    """What the section of a finding does not lead to."""
    found = links(html)
    wanted = {f"methods.html#{name}", "data.html#tables", f"../downloads/{name}.csv", f"../downloads/{name}.xlsx"}
    return wanted - found


def without_proof(folder):
    """Every place of a report where a finding speaks and the way to its proof is missing."""
    missing = []
    for name, html in pages(folder).items():
        spoken = [(one, said) for one, said in SECTION.findall(html) if said.strip()]
        missing += [(name, one, lacking(one, said)) for one, said in spoken if lacking(one, said)]
        for one, said in ENTRY.findall(html):
            rests = {"data.html#tables"} if "<code>" not in said.partition("</p>")[2] else set()
            away = {f"../downloads/{one}.csv", *rests} - links(said)
            checked = re.search('<ul class="checks">\\s*<li|<p class="facts unchecked">', said)
            missing += [(name, one, away)] if away or not checked else []
    return missing


def test_no_finding_speaks_without_the_way_to_its_proof(report):
    assert without_proof(report) == []
    spoken = [one for html in pages(report).values() for one, _ in SECTION.findall(html)]
    assert len(spoken) == 24
    assert verify_pages(report) == []


def test_no_way_to_a_proof_stands_alone(report):
    alone = [
        (name, one)
        for name, html in pages(report).items()
        for one, said in SECTION.findall(html)
        if said.strip().startswith('<p class="proofs">')
    ]
    assert alone == []
    empty = [one for html in pages(report).values() for one, said in SECTION.findall(html) if not said.strip()]
    assert set(empty) <= {"churn.left_change"}  # it is the title


def test_a_missing_way_would_be_found(report, tmp_path):
    html = (report / "en" / "churn.html").read_text(encoding="utf-8")
    (tmp_path / "churn.html").write_text(html.replace("methods.html#churn.left_by", "methods.html"))
    assert without_proof(tmp_path) == [("churn.html", "churn.left_by", {"methods.html#churn.left_by"})]


def test_the_answer_at_the_head_of_a_page_leads_to_its_proof(report):
    html = (report / "vi" / "churn.html").read_text(encoding="utf-8")
    head = html[html.index('<header class="answer">') : html.index("</header>", html.index('class="answer"'))]
    assert lacking("churn.left", head) == set()
    assert "Dữ liệu (44.000 dòng)" in head
    assert "Cách tính và phép kiểm tra (1)" in head


def test_an_entry_of_the_appendix_leads_back_and_counts_its_rows(report):
    entries = dict(ENTRY.findall((report / "en" / "methods.html").read_text(encoding="utf-8")))
    names = ("left", "left_change", "left_by", "retention", "median_tenure", "at_risk")
    assert list(entries) == [f"churn.{name}" for name in names]
    for name, html in entries.items():
        assert f"churn.html#{name}" in links(html)
        assert "customers, 20,000 rows; contracts, 24,000 rows" in html


def test_a_finding_that_is_not_displayed_is_found_under_how_it_was_done(make, study, facts, tmp_path):
    found = (make.finding("churn.left", shape="number"), make.finding("churn.retention", shape="number"))
    write_pages({"churn": make.notebook(study, found[0])}, found, study=study, facts=facts, to=tmp_path)
    entries = dict(ENTRY.findall((tmp_path / "en" / "methods.html").read_text(encoding="utf-8")))
    assert "churn.html#churn.left" in links(entries["churn.left"])
    assert "churn.html#how" in links(entries["churn.retention"])


def test_what_is_read_from_other_findings_says_from_which(make, study):
    wording = wording_of(study, "en")
    said = evidence_text({}, proofs=["nps.score", "churn.left", "nps.score"], wording=wording)
    assert said == "numbers already found: nps.score and churn.left"
    assert evidence_text({}, wording=wording) == "no table of its own"
    assert evidence_text({"contracts": 7}, wording=wording_of(study, "vi")) == "hợp đồng thuê bao, 7 dòng"


def test_the_entry_of_the_leaders_page_leads_to_the_findings_it_reads(make, study, facts, tmp_path):
    found = (make.finding("churn.left", shape="number"),)
    read = make.plans([0.1, 0.2, 0.3]).rename(columns={"plan": "proof"}).assign(proof="churn.left")
    answer = make.finding("overview.answer", table=read, shape="number")
    executed = {"churn": make.notebook(study, *found), "overview": make.notebook(study, answer)}
    write_pages(executed, (*found, answer), study=study, facts=facts, to=tmp_path)
    entries = dict(ENTRY.findall((tmp_path / "en" / "methods.html").read_text(encoding="utf-8")))
    assert '<a href="#churn.left"><code>churn.left</code></a>' in entries["overview.answer"]
    assert verify_pages(tmp_path) == []


def test_a_new_question_reads_what_its_notebook_asks_for(make, study, facts):
    notebook = make.notebook(study, make.finding("growth.joined"))
    notebook.metadata["cxlab"]["tables"] = ["contracts"]
    report = Report(study=study, facts=facts, executed={"growth": notebook}, findings=())
    assert rows_read("growth", report) == {"contracts": 24_000}
    assert rows_read("gone", report) == {}


def foot(report, language="en"):
    line = re.search('<p class="run" data-run>(.*?)</p>', pages(report)[f"{language}/data.html"])[1]
    return line.replace("\u00a0", " ")


NOT_RUN = "Self-test of this version: not run on this machine."
NOT_RUN_VI = "Phiên bản này chưa được tự kiểm tra trên máy này."
KNOWN = (
    KnownAnswer(name="wilson", answers=("0.2553", "-0.3662"), near="printed", source="Newcombe (1998)"),
    KnownAnswer(name="company_left", answers=(), near="exact", source="made up"),
)


@pytest.mark.parametrize(
    ("outcome", "english", "vietnamese"),
    [
        (None, NOT_RUN, NOT_RUN_VI),
        ({}, NOT_RUN, NOT_RUN_VI),
        (
            {"checks": 41, "passed": 41, "on": date(2026, 11, 22)},
            "Self-test of this version passed: 41 checks, 22 Nov 2026.",
            "Phiên bản này đã tự kiểm tra: đạt cả 41 phép, ngày 22/11/2026.",
        ),
        (
            {"checks": 41, "passed": 40, "on": date(2026, 11, 22)},
            "Self-test of this version FAILED: 40 of 41 checks passed, 22 Nov 2026.",
            "Phiên bản này tự kiểm tra CHƯA ĐẠT: 40/41 phép, ngày 22/11/2026.",
        ),
    ],
)
def test_every_page_says_how_the_self_test_went(make, study, facts, tmp_path, outcome, english, vietnamese):
    tested = None if outcome is None else SelfTest(known=KNOWN, **outcome)
    found = (make.finding("churn.left", shape="number"),)
    facts = replace(facts, self_test=tested)
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    assert foot(tmp_path).endswith(f"cxlab 0.1.0. {english}")
    assert foot(tmp_path, "vi").endswith(vietnamese)
    assert all(html.count("data-run") == 1 for html in pages(tmp_path).values())
    assert verify_pages(tmp_path) == []


def test_the_outcome_of_a_self_test_changes_the_marked_line_alone(make, study, facts, tmp_path):
    found = (make.finding("churn.left", shape="number"),)
    for name, of in (("a", {}), ("b", {"checks": 41, "passed": 41, "on": date(2026, 11, 22)})):
        run = replace(facts, self_test=SelfTest(known=KNOWN, **of))
        write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=run, to=tmp_path / name)
    for name, html in pages(tmp_path / "a").items():
        other = (tmp_path / "b" / name).read_text(encoding="utf-8").splitlines()
        changed = [line for line, new in zip(html.splitlines(), other, strict=True) if line != new]
        assert len(changed) == 1
        assert "data-run" in changed[0]


def asked(report, language):
    html = pages(report)[f"{language}/methods.html"]
    section = html[html.index('<section id="selftest">') : html.index('<section id="code">')]
    rows = re.findall(
        '<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td><td lang="en">(.*?)</td>', section
    )
    return ["|".join(row) for row in rows]


def test_the_appendix_lists_what_the_self_test_asks(make, study, facts, tmp_path):
    found = (make.finding("churn.left", shape="number"),)
    facts = replace(facts, self_test=SelfTest(known=KNOWN))
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    assert asked(tmp_path, "en") == [
        "Interval of a share (Wilson)|0.2553 · −0.3662|to the last printed digit|Newcombe (1998)",
        "Made-up company: how many left in each quarter|counted while it was made up|the same number|made up",
    ]
    assert asked(tmp_path, "vi")[0] == (
        "Khoảng tin cậy của một tỷ lệ (Wilson)|0,2553 · −0,3662|đúng đến chữ số cuối được in|Newcombe (1998)"
    )


def test_without_a_self_test_the_appendix_has_no_such_part(report):
    assert "selftest" not in pages(report)["en/methods.html"]


def test_a_number_of_the_leaders_page_that_is_withheld_leads_to_its_page_too(make, study, facts, tmp_path):
    held = Withheld(Message("page.too_few_customers", {"least": 10}))
    value = Estimate(value=24.7, low=21, high=28, unit="points", n=500)
    title = Message("overview.tile.nps", {"quarter": study.quarter})
    tile = Tile(proof="nps.score", title=title, detail=held.reason, number=None, form="nps")
    shown = replace(tile, number=value, proof="nps.csat")
    empty = dict.fromkeys(("scope", "decisions", "said", "why", "lines", "quotes"), ())
    said = {"answer": (held.reason,), "unknowns": (held.reason,)}
    board = Board(**empty, **said, commentary=None, tiles=(tile, shown), bridge=None)
    html = board_html(board, study=study, wording=wording_of(study, "en"))
    tiles = re.findall('<section class="block">.*?</section>', html, re.DOTALL)
    assert [links(each) for each in tiles] == [{"nps.html#nps.score"}, {"nps.html#nps.csat"}]
