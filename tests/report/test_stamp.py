"""A page's standing is written anew without touching another byte of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cxlab.report import write_pages
from cxlab.report.reading import read_page
from cxlab.report.stamp import Replaced, as_facts, restamp

REPLACED = Replaced(on=date(2026, 11, 2), because="refunds were left out.")


@pytest.fixture
def written(make, study, facts, tmp_path):
    """Write a report in one state; return the folder."""

    def write(name, **state):
        found = make.churn_findings()
        to = tmp_path / ".runs" / name
        now = replace(facts, **state)
        executed = {"churn": make.notebook(study, *found), "overview": make.notebook(study)}
        write_pages(executed, found, study=study, facts=now, to=to)
        return to

    return write


def pages(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.html")}


def test_an_approved_draft_is_the_page_that_would_have_been_written(written, facts):
    published = written("published")
    draft = written("draft", state="draft", approved_by=None, approved_on=None)
    assert pages(draft) != pages(published)
    assert restamp(draft, facts=facts) == len(pages(draft))
    assert pages(draft) == pages(published)


def test_a_banner_comes_and_goes_without_a_trace(written, facts, tmp_path):
    folder = written("old")
    before = pages(folder)
    (tmp_path / "2026Q3" / "vi").mkdir(parents=True)
    (tmp_path / "2026Q3" / "vi" / "overview.html").touch()
    restamp(folder, facts=facts, replaced=REPLACED, stands=tmp_path / "2026Q3")
    assert all(after != before[name] for name, after in pages(folder).items())
    english, vietnamese = ((folder / name).read_text() for name in ("en/churn.html", "vi/churn.html"))
    assert (
        '<p class="banner"><b>Replaced on 2\xa0Nov\xa02026: no longer valid.</b> Reason: refunds were left out. '
        '<a href="../../../2026Q3/index.html">The report that is valid now</a></p>'
    ) in english
    assert '<a href="../../../2026Q3/vi/overview.html">Báo cáo đang có giá trị</a>' in vietnamese
    restamp(folder, facts=facts)
    assert pages(folder) == before


def test_a_withdrawn_report_says_so(written, facts, tmp_path):
    folder = written("old")
    restamp(folder, facts=facts, replaced=replace(REPLACED, withdrawn=True), stands=tmp_path / "2026Q3")
    assert "<b>Withdrawn on 2\xa0Nov\xa02026: no longer valid.</b>" in (folder / "index.html").read_text()
    assert "<b>Đã thu hồi ngày" in (folder / "vi" / "overview.html").read_text()


def test_a_page_without_a_place_for_it_is_left_alone(tmp_path, facts):
    (tmp_path / "old.html").write_text('<html lang="en"><p class="banner">DRAFT</p>')
    assert restamp(tmp_path, facts=facts) == 0
    assert (tmp_path / "old.html").read_text() == '<html lang="en"><p class="banner">DRAFT</p>'


def test_a_banner_is_part_of_the_page_that_readers_hear(written, facts, tmp_path):
    folder = written("old")
    restamp(folder, facts=facts, replaced=REPLACED, stands=tmp_path / "2026Q3")
    reading = read_page((folder / "en" / "churn.html").read_text())
    words = " ".join(text.words.strip() for text in reading.texts)
    assert "no longer valid. Reason: refunds were left out. The report that is valid now" in words


def test_facts_are_read_back_from_a_manifest(facts):
    run = {
        "run_id": facts.run_id, "made_at": facts.made_at.isoformat(), "state": "published",
        "approved_by": facts.approved_by, "approved_on": "2026-10-12", "code_version": "0.1.0", "off": {},
    }  # fmt: skip
    assert as_facts(run) == facts
