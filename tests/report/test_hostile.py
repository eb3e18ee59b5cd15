"""Whatever stands in the data, nothing on a page can run, call home or turn the reading direction."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from cxlab.finding import Label, Message
from cxlab.report import verify_pages, write_pages
from cxlab.report.reading import read_page

HOSTILE = (
    "<script>alert(1)</script>",
    "</title></style><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    '" onmouseover="alert(4)',
    "<svg onload=alert(5)><script>alert(6)</script></svg>",
    "<iframe srcdoc='<script>alert(7)</script>'></iframe>",
    "<a href='javascript:alert(8)'>go</a>",
    "[go](javascript:alert(9))",
    "[go](data:text/html;base64,PHNjcmlwdD5hbGVydCgxMCk8L3NjcmlwdD4=)",
    "![look](http://tracker.test/pixel.png)",
    "<http://tracker.test/auto>",
    "=HYPERLINK(\"http://tracker.test\",\"go\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\x1b[31mred\x1b]8;;http://tracker.test\x07link",
    "abc\u202ecod.exe\u2066\u200f",
    "nul\x00byte\x08",
    "half \ud800 pair \udfff",
    "<style>*{background:url(http://tracker.test)}</style>",
    "<meta http-equiv=refresh content='0;url=http://tracker.test'>",
    "<base href=http://tracker.test><form action=http://tracker.test><input name=x>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(11)>",
    "&lt;script&gt;alert(12)&lt;/script&gt; &#60;script&#62;",
    "{{ 7 * 7 }} {% raw %}",
    "\n\n<div style='position:fixed'>over</div>\n",
)  # fmt: skip

LINES = {"svg", "rect", "path", "defs", "g", "use", "circle"}


def hostile_report(make, facts, folder):
    """A report with every hostile text in every place data or people can write to."""
    everything = " ".join(HOSTILE)
    labels = {"plan": {f"code{n}": {"en": text, "vi": text} for n, text in enumerate(HOSTILE)}}
    study = make.study(config=make.config(name=everything, labels=labels), folder=folder)
    rows = [("2026Q3", "churn", everything, language, everything) for language in ("en", "vi")]
    for row in rows:
        study.commentary.loc[len(study.commentary)] = row
    count = len(HOSTILE)
    table = make.plans([0.1, 0.1, 0.1]).iloc[[0] * (2 * count)].reset_index(drop=True)
    table["plan"] = [f"code{n}" for n in range(count)] + list(HOSTILE)
    finding = make.finding(
        "churn.left",
        table=table,
        message=make.sentence(everything, make.share(0.1, 0.05, 0.2)),
        method=Message("page.draft_not_recorded"),
        checks=(replace(make.check(passed=False), message=Message("page.commentary_by", {"role": everything})),),
    )
    ranks = Message(
        "page.ranks_overlap",
        {"first": Label(of="plan", code="code0"), "others": (Label(of="x", code=everything),)},
    )
    second = make.finding("churn.left_by", message=ranks)
    prose = {"en": "\n\n".join(HOSTILE), "vi": "\n\n".join(f"- {text}" for text in HOSTILE)}
    executed = make.notebook(study, finding, second, as_="table", prose=prose)
    executed.metadata["cxlab"]["title"] = {"en": everything, "vi": everything}
    outputs = [
        new_output("display_data", {"text/html": text}, metadata={"cxlab": {"lang": "en", "finding": text}})
        for text in HOSTILE
    ]
    executed.cells += [
        new_code_cell(everything, outputs=outputs),
        new_markdown_cell(everything, metadata={"tags": ["lang-en"]}),
    ]
    drawn = make.finding("churn.drawn", table=table.iloc[:count], message=finding.message)
    executed.cells += [
        cell | {"id": "drawn"} for cell in make.notebook(study, drawn).cells if cell.get("outputs")
    ][:1]
    facts = replace(facts, approved_by=everything, run_id=everything, code_version=everything)
    write_pages({"churn": executed}, [finding, second, drawn], study=study, facts=facts, to=folder / "report")
    return folder / "report"


@pytest.fixture(scope="module")
def pages(make, facts, tmp_path_factory):
    return hostile_report(make, facts, tmp_path_factory.mktemp("hostile"))


def test_nothing_on_a_page_can_run_or_call_home(pages):
    allowed = re.compile("e-mail|unfilled place|stands on|id of a message")
    assert [problem for problem in verify_pages(pages) if not allowed.search(problem)] == []


def test_no_element_or_attribute_came_from_data(pages):
    for path in pages.rglob("*.html"):
        reading = read_page(path.read_text(encoding="utf-8"))
        attributes = [
            (element.tag, name, value)
            for element in reading.elements
            for name, value in element.attributes.items()
        ]
        assert not [found for found in attributes if found[1].startswith("on") or found[1] == "style"], path
        assert not {"script", "svg", "iframe", "form", "base", "input"} & {
            element.tag for element in reading.elements
        }
        assert not [value for _, name, value in attributes if name in ("href", "src") and "tracker" in value]
        assert len(reading.of("style")) == 1


def test_no_control_character_is_left(pages):
    for path in pages.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200f\ud800-\udfff]", text
        ), path


def test_what_people_wrote_can_still_be_read(pages):
    text = (pages / "en" / "churn.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "half \ufffd pair" in text


def test_no_cell_of_a_download_is_a_formula(pages):
    with (pages / "downloads" / "churn.left.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r", "\n"))]
    book = openpyxl.load_workbook(pages / "downloads" / "churn.left.xlsx")
    kinds = {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row}
    assert kinds == {"s", "n"}


def test_a_figure_to_take_away_is_made_of_lines_alone(pages):
    files = sorted((pages / "downloads").glob("churn.drawn.*.svg"))
    assert [file.name for file in files] == ["churn.drawn.en.svg", "churn.drawn.vi.svg"]
    for file in files:
        drawn = list(ET.parse(file).iter())
        assert {one.tag.rpartition("}")[2] for one in drawn} <= LINES
        names = {name for one in drawn for name in one.attrib}
        assert not [name for name in names if name.startswith("on") or name in ("style", "class")]
        assert {one.attrib["href"][0] for one in drawn if "href" in one.attrib} == {"#"}


def test_a_table_for_programs_holds_what_was_written_but_for_what_is_no_text(pages):
    plans = set(pd.read_parquet(pages / "downloads" / "churn.left.parquet")["plan"])
    assert {'=HYPERLINK("http://tracker.test","go")', "half \ufffd pair \ufffd", "nulbyte"} <= plans
