"""The doctor: what it looks at, what it says, and that it changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import metadata

import pytest
from typer.testing import CliRunner

from cxlab.cli import app
from cxlab.run.doctor import Sign, examine
from cxlab.run.doctor import machine as of_machine
from cxlab.run.doctor import premises as of_premises
from cxlab.tables.config import read_config

NOW = datetime(2026, 10, 7, 8, 30, tzinfo=UTC)


@pytest.fixture
def tiny(study_file, write_notebook):
    write_notebook("churn")
    return study_file


def of(signs, about):
    return [(sign.state, sign.said, sign.todo) for sign in signs if sign.about == about]


def test_what_is_wrong_always_says_what_to_do():
    with pytest.raises(ValueError, match=r"^what is wrong needs something to do about it; disk: full$"):
        Sign(about="disk", state="wrong", said="full")
    assert (
        str(Sign(about="disk", state="wrong", said="full", todo="make room")) == "wrong  disk: full -> make room"
    )
    assert str(Sign(about="python", state="ok", said="3.11")) == "ok     python: 3.11"


def test_a_healthy_study_is_called_healthy(tiny):
    os.utime(tiny, (NOW.timestamp(), NOW.timestamp()))
    signs = examine(tiny, now=NOW)
    assert [sign for sign in signs if sign.state == "wrong"] == []
    assert of(signs, "study") == [("ok", f"{tiny} (Tiny)", "")]
    assert of(signs, "notebooks") == [("ok", "churn", "")]
    assert of(signs, "sources") == [("ok", "1 declared, all there", "")]
    assert of(signs, "locks") == [("ok", "nobody holds a quarter", "")]
    assert of(signs, "left behind") == [("ok", "nothing", "")]
    assert of(signs, "clock") == [("ok", "2026-10-07 08:30 UTC", "")]


def test_looking_changes_nothing(tiny):
    before = {path: path.stat().st_mtime_ns for path in tiny.parent.rglob("*") if path.is_file()}
    examine(tiny, now=NOW)
    assert {path: path.stat().st_mtime_ns for path in tiny.parent.rglob("*") if path.is_file()} == before
    assert not (tiny.parent / "reports").exists()


def test_python_is_held_against_what_cxlab_requires():
    assert of_machine.python("3.12.1", needed=">=3.11").state == "ok"
    assert of_machine.python("3.14.0rc1", needed=">=3.11").state == "ok"
    old = of_machine.python("3.10.9", needed=">=3.11")
    assert (old.state, old.said) == ("wrong", "3.10.9, and cxlab needs >=3.11")


def test_packages_are_held_against_their_ranges():
    required = ["pandas >=2.1,<3", "scipy >=1.13", "pyspark >=4.0 ; extra == 'spark'", "tzdata"]
    there = {"pandas": "3.0.0", "tzdata": "2026.1"}

    def version(name):
        if name not in there:
            raise metadata.PackageNotFoundError(name)
        return there[name]

    found = list(of_machine.packages(required, version=version))
    assert [sign.said for sign in found] == ["pandas is 3.0.0, and cxlab needs <3,>=2.1", "scipy is missing"]
    assert {(sign.state, sign.todo) for sign in found} == {("wrong", of_machine.INSTALL)}
    there |= {"pandas": "2.3.3", "scipy": "1.13.0"}
    (fine,) = of_machine.packages(required, version=version)
    assert (fine.state, fine.said) == ("ok", "all 3 are in the ranges cxlab requires")


def test_the_memory_of_a_container_counts(tmp_path):
    whole = of_machine.total_bytes([])
    assert whole > 1e8
    (tmp_path / "max").write_text("1500000000\n")
    (tmp_path / "unlimited").write_text("max\n")
    assert of_machine.total_bytes([tmp_path / "unlimited", tmp_path / "missing"]) == whole
    assert of_machine.total_bytes([tmp_path / "max", tmp_path / "unlimited"]) == 1.5e9


@pytest.mark.parametrize(("total", "state"), [(1.5e9, "wrong"), (4e9, "note"), (16e9, "ok")])
def test_memory_is_judged(total, state):
    sign = of_machine.memory(total)
    assert (sign.state, sign.said) == (state, f"{total / 1e9:.1f} GB in all")


def test_one_processor_is_worth_a_note():
    assert of_machine.processors(1).state == "note"
    assert of_machine.processors(2) == Sign(about="processors", state="ok", said="2")


def test_missing_zones_fonts_and_browsers_are_told():
    assert of_machine.time_zones(0).state == "wrong"
    assert of_machine.fonts([]).said == "Source Sans Pro is missing"
    none = of_machine.browser(None)
    assert (none.state, none.said) == ("note", "no Chromium: reports have no PDF")
    letters = of_machine.browser("/opt/chromium", vietnamese=False)
    assert (letters.state, letters.said) == ("note", "/opt/chromium, but no font with Vietnamese")
    found = of_machine.browser("/opt/chromium")
    assert (found.state, found.said) == ("ok", "/opt/chromium makes PDF")


def test_a_wrong_study_file_is_told_with_every_problem(tiny):
    tiny.write_text(tiny.read_text().replace("VND", "dong") + "\nsomething = 1\n")
    (sign,) = of_premises.signs(tiny, now=NOW)
    assert (sign.about, sign.state) == ("study", "wrong")
    assert sign.said.startswith(f"{tiny} has 2 problems; ")
    assert "currency" in sign.said


def test_no_study_at_all_is_told(tmp_path):
    (sign,) = of_premises.signs(tmp_path, now=NOW)
    assert (sign.state, sign.said.partition(";")[0]) == ("wrong", f"no study found in {tmp_path}")


def test_broken_notebooks_and_missing_sources_are_told(tiny):
    (tiny.parent / "notebooks" / "churn.ipynb").write_text("{}")
    (tiny.parent / "contracts.csv").unlink()
    signs = list(of_premises.signs(tiny, now=NOW))
    assert [state for state, *_ in of(signs, "notebooks")] == ["wrong"]
    assert [said for _, said, _ in of(signs, "sources")] == [f"nothing at {tiny.parent}/contracts.csv"]


def test_a_zone_only_python_knows_is_worth_a_note(tiny, tmp_path):
    sign = of_premises.zone(read_config(tiny), zones=tmp_path)
    assert (sign.state, sign.todo) == ("note", "on Debian and Ubuntu: apt install tzdata")


def test_a_folder_that_cannot_be_written_is_told(tiny):
    if os.geteuid() == 0:
        tiny.write_text('prepared = "/proc/nowhere"\n' + tiny.read_text())
        where = "/proc"
    else:
        (tiny.parent / "closed").mkdir(mode=0o500)
        tiny.write_text('prepared = "closed"\n' + tiny.read_text())
        where = str(tiny.parent / "closed")
    (sign,) = of_premises.folders(read_config(tiny), folder=tiny.parent)
    assert (sign.state, sign.said.split(": ")[:2]) == ("wrong", ["prepared", where])
    assert sign.todo.endswith("or set another `prepared` in study.toml")


def test_too_little_room_is_told(tiny):
    config = read_config(tiny)
    prepared, reports = of_premises.disk(config, folder=tiny.parent, free=lambda path: 5e8)
    assert (prepared.state, prepared.said) == ("wrong", "0.5 GB free for prepared")
    assert reports.todo == f"make room: 1.0 GB are wanted in {tiny.parent}, or set another `reports` in study.toml"
    assert {sign.state for sign in of_premises.disk(config, folder=tiny.parent, free=lambda path: 5e9)} == {"ok"}


@pytest.fixture
def hold(tiny):
    def write(*, host=None, process=4242):
        locks = tiny.parent / "reports" / ".locks"
        locks.mkdir(parents=True, exist_ok=True)
        facts = {
            "run": "2026Q3-a",
            "process": process,
            "host": host or socket.gethostname(),
            "since": "2026-10-07",
        }
        (locks / "2026Q3.json").write_text(json.dumps(facts))
        return tiny.parent / "reports"

    return write


def test_who_holds_a_quarter_is_named(hold):
    (held,) = of_premises.locks(hold(), runs=lambda process: process == 4242)
    assert (held.state, held.todo) == ("note", "")
    assert held.said == (f"held since 2026-10-07: 2026Q3 by run 2026Q3-a (process 4242 on {socket.gethostname()})")
    (elsewhere,) = of_premises.locks(hold(host="other"), runs=lambda process: False)
    assert elsewhere.said.startswith("held since 2026-10-07: 2026Q3 by run 2026Q3-a (process 4242 on other)")


def test_a_stale_mark_is_told_and_is_no_hindrance(hold):
    reports = hold()
    (stale,) = of_premises.locks(reports, runs=lambda process: False)
    assert stale.said.startswith("left behind: 2026Q3 by run 2026Q3-a")
    assert stale.todo == f"nothing: the next run takes the quarter; to tidy: rm {reports}/.locks/2026Q3.json"


def test_a_process_is_alive_or_not():
    assert of_premises.alive(os.getpid())
    assert not of_premises.alive(2**22 + 1)


def test_what_killed_runs_left_is_told(hold):
    reports = hold()
    for name in ("2026Q3-a.part", "2026Q2-b.part", "2026Q2-c.failed", "2026Q1-whole"):
        (reports / ".runs" / name).mkdir(parents=True)
    (prepared := reports.parent / "prepared").mkdir()
    (sign,) = of_premises.left_behind(reports, prepared=prepared, runs=lambda process: True)
    assert (sign.state, sign.said.partition(",")[0]) == ("note", "2 runs that were cut off or failed")
    (sign,) = of_premises.left_behind(reports, prepared=prepared, runs=lambda process: False)
    assert sign.said.startswith("3 runs that were cut off or failed")


def test_working_files_of_dead_processes_are_told(tiny, tmp_path):
    machine = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]
    prepared = tmp_path / "prepared"
    (prepared / f"load-{machine}-{2**22 + 1}-0123456789ab").mkdir(parents=True)
    (prepared / f"load-{machine}-{os.getpid()}-0123456789ab").mkdir()
    (sign,) = of_premises.left_behind(tmp_path / "reports", prepared=prepared)
    assert sign.said.startswith("1 working files of processes that are no more")


def test_a_clock_behind_what_it_made_is_wrong(tiny):
    run = tiny.parent / "reports" / ".runs" / "2026Q3-x"
    run.mkdir(parents=True)
    (run / "manifest.json").write_text(json.dumps({"run": {"made_at": "2026-10-07T08:30:00+00:00"}}))
    os.utime(tiny, (0, 0))
    seen = of_premises.moments(tiny.parent / "reports", file=tiny)
    assert of_premises.clock(NOW, seen=seen).state == "ok"
    assert of_premises.clock(NOW - timedelta(minutes=4), seen=seen).state == "ok"
    back = of_premises.clock(NOW - timedelta(days=200), seen=seen)
    assert (back.state, back.said) == (
        "wrong",
        "it is 2026-03-21 08:30 UTC, and run 2026Q3-x was made on 2026-10-07 08:30 UTC",
    )


def test_a_clock_that_was_never_set_is_wrong():
    assert of_premises.clock(datetime(1970, 1, 1, tzinfo=UTC), seen={}).state == "wrong"


def test_the_command_ends_with_0_or_69(tiny):
    done = CliRunner().invoke(app, ["doctor", "--study", str(tiny), "--json"])
    assert done.exit_code == 0, done.output
    *lines, last = done.stdout.splitlines()
    signs = json.loads(last)
    assert [line.split(": ")[0].split()[1] for line in lines] == [sign["about"].split()[0] for sign in signs]
    (tiny.parent / "contracts.csv").unlink()
    done = CliRunner().invoke(app, ["doctor", "--study", str(tiny)])
    assert done.exit_code == 69
    assert done.stderr == "cxlab: 1 thing stands in the way of a run: sources\n"
    assert f"wrong  sources: nothing at {tiny.parent}/contracts.csv -> bring the file" in done.stdout


def test_a_missing_package_does_not_silence_the_doctor(tiny):
    code = (
        "import sys; sys.modules['pydantic'] = None\n"
        "from datetime import UTC, datetime\n"
        "from cxlab.run.doctor import examine\n"
        f"print(*examine({str(tiny)!r}, now=datetime.now(UTC)), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("wrong  study: not looked at: ")


def test_everything_is_looked_at(tiny):
    assert {sign.about for sign in examine(tiny, now=NOW)} == {
        "python", "packages", "memory", "processors", "time zones", "fonts", "browser", "study", "notebooks",
        "sources", "time zone", "folders", "disk", "locks", "left behind", "clock",
    }  # fmt: skip
