"""Which quarter is due: by the study's zone and days of grace, unless it is there, whatever the clock says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cxlab import errors
from cxlab.run import publish
from cxlab.run.due import last_finished, waiting_draft, whose_turn
from cxlab.run.outcome import number_run
from cxlab.tables.config import read_config


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


AUTUMN = at("2026-10-07T01:00")


@pytest.fixture
def due(study_file, write_notebook):
    """Whose turn it is in the tiny study, at a moment."""
    write_notebook("overview")
    write_notebook("churn")
    return lambda moment=AUTUMN: whose_turn(study_file, now=moment)


@pytest.fixture
def made(study_file):
    """Put a run into the reports as a finished run leaves it."""

    def make(quarter, *, state="draft", as_of="2026-10-05", steps=("churn", "overview"), off=(), changed=()):
        reports = study_file.parent / "reports"
        publish.claim(reports, study="Tiny")
        run_id, folder = publish.new_run(reports, quarter=quarter, at=AUTUMN)
        folder.mkdir(parents=True)
        facts = {
            "run": {
                "run_id": run_id,
                "state": state,
                "made_at": AUTUMN.isoformat(),
                "off": {name: {} for name in off},
            },
            "quarter": quarter,
            "as_of": as_of,
            "steps": {name: {"changed": list(changed)} for name in steps},
        }
        (folder / "manifest.json").write_text(json.dumps(facts))
        number_run(folder, reports=reports, quarter=quarter)
        done = publish.finish(folder, run_id=run_id)
        if state == "published":
            publish.publish(done, reports=reports, quarter=quarter)
        return done.name

    return make


def finished(study_file, moment, **settings):
    lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
    study_file.write_text(lines + study_file.read_text())
    return str(last_finished(read_config(study_file), now=at(moment)))


@pytest.mark.parametrize(
    ("moment", "quarter"),
    [
        ("2026-10-05T16:59", "2026Q2"),  # the last day of grace, 23:59 in Hanoi: rows may still be loaded
        ("2026-10-05T17:00", "2026Q3"),
        ("2026-12-31T12:00", "2026Q3"),
        ("2027-01-05T16:59", "2026Q3"),
        ("2027-01-05T17:00", "2026Q4"),
    ],
)
def test_a_quarter_is_finished_when_its_days_of_grace_are_over_in_the_studys_zone(study_file, moment, quarter):
    assert finished(study_file, moment) == quarter


@pytest.mark.parametrize(("moment", "quarter"), [("2026-09-30T17:00", "2026Q2"), ("2026-10-01T17:00", "2026Q3")])
def test_without_days_of_grace_the_close_itself_has_to_be_over(study_file, moment, quarter):
    assert finished(study_file, moment, grace_days=0) == quarter


def test_quarters_are_those_of_the_fiscal_year(study_file):
    assert finished(study_file, "2026-10-07T01:00", first_month=4) == "2026Q2"


def test_a_finished_quarter_that_is_not_there_is_due(due):
    turn = due()
    assert (str(turn.quarter), turn.why) == ("2026Q3", "")
    assert not turn.reports.exists(), "looking writes nothing"


def test_a_published_quarter_is_not_due(due, made):
    made("2026Q3", state="published")
    turn = due()
    assert turn.quarter is None
    assert turn.why == "nothing to do: 2026Q3 is published; 2026Q4 is due from 2027-01-06"
    assert str(due(at("2027-01-06T01:00")).quarter) == "2026Q4"


def test_an_older_published_quarter_changes_nothing(due, made):
    made("2026Q2", state="published")
    assert str(due().quarter) == "2026Q3"


def test_a_draft_that_waits_for_approval_is_not_made_again(due, made, study_file):
    made("2026Q3")
    newest = made("2026Q3", steps=("overview",), off=("churn",))  # in the same second: their numbers tell
    assert due().why == (
        f"nothing to do: 2026Q3, as known on 2026-10-05, waits for approval: "
        f"{study_file.parent}/reports/.runs/{newest}; cxlab publish 2026Q3 --approved-by ROLE"
    )


@pytest.mark.parametrize(
    "trial",
    [{"steps": ("churn",)}, {"changed": ("months",)}, {"as_of": "2026-11-01"}],
    ids=["part", "set", "as-of"],
)
def test_a_trial_is_no_draft_of_the_quarter(due, made, trial):
    made("2026Q3", **trial)
    assert str(due().quarter) == "2026Q3"


@pytest.mark.parametrize("ending", [".part", ".failed"])
def test_what_was_cut_off_or_failed_is_no_draft(due, made, study_file, ending):
    run = study_file.parent / "reports" / ".runs" / made("2026Q3")
    run.rename(run.with_name(run.name + ending))
    assert str(due().quarter) == "2026Q3"


def test_a_damaged_manifest_is_no_draft(due, made, study_file):
    run = study_file.parent / "reports" / ".runs" / made("2026Q3")
    (run / "manifest.json").write_text('{"run": {"state": "dra')
    turn = due()
    assert str(turn.quarter) == "2026Q3"
    assert waiting_draft(turn.reports, quarter=turn.quarter, config=turn.config, file=turn.file) is None


def test_a_clock_moved_back_does_nothing(due, made):
    made("2026Q3", state="published")
    assert due(at("2026-05-20T00:00")).why == (
        "nothing to do: 2026Q3 is published, and on 2026-05-20 the last finished quarter is 2026Q1; "
        "was the clock moved back? cxlab doctor"
    )


def test_a_clock_before_the_study_does_nothing(due):
    assert due(at("1970-01-01T00:00")).why == (
        "nothing to do: on 1970-01-01 no quarter of the study is over; its window opens 2025-01-01"
    )


def test_a_dead_link_does_not_stand_for_a_report(due, study_file):
    reports = study_file.parent / "reports"
    reports.mkdir()
    for quarter in ("2026Q3", "2027Q1"):
        (reports / quarter).symlink_to(".runs/gone")
    assert str(due().quarter) == "2026Q3"


def test_reports_of_another_study_are_refused(due, study_file):
    publish.claim(study_file.parent / "reports", study="Other")
    with pytest.raises(errors.UsageError, match=r"holds the reports of 'Other', and this study is 'Tiny'"):
        due()
