"""The same rows from other files give the same pages, but for the marked line and the data page."""

from __future__ import annotations

import re

import pytest

from cxlab.quarter import Quarter
from cxlab.run import plan_run, run_quarter

from . import sources

MARKED = re.compile(r"<p class=\"run\" data-run>.*?</p>", re.DOTALL)
"""The line of a page that says which run made it, and when."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory, company):
    """Run one question of a study written like this, and return the text of every page."""

    def run(name, tables, write):
        folder = sources.write_study(tmp_path_factory.mktemp(name) / "study", tables, write=write)
        done = run_quarter(plan_run(folder, only=["nps"], jobs=1), quarter=Quarter.parse("2026Q3"))
        report = folder / "reports" / ".runs" / done.run_id
        return {str(path.relative_to(report)): path.read_text(encoding="utf-8") for path in report.rglob("*.html")}

    return run


def test_pages_are_equal_whatever_the_files_and_the_order_of_their_rows(pages, company):
    first = pages("parquet", company, sources.as_parquet)
    other = pages("csv", sources.shuffled(company), sources.as_csv)
    assert {"index.html", "en/nps.html", "vi/nps.html"} <= set(first)
    assert set(other) == set(first)
    for name, page in first.items():
        assert len(MARKED.findall(page)) == 1, name
        if not name.endswith("/data.html"):
            assert MARKED.sub("", other[name]) == MARKED.sub("", page), name
