"""``cxlab run`` as it is typed: spans, JSON, rehearsals, and words where something is missing."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cxlab.cli import app
from cxlab.errors import UsageError
from cxlab.run import plan_run


@pytest.fixture
def cxlab(study_file):
    """Type a command on the tiny study."""
    return lambda *words: CliRunner().invoke(app, [*words, "--study", str(study_file)])


def test_a_span_runs_oldest_first_and_says_so_in_json(study_file, cxlab, write_notebook):
    write_notebook("nps", tables=("survey_responses",))
    write_notebook("overview")
    done = cxlab("run", "2026Q2..2026Q3", "--json")
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [(line["quarter"], line["state"]) for line in lines] == [
        ("2026Q2", "published"),
        ("2026Q3", "published"),
    ]
    assert json.loads(done.stdout.splitlines()[-1]) == lines[-1]
    assert [line for line in done.stdout.splitlines() if not line.startswith("{")] == [
        str(study_file.parent / "reports" / quarter / "index.html") for quarter in ("2026Q2", "2026Q3")
    ]
    said = done.stderr.splitlines()
    assert said[:2] == ["2026Q2: running", "2026Q2: overview done, 3 cells"]
    assert said[2].startswith("2026Q2: nps is off: nps needs survey_responses")


def test_a_failure_in_a_span_stops_it(study_file, cxlab, write_notebook):
    write_notebook("overview", "assert quarter != '2026Q2', 'not this one'")
    done = cxlab("run", "2026Q1..2026Q3")
    assert done.exit_code == 1
    assert "failed: AssertionError: not this one" in done.stderr
    assert [path.name for path in (study_file.parent / "reports").glob("2026*")] == ["2026Q1"]


def test_a_rehearsal_says_what_would_run(study_file, cxlab, write_notebook):
    write_notebook("churn", "1/0")
    done = cxlab("run", "2026Q3", "--dry-run")
    assert (done.exit_code, done.stderr.splitlines()) == (0, ["2026Q3: checking", "2026Q3: would run churn"])
    assert not (study_file.parent / "reports").exists()


def test_a_quarter_before_the_data_ends_with_69(cxlab, write_notebook):
    write_notebook("overview")
    done = cxlab("run", "2024Q1")
    assert done.exit_code == 69
    assert done.stderr.splitlines()[1] == "cxlab: 2024Q1 ends before the study's window opens"


def test_check_counts_the_tables(cxlab):
    done = cxlab("check", "2026Q3", "--json")
    assert done.exit_code == 0, done.output
    assert "contracts" in done.stdout
    assert json.loads(done.stdout.splitlines()[-1])["tables"]["contracts"]["accepted"] == 5


def test_a_failed_notebook_ends_the_one_beside_it(study_file, write_notebook, left_behind):
    write_notebook(
        "churn",
        "import time\nfrom pathlib import Path\nPath('busy').touch()\ntime.sleep(60)\nPath('woke').touch()",
    )
    write_notebook(
        "journey", "import time\nfrom pathlib import Path\nwhile not Path('busy').exists(): time.sleep(.05)\n1/0"
    )
    done = CliRunner().invoke(app, ["run", "2026Q3", "--jobs", "2", "--study", str(study_file)])
    assert done.exit_code == 1
    assert "journey.ipynb, code cell" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert not (study_file.parent / "woke").exists(), "it waited for the other one to end by itself"
    assert left_behind(study_file) == []
    assert not (study_file.parent / "reports" / "2026Q3").exists()


def test_jobs_below_one_are_refused(study_file):
    with pytest.raises(UsageError, match=r"^--jobs is 1 or more; got 0$"):
        plan_run(study_file, jobs=0)
