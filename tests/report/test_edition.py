"""One file holds the whole report: alone, with links that all lead somewhere in it."""

from __future__ import annotations

import itertools
import re
import shutil
from pathlib import Path

import pytest

from cxlab.report import edition as edition_module
from cxlab.report.edition import TooLargeError, dead_links, edition, page_files, style_of_one, write_edition
from cxlab.report.reading import read_page
from cxlab.report.spoken import spoken
from cxlab.report.verify import FORBIDDEN, verify_file

from .test_hostile import hostile_report

STYLE = Path(edition_module.__file__).parent / "templates" / "style.css"


@pytest.fixture(params=["en", "vi"])
def whole(request, report, tmp_path):
    return write_edition(report, language=request.param, to=tmp_path / "sent" / f"cx-{request.param}.html")


def test_every_page_is_in_it(whole, report):
    language = whole.stem.removeprefix("cx-")
    assert [path.stem for path in page_files(report, language=language)] == [
        "churn", "tables", "data", "methods", "definitions",
    ]  # fmt: skip
    said = " ".join(text.words for text in read_page(whole.read_text()).texts)
    for page in page_files(report, language=language):
        for heading in re.findall(r"<h2>([^<]+)</h2>", page.read_text()):
            assert heading in said or "downloads" in page.read_text()


def test_the_file_stands_alone(whole):
    assert verify_file(whole, largest=edition_module.LARGEST_EDITION) == []
    assert list(dead_links(whole.read_text())) == []
    reading = read_page(whole.read_text())
    assert len(reading.of("a")) > 40
    assert {element.attributes["href"][:1] for element in reading.of("a") if "href" in element.attributes} == {"#"}


def test_what_cannot_be_brought_is_gone_with_its_words(whole):
    html = whole.read_text()
    assert "downloads" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL).replace("--downloads", "x")
    assert "XLSX" not in html
    assert 'hreflang="' not in html


def test_it_has_one_title_and_headings_step_by_step(whole):
    reading = read_page(whole.read_text())
    levels = [int(element.tag[1]) for element in reading.elements if re.fullmatch(r"h\d", element.tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    titles = {
        "en": "Customer experience, Q3\xa02026 · Én Mobile",
        "vi": "Trải nghiệm khách hàng quý\xa0III/2026 · Én Mobile",
    }
    assert reading.titles == [titles[whole.stem.removeprefix("cx-")]]


def test_names_of_regions_are_told_apart(whole):
    labels = [element.attributes["aria-label"] for element in read_page(whole.read_text()).of("nav")]
    assert len(labels) == len(set(labels)) == 3


def test_the_style_of_headings_goes_down_with_them():
    style = STYLE.read_text()
    lowered = style_of_one(style)
    for level in (1, 2, 3):
        before = re.findall(rf"(?<![\w.#-])h{level}(?![\w-])", style)
        assert len(before) == len(re.findall(rf"(?<![\w.#-])h{level + 1}(?![\w-])", lowered)), level
    assert not re.search(r"(?<![\w.#-])main(?![\w-])", lowered)
    assert re.findall(r"\{[^{}]*\}", style) == re.findall(r"\{[^{}]*\}", lowered)


def test_a_link_without_a_place_in_the_file_keeps_its_words_only(report, tmp_path):
    folder = tmp_path / "report"
    shutil.copytree(report, folder)
    page = folder / "en" / "churn.html"
    strange = '<p>see <a href="../manifest.json">the record</a>, <a href="gone.html#x">that</a>.</p></article>'
    page.write_text(page.read_text().replace("</article>", strange, 1))
    assert "<p>see the record, that.</p>" in edition(folder, language="en")


def test_a_file_that_breaks_a_rule_is_not_written(report, tmp_path):
    folder = tmp_path / "report"
    shutil.copytree(report, folder)
    page = folder / "en" / "churn.html"
    page.write_text(page.read_text().replace("</article>", "<p>ann@example.org</p></article>", 1))
    with pytest.raises(
        ValueError, match=r"\Athe edition of report breaks a rule of pages: cx\.html:\d+: an e-mail"
    ):
        write_edition(folder, language="en", to=tmp_path / "cx.html")
    assert not (tmp_path / "cx.html").exists()


def test_a_file_too_large_to_send_is_refused(report, tmp_path, monkeypatch):
    monkeypatch.setattr(edition_module, "LARGEST_EDITION", 50_000)
    with pytest.raises(
        TooLargeError, match=r"\Athe edition of report has [\d,]+ bytes; at most 50,000 are sent\Z"
    ):
        write_edition(report, language="en", to=tmp_path / "cx.html")
    assert not (tmp_path / "cx.html").exists()


def test_a_language_that_was_not_written_is_refused(report):
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the whole message is compared below
        edition(report, language="fr")
    assert str(refused.value) == f"no page in {report}/fr: the report has not been written in that language"


@pytest.mark.parametrize("language", ["en", "vi"])
def test_nothing_hostile_wakes_up_in_it(language, make, facts, tmp_path):
    hostile_report(make, facts, tmp_path)
    made = tmp_path / "cx.html"
    made.write_text(edition(tmp_path / "report", language=language), encoding="utf-8")
    wrong = verify_file(made, largest=edition_module.LARGEST_EDITION)
    assert [problem for problem in wrong if "'{{'" not in problem] == []  # what people wrote looks like a place
    reading = read_page(made.read_text())
    assert list(dead_links(made.read_text())) == []
    assert {element.tag for element in reading.elements} & FORBIDDEN == set()
    assert "<script>alert(1)</script>" in " ".join(text.words for text in reading.texts)
    assert "<script>alert(1)</script>" in spoken(tmp_path / "report" / language / "churn.html")
