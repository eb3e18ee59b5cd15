"""A whole quarter: published whole, or exactly as it was before."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime

import pytest

from cxlab import errors, ledger
from cxlab.quarter import Quarter
from cxlab.run import plan_run, publish, quarterly, run_quarter
from cxlab.run.engine import Limits

Q3 = Quarter(2026, 3)


@pytest.fixture
def run(study_file):
    """Run the tiny study's quarter."""
    return lambda quarter=Q3, limits=None, **asked: run_quarter(
        plan_run(study_file, **asked), quarter=quarter, limits=limits
    )


def content_of(folder):
    """Every file of a published report, through its link."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_quarter_is_published_with_pages_findings_and_a_manifest(study_file, run, write_notebook):
    write_notebook("churn", parameters='quarter: str = ""  # q\nhorizon_months: int = 12  # how far')
    write_notebook("overview")
    seen = []
    plan = plan_run(study_file, sets=["churn.horizon_months=24"])
    result = run_quarter(plan, quarter=Q3, watch=lambda *cell: seen.append(cell))

    assert (result.state, result.quarter, list(result.steps)) == ("published", "2026Q3", ["churn", "overview"])
    assert seen == [("churn", n, 3) for n in (1, 2, 3)] + [("overview", n, 3) for n in (1, 2, 3)]
    report = study_file.parent / "reports" / "2026Q3"
    assert report.is_symlink()
    assert str(report.readlink()) == f".runs/{result.run_id}"
    assert result.index == report / "index.html"
    for page in ("index.html", "en/churn.html", "vi/churn.html", "en/overview.html"):
        assert "<h1" in (report / page).read_text(), page
    assert ledger.read(report / "findings.json").header["quarter"] == "2026Q3"

    manifest = json.loads((report / "manifest.json").read_text())
    assert manifest["steps"]["churn"]["parameters"] == {"quarter": "2026Q3", "horizon_months": 24}
    assert manifest["steps"]["churn"]["changed"] == ["horizon_months"]
    assert re.fullmatch("[0-9a-f]{64}", manifest["steps"]["churn"]["sha256"])
    assert manifest["run"]["run_id"] == result.run_id
    assert manifest["packages"]["papermill"].startswith("2.")
    assert manifest["load"]["tables"]["contracts"]["accepted"] == 5
    assert manifest["fingerprint"]
    assert manifest["supersedes"] is None
    log = [json.loads(line)["event"] for line in (report / "log.jsonl").read_text().splitlines()]
    assert (log[0], log[-2:], log.count("step done")) == ("run started", ["run done", "quarter swapped"], 2)


def test_a_second_run_replaces_the_first_and_keeps_it(study_file, run, write_notebook):
    write_notebook("overview")
    first, second = run(), run(fresh=True)
    report = study_file.parent / "reports" / "2026Q3"
    assert report.readlink().name == second.run_id
    assert json.loads((report / "manifest.json").read_text())["supersedes"] == first.run_id
    kept = {path.name for path in (study_file.parent / "reports" / ".runs").iterdir()}
    assert kept == {first.run_id, second.run_id}
    old, new = (content_of(report.parent / ".runs" / result.run_id) for result in (first, second))
    assert old["findings.json"] == new["findings.json"]
    assert set(old) == set(new)


@pytest.mark.parametrize(
    ("cell", "kind", "code"),
    [
        ("1/0", errors.RunError, 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", errors.RunError, 1),
        ("from cxlab.errors import DataError; raise DataError('no recharges')", errors.DataError, 69),
        ("import time; time.sleep(60)", errors.TimedOutError, 124),
    ],
)
def test_after_a_failure_the_published_quarter_is_byte_identical(
    study_file, run, write_notebook, left_behind, cell, kind, code
):
    write_notebook("churn")
    run()
    report = study_file.parent / "reports" / "2026Q3"
    before = content_of(report)
    write_notebook("churn", cell)
    with pytest.raises(errors.CxlabError) as caught:
        run(limits=Limits(cell=2 if code == 124 else 60))
    assert type(caught.value) is kind
    assert caught.value.exit_code == code
    assert "churn.ipynb, code cell 2" in str(caught.value)
    assert caught.value.__notes__[0].startswith("Nothing was published; what was done is kept in ")
    assert content_of(report) == before
    assert left_behind(study_file.parent) == []
    names = [path.name for path in report.parent.joinpath(".runs").iterdir()]
    assert sum(name.endswith(".failed") for name in names) == 1
    assert not any(name.endswith(".part") for name in names)

    write_notebook("churn", "1")
    assert run().state == "published"  # no cleaning by hand
    assert content_of(report) != before


def test_a_notebook_that_records_nothing_is_no_success(tmp_path, run, write_notebook):
    path = write_notebook("churn")
    notebook = json.loads(path.read_text())
    path.write_text(json.dumps(notebook | {"cells": notebook["cells"][:-1]}))
    with pytest.raises(errors.RunError, match=r"^churn.ipynb recorded nothing: its last cell has to call record"):
        run()
    assert not (tmp_path / "reports" / "2026Q3").exists()


def test_pages_that_break_a_rule_are_not_published(tmp_path, run, write_notebook, monkeypatch):
    write_notebook("overview")
    monkeypatch.setattr("cxlab.run.outcome.verify_pages", lambda _: ["en/overview.html: a script"])
    with pytest.raises(errors.RunError, match="break a rule") as caught:
        run()
    assert caught.value.problems == ("en/overview.html: a script",)
    assert not (tmp_path / "reports" / "2026Q3").exists()


def test_part_of_the_notebooks_or_a_study_that_wants_approval_stays_a_draft(study_file, run, write_notebook):
    write_notebook("churn")
    write_notebook("overview")
    part = run(only=["overview"])
    study_file.write_text(study_file.read_text().replace("auto_publish = true", "auto_publish = false"))
    whole = run(languages=["vi"])
    reports = study_file.parent / "reports"
    assert (part.state, whole.state) == ("draft", "draft")
    assert not (reports / "2026Q3").exists()
    assert whole.index == reports / ".runs" / whole.run_id / "index.html"
    assert 'lang="vi"' in whole.index.read_text()
    assert not (whole.index.parent / "en").exists()


def test_a_step_without_its_tables_is_off_and_the_leaders_page_never_is(study_file, run, write_notebook):
    write_notebook("nps", "1/0", tables=("survey_responses",))
    write_notebook("overview", tables=("survey_responses",))
    result = run()
    assert list(result.off) == ["nps"]
    assert "survey_responses" in result.off["nps"]
    assert list(result.steps) == ["overview"]
    assert run_quarter(plan_run(study_file), quarter=Q3, dry_run=True).off == result.off


def test_a_rehearsal_writes_no_report(study_file, write_notebook):
    write_notebook("churn", "1/0")
    result = run_quarter(plan_run(study_file), quarter=Q3, dry_run=True)
    assert (result.state, list(result.steps)) == ("planned", ["churn"])
    assert not (study_file.parent / "reports").exists()


def test_a_quarter_held_by_another_run_is_refused_by_name(study_file, run, write_notebook):
    write_notebook("overview", "1/0")
    reports = study_file.parent / "reports"
    with publish.hold(reports, quarter="2026Q3", run_id="2026Q3-first", since=datetime(2026, 10, 5, tzinfo=UTC)):
        with pytest.raises(errors.LockedError) as caught:
            run()
        assert caught.value.exit_code == 75
        said = r"2026Q3 is held by run 2026Q3-first \(process \d+ on .+, since 2026-10-05T00:00:00\+00:00\)"
        assert re.match(said, str(caught.value))
    assert not (reports / ".runs").exists()


def test_another_studys_reports_are_refused(study_file, run, write_notebook):
    write_notebook("overview")
    run()
    study_file.write_text(study_file.read_text().replace('name = "Tiny"', 'name = "Other"'))
    with pytest.raises(
        errors.UsageError, match=r"holds the reports of 'Tiny', and this study is 'Other': set another"
    ):
        run()


def test_missing_data_end_before_any_kernel_starts(study_file, run, write_notebook, monkeypatch):
    write_notebook("overview")
    monkeypatch.setattr("cxlab.run.one_step.execute", lambda *_, **__: pytest.fail("a kernel was started"))
    with pytest.raises(errors.DataError) as caught:
        run(quarter=Quarter(2024, 1))
    assert caught.value.exit_code == 69


def test_a_folder_in_the_way_is_not_removed(study_file, run, write_notebook):
    write_notebook("overview")
    mine = study_file.parent / "reports" / "2026Q3" / "mine.html"
    mine.parent.mkdir(parents=True)
    mine.write_text("by hand")
    with pytest.raises(errors.RunError, match="is a folder, not a link to a run: move it away, then run again"):
        run()
    assert mine.read_text() == "by hand"


@pytest.mark.parametrize("moment", ["cxlab.run.publish.to_disk", "pathlib.Path.rename", "pathlib.Path.symlink_to"])
def test_a_crash_while_publishing_leaves_the_old_quarter(study_file, run, write_notebook, monkeypatch, moment):
    write_notebook("overview")
    run()
    report = study_file.parent / "reports" / "2026Q3"
    before, target = content_of(report), report.readlink()

    def lost(*_, **__):
        raise OSError("power lost")

    with monkeypatch.context() as broken:
        broken.setattr(moment, lost)
        with pytest.raises(OSError, match="power lost"):
            run(fresh=True)
    assert (report.readlink(), content_of(report)) == (target, before)
    assert run(fresh=True).state == "published"
    assert report.readlink() != target


def test_a_whole_run_has_a_limit_of_its_own(study_file, run, write_notebook, left_behind):
    write_notebook("overview", "import time; time.sleep(60)")
    with pytest.raises(errors.TimedOutError) as caught:
        run(limits=Limits(cell=50, notebook=40, run=6))
    assert caught.value.exit_code == 124
    assert re.fullmatch(
        r"overview.ipynb, code cell [12] \(`.*`\) was not done in time; "
        "the limits are 50 s a cell, 40 s a notebook and 6 s a run",
        str(caught.value),
    )
    assert left_behind(study_file.parent) == []
    assert not (study_file.parent / "reports" / "2026Q3").exists()
    (failed,) = (study_file.parent / "reports" / ".runs").iterdir()
    events = [json.loads(line) for line in (failed / "log.jsonl").read_text().splitlines()]
    assert [event["kind"] for event in events if event["event"] == "run failed"] == ["TimedOutError"]


def test_a_cell_of_a_large_base_has_longer(run, write_notebook, monkeypatch):
    write_notebook("overview", "import time; time.sleep(3)")
    monkeypatch.setattr("cxlab.run.engine.USUAL_BASE", 1)
    assert run(limits=Limits(cell=2)).state == "published"


def test_steps_that_are_done_too_late_are_no_report(study_file, run, write_notebook, monkeypatch):
    write_notebook("overview")
    real = quarterly.carry_out_together

    def late(*given, **named):
        done = real(*given, **named)
        monkeypatch.setattr("cxlab.run.quarterly.time.monotonic", lambda: math.inf)
        return done

    monkeypatch.setattr("cxlab.run.quarterly.carry_out_together", late)
    with pytest.raises(errors.TimedOutError) as caught:
        run()
    assert str(caught.value) == "the run was not done in time; the limit is 7200 s a run"
    assert not (study_file.parent / "reports" / "2026Q3").exists()
