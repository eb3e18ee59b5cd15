"""The allow-list keeps what our own pages are made of and nothing else."""

from __future__ import annotations

import pytest

from cxlab.report.clean import allowed, plain
from cxlab.report.notebook import body
from cxlab.report.prose import prose
from cxlab.report.sections import section, wording_of


def test_our_own_sections_pass_unchanged(make, study):
    for finding in make.churn_findings():
        for language in ("en", "vi"):
            html = str(section(finding, study=study, wording=wording_of(study, language), as_="both"))
            kept = allowed(html)
            assert kept == allowed(kept)
            assert (kept.count("<img"), kept.count("<source")) == (html.count("<img"), html.count("<source"))
            for mark in (
                'class="',
                "data-n=",
                "<caption>",
                'scope="row"',
                'role="group"',
                'tabindex="0"',
                "data-finding=",
            ):
                assert kept.count(mark) == html.count(mark)


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<b>a</b><script>1</script>", "<b>a</b>"),
        ("<svg><circle/></svg>x", "x"),
        ('<p style="x" onclick="y" class="z">a</p>', '<p class="z">a</p>'),
        ('<a href="churn.html#churn.left">a</a>', '<a href="churn.html#churn.left">a</a>'),
        ('<a href="../downloads/a.csv" download="">a</a>', '<a href="../downloads/a.csv" download="">a</a>'),
        ('<a href="https://a.test">a</a>', "<a>a</a>"),
        ('<a href="data:text/html,x">a</a>', "<a>a</a>"),
        ('<a href="JaVaScRiPt:1">a</a>', "<a>a</a>"),
        ('<img src="https://a.test/p.png" alt="x">a', "a"),
        ('<img src="data:text/html;base64,AAAA" alt="x">a', "a"),
        ('<img alt="x" src="data:image/png;base64,AAAA">', '<img alt="x" src="data:image/png;base64,AAAA">'),
        ('<p role="alert" tabindex="5">a</p>', "<p>a</p>"),
        ("<details><summary>a</summary>b</details>", "<details><summary>a</summary>b</details>"),
        ("<form><input>a</form>", "a"),
    ],
)
def test_what_is_kept(html, kept):
    assert allowed(html) == kept


def test_a_title_passes_on_a_board_only():
    assert allowed("<h1>a</h1>") == "a"
    assert allowed("<h1>a</h1>", heading=True) == "<h1>a</h1>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Én 90\u00a0000", "Én 90\u00a0000"),
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("a\x00\x85\u202eb\u2066c", "abc"),
        ("\ud83d", "\ufffd"),
    ],
)
def test_plain_text(text, said):
    assert plain(text) == said


def test_prose_is_markdown_without_markup():
    html = prose("# Title\n\n## Who\n\n**a** <b onclick=x>b</b> [c](https://a.test) $x < y$\n\n| h |\n|--|\n| 1 |")
    assert "Title" not in html
    assert "<h2>Who</h2>" in html
    assert "<strong>a</strong> &lt;b onclick=x&gt;b&lt;/b&gt; <a>c</a>" in html
    assert '<th scope="col">h</th>' in html


def test_headings_of_prose_are_one_level_deep():
    assert prose("### a\n\n##### b").count("<h2>") == 2


def test_only_tagged_cells_and_outputs_reach_a_page(make, study):
    notebook = make.notebook(study, *make.churn_findings()[:2])
    html = body(notebook, language="vi")
    assert html.count('<section class="finding"') == 2
    assert html.count('<div class="prose"') == 1
    assert "show(" not in html
    assert "bare" not in html


def test_folded_outputs_lie_under_one_line_whatever_it_says(make, study):
    notebook = make.notebook(study, *make.churn_findings()[:3])
    first, *others = [cell for cell in notebook.cells if "show(" in cell.source]
    for cell in others:
        first.outputs += cell.outputs
        cell.outputs = []
    for output in first.outputs[2:]:
        output.metadata["cxlab"]["folded"] = "More <on> this (2)"
    html = body(notebook, language="en")
    opened, _, folded = html.partition('<details class="fold"><summary>More &lt;on&gt; this (2)</summary>')
    assert opened.count('<section class="finding"') == 1
    assert folded.count('<section class="finding"') == 2
    assert folded.count("</details>") == 1
    assert folded.index("</section>") < folded.index("</details>")
