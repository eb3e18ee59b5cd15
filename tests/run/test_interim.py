"""``cxlab run 2026Q3 --through 2026-08``: three months that are no quarter, as a draft that says so."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cxlab.cli import app


@pytest.fixture
def cxlab(study_file):
    """Type a command on the tiny study."""
    return lambda *words: CliRunner().invoke(app, [*words, "--study", str(study_file)])


def test_it_stays_a_draft_and_says_on_every_page_which_months_it_is_about(study_file, cxlab, write_notebook):
    looked = "study = open_study(quarter)\nprint(study.quarter.start, study.window.close, study.as_of)"
    write_notebook("churn", "from cxlab.tables import open_study", looked)
    write_notebook("overview")
    done = cxlab("run", "2026Q3", "--through", "2026-08", "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["quarter"], result["state"]) == ("2026-08", "draft")
    reports = study_file.parent / "reports"
    assert list(reports.glob("2026*")) == []
    run = reports / ".runs" / result["run_id"]
    assert "2026-06-01 2026-09-01 2026-09-05" in (run / "notebooks" / "churn.ipynb").read_text("utf-8")
    said = {"en": "Interim, not published: Jun–Aug\N{NO-BREAK SPACE}2026 are three months",
            "vi": "Báo cáo giữa kỳ, không công bố: tháng\N{NO-BREAK SPACE}6–8/2026 là ba tháng"}  # fmt: skip
    pages = [path for path in run.glob("*/*.html") if path.parent.name in said]
    assert len(pages) >= 2 * len({path.parent.name for path in pages})
    assert [path.name for path in pages if said[path.parent.name] not in path.read_text("utf-8")] == []


def test_it_cannot_be_published(cxlab, write_notebook):
    write_notebook("overview")
    assert cxlab("run", "2026Q3", "--through", "2026-08").exit_code == 0
    done = cxlab("publish", "2026-08", "--approved-by", "Head of CX research")
    assert (done.exit_code, done.stderr) == (2, "cxlab: quarter must look like '2026Q3'; got '2026-08'\n")
    done = cxlab("publish", "2026Q3", "--approved-by", "Head of CX research")
    assert done.exit_code == 2
    assert done.stderr == "cxlab: 2026Q3 has no draft to publish\n  - needed: a whole draft: cxlab run 2026Q3\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2026Q3", "--through", "2026-09"), "2026-09 is the last month of 2026Q3: leave out --through"),
        (
            ("2026Q3", "--through", "2026-05"),
            "--through takes a month inside 2026Q3 (2026-07 or 2026-08); got '2026-05'",
        ),
        (
            ("2026Q3", "--through", "August"),
            "--through takes a month inside 2026Q3 (2026-07 or 2026-08); got 'August'",
        ),
        (("2026Q2..2026Q3", "--through", "2026-08"), "quarter must look like '2026Q3'; got '2026Q2..2026Q3'"),
        (("2026-08",), "quarter must look like '2026Q3'; got '2026-08'"),
        (
            ("--due", "--through", "2026-08"),
            "--due runs the whole quarter as the study says; it does not take --through",
        ),
    ],
)
def test_other_months_are_refused(cxlab, write_notebook, words, said):
    write_notebook("overview")
    done = cxlab("run", *words)
    assert (done.exit_code, done.stderr) == (2, f"cxlab: {said}\n")
