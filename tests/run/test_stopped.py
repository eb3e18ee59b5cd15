"""The runner itself is stopped or killed, or started twice: nothing half done, nothing left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

WAIT = "import time\nfrom pathlib import Path\nPath('busy').touch()\ntime.sleep(120)"


def start(study_file):
    command = [sys.executable, "-m", "cxlab", "run", "2026Q3", "--study", str(study_file)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=study_file.parent,
        preexec_fn=heeds_interrupts,
    )  # fmt: skip


def heeds_interrupts():
    """A suite started in the background may have been told to ignore Ctrl-C, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_until_busy(study_file, process):
    deadline = time.monotonic() + 60
    while not (study_file.parent / "busy").exists():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline, "the notebook never started"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_stopped_runner_leaves_the_quarter_and_no_process(study_file, write_notebook, left_behind, number, code):
    folder = study_file.parent
    write_notebook("overview", WAIT)
    process = start(study_file)
    wait_until_busy(study_file, process)
    process.send_signal(number)
    _, said = process.communicate(timeout=15)
    assert process.returncode == code
    assert left_behind(folder / "study.toml") == []
    assert not (folder / "reports" / "2026Q3").exists()
    assert "Traceback" not in said
    runs = [path.suffix for path in (folder / "reports" / ".runs").iterdir()]
    assert runs == [".part" if number == signal.SIGKILL else ".failed"]

    write_notebook("overview")
    again = start(study_file)
    shown, said = again.communicate(timeout=60)
    assert again.returncode == 0, said
    assert shown.strip() == str(folder / "reports" / "2026Q3" / "index.html")


def test_the_second_of_two_runs_ends_with_75(study_file, write_notebook):
    write_notebook("overview", WAIT)
    first = start(study_file)
    wait_until_busy(study_file, first)
    second = start(study_file)
    _, said = second.communicate(timeout=60)
    first.terminate()
    first.communicate(timeout=15)
    assert second.returncode == 75
    assert "2026Q3 is held by run 2026Q3-" in said
    assert f"(process {first.pid} on " in said
