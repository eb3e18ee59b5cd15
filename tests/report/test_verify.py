"""verify_pages(): every rule refuses a page that breaks it, and a page that keeps all of them passes."""

from __future__ import annotations

import base64

import pytest

from cxlab.report import verify_pages
from cxlab.report.verify import LARGEST_PAGE

POLICY = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:">'
SVG = "data:image/svg+xml;base64," + base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()
PICTURE = f'<img src="{SVG}" alt="Share who left by plan: Én 90 7.8%, Én Tự Do 12%">'
GOOD = f"""<!doctype html><html lang="en"><head>{POLICY}<title>Who leaves</title><style>b{{color:red}}</style>
</head><body>
<h1 id="top">Customers stay</h1><p>8.8% (8.3 to 9.4)</p>{PICTURE}<a href="#top">up</a></body></html>"""


def violations(folder, html, name="page.html"):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(html, encoding="utf-8")
    return verify_pages(folder)


def test_a_page_that_keeps_the_rules(tmp_path):
    assert violations(tmp_path, GOOD) == []


def test_an_empty_folder_is_no_report(tmp_path):
    assert verify_pages(tmp_path) == [f"{tmp_path}: no page"]


def test_a_violation_names_page_and_line(tmp_path):
    html = GOOD.replace("<body>", "<body>\n<script>1</script>")
    assert violations(tmp_path, html, "en/a.html") == ["en/a.html:3: <script> may not stand on a page"]


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("<iframe></iframe>", "<iframe> may not stand on a page"),
        ("<svg></svg>", "<svg> may not stand on a page"),
        ('<b onclick="x">y</b>', "<b> has the event handler onclick"),
        ('<b style="background:url(http://a.test)">y</b>', "<b> has a style that fetches"),
        ('<meta http-equiv="refresh" content="0">', "a page may not send its reader elsewhere"),
        ('<a href="https://a.test/">y</a>', "link that leaves the report: 'https://a.test/'"),
        ('<a href="//a.test/">y</a>', "link that leaves the report: '//a.test/'"),
        ('<a href="javascript:1">y</a>', "link that leaves the report: 'javascript:1'"),
        ('<a href="../../x.html">y</a>', "link that leaves the report: '../../x.html'"),
        ('<a href="gone.html">y</a>', "link to a file that is not there: 'gone.html'"),
        ('<a href="#gone">y</a>', "link to a place that is not there: '#gone'"),
        ('<p id="top">y</p>', "id 'top' comes 2 times"),
        ("<h1>again</h1>", "needs one h1; has 2"),
        ("<style>@import 'x'</style>", "style fetches '@import'"),
        (f'<img src="{SVG}">', "picture without alt text"),
        (f'<img src="{SVG}" alt="figure">', "picture whose alt text says nothing: 'figure'"),
        (
            f'<img src="{SVG}" alt="output_churn_retention_by_plan.png">',
            "picture whose alt text says nothing: 'output_",
        ),
        (f'<img src="{SVG}" alt="Biểu đồ">', "picture whose alt text says nothing: 'Biểu đồ'"),
        (
            '<img src="x.png" alt="Share who left by plan and by region">',
            "picture that is not part of the page: 'x.png'",
        ),
        ('<source srcset="https://a.test/p.png">', "picture that is not part of the page: 'https://a.test/p.png'"),
        ("<p>Write to an.nguyen@mobile.test</p>", "an e-mail address in the text"),
        ("<pre>an.nguyen@mobile.test</pre>", "an e-mail address in the text"),
        ("<p>Call 0912 345 678 now</p>", "a phone number in the text"),
        ("<p>Call +84912345678</p>", "a phone number in the text"),
        ("<p>0912.345.678</p>", "a phone number in the text"),
        ("<p>stays at {value:share}</p>", "an unfilled place in the text: '{value:share}'"),
        ("<p>stays at nan% of</p>", "a number that is none in the text: 'nan"),
        ("<p>None</p>", "a number that is none in the text: 'None'"),
        ("<p>(nan to 3)</p>", "a number that is none in the text: 'nan to'"),
        ("<p>inf%</p>", "a number that is none in the text: 'inf"),
        ("<p>verdict.cannot_tell</p>", "the id of a message in the text: 'verdict.cannot_tell'"),
        ('<p lang="vi">8,8%: cannot tell yet</p>', "English on a page in 'vi': 'cannot tell yet'"),
        ('<table><tr><td data-n="9">1%</td></tr></table>', "table cell that stands on 9; at least 10 are needed"),
    ],
)
def test_what_is_refused(tmp_path, markup, said):
    found = violations(tmp_path, GOOD.replace("</body>", f"{markup}</body>"))
    assert [problem for problem in found if said in problem], found


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (' lang="en"', "the html element needs one lang"),
        ("<title>Who leaves</title>", "needs one title with words in it"),
        (POLICY, "needs one content security policy with default-src 'none' and no script-src"),
        ('<h1 id="top">Customers stay</h1>', "needs one h1; has 0"),
    ],
)
def test_what_a_page_needs(tmp_path, gone, said):
    assert f"page.html: {said}" in violations(tmp_path, GOOD.replace(gone, ""))


@pytest.mark.parametrize(
    "words",
    [
        "A number like 10,207 or 1.234.567 đồng, −0.5 to 1.1, 2026-10-12T02:00",
        "Run 2026Q3-20261015T080000Z-1f2e, made 12 Oct 2026 at 02:00",
        "+22.000 đồng/khách/quý (17.000 đến 28.000); 908 of 10,318",
        "Bài toán nan giải, lắm gian nan; gian nan",
        "Bài toán nan giải; information; infinite; None of the groups moved",
        "read notebooks/churn.ipynb or data/study.toml",
        "3f9a0c1e77aa3f9a0c1e77aa0912345678ab",
    ],
)
def test_what_is_harmless(tmp_path, words):
    assert violations(tmp_path, GOOD.replace("</body>", f"<p>{words}</p></body>")) == []


def test_code_may_hold_places_and_missing_numbers(tmp_path):
    code = "<pre><code>f'{value}' or float('nan') or None</code></pre>"
    assert violations(tmp_path, GOOD.replace("</body>", f"{code}</body>")) == []


def test_a_customer_may_write_what_would_be_a_slip_of_ours(tmp_path):
    slip = "<p>{value} of NaN, {{ 7 * 7 }}</p>"
    assert len(violations(tmp_path, GOOD.replace("</body>", f"{slip}</body>"))) == 2
    assert violations(tmp_path, GOOD.replace("</body>", f"<blockquote>{slip}</blockquote></body>")) == []
    told = violations(
        tmp_path, GOOD.replace("</body>", "<blockquote><p>write to an.nguyen@example.com</p></blockquote></body>")
    )
    assert told == ["page.html:3: an e-mail address in the text"]


@pytest.mark.parametrize(
    "drawn", ["<svg><script>1</script></svg>", "<svg onload='1'/>", "<svg><image href='http://a.test'/></svg>"]
)
def test_a_picture_may_hold_nothing_that_runs(tmp_path, drawn):
    data = "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()
    assert "picture that holds" in violations(tmp_path, GOOD.replace(SVG, data))[0]


def test_a_picture_has_to_be_readable(tmp_path):
    assert violations(tmp_path, GOOD.replace(SVG, "data:image/svg+xml;base64,###")) == [
        "page.html:3: picture that cannot be read"
    ]


def test_a_page_has_a_largest_size(tmp_path):
    found = violations(tmp_path, GOOD + " " * LARGEST_PAGE)
    assert found[0].startswith("page.html: 1,000,")


def test_a_folder_of_pages_holds_nothing_a_browser_runs(tmp_path):
    (tmp_path / "x.js").write_text("1")
    assert violations(tmp_path, GOOD) == ["x.js: a file a browser could run"]


def test_links_between_pages_find_their_place(tmp_path):
    violations(tmp_path, GOOD.replace("#top", "../b.html#top"), "en/a.html")
    assert violations(tmp_path, GOOD, "b.html") == []
    assert violations(tmp_path, GOOD.replace('id="top"', ""), "b.html")[-1].endswith(
        "link to a place that is not there: '../b.html#top'"
    )


def test_the_minimum_is_the_studys(tmp_path):
    html = GOOD.replace("</body>", '<table><tr><td data-n="20">1%</td></tr></table></body>')
    violations(tmp_path, html)
    assert verify_pages(tmp_path, minimum_n=20) == []
    assert len(verify_pages(tmp_path, minimum_n=21)) == 1
