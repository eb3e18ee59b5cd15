"""record() and recall(): names are checked, a run's ledger is written, published quarters are only read."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from cxlab import ledger
from cxlab.finding import MADE_AFTERWARDS, Estimate
from cxlab.quarter import Quarter
from cxlab.report import recall, record


@pytest.fixture
def run(tmp_path, monkeypatch):
    folder = tmp_path / "reports" / ".runs" / "2026Q3-1.part"
    monkeypatch.setenv("CXLAB_RUN", str(folder))
    monkeypatch.setenv("CXLAB_STEP", "churn")
    return folder


@pytest.fixture
def no_run(monkeypatch):
    monkeypatch.delenv("CXLAB_RUN", raising=False)
    monkeypatch.delenv("CXLAB_STEP", raising=False)


def test_a_run_gets_a_ledger_of_the_step(make, study, run):
    record(study, make.churn_findings())
    written = ledger.read(run / "findings" / "churn.json")
    assert [finding.name for finding in written.findings] == [finding.name for finding in make.churn_findings()]
    assert written.header == {"step": "churn", "study": "Én Mobile", "quarter": "2026Q3"}


def test_outside_a_run_nothing_is_written(make, study, no_run, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.publish_display_data", lambda data, metadata=None: shown.append(data))
    record(study, make.churn_findings())
    assert list(tmp_path.iterdir()) == []
    assert "Draft, not recorded" in shown[0]["text/html"]
    assert shown[0]["text/plain"].count("churn.") == 6


def test_all_wrong_names_are_told_at_once(make, study, no_run):
    wrong = [make.finding("churn.left"), make.finding("churn.left"), make.finding("clv.base")]
    with pytest.raises(
        ValueError,
        match=r"^findings of a step are named after it, each once: "
        r"churn\.left comes 2 times; clv\.base does not begin with 'churn'$",
    ):
        record(study, wrong)


def test_a_step_records_its_own_question_only(make, study, run):
    with pytest.raises(ValueError, match=r"clv\.base does not begin with 'churn'$"):
        record(study, [make.finding("clv.base")])
    assert not run.exists()


def test_something_is_recorded(study, no_run):
    with pytest.raises(ValueError, match="at least one finding: the first is the answer of the page"):
        record(study, [])


def test_a_step_recalls_what_an_earlier_step_of_the_run_found(make, study, run):
    record(study, make.churn_findings())
    found = recall(study, "churn.at_risk")
    assert found is not None
    assert found.headline.value == 232e6
    assert recall(study, "churn.unheard") is None
    assert recall(study, "clv.base") is None


def test_a_published_quarter_is_recalled_by_its_name(make, study, run, tmp_path):
    old = make.finding("churn.left", headline=make.share(0.07, 0.06, 0.08, 9000))
    ledger.write([old], tmp_path / "reports" / "2026Q2" / "findings.json", header={"quarter": "2026Q2"})
    found = recall(study, "churn.left", quarter=Quarter(2026, 2))
    assert found is not None
    assert found.headline.value == 0.07
    assert recall(study, "churn.left", quarter=Quarter(2026, 1)) is None


def test_outside_a_run_the_newest_ledger_of_the_quarter_is_read(make, study, no_run, tmp_path):
    runs = tmp_path / "reports" / ".runs"
    for name, quarter, value, age in (
        ("old", "2026Q3", 0.05, 30), ("new", "2026Q3", 0.06, 20), ("other", "2026Q2", 0.07, 10),
        ("half.part", "2026Q3", 0.08, 5), ("bad.failed", "2026Q3", 0.09, 1),
    ):  # fmt: skip
        found = make.finding("churn.left", headline=make.share(value, 0.01, 0.2, 100))
        path = runs / name / "findings.json"
        ledger.write([found], path, header={"quarter": quarter})
        os.utime(path, (1_790_000_000 - age, 1_790_000_000 - age))
    found = recall(study, "churn.left")
    assert found is not None
    assert found.headline.value == 0.06


def test_a_forecast_is_marked_when_its_quarter_is_over(make, study, run):
    promise = Estimate(value=790, low=700, high=880, unit="count", kind="prediction", n=10_000)
    known = Estimate(value=0.09, low=0.08, high=0.10, unit="share", n=10_000)
    record(
        study,
        [
            replace(make.finding("churn.late"), headline=promise, about=Quarter(2026, 3)),
            replace(make.finding("churn.ahead"), headline=promise, about=Quarter(2026, 4)),
            replace(make.finding("churn.known"), headline=known, about=Quarter(2026, 3)),
        ],
    )
    written = ledger.read(run / "findings" / "churn.json")
    marked = [one.name for one in written.findings if any(c.name == MADE_AFTERWARDS for c in one.checks)]
    assert marked == ["churn.late"]
