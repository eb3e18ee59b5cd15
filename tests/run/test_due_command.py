"""``cxlab run --due`` as typed: real kernels, exit codes, what is said, what is left untouched."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from cxlab.cli import app
from cxlab.quarter import Quarter
from cxlab.run import plan_run, publish, run_quarter
from cxlab.run.due import last_finished, whose_turn
from cxlab.run.engine import Limits
from cxlab.run.notice import noticed
from cxlab.tables.config import read_config

SECRET = "0912 345 678"
NO_WAITING = "\n[due]\nsources = []\n"


@pytest.fixture
def quarter(study_file):
    """The quarter that is due now, by the clock of this machine."""
    return last_finished(read_config(study_file), now=datetime.now(UTC))


@pytest.fixture
def daily(study_file, quarter):
    """Let a contract begin every day, from a year before the quarter to a last day; a few end."""

    def write(until=None, *, leave_out=()):
        until = until or quarter.end - timedelta(days=1)
        first = max(date(2024, 1, 1), quarter.year_ago.start)
        days = [first + timedelta(days=number) for number in range((until - first).days + 1)]
        rows = [f"c{number},k{number},{day}," for number, day in enumerate(days) if day not in leave_out]
        (study_file.parent / "contracts.csv").write_text("\n".join(["contract_id,customer_id,start,end", *rows]))

    return write


@pytest.fixture
def due(study_file):
    return lambda *words: CliRunner().invoke(app, ["run", "--due", *words, "--study", str(study_file)])


def runs(study_file):
    return sorted(path.name for path in (study_file.parent / "reports" / ".runs").glob("*"))


def test_a_ready_quarter_is_run_and_published_and_then_there_is_nothing_to_do(
    study_file, quarter, daily, due, write_notebook
):
    write_notebook("overview")
    daily()
    done = due("--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["state"] == "published"
    assert f"{quarter}: overview done, 3 cells" in done.stderr.splitlines(), "a log has plain lines"
    assert "━" not in done.stderr
    assert (study_file.parent / "reports" / str(quarter)).is_dir()
    after = runs(study_file)
    for _ in range(2):
        again = due()
        assert (again.exit_code, again.stdout) == (0, "")
        (line,) = again.stderr.splitlines()
        assert line.startswith(f"nothing to do: {quarter} is published; {quarter + 1} is due from ")
    assert runs(study_file) == after
    assert json.loads(due("--json").stdout) == {"state": "nothing to do", "why": line}


def test_a_study_without_auto_publish_gets_one_draft(study_file, quarter, due, write_notebook):
    write_notebook("overview")
    study_file.write_text(
        study_file.read_text().replace("auto_publish = true", "auto_publish = false") + NO_WAITING
    )
    assert due().exit_code == 0
    (run,) = runs(study_file)
    done = due()
    assert done.exit_code == 0
    assert f"waits for approval: {study_file.parent}/reports/.runs/{run}; cxlab publish {quarter}" in done.stderr
    assert runs(study_file) == [run]
    assert not (study_file.parent / "reports" / str(quarter)).exists()


def test_sources_that_are_not_complete_end_with_69_and_nothing_is_made(
    study_file, quarter, daily, due, write_notebook
):
    write_notebook("overview", "raise SystemExit('never')")
    ends = quarter.end - timedelta(days=31)
    daily(ends)
    first = due()
    assert (first.exit_code, first.stdout) == (69, "")
    *notice, said, see = first.stderr.splitlines()
    assert (said, see) == (
        f"cxlab: not ready: contracts end {ends}",
        "  See data/README.md#complete-or-not",
    )
    assert len(notice) == 10
    assert runs(study_file) == []
    second = due()
    assert (second.exit_code, second.stderr.splitlines()) == (69, [said, see])
    later = ends + timedelta(days=2)
    daily(later)
    assert len(due().stderr.splitlines()) == 12, "another reason is told"


@pytest.fixture
def hook(monkeypatch):
    """A program that is told by POST: its address, and every body that came."""
    came = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    monkeypatch.setenv("no_proxy", "*")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", came
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_person_is_told_once_and_again_when_the_reason_changes(
    study_file, quarter, daily, due, write_notebook, hook
):
    url, came = hook
    write_notebook("overview")
    target = f'\n[deliver.ops]\nkind = "webhook"\nurl = "{url}"\non = ["failure"]\n'
    study_file.write_text(study_file.read_text() + target)
    ends = quarter.end - timedelta(days=31)
    daily(ends)
    first = due()
    assert [line for line in first.stderr.splitlines() if line.startswith("notice to ops: sent")], first.stderr
    assert "notice to" not in due().stderr
    daily(ends + timedelta(days=2))
    due()
    told = [json.dumps(body, ensure_ascii=False) for body in came]
    assert len(told) == 2
    assert told[0].count("số liệu nguồn chưa đủ") == told[1].count("số liệu nguồn chưa đủ") >= 1
    assert told[0] != told[1]


def test_a_gap_is_named_and_a_rest_allows_it(study_file, quarter, daily, due, write_notebook):
    write_notebook("overview")
    daily(leave_out=[quarter.start + timedelta(days=40)])
    assert f"contracts have no rows on {quarter.start + timedelta(days=40)}" in due().stderr
    study_file.write_text(study_file.read_text() + "\n[due]\nrest_days = { contracts = 1 }\n")
    assert due("--dry-run").exit_code == 0


def test_a_rehearsal_tells_nobody(study_file, quarter, daily, due, write_notebook):
    write_notebook("overview")
    daily(quarter.end - timedelta(days=31))
    done = due("--dry-run")
    assert (done.exit_code, len(done.stderr.splitlines())) == (69, 2)
    assert not (study_file.parent / "reports").exists()


def test_a_failing_notebook_ends_with_1_and_five_lines_a_language_without_its_words(
    study_file, quarter, due, write_notebook
):
    write_notebook("overview", f"raise KeyError({SECRET!r})")
    study_file.write_text(study_file.read_text() + NO_WAITING)
    done = due()
    assert done.exit_code == 1
    assert SECRET not in done.output
    lines = done.stderr.splitlines()
    begin = next(place for place, line in enumerate(lines) if line.startswith("Tiny, "))
    english, vietnamese = lines[begin : begin + 5], lines[begin + 5 : begin + 10]
    assert (
        english[0]
        == f"Tiny, Q{quarter.number} {quarter.year}: the notebook overview failed (code cell 2, KeyError)"
    )
    assert vietnamese[0].endswith("notebook overview bị lỗi (ô lệnh 2, KeyError)")
    assert english[2] == "No report has been published yet"
    assert f" run {quarter} --resume --study {study_file}" in english[3]
    (failed,) = runs(study_file)
    assert english[4] == f"Log: {study_file.parent}/reports/.runs/{failed}/log.jsonl"
    assert lines[begin + 10].startswith(
        "cxlab: overview.ipynb, code cell 2, failed: KeyError; what it said is kept in"
    )
    assert SECRET not in (study_file.parent / "reports" / ".runs" / failed / "log.jsonl").read_text()


def test_a_broken_notebook_ends_with_2_and_is_told(study_file, quarter, due, write_notebook):
    write_notebook("overview", parameters="months: int = 12  # how far")
    study_file.write_text(study_file.read_text() + NO_WAITING)
    done = due()
    assert done.exit_code == 2
    assert "the study file or a notebook has to be mended" in done.stderr
    assert "overview.ipynb: the parameters cell must declare `quarter: str`" in done.stderr


def test_a_locked_quarter_ends_with_75(study_file, quarter, due, write_notebook):
    write_notebook("overview")
    study_file.write_text(study_file.read_text() + NO_WAITING)
    reports = study_file.parent / "reports"
    with publish.hold(reports, quarter=str(quarter), run_id="by-hand", since=datetime.now(UTC)):
        done = due()
    assert done.exit_code == 75
    assert "not run, another run holds the quarter" in done.stderr
    assert f"cxlab: {quarter} is held by run by-hand" in done.stderr


def test_a_cell_over_its_limit_ends_with_124(study_file, write_notebook):
    write_notebook("overview", "import time\ntime.sleep(60)")
    now = datetime.now(UTC)
    turn = whose_turn(study_file, now=now)
    said = []
    with pytest.raises(Exception, match="was not done in time") as caught:  # noqa: SIM117  (the second is what is tested)
        with noticed(turn, quarter=turn.quarter, now=now, say=said.append, hand=lambda folder, notice: ()):
            run_quarter(plan_run(study_file), quarter=turn.quarter, limits=Limits(cell=2))
    assert caught.value.exit_code == 124
    assert said[0].splitlines()[0].endswith("the notebook overview was not done in time (code cell 2)")


def test_the_quarter_that_stands_is_byte_identical_after_a_failure(study_file, quarter, due, write_notebook):
    write_notebook("overview")
    study_file.write_text(study_file.read_text() + NO_WAITING)
    before = Quarter.parse(str(quarter - 1))
    assert CliRunner().invoke(app, ["run", str(before), "--study", str(study_file)]).exit_code == 0
    report = study_file.parent / "reports" / str(before)
    content = {path: path.read_bytes() for path in report.rglob("*") if path.is_file()}
    write_notebook("overview", "1/0")
    done = due()
    assert done.exit_code == 1
    assert f"Still in force, unchanged: the report of Q{before.number} {before.year}" in done.stderr
    assert {path: path.read_bytes() for path in report.rglob("*") if path.is_file()} == content
    write_notebook("overview")
    assert due().exit_code == 0, "a plain next day succeeds with no hand cleaning"
    assert not (study_file.parent / "reports" / ".notices" / "now.json").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "which quarter? give one such as 2026Q3, or --due for the last finished one"),
        (["2026Q3", "--due"], "--due finds the quarter by itself: leave out 2026Q3, or --due"),
        (["--due", "--only", "churn", "--set", "churn.x=1"],
         "--due runs the whole quarter as the study says; it does not take --only, --set"),
        (["--due", "--as-of", "2026-10-12"],
         "--due runs the whole quarter as the study says; it does not take --as-of"),
    ],
)  # fmt: skip
def test_usage_errors_are_words(words, said):
    done = CliRunner().invoke(app, ["run", *words])
    assert (done.exit_code, done.stderr) == (2, f"cxlab: {said}\n")


def typed_at_a_terminal(words, *, seconds=90):
    """Everything a command wrote to a terminal of its own, and its exit code."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    said, deadline = b"", time.monotonic() + seconds
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                chunk = os.read(ours, 65536)
            except OSError:
                break
            if not chunk:
                break
            said += chunk
        elif process.poll() is not None:
            break
    os.close(ours)
    return said.decode(errors="replace"), process.wait(timeout=10)


def test_a_terminal_shows_a_bar(study_file, quarter, write_notebook):
    write_notebook("overview")
    study_file.write_text(study_file.read_text() + NO_WAITING)
    said, code = typed_at_a_terminal([sys.executable, "-m", "cxlab", "run", "--due", "--study", str(study_file)])
    assert code == 0, said
    assert "━" in said
    assert f"{quarter} overview" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said)
    assert "overview done" not in said
