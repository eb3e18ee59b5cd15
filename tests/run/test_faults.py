"""A run hits a limit, or its sources change under it: said in words, nothing published, nothing left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess

import pytest
from typer.testing import CliRunner

from cxlab.cli import app

from .notebooks import write_notebook, write_study

OPEN = "from cxlab.tables import open_study\nstudy = open_study(quarter)"
DRAIN = 'study.lives.sql("SELECT list(range) AS n FROM range(30_000_000)", dialect="duckdb").to_pandas()'
SPILL = """ask = study._engine.con.execute
ask("SET memory_limit = '40MB'")
ask("CREATE TEMP TABLE t AS SELECT hash(range) AS a, hash(-range) AS b FROM range(4_000_000)")
assert [path for path in (study.folder / "prepared").glob("spill/*/*")]
"""
KILL = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
ADD = """with open("contracts.csv", "a") as file:
    file.write("c6,f,2026-08-10,\\n")
"""


class Tiny:
    """A study with one published quarter, and what is typed about it."""

    def __init__(self, folder):
        self.folder, self.reports = folder, folder / "reports"
        write_study(folder)
        self.notebook("overview")

    def notebook(self, name, *cells, **settings):
        write_notebook(self.folder / "notebooks", name, *cells, **settings)

    def type(self, *words):
        return CliRunner().invoke(app, [*words, "--study", str(self.folder)])

    def published(self):
        report = self.reports / "2026Q3"
        files = [path for path in report.rglob("*") if path.is_file()]
        return report.readlink(), {str(path): path.read_bytes() for path in files}

    def publish(self):
        done = self.type("run", "2026Q3", "--jobs", "1")
        assert done.exit_code == 0, done.output
        return self.published()

    def fail(self, *, code, said):
        """Run, expect these words after ``cxlab:``, and the published quarter as it was."""
        before = self.published()
        done = self.type("run", "2026Q3", "--jobs", "1")
        lines = [line for line in done.stderr.splitlines() if not line.startswith("2026Q3: ")]
        kept = lines.pop()
        assert lines == [f"cxlab: {said[0]}", *(f"  {line}" for line in said[1:])]
        assert kept.startswith(f"  Nothing was published; what was done is kept in {self.reports}/.runs/")
        assert done.exit_code == code
        assert "Traceback" not in done.output
        assert self.published() == before

    def left_behind(self):
        """Unfinished runs, half-written files, scratch folders, and what ended kernels spilled."""
        working = [
            path for path in self.folder.rglob("*") if path.name.startswith((".index", ".manifest", "load-"))
        ]
        mine = f"-{os.getpid()}-"
        spilled = [path for path in (self.folder / "prepared").glob("spill/*") if mine not in path.name]
        return [*working, *self.reports.glob(".runs/*.part"), *spilled]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The study, its reports on a disk of eight megabytes where one can be mounted."""
    folder = tmp_path_factory.mktemp("faults")
    (folder / "reports").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder / "reports")]
    with contextlib.suppress(OSError):
        subprocess.run(mount, check=False, capture_output=True)
    made = Tiny(folder)
    made.publish()
    yield made
    if os.path.ismount(made.reports):
        subprocess.run(["umount", "-l", str(made.reports)], check=True)


@pytest.fixture
def tiny(published):
    """The study as it was when it was published, whatever a test did to it."""
    yield published
    shutil.rmtree(published.folder / "notebooks")
    for failed in published.reports.glob(".runs/*.failed"):
        shutil.rmtree(failed)
    write_study(published.folder)
    published.notebook("overview")


def test_a_notebook_that_runs_out_of_memory_says_what_to_do(tiny, left_behind, monkeypatch):
    tiny.notebook("churn", OPEN, DRAIN)
    monkeypatch.setenv("CXLAB_MEMORY", "60MB")
    tiny.fail(
        code=1,
        said=[
            f"churn.ipynb, code cell 3 (`{DRAIN[:70]}`): the engine had too little memory",
            "- needed: more than its limit of 57.2 MiB (CXLAB_MEMORY is 60MB)",
            "- what to do: set CXLAB_MEMORY to more, such as 4GB, or run fewer notebooks at once (--jobs 1); "
            "then run again: nothing was lost",
            "See data/README.md#when-a-load-stops",
        ],
    )
    assert left_behind(tiny.folder / "study.toml") == []
    assert tiny.left_behind() == []
    tiny.notebook("churn", OPEN)
    tiny.publish()


def test_a_source_that_changes_between_two_notebooks_ends_the_run(tiny, left_behind):
    tiny.notebook("churn", OPEN, ADD)
    tiny.notebook("overview", OPEN)
    tiny.fail(
        code=69,
        said=[
            "overview.ipynb, code cell 2 (`from cxlab.tables import open_study`): "
            "the sources changed while the run was going on",
            "- contracts: contracts.csv changed since the run began; needed: the same to its end: "
            "wait until everything has arrived, then run again",
            "See data/README.md#contracts",
        ],
    )
    assert left_behind(tiny.folder / "study.toml") == []
    assert tiny.left_behind() == []
    tiny.notebook("churn", OPEN)
    tiny.publish()


def test_a_half_arrived_source_ends_the_run_before_any_notebook(tiny):
    tiny.notebook("churn", "1/0")
    whole = (tiny.folder / "contracts.csv").read_text()
    (tiny.folder / "contracts.csv").write_text(f"{whole}c6,f")
    tiny.fail(
        code=69,
        said=[
            "the sources cannot be read",
            "- contracts: contracts.csv ends in the middle of record 7; needed: 4 fields and the end of the line, "
            "came: 2 and no end; if only part of the file has arrived, wait for the rest, then run again",
            "See data/README.md#contracts",
        ],
    )
    assert tiny.left_behind() == []
    (tiny.folder / "contracts.csv").write_text(whole)
    tiny.notebook("churn")
    tiny.publish()


def test_what_a_killed_kernel_spilled_is_gone_with_its_run(tiny):
    tiny.notebook("churn", OPEN, SPILL, KILL)
    tiny.fail(
        code=1,
        said=[
            "churn.ipynb, code cell 4 (`import os, signal`) ended the kernel: "
            "killed from outside, out of memory, or a crash in a library"
        ],
    )
    assert tiny.left_behind() == []
    tiny.notebook("churn", OPEN, SPILL)
    tiny.publish()
    assert tiny.left_behind() == []


@pytest.mark.parametrize("room", [0, 400_000])
def test_a_disk_that_is_full_of_reports_ends_the_run_in_words(tiny, room):
    if not os.path.ismount(tiny.reports):
        pytest.skip("needs to mount a small disk, which takes root")
    tiny.notebook("churn", f"print('x' * 500_000)  # {room}")
    before = tiny.published()
    filling = tiny.reports / "filling"
    filling.write_bytes(b"0" * (shutil.disk_usage(tiny.reports).free - room))
    done = tiny.type("run", "2026Q3", "--jobs", "1")
    lines = [line for line in done.stderr.splitlines() if not line.startswith("2026Q3: ")]
    assert done.exit_code == 1, done.output
    assert lines[0] == "cxlab: the disk is full"
    assert lines[1].startswith(f"  - needed: room for writing in {tiny.reports}")
    assert lines[1].endswith(" of 8.0 MiB are free there")
    assert lines[2:4] == [
        "  - what to do: make room, or let `prepared` and `reports` in study.toml be on a larger disk; "
        "then run again: nothing was lost",
        "  See data/README.md#when-a-load-stops",
    ]
    assert "Traceback" not in done.output
    assert tiny.published() == before
    assert tiny.left_behind() == []
    filling.unlink()
    assert tiny.publish()[0] != before[0]
