"""One notebook in a real kernel: what it is told, how it may fail, and that nothing is left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from cxlab import errors
from cxlab.run.engine import Limits, execute
from cxlab.run.journal import journal, note
from cxlab.run.kernel import end_group
from cxlab.run.steps import discover


@pytest.fixture
def execute_notebook(tmp_path, write_notebook):
    """Execute a notebook of the given cells and return it."""

    def run(*cells, values=None, limits=None, **settings):
        write_notebook("churn", *cells, **settings)
        (step,) = discover(tmp_path / "notebooks")
        with journal(tmp_path / "log.jsonl"):
            return execute(
                step,
                values=values or {},
                environment={"CXLAB_RUN": str(tmp_path), "CXLAB_STEP": "churn"},
                folder=tmp_path,
                to=tmp_path / "done" / "churn.ipynb",
                limits=limits or Limits(cell=30),
            )

    return run


def events(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_a_notebook_runs_in_this_interpreter_with_its_parameters(tmp_path, execute_notebook, left_behind):
    told = (
        'print(sys.executable, os.environ["PYTHONHASHSEED"], os.getcwd(), repr(title), months, quarter, sep="|")'
    )
    done = execute_notebook(
        "import os, sys",
        told,
        parameters='quarter: str = "2026Q1"  # q\nmonths: int = 12  # m\ntitle: str = ""  # t',
        values={"quarter": "2026Q3", "months": 24, "title": 'a"b\\n'},
    )
    (output,) = next(cell for cell in done.cells if cell.source == told).outputs
    expected = [sys.executable, "0", str(tmp_path), repr('a"b\\n'), "24", "2026Q3"]
    assert output.text.strip().split("|") == expected
    assert nbformat.read(tmp_path / "done" / "churn.ipynb", as_version=4).cells == done.cells
    names = [event["event"] for event in events(tmp_path)]
    assert names == ["step started", *["cell done"] * 4, "step done"]
    assert all(set(event) <= {"at", "event", "step", "cell", "seconds"} for event in events(tmp_path))
    assert left_behind(tmp_path) == []


def test_a_cell_that_raises_is_named_and_ends_the_notebook(tmp_path, execute_notebook):
    with pytest.raises(errors.RunError) as caught:
        execute_notebook("x = 1", "\nrow = 'secret 0912345678'\nint(row)", "open('never', 'w')")
    expected = (
        "churn.ipynb, code cell 3 (`row = 'secret 0912345678'`) failed: ValueError: invalid literal for int()"
    )
    assert str(caught.value).startswith(expected)
    assert caught.value.exit_code == 1
    assert not (tmp_path / "never").exists()
    failed = [event for event in events(tmp_path) if "failed" in event["event"]]
    assert [(event["event"], event["kind"]) for event in failed] == [
        ("cell failed", "ValueError"),
        ("step failed", "RunError"),
    ]
    assert "secret" not in (tmp_path / "log.jsonl").read_text()
    saved = nbformat.read(tmp_path / "done" / "churn.ipynb", as_version=4)
    assert [output.ename for cell in saved.cells for output in cell.outputs] == ["ValueError"]


def test_an_error_of_ours_keeps_its_kind_its_words_and_its_exit_code(execute_notebook):
    with pytest.raises(errors.DataError) as caught:
        execute_notebook(
            "from cxlab.errors import DataError\nraise DataError('no recharges', ['since 2026-08-31'])"
        )
    assert caught.value.exit_code == 69
    assert "code cell 2" in caught.value.message
    assert caught.value.message.endswith(": no recharges")
    assert caught.value.problems == ("since 2026-08-31",)


def test_somebody_elses_error_of_the_same_name_is_no_error_of_ours(execute_notebook):
    with pytest.raises(errors.RunError) as caught:
        execute_notebook("class DataError(Exception): pass", "raise DataError('theirs')")
    assert caught.value.exit_code == 1


def test_leaving_early_is_a_failure(execute_notebook):
    with pytest.raises(errors.RunError, match="failed: SystemExit: 0"):
        execute_notebook("import sys; sys.exit(0)")


def test_a_cell_that_never_ends_is_ended_though_it_swallows_interrupts(tmp_path, execute_notebook, left_behind):
    endless = "import signal, subprocess, time\nsubprocess.Popen(['sleep', '600'])\n"
    endless += "for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)\n"
    endless += "while True: time.sleep(1)"
    started = time.monotonic()
    with pytest.raises(errors.TimedOutError) as caught:
        execute_notebook(endless, limits=Limits(cell=1.0, notebook=20))
    assert caught.value.exit_code == 124
    assert "was not done in time; the limits are 1 s a cell, 20 s a notebook and 7200 s a run" in str(caught.value)
    assert time.monotonic() - started < 15
    assert left_behind(tmp_path) == []


def test_a_notebook_has_a_limit_of_its_own(tmp_path, execute_notebook, left_behind):
    with pytest.raises(errors.TimedOutError, match="code cell 3"):
        execute_notebook("import time", "time.sleep(60)", limits=Limits(cell=60, notebook=2))
    assert left_behind(tmp_path) == []


def test_a_killed_kernel_is_no_success(tmp_path, execute_notebook, left_behind):
    with pytest.raises(
        errors.RunError, match=r"code cell 2 .* ended the kernel: killed from outside, out of memory"
    ):
        execute_notebook("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert [event["event"] for event in events(tmp_path)][-2:] == ["cell failed", "step failed"]
    assert left_behind(tmp_path) == []


def test_a_group_that_does_not_listen_is_killed():
    deaf = "import signal, subprocess, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True, stdout=subprocess.PIPE)
    process.stdout.readline()
    end_group(process, grace_seconds=0.3)
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("limits", [{"cell": 0}, {"notebook": -1}, {"run": 0}])
def test_limits_are_more_than_nothing(limits):
    with pytest.raises(ValueError, match="limits are more than 0 seconds"):
        Limits(**limits)


def test_a_large_base_has_longer_but_never_longer_than_the_run():
    limits = Limits(cell=600, notebook=1800, run=7200)
    assert limits.of_base(0) == limits.of_base(5_000_000) == limits
    assert limits.of_base(10_000_000) == Limits(cell=1200, notebook=3600, run=7200)
    assert limits.of_base(50_000_000) == Limits(cell=6000, notebook=7200, run=7200)


def test_half_a_character_does_not_lose_the_output(execute_notebook):
    done = execute_notebook("print('before'); print('\\ud800'); print('after')")
    (output,) = next(cell for cell in done.cells if "before" in cell.source).outputs
    assert output.text == "before\n?\nafter\n"


def test_a_journal_hears_what_nobody_listened_to_before(tmp_path):
    note("before anybody listens")
    with journal(tmp_path / "log.jsonl"):
        note("heard")
    assert json.loads((tmp_path / "log.jsonl").read_text())["event"] == "heard"
